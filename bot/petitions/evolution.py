"""How events make a petition what it is: `replay` of the stored events gives the stored case.

`evolve` is the only place where a case changes. It judges nothing, asks no calendar and reads no clock: what an event
does to due dates stands in its data, under `starts` (clocks that begin with it) and `clocks` (new dates of those that
run). An event of an unknown shape is a fault of ours and raises.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache, reduce
from typing import Any

from bot.petitions.deadlines import Deadline
from bot.petitions.petition import Case, Event, Milestone, Petition
from bot.petitions.vocabulary import EventType, Kind, MilestoneName, Rating, Role, Solved, State

_STATES = {
    EventType.ACCEPTED: State.ACCEPTED,
    EventType.REFUSED: State.REFUSED,
    EventType.FORWARDED: State.FORWARDED,
    EventType.RETURNED: State.ACCEPTED,
    EventType.ASKED: State.WAITING,
    EventType.ANSWERED: State.ANSWERED,
    EventType.REVIEWED: State.ANSWERED,
    EventType.CLOSED: State.CLOSED,
    EventType.WITHDRAWN: State.WITHDRAWN,
}
"""Where an event leads; the others say so themselves in `state`, or leave the petition where it is."""

_MEETS: Mapping[MilestoneName, frozenset[EventType]] = {
    MilestoneName.RESPONSE: frozenset({EventType.ACCEPTED, EventType.REFUSED, EventType.FORWARDED, EventType.ANSWERED}),
    MilestoneName.ANSWER: frozenset({EventType.ANSWERED}),
    MilestoneName.SIGN: frozenset({EventType.SIGNED, EventType.RETURNED}),
    MilestoneName.COHANDLE: frozenset({EventType.CONTRIBUTED}),
    MilestoneName.SUPPLEMENT: frozenset({EventType.SUPPLEMENTED}),
    MilestoneName.EXTENSION: frozenset({EventType.EXTENDED, EventType.EXTENSION_REFUSED}),
    MilestoneName.FEEDBACK: frozenset({EventType.FEEDBACK}),
    MilestoneName.REVIEW: frozenset({EventType.REVIEWED}),
    MilestoneName.RECHECK: frozenset({EventType.REVIEWED}),
}

_COUNTED = frozenset({EventType.JOINED, EventType.LEFT})
"""Events that say how many people stand behind the petition, who filed it among them."""

_TAKES = frozenset({EventType.ANSWERED, EventType.ASKED, EventType.EXTENSION_ASKED, EventType.COHANDLED})
"""What an officer does only to a petition that was taken: it signs for it."""

_ALL_END = frozenset({EventType.REFUSED, EventType.WITHDRAWN, EventType.CLOSED})
_ENDS: Mapping[MilestoneName, frozenset[EventType]] = {
    MilestoneName.SIGN: frozenset({EventType.FORWARDED, EventType.ANSWERED}),
    MilestoneName.COHANDLE: frozenset({EventType.FORWARDED, EventType.RETURNED, EventType.ANSWERED}),
    MilestoneName.SUPPLEMENT: frozenset({EventType.RESUMED}),
    MilestoneName.EXTENSION: frozenset({EventType.FORWARDED, EventType.RETURNED, EventType.ANSWERED}),
}
"""What ends a clock that nobody met: nothing is owed any more."""


def replay(events: Iterable[Event]) -> Case:
    """Rebuild a case from all its events, oldest first."""
    first, *rest = events
    return reduce(evolve, rest, begin(first))


def evolve(case: Case, event: Event) -> Case:
    """Return the case after `event`."""
    clocks = [_evolve_clock(clock, event) for clock in case.milestones]
    clocks += [milestone_of(event.number, row, seq=event.seq) for row in event.data.get("starts", ())]
    return Case(petition=replace(case.petition, **_changes(case.petition, event)), milestones=tuple(clocks))


def begin(event: Event) -> Case:
    """Return the case that a filing makes."""
    data = event.data
    petition = Petition(
        number=event.number,
        kind=Kind(data["kind"]),
        state=State.FILED,
        citizen=event.actor,
        content=data["content"],
        place=data["place"],
        latitude=data["latitude"],
        longitude=data["longitude"],
        phone=data["phone"],
        public=data["public"],
        code=data["code"],
        unit="",
        policy=data["policy"],
        filed_at=event.at,
        updated_at=event.at,
        version=event.seq,
    )
    return Case(petition=petition, milestones=tuple([milestone_of(event.number, row) for row in data["deadlines"]]))


def _changes(petition: Petition, event: Event) -> dict[str, Any]:
    """Return what an event changes of the petition itself."""
    data = event.data
    changes: dict[str, Any] = {"version": event.seq, "updated_at": event.at, **_heads(event)}
    if event.type in _STATES:
        changes["state"] = _STATES[event.type]
    elif "state" in data:
        changes["state"] = State(data["state"])
    match event.type:
        case EventType.FORWARDED:
            changes |= {"unit": data["unit"], "co_units": (), "dispatches": petition.dispatches + 1}
        case EventType.RETURNED:
            changes |= {"unit": "", "co_units": ()}
        case EventType.COHANDLED:
            changes["co_units"] = (*petition.co_units, *(row["id"] for row in data["units"]))
        case EventType.EXTENDED:
            changes["extensions"] = petition.extensions + 1
        case EventType.CHASED:
            again = datetime.fromisoformat(data["again"])
            changes |= {"chases": petition.chases + 1, "chase_again_at": again}
        case EventType.SUPERVISED:
            changes["supervisions"] = petition.supervisions + 1
        case EventType.RATED:
            solved = data.get("solved")  # a rating from before it was asked has no such word
            changes["rating"] = Rating(data["rating"]) if data["rating"] else None
            changes["solved"] = Solved(solved) if solved else None
        case EventType.REDONE:
            changes |= {"redos": petition.redos + 1, "rating": None, "solved": None}
        case EventType.REVIEW_ASKED:
            changes["reviews"] = petition.reviews + 1
        case _:
            pass
    return changes


def _heads(event: Event) -> dict[str, Any]:
    """Return the joiners after an event that counts heads."""
    return {"joiners": event.data["count"] - 1} if event.type in _COUNTED else {}


def _evolve_clock(clock: Milestone, event: Event) -> Milestone:
    if not clock.open:
        return clock
    name, data = clock.name, event.data
    if "clocks" in data:
        clock = _moved(clock, event)
    if data.get("milestone") == clock.key:
        match event.type:
            case EventType.WARNED:
                return replace(clock, warned_at=event.at)
            case EventType.PASSED:
                return replace(clock, passed_at=event.at)
            case _:
                clock = replace(clock, passed_at=event.at)  # silence: what the clock does next, it does late
    if event.type in _MEETS[name] and (not clock.unit or clock.unit == data.get("unit")):
        return replace(clock, met_at=event.at, paused_at=None)
    if name is MilestoneName.SIGN and event.role is Role.OFFICER and event.type in _TAKES:
        return replace(clock, met_at=event.at)
    if event.type in _ALL_END or event.type in _ENDS.get(name, ()):
        return replace(clock, ended_at=event.at, paused_at=None)
    if event.type is EventType.ASKED and data["pauses"] == clock.key:
        return replace(clock, paused_at=event.at)
    return clock


def _moved(clock: Milestone, event: Event) -> Milestone:
    """Give a clock its new dates, and let it run; a warning or an end that now lies ahead will come again."""
    row = next((row for row in event.data["clocks"] if row["milestone"] == clock.key), None)
    if row is None:
        return clock
    due_at, warn_at = datetime.fromisoformat(row["due"]), _moment(row["warn"])
    return replace(
        clock,
        due_at=due_at,
        warn_at=warn_at,
        provisional=row["provisional"],
        warned_at=None if warn_at is not None and warn_at > event.at else clock.warned_at,
        passed_at=None if due_at > event.at else clock.passed_at,
        paused_at=None,
    )


# --- clocks in the data of events -----------------------------------------------------------------------------------


def start_data(deadline: Deadline, *, unit: str = "") -> dict[str, Any]:
    """Return a clock that starts, as an event keeps it."""
    data = {"name": str(deadline.name), "start": _iso(deadline.start), **_dates(deadline)}
    return data | {"unit": unit} if unit else data


def move_data(clock: Milestone, deadline: Deadline) -> dict[str, Any]:
    """Return the new dates of a clock, as an event keeps them."""
    return {"milestone": clock.key, "from": _iso(clock.due_at), **_dates(deadline)}


def _dates(deadline: Deadline) -> dict[str, Any]:
    return {
        "due": _iso(deadline.due),
        "warn": _iso(deadline.warn_at) if deadline.warn_at else None,
        "provisional": deadline.provisional,
    }


@lru_cache(maxsize=256)
def _iso(moment: datetime) -> str:
    """Return the text of a moment in UTC; those of a deadline are the same for all who file in one moment."""
    return moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def milestone_of(number: str, row: Mapping[str, Any], *, seq: int = 1) -> Milestone:
    """Read back what `start_data` wrote."""
    return Milestone(
        number=number,
        name=MilestoneName(row["name"]),
        started_at=datetime.fromisoformat(row["start"]),
        due_at=datetime.fromisoformat(row["due"]),
        warn_at=_moment(row["warn"]),
        provisional=row["provisional"],
        unit=row.get("unit", ""),
        seq=seq,
    )
