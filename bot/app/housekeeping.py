"""What nobody needs any more is forgotten, a few hundred rows a transaction, so that nothing else waits for it.

Petitions, their events, files and messages are never touched, nor the mentions they were made of: they are evidence.
Chats and alarms of citizens with a petition under way stay too, and what nobody has ended or seen to.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.clock import Clock, local
from bot.petitions.ports import Storage, UnitOfWork

log = structlog.get_logger(__name__)

Forget = Callable[[UnitOfWork], Awaitable[int]]
"""Forgets one batch; returns how many rows."""

BATCH = 500
CHATS = 25
"""A chat goes with all its lines, of which there may be many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """How long what is kept: `signed` is how long a signed query is good for, the rest are settings."""

    signed: timedelta
    mentions: timedelta
    calls: timedelta
    chats: timedelta
    alarms: timedelta


class Housekeeping:
    """Forgets, by the times of `keeping`."""

    def __init__(self, storage: Storage, *, clock: Clock, keeping: Keeping) -> None:
        self._storage = storage
        self._clock = clock
        self._keeping = keeping

    async def tidy(self) -> None:
        """Forget all that is old enough."""
        now, keeping = self._clock.now(), self._keeping
        await self._all("console_sessions", lambda work: work.staff.forget_sessions(now=now, limit=BATCH))
        await self._all(
            "signed_bodies", lambda work: work.signed_bodies.forget(before=now - keeping.signed, limit=BATCH)
        )
        await self._all("mentions", lambda work: work.mentions.forget(before=now - keeping.mentions, limit=BATCH))
        await self._all("chats", lambda work: work.chats.forget(before=now - keeping.chats, limit=CHATS), full=CHATS)
        await self._all("alarms", lambda work: work.alarms.forget(before=now - keeping.alarms, limit=BATCH))
        day = local(now - keeping.calls).date().isoformat()
        await self._all("calls", lambda work: work.calls.forget(before=day))

    async def _all(self, what: str, forget: Forget, *, full: int = BATCH) -> None:
        """Forget batch after batch until one is not `full`."""
        total = 0
        while True:
            async with self._storage.begin() as work:
                count = await forget(work)
                await work.commit()
            total += count
            if count < full:
                break
        if total:
            log.info("housekeeping.forgot", what=what, rows=total)
