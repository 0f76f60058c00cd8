"""What nobody needs any more is forgotten, a few hundred rows a transaction, so that nothing else waits for it.

Petitions, their events, files and messages are never touched, nor the mentions they were made of: they are evidence.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from bot.clock import Clock, local
from bot.petitions.ports import Storage, UnitOfWork

log = structlog.get_logger(__name__)

Forget = Callable[[UnitOfWork], Awaitable[int]]
"""Forgets one batch; returns how many rows."""

BATCH = 500


class Housekeeping:
    """`signed` is how long a signed query is good for; the rest are the settings' times of keeping."""

    def __init__(
        self, storage: Storage, *, clock: Clock, signed: timedelta, mentions: timedelta, calls: timedelta
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._signed = signed
        self._mentions = mentions
        self._calls = calls

    async def tidy(self) -> None:
        """Forget all that is old enough."""
        now = self._clock.now()
        await self._all("console_sessions", lambda work: work.staff.forget_sessions(now=now, limit=BATCH))
        await self._all("signed_bodies", lambda work: work.signed_bodies.forget(before=now - self._signed, limit=BATCH))
        await self._all("mentions", lambda work: work.mentions.forget(before=now - self._mentions, limit=BATCH))
        day = local(now - self._calls).date().isoformat()
        await self._all("calls", lambda work: work.calls.forget(before=day))

    async def _all(self, what: str, forget: Forget) -> None:
        """Forget batch after batch until one is not full."""
        total = 0
        while True:
            async with self._storage.begin() as work:
                count = await forget(work)
                await work.commit()
            total += count
            if count < BATCH:
                break
        if total:
            log.info("housekeeping.forgot", what=what, rows=total)
