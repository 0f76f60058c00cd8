"""Reads the file of a notice about rest days: what `python -m bot calendar import` takes.

::

    year = 2027
    source = "国务院办公厅关于2027年部分节假日安排的通知"
    region = ""              # "" for the State Council's notice; a name for a region's own holidays
    confirmed = true         # false while the days are only expected: they count, and are marked 暂定

    [holidays]               # name → days off, single or from..to; without names: holidays = [...]
    "元旦" = ["2027-01-01..2027-01-03"]

    [workdays]               # name → Saturdays and Sundays that are worked (调休上班)
    "元旦" = ["2026-12-27"]

All problems are found in one go.
"""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.petitions.calendar import CalendarDay, CalendarNotice
from config.errors import ConfigError, Problem

FIRST_YEAR, LAST_YEAR = 2004, 2099
_KEYS = {"year", "source", "region", "confirmed", "holidays", "workdays"}
_SATURDAY = 5
_DECEMBER = 12
_LONGEST = timedelta(days=31)
_ONE_DAY = timedelta(days=1)
_AS_DAYS = 'write "2027-02-05", or "2027-02-05..2027-02-11" from the first to the last'


class NoticeError(ConfigError):
    """The notice cannot be used."""


def load_notice(path: Path) -> CalendarNotice:
    """Read `path`; raise NoticeError with all its problems."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise NoticeError([_problem(str(path), f"cannot be read ({error.strerror})", "name the file")]) from error
    except ValueError as error:  # TOMLDecodeError and UnicodeDecodeError
        raise NoticeError([_problem(str(path), f"is not TOML in UTF-8 ({error})", "mend the file")]) from error
    reader = _Reader(path.name)
    notice = reader.notice(data)
    if reader.problems:
        raise NoticeError(reader.problems)
    return notice


def _problem(name: str, what: str, remedy: str) -> Problem:
    return Problem(name=name, what=what, remedy=remedy)


class _Reader:
    """Reads one file, noting problems and going on."""

    def __init__(self, file: str) -> None:
        self.problems: list[Problem] = []
        self._file = file

    def wrong(self, where: str, what: str, remedy: str) -> None:
        """Note a problem."""
        self.problems.append(_problem(f"{self._file}: {where}", what, remedy))

    def notice(self, data: Mapping[str, Any]) -> CalendarNotice:
        """Read the whole file."""
        for key in sorted(data.keys() - _KEYS):
            self.wrong(key, "is unknown", f"use {', '.join(sorted(_KEYS))}")
        year, source, region = data.get("year"), data.get("source", ""), data.get("region", "")
        if type(year) is not int or not FIRST_YEAR <= year <= LAST_YEAR:
            self.wrong("year", "is no year", f"write year = N from {FIRST_YEAR} to {LAST_YEAR}")
            year = 0
        if not isinstance(source, str) or not source.strip():
            self.wrong("source", "is empty", "name the notice, so that every date can say what it rests on")
        if not isinstance(region, str):
            self.wrong("region", "is no text", 'write region = "" for the State Council\'s notice')
        confirmed = data.get("confirmed", True)
        if not isinstance(confirmed, bool):
            self.wrong("confirmed", "is neither true nor false", "leave it out for a published notice")
        days: dict[date, CalendarDay] = {}
        for key, is_workday in (("holidays", False), ("workdays", True)):
            for name, day in self.days(data.get(key, {}), key):
                if day in days:
                    self.wrong(key, f"names {day} a second time", "keep one")
                days[day] = CalendarDay(
                    date=day, is_workday=is_workday, name=name, source=str(source), confirmed=confirmed is True
                )
        if year:
            self.check(year, days, national=not region)
        return CalendarNotice(
            year=year,
            source=str(source).strip(),
            region=str(region).strip(),
            days=tuple(days[day] for day in sorted(days)),
        )

    def check(self, year: int, days: Mapping[date, CalendarDay], *, national: bool) -> None:
        """Note days that cannot belong to the year's notice, and a national one that lacks New Year."""
        for day, row in days.items():
            if day.year != year and (day.year, day.month) != (year - 1, _DECEMBER):
                self.wrong("year", f"{day} belongs to another year", "import each year by its own file")
            if row.is_workday and day.weekday() < _SATURDAY:
                self.wrong(
                    "workdays", f"{day} is no Saturday or Sunday", "only make-up workdays (调休上班) stand there"
                )
        if not days:
            self.wrong("holidays", "names no day", "list the days off")
        elif national and (date(year, 1, 1) not in days or days[date(year, 1, 1)].is_workday):
            self.wrong(
                "holidays", f"lacks {year}-01-01", 'list all days of the notice, or set region = "…" for local ones'
            )

    def days(self, value: object, where: str) -> Iterator[tuple[str, date]]:
        """Yield name and date of every day in a table of names, or in a plain list."""
        tables = value if isinstance(value, dict) else {"": value}
        for name, entries in tables.items():
            for entry in entries if isinstance(entries, list) else [entries]:
                span = _span(entry)
                if span is None:
                    self.wrong(where, f"{entry!r} is no day", _AS_DAYS)
                    continue
                day, last = span
                while day <= last:
                    yield name, day
                    day += _ONE_DAY


def _span(entry: object) -> tuple[date, date] | None:
    """Read a TOML date, `2027-01-01` or `2027-01-01..2027-01-03`; None for anything else or longer than a month."""
    if isinstance(entry, date) and not isinstance(entry, datetime):
        return entry, entry
    if not isinstance(entry, str):
        return None
    first, dots, last = entry.partition("..")
    try:
        begin = date.fromisoformat(first.strip())
        end = date.fromisoformat(last.strip()) if dots else begin
    except ValueError:
        return None
    return (begin, end) if begin <= end <= begin + _LONGEST else None
