"""The time limits of the office: reads and checks `deadlines.toml`, and chooses the policy of a petition.

All problems of the file are found in one go; each names the policy or the section, what is wrong and what to write
instead. It knows the shape of the file, not how limits are counted (bot.petitions.deadlines).
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from bot.errors import GatewayError
from bot.petitions.deadlines import HourClock, Policy, Rule, TimeUnit, Warn, WarnBefore, WarnShare
from bot.petitions.office_hours import MONDAY, OfficeHours, Span
from bot.petitions.petition import Kind, MilestoneName

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST: Mapping[TimeUnit, int] = {TimeUnit.HOURS: 24 * 90, TimeUnit.WORKDAYS: 250, TimeUnit.DAYS: 366}
"""The longest limit taken for meant, by unit."""
_HOURS_EACH = {TimeUnit.HOURS: 1, TimeUnit.WORKDAYS: 24, TimeUnit.DAYS: 24}
_RULE_KEYS = {"amount", "unit", "clock", "warn"}
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_CHOICE_KEYS = {"kind", "category", "urgency", "policy"}

_Closed = TypeVar("_Closed", bound=StrEnum)


class PolicyError(GatewayError, ValueError):
    """The file of time limits does not hold together; `problems` lists everything that is wrong with it."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which policy a petition gets; an empty field fits everything."""

    policy: str
    kind: str = ""
    category: str = ""
    urgency: str = ""

    def fits(self, other: "Choice") -> bool:
        """Tell whether everything `other` is about is covered by this choice."""
        return all(
            mine in {"", theirs}
            for mine, theirs in (
                (self.kind, other.kind),
                (self.category, other.category),
                (self.urgency, other.urgency),
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """All policies of the office, and which petition gets which."""

    by_name: Mapping[str, Policy]
    default: str
    choices: tuple[Choice, ...] = ()

    def for_petition(self, kind: str, category: str = "", urgency: str = "") -> Policy:
        """Return the policy of the first choice that fits, else the default."""
        petition = Choice(policy="", kind=kind, category=category, urgency=urgency)
        name = next((choice.policy for choice in self.choices if choice.fits(petition)), self.default)
        return self.by_name[name]


def load_policies(path: Path) -> Policies:
    """Read `path`; raise PolicyError with all its problems."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PolicyError([f"{path}: cannot be read ({error.strerror}); name the file of time limits"]) from error
    except ValueError as error:  # TOMLDecodeError and UnicodeDecodeError
        raise PolicyError([f"{path}: not valid TOML in UTF-8: {error}"]) from error
    return parse_policies(data)


def parse_policies(data: Mapping[str, Any]) -> Policies:
    """Build the policies from the parsed file; raise PolicyError with all its problems."""
    reader = _Reader()
    policies = reader.policies(data)
    if reader.problems:
        raise PolicyError(reader.problems)
    return policies


class _Reader:
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

    def policies(self, data: Mapping[str, Any]) -> Policies:
        """Read the whole file."""
        self.table(data, "deadlines", {"choose", "policies", "office_hours"})
        office = self.office_hours(data.get("office_hours", []))
        tables = self.table(data.get("policies", {}), "[policies]")
        if not tables:
            self.wrong("[policies]", "names no policy; add one, e.g. [policies.urumqi]")
        by_name = {name: self.policy(name, table, office) for name, table in tables.items()}
        choose = self.table(data.get("choose", {}), "[choose]", {"default", "rules"})
        default = choose.get("default", "")
        if not isinstance(default, str) or default not in by_name:
            self.wrong("[choose] default", f"{default!r} is no policy; write one of {_listed(by_name)}")
        return Policies(by_name=by_name, default=str(default), choices=self.choices(choose.get("rules", []), by_name))

    def policy(self, name: str, value: object, office: OfficeHours | None) -> Policy:
        """Read one policy."""
        where = f"policy {name}"
        table = self.table(value, where, {"title", *MilestoneName})
        title = table.get("title", "")
        if not isinstance(title, str):
            self.wrong(f"{where} title", "must be text in quotes")
        rules = [
            rule
            for milestone in MilestoneName
            if milestone in table and (rule := self.rule(milestone, table[milestone], office, where=where))
        ]
        if not any(milestone in table for milestone in MilestoneName):
            self.wrong(where, f"sets no limit; add one of {_listed(MilestoneName)}")
        self.order(rules, where)
        return Policy(name=name, rules=tuple(rules), title=str(title))

    def order(self, rules: Iterable[Rule], where: str) -> None:
        """Note a response that may come after the answer."""
        hours = {rule.name: rule.amount * _HOURS_EACH[rule.unit] for rule in rules}
        response, answer = hours.get(MilestoneName.RESPONSE), hours.get(MilestoneName.ANSWER)
        if response is not None and answer is not None and response > answer:
            self.wrong(where, "response is due after answer, which is impossible; shorten response or lengthen answer")

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
        self.wrong(where, f"{value!r} is unknown; write one of {_listed(kind)}")
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
            case {"share": float() | int() as share, **rest} if not rest and not isinstance(share, bool):
                if 0 < share < 1:
                    return WarnShare(share=float(share))
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

    def choices(self, value: object, policies: Iterable[str]) -> tuple[Choice, ...]:
        """Read the exceptions to the default; one that an earlier one hides is refused."""
        choices: list[Choice] = []
        if not isinstance(value, list):
            self.wrong("[choose] rules", "must be a list of tables")
            return ()
        for number, entry in enumerate(value, 1):
            where = f"[choose] rules, number {number}"
            table = self.table(entry, where, _CHOICE_KEYS)
            fields = {key: table.get(key, "") for key in _CHOICE_KEYS}
            if wrong := sorted(key for key, text in fields.items() if not isinstance(text, str)):
                self.wrong(where, f"{', '.join(wrong)} must be text in quotes")
                continue
            choice = Choice(**fields)
            self.choice(choice, choices, policies, where)
            choices.append(choice)
        return tuple(choices)

    def choice(self, choice: Choice, earlier: Iterable[Choice], policies: Iterable[str], where: str) -> None:
        """Check one exception against the policies, the kinds and those before it."""
        if choice.policy not in policies:
            self.wrong(where, f"policy {choice.policy!r} does not exist; write one of {_listed(policies)}")
        if choice.kind and choice.kind not in set(Kind):
            self.wrong(where, f"kind {choice.kind!r} is unknown; write one of {_listed(Kind)}")
        if hidden := [number for number, other in enumerate(earlier, 1) if other.fits(choice)]:
            self.wrong(
                where,
                f"policy {choice.policy} is never reached: number {hidden[0]} fits the same petitions; "
                "put the narrower one first or remove one",
            )

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
                self.wrong(f"{where} days", f"must be a list out of {_listed(WEEK)}")
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


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "(none)"
