"""New dates for petitions under way when the work calendar changes: computed, compared with the promise, recorded.

A promised date is never moved earlier. Where the new calendar gives a later one, the clock moves there and the citizen
is told both dates. Where it gives an earlier one, the promise stays, the record says so, and nobody has to be told. A
clock that has already passed (red) stays as it is: what the citizen was told of it stays true. One that stands still is
counted anew when it runs again. Knows no storage.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.petitions import lifecycle
from bot.petitions.calendar import WorkCalendar
from bot.petitions.petition import Actor, Case, Event, Milestone, Outcome
from bot.petitions.terms import Terms, course_of
from bot.petitions.vocabulary import PROMISED, MilestoneName


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What a changed calendar means for one running clock; all moments in UTC."""

    milestone: MilestoneName
    key: str
    """What the clock is called among the petition's, see `Milestone.key`."""
    promised: datetime
    """What the citizen was told until now."""
    due: datetime
    """What holds from now on; never before `promised`."""
    computed: datetime
    """What the calendar gives."""
    warn_at: datetime | None
    provisional: bool
    was_provisional: bool

    @property
    def later(self) -> bool:
        """Whether the promised date moves."""
        return self.due > self.promised

    @property
    def kept(self) -> bool:
        """Whether the calendar gives an earlier date, and the promise stays."""
        return self.computed < self.promised


def moves_of(case: Case, terms: Terms, *, history: Iterable[Event] = ()) -> tuple[Move, ...]:
    """Return what changes for the clocks of `case` that run and have not passed; nothing for those that stay.

    `history` holds the pauses and extensions of its clocks; without it there were none.
    """
    events = tuple(history)
    moves = (_move(clock, terms, events) for clock in case.milestones if clock.running and clock.passed_at is None)
    return tuple(
        move for move in moves if move and (move.later or move.kept or move.provisional != move.was_provisional)
    )


def _move(clock: Milestone, terms: Terms, history: Iterable[Event]) -> Move | None:
    found = terms.recount(clock, course_of(clock, history))
    if found is None:
        return None
    later = found.due > clock.due_at
    return Move(
        milestone=clock.name,
        key=clock.key,
        promised=clock.due_at,
        due=found.due if later else clock.due_at,
        computed=found.due,
        warn_at=found.warn_at if later else clock.warn_at,
        provisional=found.provisional,
        was_provisional=clock.provisional,
    )


def reschedule(
    case: Case, moves: Iterable[Move], *, calendar: WorkCalendar, sources: Sequence[str], actor: Actor, now: datetime
) -> Outcome:
    """Record `moves`; the citizen is told when a promised date moves. `sources` names the notices behind it.

    What is said of them comes from the record: `moved_dates`.
    """
    moves = tuple(moves)
    data = {
        "calendar": calendar.version,
        "sources": list(sources),
        "clocks": [_data(move) for move in moves],
    }
    return lifecycle.reschedule(
        case, data=data, tell=any(move.later for move in moves if move.milestone in PROMISED), actor=actor, now=now
    )


def _data(move: Move) -> Mapping[str, Any]:
    return {
        "milestone": move.key,
        "from": move.promised.isoformat(),
        "due": move.due.isoformat(),
        "computed": move.computed.isoformat(),
        "warn": move.warn_at.isoformat() if move.warn_at else None,
        "provisional": move.provisional,
    }
