"""What Weibo accounts need beside the loops of all platforms: one count of their calls, and word of dying tokens."""

from collections.abc import Mapping
from datetime import datetime

import structlog

from adapters.platform import RetryAfter
from adapters.weibo.client import WeiboPlatform
from bot.clock import Clock, local
from bot.petitions.ports import Storage, StorageUnavailable

log = structlog.get_logger(__name__)

_HOUR = 3600.0


class SharedBudget:
    """`adapters.weibo.budget.CallBudget` in the database: survives restarts, and all processes share it."""

    def __init__(self, storage: Storage, *, limits: Mapping[str, int]) -> None:
        """`limits` are the calls of a day by budget name."""
        self._storage = storage
        self._limits = limits

    async def spend(self, name: str, cost: int, *, reserve: int, now: datetime) -> bool:
        """Take `cost` calls from the day's budget; return whether they may be made."""
        try:
            async with self._storage.begin() as work:
                day = local(now).date().isoformat()
                taken = await work.calls.spend(name, day, cost, limit=self._limits[name], reserve=reserve)
                await work.commit()
        except StorageUnavailable as error:  # a call that cannot be counted is not made
            raise RetryAfter("the calls of the day cannot be counted now", code="uncounted", seconds=5.0) from error
        return taken


class TokenWatch:
    """Says 30, 14, 7 and 1 days before that a token ends, and when it has; once for each step and process."""

    def __init__(self, accounts: Mapping[str, WeiboPlatform], *, clock: Clock) -> None:
        self._accounts = accounts
        self._clock = clock
        self._said: dict[tuple[str, str], int] = {}

    async def run(self) -> None:
        """Look every hour, for ever."""
        while True:
            self.look()
            await self._clock.sleep(_HOUR)

    def look(self) -> None:
        """Warn of every token that has come to a new step."""
        now = self._clock.now()
        for account, platform in self._accounts.items():
            for name, slot in platform.tokens.items():
                step = slot.warning(now)
                if step is not None and self._said.get((account, name)) != step:
                    log.error("weibo.token_ends", account=account, token=name, days=slot.days_left(now))
                    self._said[account, name] = step
