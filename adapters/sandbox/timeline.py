"""The movable clock as scripts and the page see it: durations in words, moments as ISO 8601 in Beijing time.

Knows no platform.
"""

import re
from datetime import datetime, timedelta

from adapters.sandbox.errors import BadInput
from bot.clock import SHANGHAI, local

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"[+-]?(?:[0-9]+[smhd])+")
_PART = re.compile(r"([0-9]+)([smhd])")


def parse_duration(text: str) -> timedelta:
    """Read `8h`, `1d2h`, `-30m`: whole numbers with the units s, m, h, d, all parts under one sign."""
    compact = text.replace(" ", "").lower()
    if not _DURATION.fullmatch(compact):
        raise BadInput(f"not a duration: {text!r}; use whole numbers with s, m, h, d, such as 8h or 1d2h")
    try:
        total = sum((timedelta(**{_UNITS[unit]: int(count)}) for count, unit in _PART.findall(compact)), timedelta())
    except OverflowError as error:
        raise BadInput(f"a duration too long: {text!r}") from error
    return -total if compact.startswith("-") else total


def parse_moment(text: str) -> datetime:
    """Read an ISO 8601 moment; one without a zone is Beijing time."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise BadInput(f"not an ISO 8601 moment: {text!r}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def show_moment(moment: datetime) -> str:
    """Write a moment as ISO 8601 with +08:00, whole seconds."""
    return local(moment).isoformat(timespec="seconds")
