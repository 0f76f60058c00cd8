"""Due dates as pure functions of a policy, the moment a clock started, the work calendar, pauses and extensions.

It knows neither petitions nor where policies and calendars come from, and never reads a clock. Moments come in aware
and go out in UTC; days are those of Beijing.

Rules that hold for every limit:

- Limits in days exclude the day the clock starts (民法典 201) and end at 23:59:59 of their last day. A day counts in
  full or not at all: a pause takes out the days from the one it begins on to the one before it ends, so that a clock
  stopped on its last day still has that day when it runs again.
- Limits in hours run from the very moment, through nights and rest days (`clock_hours`), or only while the office is
  open (`office_hours`); a pause takes out exactly its own time.
- An extension lengthens the limit by its own unit before anything is counted: the order of extensions and pauses does
  not matter. A pause that begins after a limit has run out does not bring it back.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import assert_never

from bot.clock import SHANGHAI
from bot.petitions.calendar import WorkCalendar
from bot.petitions.policy import HourClock, Policy, Rule, TimeUnit, WarnBefore, WarnShare

END_OF_DAY = time(23, 59, 59)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A time in which a clock stood still, e.g. while the citizen was asked for more (待补充).

    It has ended: while a clock stands still there is no due date, and its milestone is not open.
    """

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """More time (延期), in the unit of the rule it extends."""

    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """When something is due; all moments in UTC."""

    name: str
    start: datetime
    due: datetime
    warn_at: datetime | None
    """When the lamp turns yellow; never before `start`."""
    provisional: bool
    """Whether a notice not yet published may move it (暂定)."""
    calendar_version: str
    """The `WorkCalendar.version` it was counted with."""
    policy: str = ""


def deadlines_for(policy: Policy, start: datetime, calendar: WorkCalendar) -> tuple[Deadline, ...]:
    """Return what `policy` promises for a clock started at `start` (aware), in the order of its rules."""
    return tuple(due(rule, start, calendar, policy=policy.name) for rule in policy.rules)


def due(
    rule: Rule,
    start: datetime,
    calendar: WorkCalendar,
    *,
    pauses: Iterable[Pause] = (),
    extensions: Iterable[Extension] = (),
    policy: str = "",
) -> Deadline:
    """Return when `rule` runs out for a clock started at `start` (aware).

    Raises ValueError for a naive moment, and CalendarError for a date the calendar does not cover.
    """
    if start.tzinfo is None:
        raise ValueError("a clock starts at an aware moment")
    begin = start.astimezone(UTC)
    amount = rule.amount + sum(extension.amount for extension in extensions)
    stops = merged(pauses, begin)
    provisional = False
    match rule.unit:
        case TimeUnit.HOURS:
            end = _after_hours(rule, begin, timedelta(hours=amount), stops, calendar)
            provisional = rule.clock is HourClock.OFFICE_HOURS and _in_doubt(begin, end, calendar)
        case TimeUnit.WORKDAYS | TimeUnit.DAYS:
            last = last_day(rule.unit, local_date(begin), amount, stops, calendar)
            end = _at(last, END_OF_DAY)
            provisional = rule.unit is TimeUnit.WORKDAYS and _in_doubt(begin, end, calendar)
        case _:
            assert_never(rule.unit)
    return Deadline(
        name=rule.name.value,
        start=begin,
        due=end,
        warn_at=_warn_at(rule, begin, end, stops, calendar, amount=amount),
        provisional=provisional,
        calendar_version=calendar.version,
        policy=policy,
    )


def merged(pauses: Iterable[Pause], begin: datetime) -> tuple[Pause, ...]:
    """Return the pauses in order, overlapping ones joined, cut off before `begin`; in UTC."""
    result: list[Pause] = []
    for pause in sorted(pauses, key=lambda one: one.start):
        start, end = max(pause.start.astimezone(UTC), begin), pause.end.astimezone(UTC)
        if end <= start:
            continue
        if result and start <= result[-1].end:
            joined = Pause(start=result[-1].start, end=max(end, result[-1].end))
            result[-1] = joined
        else:
            result.append(Pause(start=start, end=end))
    return tuple(result)


def paused_days(pause: Pause, start: date) -> tuple[date, date]:
    """Return the first and last day that a pause takes out of a day limit started on `start`; none if first > last."""
    return max(local_date(pause.start), start + _ONE_DAY), local_date(pause.end) - _ONE_DAY


def last_day(unit: TimeUnit, start: date, amount: int, pauses: Sequence[Pause], calendar: WorkCalendar) -> date:
    """Return the last day of a day limit; `pauses` as `merged` gives them."""
    counts_all = unit is TimeUnit.DAYS
    last = start + amount * _ONE_DAY if counts_all else calendar.add_workdays(start, amount)
    taken = start
    for pause in pauses:
        first, until = paused_days(pause, start)
        first = max(first, taken + _ONE_DAY)
        if first > last:
            break
        if until < first:
            continue
        taken = until
        if counts_all:
            last += (until - first + _ONE_DAY).days * _ONE_DAY
        else:
            last = calendar.add_workdays(last, calendar.workdays_between(first - _ONE_DAY, until))
    return last


def _after_hours(
    rule: Rule, begin: datetime, span: timedelta, pauses: Sequence[Pause], calendar: WorkCalendar
) -> datetime:
    """Return the moment at which `span` has run, on the rule's kind of hours."""
    office = rule.office if rule.clock is HourClock.OFFICE_HOURS else None
    if rule.clock is HourClock.OFFICE_HOURS and office is None:
        raise ValueError(f"rule {rule.name} counts office hours and has none")
    end = office.add(begin, span, calendar) if office else begin + span
    for pause in pauses:
        if pause.start >= end:
            break
        if office:
            end = office.add(end, office.between(pause.start, pause.end, calendar), calendar)
        else:
            end += pause.end - pause.start
    return end


def _warn_at(
    rule: Rule,
    begin: datetime,
    end: datetime,
    pauses: Sequence[Pause],
    calendar: WorkCalendar,
    *,
    amount: int,
) -> datetime | None:
    """Return when the lamp turns yellow, between `begin` and `end`."""
    match rule.warn:
        case None:
            return None
        case WarnBefore(days_before=days, at=at):
            moment = _at(local_date(end) - days * _ONE_DAY, at)
        case WarnShare(share=share) if rule.unit is TimeUnit.HOURS:
            moment = _after_hours(rule, begin, timedelta(hours=amount) * (1 - share), pauses, calendar)
        case WarnShare(share=share, last_workday=at):
            moment = end - (end - begin) * share
            if at is not None:
                moment = min(moment, _at(_worked_by(local_date(end), calendar), at))
        case _:
            assert_never(rule.warn)
    return min(max(moment, begin), end)


def _worked_by(day: date, calendar: WorkCalendar) -> date:
    """Return the last working day up to and with `day`."""
    while not calendar.is_workday(day):
        day -= _ONE_DAY
    return day


def _in_doubt(begin: datetime, end: datetime, calendar: WorkCalendar) -> bool:
    return calendar.provisional(local_date(begin), local_date(end))


def local_date(moment: datetime) -> date:
    """Return the day in Beijing."""
    return moment.astimezone(SHANGHAI).date()


def _at(day: date, at: time) -> datetime:
    """Return a time of a day in Beijing, in UTC."""
    return datetime.combine(day, at, SHANGHAI).astimezone(UTC)
