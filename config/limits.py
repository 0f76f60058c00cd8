"""Reads limits out of the tables of `deadlines.toml`: amounts, units, warnings, extensions, opening hours.

Every problem is noted by where it stands, what is wrong and what to write instead, and reading goes on. It knows
single limits; what a policy is made of and who gets which is the business of `config.policies`.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import time
from enum import StrEnum
from typing import Any, TypeVar

from bot.petitions.office_hours import MONDAY, OfficeHours, Span
from bot.petitions.policy import ExtensionLimit, HourClock, Rule, TimeUnit, Warn, WarnBefore, WarnShare
from bot.petitions.vocabulary import MilestoneName

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST: Mapping[TimeUnit, int] = {TimeUnit.HOURS: 24 * 90, TimeUnit.WORKDAYS: 250, TimeUnit.DAYS: 366}
"""The longest limit taken for meant, by unit."""
_RULE_KEYS = {"amount", "unit", "clock", "warn"}
_MORE = {"last_workday"}
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")

_Closed = TypeVar("_Closed", bound=StrEnum)


class LimitReader:
    """Reads one file, noting problems and going on."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def wrong(self, where: str, what: str) -> None:
        """Note a problem."""
        self.problems.append(f"{where}: {what}")

    def table(self, value: object, where: str, allowed: Iterable[str] | None = None) -> Mapping[str, Any]:
        """Return `value` if it is a table with no keys but the allowed ones, else note it and return what is usable."""
        if not isinstance(value, dict):
            self.wrong(where, "must be a table")
            return {}
        if allowed is not None:
            for key in sorted(value.keys() - set(allowed)):
                self.wrong(where, f"does not know {key!r}; it takes {', '.join(sorted(allowed))}")
        return value

    def rule(self, name: MilestoneName, value: object, office: OfficeHours | None, *, where: str) -> Rule | None:
        """Read one limit; None when it cannot be made out."""
        before = len(self.problems)
        where = f"{where} {name}"
        table = self.table(value, where, _RULE_KEYS)
        if table is not value:
            return None
        unit = self.one_of(table.get("unit", ""), TimeUnit, f"{where} unit")
        clock = self.one_of(table.get("clock", HourClock.CLOCK_HOURS.value), HourClock, f"{where} clock")
        amount = self.amount(table.get("amount"), unit, where)
        if "clock" in table and unit is not None and unit is not TimeUnit.HOURS:
            self.wrong(f"{where} clock", f"has no meaning with unit {unit.value!r}; remove it or count in hours")
        if clock is HourClock.OFFICE_HOURS and office is None:
            self.wrong(f"{where} clock", "counts office hours and there are none; add [[office_hours]]")
        warn = self.warn(table["warn"], f"{where} warn") if "warn" in table else None
        if unit is None or clock is None or len(self.problems) > before:
            return None
        used = office if clock is HourClock.OFFICE_HOURS else None
        return Rule(name=name, amount=amount, unit=unit, clock=clock, warn=warn, office=used)

    def one_of(self, value: object, kind: type[_Closed], where: str) -> _Closed | None:
        """Read a member of a closed set."""
        if isinstance(value, str) and value in {member.value for member in kind}:
            return kind(value)
        self.wrong(where, f"{value!r} is unknown; write one of {listed(kind)}")
        return None

    def amount(self, value: object, unit: TimeUnit | None, where: str) -> int:
        """Read how many; 0 when that cannot be made out."""
        if type(value) is not int or value < 1:
            self.wrong(f"{where} amount", f"{value!r} must be a whole number from 1 on")
            return 0
        if unit is not None and value > LONGEST[unit]:
            self.wrong(f"{where} amount", f"{value} {unit} is too long to be meant; at most {LONGEST[unit]}")
        return value

    def warn(self, value: object, where: str) -> Warn | None:
        """Read when to warn."""
        match value:
            case {"share": float() | int() as share, **rest} if not isinstance(share, bool) and rest.keys() <= _MORE:
                last = _time(str(rest["last_workday"])) if rest else None
                if rest and last is None:
                    self.wrong(f"{where} last_workday", 'must be a time of day; write e.g. "09:00"')
                elif 0 < share < 1:
                    return WarnShare(share=float(share), last_workday=last)
                else:
                    self.wrong(f"{where} share", f"{share} must lie between 0 and 1, e.g. 0.25")
            case {"days_before": int() as days, "at": str() as at, **rest} if not rest and not isinstance(days, bool):
                if (moment := _time(at)) is None:
                    self.wrong(f"{where} at", f'{at!r} is no time of day; write e.g. "09:00"')
                elif days < 0:
                    self.wrong(f"{where} days_before", f"{days} must be 0 or more")
                else:
                    return WarnBefore(days_before=days, at=moment)
            case _:
                self.wrong(where, 'write { share = 0.25 } or { days_before = 1, at = "09:00" }')
        return None

    def extension(self, value: object, where: str) -> ExtensionLimit:
        """Read how often and how far the answer may be extended."""
        table = self.table(value, where, {"times", "most"})
        times, most = table.get("times", 1), table.get("most")
        if type(times) is not int or times < 0:
            self.wrong(f"{where} times", f"{times!r} must be a whole number from 0 on; 0 allows none")
            return ExtensionLimit()
        if most is not None and (type(most) is not int or most < 1):
            self.wrong(f"{where} most", f"{most!r} must be a whole number from 1 on; leave it out for no such limit")
            return ExtensionLimit()
        return ExtensionLimit(times=times, most=most)

    def office_hours(self, value: object) -> OfficeHours | None:
        """Read the opening hours; None when there are none."""
        if not isinstance(value, list):
            self.wrong("[[office_hours]]", "must be a list of tables; write the section in double brackets")
            return None
        week: dict[int, tuple[Span, ...]] = {}
        for number, entry in enumerate(value, 1):
            where = f"[[office_hours]], number {number}"
            table = self.table(entry, where, {"days", "spans"})
            spans = self.spans(table.get("spans"), where)
            days = table.get("days")
            if not isinstance(days, list) or not days or any(day not in WEEK for day in days):
                self.wrong(f"{where} days", f"must be a list out of {listed(WEEK)}")
                continue
            for day in (WEEK.index(name) for name in days):
                if day in week:
                    self.wrong(f"{where} days", f"{WEEK[day]} is given twice; keep one")
                week[day] = spans
        if value and not week.get(MONDAY):
            self.wrong("[[office_hours]]", "has no hours for mon, which make-up workdays need; add them")
        return OfficeHours(week=week) if week else None

    def spans(self, value: object, where: str) -> tuple[Span, ...]:
        """Read the spans of a day."""
        if not isinstance(value, list) or not value:
            self.wrong(f"{where} spans", 'must be a list such as ["10:00-14:00", "16:00-20:00"]')
            return ()
        result: list[Span] = []
        for text in value:
            opens, _, closes = str(text).partition("-")
            begin, end = _time(opens), _time(closes)
            if begin is None or end is None or begin >= end:
                self.wrong(f"{where} spans", f'{text!r} must go from an earlier time to a later, e.g. "10:00-14:00"')
            elif result and begin < result[-1].closes:
                self.wrong(f"{where} spans", f"{text!r} must begin after the span before it ends")
            else:
                result.append(Span(opens=begin, closes=end))
        return tuple(result)


def _time(text: str) -> time | None:
    """Read `09:00`; None for anything else."""
    if not _TIME.fullmatch(text):
        return None
    hour, minute = text.split(":")
    return time(int(hour), int(minute))


def listed(names: Iterable[str]) -> str:
    """Return the names as a sentence holds them."""
    return ", ".join(names) or "(none)"
