"""Office hours: the spans of a week in which an hour limit of the kind `office_hours` runs.

Times are those of Beijing, moments are aware. Rest days of the work calendar have no hours; a make-up workday has
those of its weekday, or Monday's where its weekday has none.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.clock import SHANGHAI
from bot.petitions.calendar import WorkCalendar

MONDAY = 0
_NOTHING = timedelta()
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A time of day the office is open, from `opens` up to `closes`, both on the same day."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeHours:
    """The spans of each weekday (0 is Monday), in order and apart from each other; Monday has at least one."""

    week: Mapping[int, tuple[Span, ...]]

    def spans(self, day: date, calendar: WorkCalendar) -> Iterator[tuple[datetime, datetime]]:
        """Yield the opening times of `day` in UTC; none on a rest day."""
        if not calendar.is_workday(day):
            return
        spans = self.week.get(day.weekday(), ())
        if not spans and calendar.day(day).is_makeup:
            spans = self.week[MONDAY]
        for span in spans:
            yield (
                datetime.combine(day, span.opens, SHANGHAI).astimezone(UTC),
                datetime.combine(day, span.closes, SHANGHAI).astimezone(UTC),
            )

    def add(self, start: datetime, span: timedelta, calendar: WorkCalendar) -> datetime:
        """Return the moment at which `span` of open time has passed since `start`, in UTC; `start` for none."""
        left = span
        day = start.astimezone(SHANGHAI).date()
        while left > _NOTHING:
            for opens, closes in self.spans(day, calendar):
                begin = max(opens, start)
                if closes - begin >= left:
                    return begin + left
                left -= max(closes - begin, _NOTHING)
            day += _ONE_DAY
        return start.astimezone(UTC)

    def between(self, start: datetime, end: datetime, calendar: WorkCalendar) -> timedelta:
        """Return how much open time lies between two moments."""
        total = _NOTHING
        day, last = start.astimezone(SHANGHAI).date(), end.astimezone(SHANGHAI).date()
        while day <= last:
            for opens, closes in self.spans(day, calendar):
                total += max(min(closes, end) - max(opens, start), _NOTHING)
            day += _ONE_DAY
        return total
