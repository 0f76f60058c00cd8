"""Why a due date is that date: the steps of the count, for the console and for the citizen, each a phrase to be said.

It tells what `deadlines.due` computed, day by day; it decides nothing. All days and times are those of Beijing.
Holidays go by the names the calendar has for them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import reduce
from itertools import groupby
from operator import itemgetter

from bot.messages import Reply
from bot.petitions.calendar import WEEKEND, CalendarDay, WorkCalendar
from bot.petitions.deadlines import Deadline, Extension, Pause, due, local_date, merged, paused_days
from bot.petitions.policy import HourClock, Rule, TimeUnit
from bot.petitions.wording import day_parts, listed, moment_parts

_ONE_DAY = timedelta(days=1)


def explain(
    rule: Rule,
    start: datetime,
    calendar: WorkCalendar,
    *,
    pauses: Iterable[Pause] = (),
    extensions: Iterable[Extension] = (),
) -> tuple[Reply, ...]:
    """Return the steps that lead to `due` for the same arguments, a phrase `explain.<step>` each."""
    extensions = tuple(extensions)
    pauses = tuple(pauses)
    deadline = due(rule, start, calendar, pauses=pauses, extensions=extensions)
    stops = [pause for pause in merged(pauses, deadline.start) if pause.start < deadline.due]
    if rule.unit is TimeUnit.HOURS:
        steps = _hour_steps(rule, deadline, stops, extensions)
    else:
        steps = _day_steps(rule, deadline, stops, extensions, calendar=calendar)
    doubts = _doubts(deadline, calendar) if deadline.provisional else ()
    version = () if rule.unit is TimeUnit.DAYS or _runs_always(rule) else (step("version", version=calendar.version),)
    return (*steps, *doubts, *version)


def step(name: str, **values: object) -> Reply:
    """Return one step: the phrase `explain.<name>`."""
    return Reply(phrase=f"explain.{name}", values=values)


def _runs_always(rule: Rule) -> bool:
    return rule.unit is TimeUnit.HOURS and rule.clock is HourClock.CLOCK_HOURS


def _limit(rule: Rule, extensions: Sequence[Extension]) -> Reply:
    """`7 working days, 3 more granted, 10 in all`, and how they are counted."""
    how = rule.clock if rule.unit is TimeUnit.HOURS else rule.unit
    limit = _amount(rule.unit, rule.amount)
    if extensions:
        granted = [_amount(rule.unit, extension.amount) for extension in extensions]
        longer = reduce(lambda so_far, more: step("longer", limit=so_far, more=more), granted, limit)
        limit = step("total", limit=longer, total=_amount(rule.unit, _total(rule, extensions)))
    return step(f"limit_{how}", limit=limit)


def _total(rule: Rule, extensions: Sequence[Extension]) -> int:
    return rule.amount + sum(extension.amount for extension in extensions)


def _amount(unit: TimeUnit, count: int) -> Reply:
    return Reply(phrase=f"amount.{unit}", values={"count": count})


def _hour_steps(
    rule: Rule, deadline: Deadline, pauses: Sequence[Pause], extensions: Sequence[Extension]
) -> Iterator[Reply]:
    yield step("from", start=_moment(deadline.start))
    yield _limit(rule, extensions)
    for pause in pauses:
        yield step("paused", span=_span(_moment(pause.start), _moment(pause.end)))
    yield step("until", due=_moment(deadline.due))


def _day_steps(
    rule: Rule,
    deadline: Deadline,
    pauses: Sequence[Pause],
    extensions: Sequence[Extension],
    *,
    calendar: WorkCalendar,
) -> Iterator[Reply]:
    first, last = local_date(deadline.start), local_date(deadline.due)
    yield step("received", day=_day(first))
    yield _limit(rule, extensions)
    spans = [paused_days(pause, first) for pause in pauses]
    for begin, end in spans:
        if begin <= min(end, last):
            yield step("paused", span=_range(begin, end, first.year))
    if rule.unit is TimeUnit.WORKDAYS:
        yield from _skipped(_running_days(first, last, spans, calendar), first.year)
    yield step(f"last_{rule.unit}", count=_total(rule, extensions), day=_day(last))


def _running_days(
    first: date, last: date, spans: Sequence[tuple[date, date]], calendar: WorkCalendar
) -> Iterator[CalendarDay]:
    """Yield the days after `first` up to `last` on which the clock ran."""
    day = first + _ONE_DAY
    while day <= last:
        if not any(begin <= day <= end for begin, end in spans):
            yield calendar.day(day)
        day += _ONE_DAY


def _skipped(days: Iterable[CalendarDay], year: int) -> Iterator[Reply]:
    """Yield what is out of the ordinary: holidays off and make-up days worked, by date; then the weekends."""
    weekends: list[Reply] = []
    for (what, holiday), begin, end in _runs(days):
        span = _range(begin, end, year)
        if what == "weekends":
            weekends.append(span)
        elif what:
            yield step(what, span=span, holiday=holiday)
    if weekends:
        yield step("weekends", spans=listed(weekends))


def _told(day: CalendarDay) -> tuple[str, str]:
    """Return the step that a day belongs to, '' for an ordinary working day, and its holiday."""
    if day.is_workday:
        return "worked" if day.name or day.is_makeup else "", day.holiday
    return "weekends" if day.name == WEEKEND else "off", day.holiday


def _runs(days: Iterable[CalendarDay]) -> Iterator[tuple[tuple[str, str], date, date]]:
    """Yield stretches of days that follow each other and are told alike: how, the first day, the last."""
    marked = ((_told(day), day.date.toordinal() - place, day.date) for place, day in enumerate(days))
    for (found, _), group in groupby(marked, key=itemgetter(0, 1)):
        dates = [entry[2] for entry in group]
        yield found, dates[0], dates[-1]


def _doubts(deadline: Deadline, calendar: WorkCalendar) -> Iterator[Reply]:
    """Yield why the date is provisional: the years whose notice is missing, or the days that are not settled."""
    first, last = local_date(deadline.start), local_date(deadline.due)
    unsettled = [day.date for day in _running_days(first, last, (), calendar) if not day.confirmed]
    years = sorted({year for day in unsettled if (year := calendar.missing_notice(day))})
    yield step("no_notice", years=listed([str(year) for year in years])) if years else step("unsettled")


def _day(day: date) -> Reply:
    """Return a day with its year and its weekday."""
    return _date("full_day", day_parts(day))


def _moment(at: datetime) -> Reply:
    """Return a moment with its year and its weekday."""
    return _date("full_moment", moment_parts(at))


def _range(begin: date, end: date, year: int) -> Reply:
    """Return the days from `begin` to `end`, with the year where it is another."""
    one, other = (
        _date("plain_day" if day.year == year else "plain_day_of_year", day_parts(day)) for day in (begin, end)
    )
    return one if begin == end else _span(one, other)


def _span(first: Reply, last: Reply) -> Reply:
    return _date("span", {"first": first, "last": last})


def _date(form: str, values: Mapping[str, object]) -> Reply:
    return Reply(phrase=f"date.{form}", values=values)
