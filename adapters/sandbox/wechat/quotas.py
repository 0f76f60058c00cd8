"""How often the account may call each interface, as the platform publishes it; and which rule each refusal is of.

The day is one of Beijing. Every call counts, refused ones too. Pure; the moment is passed in.
"""

from collections.abc import Mapping
from datetime import datetime

from adapters.sandbox.errors import ApiError, BadInput
from adapters.sandbox.verdicts import Rule
from bot.clock import local

A_DAY = {
    "token": 500_000,
    "classic_token": 2_000,
    "custom_send": 500_000,
    "template_send": 100_000,
    "subscription_send": 100_000,
    "media_get": 200_000,
    "menu_create": 1_000,
    "qrcode_create": 100_000,
}
A_MINUTE = {"token": 10_000}
_ENDS = {"a_day": A_DAY, "a_minute": A_MINUTE}

RULES: Mapping[int, Rule] = {
    45015: Rule.WINDOW,
    45047: Rule.WINDOW,
    43004: Rule.FOLLOWING,
    43101: Rule.FOLLOWING,
    47003: Rule.CONTENT,
    45002: Rule.CONTENT,
    44004: Rule.CONTENT,
    40241: Rule.REPEAT,
    45009: Rule.QUOTA,
    45011: Rule.QUOTA,
    40001: Rule.UNFORESEEN,
    42001: Rule.UNFORESEEN,
    40007: Rule.UNFORESEEN,
    46003: Rule.UNFORESEEN,
}
"""The rule of each code that the fake gives by itself; the others are wrong calls."""


class Quotas:
    """What one account has used of today and of this minute."""

    def __init__(self) -> None:
        self._limits = {ends: dict(limits) for ends, limits in _ENDS.items()}
        self._used: dict[tuple[str, str], tuple[str, int]] = {}

    def order(self, wish: Mapping[str, object]) -> None:
        """Set daily limits by the name of the call (null: as published). All are set, or none."""
        for name, limit in wish.items():
            if name not in A_DAY:
                raise BadInput(f"no such call with a limit: {name}; there are {', '.join(A_DAY)}")
            if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 0):
                raise BadInput(f"{name}: a whole number or null is needed")
        daily = self._limits["a_day"]
        daily |= {name: limit if isinstance(limit, int) else A_DAY[name] for name, limit in wish.items()}

    def count(self, name: str, *, now: datetime) -> None:
        """Count a call; raise 45011 or 45009 when there is none left."""
        left = {ends: self._add(ends, name, now=now) for ends in self._limits}
        if not left["a_minute"]:
            raise ApiError(45011, "api minute-quota reach limit, must slower, retry next minute")
        if not left["a_day"]:
            raise ApiError(45009, "reach max api daily quota limit")

    def as_json(self, *, now: datetime) -> dict[str, dict[str, int]]:
        """Return the limit and the use of the day."""
        daily = self._limits["a_day"]
        return {name: {"limit": limit, "used": self._of("a_day", name, now=now)} for name, limit in daily.items()}

    def _add(self, ends: str, name: str, *, now: datetime) -> bool:
        limit = self._limits[ends].get(name)
        if limit is None:
            return True
        used = self._of(ends, name, now=now)
        self._used[ends, name] = (_period(ends, now), used + 1)
        return used < limit

    def _of(self, ends: str, name: str, *, now: datetime) -> int:
        period, count = self._used.get((ends, name), ("", 0))
        return count if period == _period(ends, now) else 0


def _period(ends: str, now: datetime) -> str:
    return f"{local(now):%Y%m%d}" if ends == "a_day" else f"{local(now):%Y%m%d%H%M}"
