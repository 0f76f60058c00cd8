"""The upkeep loop: small chores that no message waits for, one after the other, every ten minutes.

A chore that fails is logged and tried in the next round; the others are done all the same.
"""

from collections.abc import Awaitable, Callable, Mapping

import structlog

from bot.clock import Clock
from bot.petitions.ports import StorageUnavailable

log = structlog.get_logger(__name__)

Chore = Callable[[], Awaitable[None]]


class UpkeepLoop:
    """Does its chores, by name, every `poll` seconds and when the clock is moved."""

    def __init__(self, chores: Mapping[str, Chore], *, clock: Clock, poll: float = 600.0) -> None:
        self._chores = chores
        self._clock = clock
        self._poll = poll

    async def run(self) -> None:
        """Work for ever."""
        while True:
            for name, chore in self._chores.items():
                try:
                    await chore()
                except StorageUnavailable:
                    log.warning("upkeep.database_away", chore=name)
                except Exception:
                    log.exception("upkeep.failed", chore=name)
            await self._clock.sleep(self._poll)
