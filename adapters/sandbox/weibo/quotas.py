"""How often the account may call api.weibo.com: by the day, by the hour, and posting by the hour.

Calls of the fans service and of the media host are not counted, as far as is known. Pure; the moment is passed in.
"""

from datetime import datetime
from typing import Any

from adapters.sandbox.errors import ApiError
from bot.clock import local

LIMITS = {"calls_a_day": 100, "calls_an_hour": 15_000, "posts_an_hour": 30}
_CODES = {
    "calls_a_day": (10023, "User requests out of rate limit!"),
    "calls_an_hour": (10022, "IP requests out of rate limit!"),
    "posts_an_hour": (20016, "out of time limit, please slow down"),
}


class Quotas:
    """What one account has used of today and of this hour, in the time of Beijing."""

    def __init__(self) -> None:
        self.limits = dict(LIMITS)
        self._used: dict[str, tuple[str, int]] = {}

    def count_call(self, *, now: datetime) -> None:
        """Count a call; raise 10022 or 10023 when there is none left."""
        for name in ("calls_an_hour", "calls_a_day"):
            self._check(name, now=now)
        for name in ("calls_an_hour", "calls_a_day"):
            self._add(name, now=now)

    def count_post(self, *, now: datetime) -> None:
        """Count a comment; raise 20016 when there is none left."""
        self._check("posts_an_hour", now=now)
        self._add("posts_an_hour", now=now)

    def used(self, name: str, *, now: datetime) -> int:
        """Return how many were used in the present day or hour."""
        period, count = self._used.get(name, ("", 0))
        return count if period == _period(name, now) else 0

    def as_json(self, *, now: datetime) -> dict[str, Any]:
        """Return limit and use of each."""
        return {name: {"limit": limit, "used": self.used(name, now=now)} for name, limit in self.limits.items()}

    def _check(self, name: str, *, now: datetime) -> None:
        if self.used(name, now=now) >= self.limits[name]:
            raise ApiError(*_CODES[name])

    def _add(self, name: str, *, now: datetime) -> None:
        self._used[name] = (_period(name, now), self.used(name, now=now) + 1)


def _period(name: str, now: datetime) -> str:
    return f"{local(now):%Y%m%d}" if name.endswith("day") else f"{local(now):%Y%m%d%H}"
