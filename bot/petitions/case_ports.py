"""What is asked of the store of petitions. Errors and moments as in `ports`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.petitions.petition import Case, Event, Milestone, Outcome
from bot.petitions.vocabulary import Kind, Lamp, MilestoneName, State


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """Which petitions a list shows; empty fields do not filter.

    `unit` has them or helps with them; `text` is searched in number, content and place.
    """

    states: tuple[State, ...] = ()
    kinds: tuple[Kind, ...] = ()
    unit: str | None = None
    lamp: Lamp | None = None
    owed: MilestoneName | None = None
    """Only those on which something of this name is owed: an extension to be decided, a feedback to be given."""
    supervised: bool = False
    text: str = ""
    citizen: str = ""
    open_only: bool = False
    """Only those that have not ended, or on which something is owed still (a feedback after the closing)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """One page of a list, most urgent first (earliest open due date, then newest), and how many there are in all."""

    cases: tuple[Case, ...]
    total: int


class Cases(Protocol):
    """Petitions with their clocks and their history."""

    async def get(self, number: str, *, lock: bool = False) -> Case | None:
        """Return the case; `lock` keeps others from changing it until the end of this unit of work."""
        ...

    async def events(self, number: str) -> tuple[Event, ...]:
        """Return the whole history, oldest first."""
        ...

    async def save(self, outcome: Outcome) -> None:
        """Write the case after an act, its events, and one outbox row a notice; `Stale` when the version moved on."""
        ...

    async def reserve(self, day: date, count: int = 1) -> int:
        """Take `count` sequence numbers of the day (Beijing date); return the first."""
        ...

    async def search(self, wanted: CaseFilter, *, now: datetime, limit: int, offset: int = 0) -> CasePage:
        """Return one page of the petitions that match."""
        ...

    async def of_citizen(self, citizen: str, *, limit: int = 20) -> tuple[Case, ...]:
        """Return the citizen's own petitions, newest first."""
        ...

    async def counts(self, *, now: datetime, unit: str | None = None) -> Mapping[str, int]:
        """Return how many there are: one entry a state value, and `lamp:yellow`, `lamp:red` among the open ones."""
        ...

    async def due_milestones(self, *, now: datetime, limit: int) -> tuple[Milestone, ...]:
        """Return the milestones whose `next_at` has come, most overdue first."""
        ...

    async def all_numbers(self, *, since: datetime | None = None) -> tuple[str, ...]:
        """Return every number in order of filing; for export and rebuild."""
        ...
