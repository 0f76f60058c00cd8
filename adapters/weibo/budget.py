"""How many calls a day may still be made: Weibo gives an app 100 for each account, for all interfaces together.

Part of them is kept for answers, so that looking for mentions cannot use up what the citizens are waiting for: who
keeps a reserve may spend the rest at most, however few answers there were. A day is one of Beijing. The form in this
module forgets at a restart and serves one process.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol

from bot.clock import local

DAILY_CALLS = 100
KEPT_FOR_ANSWERS = 40


class CallBudget(Protocol):
    """The counter of calls, shared by all who make them; atomic."""

    async def spend(self, name: str, cost: int, *, reserve: int, now: datetime) -> bool:
        """Take `cost` calls from the day's budget `name`; return whether they may be made.

        All calls of a day are at most its limit, and those that keep a `reserve` above 0 at most the limit less that.
        """
        ...


class MemoryBudget:
    """A `CallBudget` of one process: `daily` calls for each name, or what `limits` says for it."""

    def __init__(self, *, daily: int = DAILY_CALLS, limits: Mapping[str, int] | None = None) -> None:
        self._daily = daily
        self._limits = dict(limits or {})
        self._spent: dict[str, tuple[date, int, int]] = {}

    async def spend(self, name: str, cost: int, *, reserve: int, now: datetime) -> bool:
        """Take `cost` calls from the day's budget `name`; return whether they may be made."""
        day, limit = local(now).date(), self._limits.get(name, self._daily)
        known, whole, reserving = self._spent.get(name, (day, 0, 0))
        whole, reserving = (whole, reserving) if known == day else (0, 0)
        whole, reserving = whole + cost, reserving + (cost if reserve else 0)
        if whole > limit or (reserve and reserving > limit - reserve):
            return False
        self._spent[name] = (day, whole, reserving)
        return True

    def spent(self, name: str, *, now: datetime) -> int:
        """Return how many calls of `name` were made on the day of `now`."""
        day, spent, _ = self._spent.get(name, (None, 0, 0))
        return spent if day == local(now).date() else 0
