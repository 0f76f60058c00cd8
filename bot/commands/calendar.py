"""`calendar`: what the work calendar holds, what a notice would move, and taking it.

A notice is first looked at (`preview`), then taken in one step (`apply FILE`); or imported for new petitions only
(`import`) and applied to those under way later (`apply` without a file). A running gateway takes it up by itself.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from bot.app.calendars import CalendarDesk, Plan, read_calendar
from bot.app.demo_clock import present
from bot.app.office import Office
from bot.clock import local
from bot.commands.running import Config, end, office_of, run, storage_of
from bot.petitions.calendar import BY_WEEKDAY, WEEKEND, CalendarNotice, WorkCalendar
from bot.petitions.calendar_ports import CalendarVersion
from bot.petitions.petition import Actor
from bot.petitions.rescheduling import Move
from bot.petitions.vocabulary import Role
from config.calendar_notice import load_notice
from config.calendar_seed import seed_calendar
from config.errors import ConfigError
from config.settings import SQLITE_NAME

COMMAND_LINE = Actor(role=Role.ADMIN, id="command line")
_WEEKDAYS = "一二三四五六日"
_MARKS = {WEEKEND: "周末", BY_WEEKDAY: "按星期"}
_ONE_DAY = timedelta(days=1)

Notice = Annotated[Path, typer.Argument(metavar="FILE", help="The notice, in the form of config/calendar/2026.toml.")]
NoticeOrNone = Annotated[
    Path | None, typer.Argument(metavar="[FILE]", help="The notice; without one, what is imported already.")
]


def show(
    year: Annotated[int, typer.Argument(metavar="YEAR", help="The year to show.")],
    config: Config = None,
) -> None:
    """Show the days of a year that depart from Monday to Friday, and what was imported."""
    office = office_of(config)
    versions, calendar = calendar_in(office)
    if not calendar.first.year <= year <= calendar.last.year:
        end(f"YEAR is from {calendar.first.year} to {calendar.last.year}, not {year}")
    for line in _year(calendar, year):
        print(line)
    for version in versions:
        if version.notice.year == year:
            print(_version(version))


def import_notice(file: Notice, config: Config = None) -> None:
    """Take a notice for petitions filed from now on; those under way stay until `apply`."""
    office = office_of(config)
    notice = _notice(file)

    async def do() -> tuple[CalendarVersion | None, Plan]:
        now = present(office.settings.storage.data_dir)
        async with storage_of(office) as storage:
            desk = CalendarDesk(storage, policies=office.policies.by_name)
            return await desk.add(notice, actor=COMMAND_LINE, now=now), await desk.preview(None, now=now)

    version, plan = run(do)
    print(_version(version) if version else f"{notice.year}：与已导入的相同，没有改动")
    print(f"{len(plan.changes)} petitions under way would change: calendar preview, calendar apply")


def preview(file: NoticeOrNone = None, config: Config = None) -> None:
    """List the open petitions whose dates a notice moves, from → to; change nothing."""
    office = office_of(config)
    notice = _notice(file) if file else None

    async def do() -> Plan:
        async with storage_of(office) as storage:
            desk = CalendarDesk(storage, policies=office.policies.by_name)
            return await desk.preview(notice, now=present(office.settings.storage.data_dir))

    for line in _plan(run(do)):
        print(line)


def apply(file: NoticeOrNone = None, config: Config = None) -> None:
    """Take a notice and move the open petitions by it, in one transaction; tell the citizens whose date moves."""
    office = office_of(config)
    notice = _notice(file) if file else None

    async def do() -> Plan:
        async with storage_of(office) as storage:
            desk = CalendarDesk(storage, policies=office.policies.by_name)
            return await desk.apply(notice, actor=COMMAND_LINE, now=present(office.settings.storage.data_dir))

    for line in _plan(run(do)):
        print(line)


def calendar_in(office: Office) -> tuple[tuple[CalendarVersion, ...], WorkCalendar]:
    """Return the imported versions and the calendar in force; the seed where there is no database yet."""
    settings = office.settings
    if settings.uses_sqlite and not (settings.storage.data_dir / SQLITE_NAME).exists():
        return (), seed_calendar()

    async def read() -> tuple[tuple[CalendarVersion, ...], WorkCalendar]:
        async with storage_of(office) as storage:
            return await read_calendar(storage)

    return run(read)


def _notice(file: Path) -> CalendarNotice:
    try:
        return load_notice(file)
    except ConfigError as error:
        end(str(error))


def _year(calendar: WorkCalendar, year: int) -> Iterator[str]:
    known = year in calendar.known_years
    days = [calendar.day(day) for day in _days(year)]
    worked = sum(day.is_workday for day in days)
    yield f"{year}年  {worked}个工作日  {'' if known else '暂定：放假安排尚未公布  '}日历版本 {calendar.version}"
    for day in days:
        if day.source == BY_WEEKDAY and (day.confirmed or not known):
            continue
        what = "上班" if day.is_workday else "休息"
        mark = "" if day.confirmed else "  暂定"
        name, source = _MARKS.get(day.name, day.name), _MARKS.get(day.source, day.source)
        yield f"{day.date}  星期{_WEEKDAYS[day.date.weekday()]}  {what}  {name}  {source}{mark}"


def _days(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += _ONE_DAY


def _version(version: CalendarVersion) -> str:
    notice = version.notice
    what = f"{notice.region}{notice.year}" if notice.region else str(notice.year)
    applied = f"{local(version.applied_at):%Y-%m-%d %H:%M}" if version.applied_at else "-"
    return (
        f"version {version.number}: {what}, {len(notice.days)} days, {notice.source}; "
        f"imported {local(version.imported_at):%Y-%m-%d %H:%M} by {version.imported_by}, applied {applied}"
    )


def _plan(plan: Plan) -> Iterator[str]:
    for change in plan.changes:
        for move in change.moves:
            yield f"{change.number}  {_move(move)}"
    yield from _unknown(plan.unknown)
    moves = [move for change in plan.changes for move in change.moves]
    later, kept = sum(move.later for move in moves), sum(move.kept for move in moves)
    yield f"{len(plan.changes)} petitions; {later} dates later, {kept} kept, {len(moves) - later - kept} confirmed"


def _move(move: Move) -> str:
    """`answer  2026-12-31T23:59:59+08:00 → 2027-01-04T23:59:59+08:00`, with what must be known beside it."""
    old, new = _iso(move.promised, provisional=move.was_provisional), _iso(move.due, provisional=move.provisional)
    note = f"  (the calendar gives {local(move.computed).isoformat()}; a promise is not moved earlier)"
    return f"{move.key}  {old} → {new}{note if move.kept else ''}"


def _iso(at: datetime, *, provisional: bool) -> str:
    return f"{local(at).isoformat(timespec='seconds')}{'（暂定）' if provisional else ''}"


def _unknown(unknown: Mapping[str, str]) -> Iterator[str]:
    for number, policy in unknown.items():
        yield f"{number}  stays: its policy {policy!r} is not in the file of time limits any more"
