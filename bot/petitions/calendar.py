"""The work calendar: which days are worked, why, and how far the n-th working day lies.

A calendar is data: rows for the days that depart from Monday to Friday (holidays, make-up workdays, local holidays)
and the years whose notice the State Council has published. It knows neither where the rows come from (config or an
administrator's import) nor what the days are counted for. Dates are those of Beijing.

Sums come from two arrays laid out once, not from walking: `_rank[i]` is the number of working days up to and with
day `i`, `_workdays[r]` the ordinal of the working day of rank `r + 1`. The n-th working day after `d` is therefore
`_workdays[_rank[d] + n - 1]`, from a rest day as well as from a working day. (`chinese_calendar.find_workday` counts
the next working day after a rest day as the zeroth, one day too late for a limit whose first day is excluded.)

A day is unconfirmed (暂定) when its year has no published notice, when its row says so, or when the next year's notice,
still missing, may change it: see `edge_of_year`.
"""

import hashlib
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.errors import GatewayError

WEEKEND = "weekend"
"""The mark, in place of a name, of a Saturday or Sunday that no row names."""
BY_WEEKDAY = "weekday"
"""The mark, in place of a source, of a day that no row names."""
IN_LIEU = "调休"
"""How the data end the name of a holiday's day that is off because another is worked."""
_SATURDAY = 5
_DECEMBER = 12


class CalendarError(GatewayError):
    """The day lies outside the years this work calendar covers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDay:
    """One day: worked or not, the holiday it belongs to, who says so, and whether that is final."""

    date: date
    is_workday: bool
    name: str
    """The holiday as the notice calls it, e.g. 春节; empty on an ordinary working day, and where it has no name."""
    source: str
    confirmed: bool = True

    @property
    def holiday(self) -> str:
        """The holiday, whether it is the day itself or one that is off in lieu; `WEEKEND`, or empty, as in `name`."""
        return self.name.removesuffix(IN_LIEU)

    @property
    def is_makeup(self) -> bool:
        """Whether it is a Saturday or Sunday that is worked (调休上班)."""
        return self.is_workday and self.date.weekday() >= _SATURDAY


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarNotice:
    """A notice about the rest days of one year: what an administrator imports.

    One without a region is the State Council's and replaces what was known of its year; that of a region (for its own
    holidays, e.g. 古尔邦节) is laid over it.
    """

    year: int
    source: str
    days: tuple[CalendarDay, ...]
    """The days that depart from Monday to Friday; those of the end of December before belong to it too."""
    region: str = ""


def days_in_force(notices: Iterable[CalendarNotice]) -> tuple[CalendarDay, ...]:
    """Return the days of all `notices`, oldest first, that still hold; where two name a day, the later row wins.

    A notice takes the place of an earlier one of the same year and region. Regions come after the nation, years in
    their order.
    """
    latest = {(notice.region != "", notice.year, notice.region): notice for notice in notices}
    return tuple(day for key in sorted(latest) for day in latest[key].days)


def edge_of_year(year: int) -> tuple[date, ...]:
    """Return the days of December `year` that the notice of `year + 1` may still change.

    31 December always, and a Saturday or Sunday on the 29th or 30th: worked for a long New Year in 2006, 2007 and 2018.
    """
    days = (date(year, _DECEMBER, 29), date(year, _DECEMBER, 30), date(year, _DECEMBER, 31))
    return tuple(day for day in days if day.weekday() >= _SATURDAY or day == days[-1])


class WorkCalendar:
    """An immutable work calendar over whole years.

    `rows` are the days that differ from Monday to Friday (a later row of the same date wins), `known_years` those with
    a published notice. It covers the year before the first known to thirty years after the last.
    """

    __slots__ = ("_base", "_doubt", "_edges", "_known", "_rank", "_rows", "_workdays", "version")

    version: str
    """Names this state of the data: the last known year and a digest of the rows."""

    def __init__(self, rows: Iterable[CalendarDay], known_years: Iterable[int], *, years_beyond: int = 30) -> None:
        self._rows: Mapping[date, CalendarDay] = {row.date: row for row in rows}
        self._known = frozenset(known_years)
        if not self._known:
            raise CalendarError("a work calendar needs at least one year with a published notice")
        first, last = min(self._known) - 1, max(self._known) + years_beyond
        self._edges = frozenset(
            day for year in range(first, last + 1) if year + 1 not in self._known for day in edge_of_year(year)
        )
        self._base = date(first, 1, 1).toordinal()
        self._lay_out(date(last, _DECEMBER, 31).toordinal())
        self.version = f"{max(self._known)}-{self._digest()}"

    def _lay_out(self, end: int) -> None:
        """Fill the arrays: ranks, working days, and the running count of unconfirmed days."""
        rows, known, edges = self._rows, self._known, self._edges
        ranks, doubts = array("l"), array("l")
        workdays = array("l")
        doubt = 0
        for ordinal in range(self._base, end + 1):
            day = date.fromordinal(ordinal)
            row = rows.get(day)
            if row.is_workday if row else (ordinal + 6) % 7 < _SATURDAY:
                workdays.append(ordinal)
            confirmed = row.confirmed if row else day.year in known and day not in edges
            doubt += not confirmed
            ranks.append(len(workdays))
            doubts.append(doubt)
        self._rank, self._workdays, self._doubt = ranks, workdays, doubts

    def _digest(self) -> str:
        """Return eight hexadecimal digits that change whenever a row or a known year does."""
        seen = hashlib.sha256(repr(sorted(self._known)).encode())
        for day in sorted(self._rows):
            row = self._rows[day]
            seen.update(f"{day}|{row.is_workday:d}|{row.name}|{row.confirmed:d}\n".encode())
        return seen.hexdigest()[:8]

    @property
    def known_years(self) -> frozenset[int]:
        """The years with a published notice."""
        return self._known

    @property
    def first(self) -> date:
        """The first day covered."""
        return date.fromordinal(self._base)

    @property
    def last(self) -> date:
        """The last day covered."""
        return date.fromordinal(self._base + len(self._rank) - 1)

    def _index(self, day: date) -> int:
        index = day.toordinal() - self._base
        if 0 <= index < len(self._rank):
            return index
        raise CalendarError(f"{day} lies outside the work calendar, which covers {self.first} to {self.last}")

    def is_workday(self, day: date) -> bool:
        """Tell whether `day` is worked."""
        index = self._index(day)
        return self._rank[index] > (self._rank[index - 1] if index else 0)

    def day(self, day: date) -> CalendarDay:
        """Return what is known of `day`; a day no row names is judged by its weekday."""
        self._index(day)
        if row := self._rows.get(day):
            return row
        rest = day.weekday() >= _SATURDAY
        return CalendarDay(
            date=day,
            is_workday=not rest,
            name=WEEKEND if rest else "",
            source=BY_WEEKDAY,
            confirmed=day.year in self._known and day not in self._edges,
        )

    def add_workdays(self, start: date, n: int) -> date:
        """Return the n-th working day after `start`, itself not counted; `start` for n = 0."""
        if n <= 0:
            if n == 0:
                return start
            raise ValueError("working days are added, not taken away")
        index = self._rank[self._index(start)] + n - 1
        if index >= len(self._workdays):
            raise CalendarError(f"{n} working days after {start} lie outside the work calendar, which ends {self.last}")
        return date.fromordinal(self._workdays[index])

    def workdays_between(self, start: date, end: date) -> int:
        """Count the working days after `start` up to and with `end`; negative when `end` is the earlier."""
        return self._rank[self._index(end)] - self._rank[self._index(start)]

    def provisional(self, start: date, end: date) -> bool:
        """Tell whether any day after `start` up to and with `end` is unconfirmed: a count over it may move."""
        return self._doubt[self._index(end)] > self._doubt[self._index(start)]

    def missing_notice(self, day: date) -> int | None:
        """Return the year whose notice, not yet published, decides about `day`; None when none is missing."""
        if day.year not in self._known:
            return day.year
        return day.year + 1 if day in self._edges else None
