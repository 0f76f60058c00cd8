"""Weibo's dates, and the hours at which its counters start again.

`created_at` is English whatever the machine's locale is, so its months stand in a table here. Reads no clock.
"""

import re
from datetime import UTC, datetime, timedelta, timezone

from bot.clock import SHANGHAI

_MONTHS = {
    name: number
    for number, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)  # noqa: SIM905  a row
}
_SHAPE = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{2}) (\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2}) (\d{4})", re.ASCII
)


def parse_created_at(text: str) -> datetime:
    """Read e.g. `Mon Jul 16 18:09:20 +0800 2012` as UTC; raise ValueError. The name of the day is not looked at."""
    found = _SHAPE.fullmatch(text)
    if found is None or found[1] not in _MONTHS:
        raise ValueError("not a date of Weibo")
    day, hour, minute, second, year = (int(found[group]) for group in (2, 3, 4, 5, 9))
    offset = timedelta(hours=int(found[7]), minutes=int(found[8])) * (-1 if found[6] == "-" else 1)
    moment = datetime(year, _MONTHS[found[1]], day, hour, minute, second, tzinfo=timezone(offset))
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("a date outside the calendar") from None


def next_day(now: datetime) -> datetime:
    """Return the coming midnight of Beijing, when daily counters start again."""
    here = now.astimezone(SHANGHAI)
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight + timedelta(days=1)).astimezone(UTC)


def next_hour(now: datetime) -> datetime:
    """Return the coming full hour, when hourly counters start again."""
    return (now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)).astimezone(UTC)
