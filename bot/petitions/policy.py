"""What a policy promises: the limits of a petition's clocks, and what its hops are bound by. All of it values.

How a limit becomes a date is in `deadlines`. Knows no file they stand in.
"""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum

from bot.petitions.office_hours import OfficeHours
from bot.petitions.vocabulary import MilestoneName


class TimeUnit(StrEnum):
    """What a limit is counted in."""

    HOURS = "hours"
    WORKDAYS = "workdays"
    DAYS = "days"


class HourClock(StrEnum):
    """When an hour limit runs."""

    CLOCK_HOURS = "clock_hours"
    OFFICE_HOURS = "office_hours"


@dataclass(frozen=True, slots=True, kw_only=True)
class WarnShare:
    """Warn (yellow) when only this share of the time is left, e.g. 0.25, or the last working day has begun.

    The earlier of the two; `last_workday` is the time in Beijing at which that day begins, None for the share alone.
    """

    share: float
    last_workday: time | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WarnBefore:
    """Warn (yellow) so many calendar days before the due date, at this time in Beijing."""

    days_before: int
    at: time


Warn = WarnShare | WarnBefore


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One limit of a policy."""

    name: MilestoneName
    amount: int
    unit: TimeUnit
    clock: HourClock = HourClock.CLOCK_HOURS
    """Only for `TimeUnit.HOURS`."""
    warn: Warn | None = None
    office: OfficeHours | None = None
    """The opening hours; required by `HourClock.OFFICE_HOURS`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionLimit:
    """How far the answer may be extended (延期)."""

    times: int = 1
    most: int | None = None
    """All extensions together, in the unit of the answer; None for no such limit."""


def _hop(name: MilestoneName, workdays: int) -> Rule:
    warn = WarnShare(share=0.25, last_workday=time(9))
    return Rule(name=name, amount=workdays, unit=TimeUnit.WORKDAYS, warn=warn)


HOP_RULES = {
    rule.name: rule
    for rule in (
        _hop(MilestoneName.SIGN, 1),
        _hop(MilestoneName.COHANDLE, 3),
        _hop(MilestoneName.SUPPLEMENT, 5),
        _hop(MilestoneName.EXTENSION, 1),
        _hop(MilestoneName.FEEDBACK, 3),
    )
}
"""The clocks of the hops where a policy does not set them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HopLimits:
    """What the hops of a petition are bound by, besides their clocks."""

    designate: int = 3
    """The dispatch from which on the unit is designated: it may not return the petition."""
    chases: int = 3
    """The 催办 that puts a petition under supervision; 0 for none."""
    chase_rest: int = 1
    """Working days until a further 催办 counts."""
    redos: int = 1
    """How often a petition is done again after 不满意."""
    redo_window: int = 10
    """Working days after the answer in which it may be done again."""
    redo_asked: int = 1
    """Whether the citizen's word is enough for it (1), or the office decides (0)."""
    review_window: int = 30
    """Calendar days after a written reply in which 复查 or 复核 may be asked for (信访工作条例 35, 36)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The limits that hold for a petition, and what the office calls them."""

    name: str
    """As petitions keep it: `beijing`, or `beijing:urgent` for a tier of it."""
    rules: tuple[Rule, ...]
    """The clocks that start with the filing."""
    title: str = ""
    later: tuple[Rule, ...] = ()
    """The clocks that start on the way: with a hop, or when the citizen asks for 复查 or 复核."""
    extension: ExtensionLimit = ExtensionLimit()
    hops: HopLimits = HopLimits()

    def rule(self, name: str) -> Rule | None:
        """Return the limit for a milestone, or None where the policy sets none and it is no hop."""
        own = next((rule for rule in (*self.rules, *self.later) if rule.name == name), None)
        return own or HOP_RULES.get(MilestoneName(name))
