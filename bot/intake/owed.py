"""Replies that missed their answer, and go by the outbox instead.

Most are written with their turn. Those of a batch are owed until the commit after it, or until the database is back.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from bot.intake.pending import Pending, late_replies
from bot.petitions.ports import Storage, StorageUnavailable
from bot.petitions.turn_ports import LateReply, TurnWrites

log = structlog.get_logger(__name__)


class OwedReplies:
    """Replies to be queued; `on_outbox` wakes the outbox when they are."""

    def __init__(self, storage: Storage, *, on_outbox: Callable[[], None]) -> None:
        self._storage = storage
        self._on_outbox = on_outbox
        self._owed: list[LateReply] = []

    def __bool__(self) -> bool:
        """Return whether any is owed."""
        return bool(self._owed)

    def add(self, finished: Sequence[Pending], *, now: datetime) -> None:
        """Owe the replies of those that were answered with nothing while they were being committed."""
        self._owed += [reply for p in finished if p.late and not p.late_written for reply in late_replies(p, now)]

    async def pay(self) -> None:
        """Queue the replies that are owed; those the database would not take stay owed."""
        if not self._owed:
            return
        try:
            await self._queue(self._owed)
        except StorageUnavailable:
            log.warning("intake.late_replies_owed", count=len(self._owed))
            return
        self._owed.clear()
        self._on_outbox()

    async def pay_again(self, pending: Pending, text: str, *, now: datetime) -> None:
        """Queue the reply to a repeat; nothing happens when it was queued before. Raises `StorageUnavailable`."""
        key = f"reply:{pending.inbound.key}"
        await self._queue([LateReply(key=key, citizen=pending.inbound.citizen.key, text=text, at=now)])
        self._on_outbox()

    async def _queue(self, replies: Sequence[LateReply]) -> None:
        async with self._storage.begin() as work:
            await work.turns.save(TurnWrites(late=replies))
            await work.commit()
