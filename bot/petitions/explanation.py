"""Why a due date is that date, in plain Chinese: the steps of the count, for the console and for the citizen.

It tells what `deadlines.due` computed, day by day; it decides nothing. All days and times are those of Beijing.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter

from bot.clock import local
from bot.petitions.calendar import WEEKEND, CalendarDay, WorkCalendar
from bot.petitions.deadlines import (
    Deadline,
    Extension,
    HourClock,
    Pause,
    Rule,
    TimeUnit,
    due,
    local_date,
    merged,
    paused_days,
)

UNIT_WORDS = {TimeUnit.HOURS: "小时", TimeUnit.WORKDAYS: "个工作日", TimeUnit.DAYS: "日"}
IN_LIEU = "调休"
"""How the calendar ends the name of a day that is off because another was worked."""
_WEEKDAYS = "一二三四五六日"
_ONE_DAY = timedelta(days=1)


def explain(
    rule: Rule,
    start: datetime,
    calendar: WorkCalendar,
    *,
    pauses: Iterable[Pause] = (),
    extensions: Iterable[Extension] = (),
) -> tuple[str, ...]:
    """Return the steps that lead to `due` for the same arguments, one sentence each."""
    extensions = tuple(extensions)
    pauses = tuple(pauses)
    deadline = due(rule, start, calendar, pauses=pauses, extensions=extensions)
    stops = [pause for pause in merged(pauses, deadline.start) if pause.start < deadline.due]
    if rule.unit is TimeUnit.HOURS:
        steps = _hour_steps(rule, deadline, stops, extensions)
    else:
        steps = _day_steps(rule, deadline, stops, extensions, calendar=calendar)
    doubts = _doubts(deadline, calendar) if deadline.provisional else ()
    version = () if rule.unit is TimeUnit.DAYS or _runs_always(rule) else (f"工作日历版本：{calendar.version}。",)
    return (*steps, *doubts, *version)


def _runs_always(rule: Rule) -> bool:
    return rule.unit is TimeUnit.HOURS and rule.clock is HourClock.CLOCK_HOURS


def _limit(rule: Rule, extensions: Sequence[Extension]) -> str:
    """`期限7个工作日，经批准延长3个工作日，共10个工作日`."""
    unit = UNIT_WORDS[rule.unit]
    limit = f"期限{rule.amount}{unit}"
    if not extensions:
        return limit
    longer = "".join(f"，经批准延长{extension.amount}{unit}" for extension in extensions)
    return f"{limit}{longer}，共{rule.amount + sum(extension.amount for extension in extensions)}{unit}"


def _hour_steps(
    rule: Rule, deadline: Deadline, pauses: Sequence[Pause], extensions: Sequence[Extension]
) -> Iterator[str]:
    yield f"从{_moment(deadline.start)}（北京时间）起算。"
    how = "夜间和休息日照常计算" if _runs_always(rule) else "只计算办公时间，夜间和休息日不计"
    yield f"{_limit(rule, extensions)}，{how}。"
    for pause in pauses:
        yield f"{_moment(pause.start)}至{_moment(pause.end)}暂停计时，不计入。"
    yield f"到{_moment(deadline.due)}为止。"


def _day_steps(
    rule: Rule,
    deadline: Deadline,
    pauses: Sequence[Pause],
    extensions: Sequence[Extension],
    *,
    calendar: WorkCalendar,
) -> Iterator[str]:
    first, last = local_date(deadline.start), local_date(deadline.due)
    workdays = rule.unit is TimeUnit.WORKDAYS
    yield f"{_day(first)}收到，当天不计，从次日起算。"
    how = "" if workdays else "，周末和节假日也计入"
    yield f"{_limit(rule, extensions)}{how}。"
    spans = [paused_days(pause, first) for pause in pauses]
    for begin, end in spans:
        if begin <= min(end, last):
            yield f"{_range(begin, end, first.year)}暂停计时，不计入。"
    if workdays:
        yield from _skipped(_running_days(first, last, spans, calendar), first.year)
    amount = rule.amount + sum(extension.amount for extension in extensions)
    yield f"第{amount}{UNIT_WORDS[rule.unit]}是{_day(last)}，期限到当天23:59:59为止。"


def _running_days(
    first: date, last: date, spans: Sequence[tuple[date, date]], calendar: WorkCalendar
) -> Iterator[CalendarDay]:
    """Yield the days after `first` up to `last` on which the clock ran."""
    day = first + _ONE_DAY
    while day <= last:
        if not any(begin <= day <= end for begin, end in spans):
            yield calendar.day(day)
        day += _ONE_DAY


def _skipped(days: Iterable[CalendarDay], year: int) -> Iterator[str]:
    """Yield what is out of the ordinary: holidays off and make-up days worked, by date; then the weekends."""
    weekends: list[str] = []
    for (worked, name), begin, end in _runs(days, lambda day: (day.is_workday, day.name.removesuffix(IN_LIEU))):
        span = _range(begin, end, year)
        if worked and name:
            yield f"{span}{name}调休上班，计入。"
        elif not worked and name == WEEKEND:
            weekends.append(span)
        elif not worked:
            yield f"{span}{name}放假，不计入。"
    if weekends:
        yield f"周末不计入：{'、'.join(weekends)}。"


def _runs(
    days: Iterable[CalendarDay], key: Callable[[CalendarDay], tuple[bool, str]]
) -> Iterator[tuple[tuple[bool, str], date, date]]:
    """Yield stretches of days that follow each other and agree in `key`: the key, the first day, the last."""
    marked = ((key(day), day.date.toordinal() - place, day.date) for place, day in enumerate(days))
    for (found, _), group in groupby(marked, key=itemgetter(0, 1)):
        dates = [entry[2] for entry in group]
        yield found, dates[0], dates[-1]


def _doubts(deadline: Deadline, calendar: WorkCalendar) -> Iterator[str]:
    """Yield why the date is provisional: the years whose notice is missing, or the days that are not settled."""
    first, last = local_date(deadline.start), local_date(deadline.due)
    unsettled = [day.date for day in _running_days(first, last, (), calendar) if not day.confirmed]
    years = sorted({year for day in unsettled if (year := calendar.missing_notice(day))})
    missing = "、".join(str(year) for year in years)
    what = f"{missing}年放假安排尚未公布" if missing else "其中有的日子是否上班尚未确定"
    yield f"暂定：{what}，先按现有规则推算；公布后如有变动，会重新计算并告知。"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日（星期{_WEEKDAYS[day.weekday()]}）"


def _moment(moment: datetime) -> str:
    here = local(moment)
    return f"{_day(here.date())}{here:%H:%M}"


def _range(begin: date, end: date, year: int) -> str:
    """`9月25日至9月27日`, with the year where it is another."""
    words = [f"{'' if day.year == year else f'{day.year}年'}{day.month}月{day.day}日" for day in (begin, end)]
    return words[0] if begin == end else "至".join(words)
