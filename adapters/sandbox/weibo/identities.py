"""Ids, addresses and times as Weibo writes them: 16-digit numbers that grow, their base62 form, English dates.

Pure. Written anew from the published rules, so that the gateway's own reading of them is held against a second one.
"""

import hashlib
import string
from datetime import datetime

from bot.clock import local

ALPHABET = string.digits + string.ascii_lowercase + string.ascii_uppercase
_DIGITS, _SIGNS = 7, 4
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_GROWTH = 2900
"""Ids grow by so much a millisecond, which makes 16 digits of the present."""


class Numbers:
    """Hand out ids, each greater than all before, also when the clock moves back."""

    def __init__(self) -> None:
        self._last = 0

    def next(self, *, now: datetime) -> int:
        """Return a new id."""
        self._last = max(self._last + 1, int(now.timestamp() * 1000) * _GROWTH)
        return self._last


def shorten(mid: int) -> str:
    """Return the base62 form of an id: groups of seven digits from the right, four signs each but for the first."""
    digits, groups = str(mid), []
    while digits:
        digits, group = digits[:-_DIGITS], digits[-_DIGITS:]
        groups.append(_base62(int(group)).rjust(_SIGNS if digits else 1, "0"))
    return "".join(reversed(groups))


def post_address(uid: str, mid: int) -> str:
    """Return the public address of a post."""
    return f"https://weibo.com/{uid}/{shorten(mid)}"


def write_moment(moment: datetime) -> str:
    """Write `created_at`: `Mon Jul 16 18:09:20 +0800 2012`, English whatever the locale."""
    there = local(moment)
    return f"{_DAYS[there.weekday()]} {_MONTHS[there.month - 1]} {there:%d %H:%M:%S %z} {there.year:04d}"


def uid_of(seed: str) -> str:
    """Return a ten-digit uid, the same for the same seed; some are greater than 2³¹, as in life."""
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8])
    return str(1_000_000_000 + number % 6_900_000_000)


def _base62(number: int) -> str:
    signs = ""
    while True:
        number, rest = divmod(number, len(ALPHABET))
        signs = ALPHABET[rest] + signs
        if not number:
            return signs
