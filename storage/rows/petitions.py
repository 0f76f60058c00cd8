"""Rows of petitions, their events and their clocks."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from bot.petitions.petition import Case, Event, Milestone, Petition, split_key
from bot.petitions.vocabulary import EventType, Kind, Rating, Role, Solved, State
from storage.columns import MomentOut, from_json, maybe, same_moment, storable, to_json

PETITION_COLUMNS = (
    "number", "kind", "state", "citizen", "content", "place", "latitude", "longitude", "phone", "public", "code",
    "unit", "policy", "filed_at", "updated_at", "version", "rating", "open_due_at", "open_warn_at",
)  # fmt: skip


def petition_row(case: Case, out: MomentOut = same_moment) -> tuple[Any, ...]:
    """Return the row of a petition as it is filed, with what its running clocks say; the rest is in `hops_row`."""
    petition = case.petition
    running = [milestone for milestone in case.milestones if milestone.running]
    due = min((milestone.due_at for milestone in running), default=None)
    warn = min((milestone.warn_at for milestone in running if milestone.warn_at is not None), default=None)
    return (
        petition.number,
        petition.kind.value,
        petition.state.value,
        petition.citizen,
        storable(petition.content),
        storable(petition.place),
        petition.latitude,
        petition.longitude,
        storable(petition.phone),
        petition.public,
        petition.code,
        petition.unit,
        petition.policy,
        out(petition.filed_at),
        out(petition.updated_at),
        petition.version,
        petition.rating.value if petition.rating else None,
        maybe(due, out),
        maybe(warn, out),
    )


HOPS_COLUMNS = (
    "co_units", "dispatches", "extensions", "chases", "chase_again_at", "redos", "supervisions", "reviews",
    "solved", "joiners",
)  # fmt: skip


def hops_row(petition: Petition, out: MomentOut = same_moment) -> tuple[Any, ...]:
    """Return what the hops of a petition left; a petition that was only filed has the defaults of the table."""
    return (
        _listed(petition.co_units),
        petition.dispatches,
        petition.extensions,
        petition.chases,
        maybe(petition.chase_again_at, out),
        petition.redos,
        petition.supervisions,
        petition.reviews,
        petition.solved.value if petition.solved else None,
        petition.joiners,
    )


def _listed(units: Sequence[str]) -> str:
    """Return `,water,roads,`: each unit can be found between its commas."""
    return f",{','.join(units)}," if units else ""


def petition_from(row: Row[Any]) -> Petition:
    """Read a petition."""
    return Petition(
        number=row.number,
        kind=Kind(row.kind),
        state=State(row.state),
        citizen=row.citizen,
        content=row.content,
        place=row.place,
        latitude=row.latitude,
        longitude=row.longitude,
        phone=row.phone,
        public=row.public,
        code=row.code,
        unit=row.unit,
        policy=row.policy,
        filed_at=row.filed_at,
        updated_at=row.updated_at,
        version=row.version,
        rating=Rating(row.rating) if row.rating else None,
        co_units=tuple(unit for unit in row.co_units.split(",") if unit),
        dispatches=row.dispatches,
        extensions=row.extensions,
        chases=row.chases,
        chase_again_at=row.chase_again_at,
        redos=row.redos,
        supervisions=row.supervisions,
        reviews=row.reviews,
        solved=Solved(row.solved) if row.solved else None,
        joiners=row.joiners,
    )


EVENT_COLUMNS = ("number", "seq", "type", "at", "role", "actor", "data")


def event_row(event: Event, out: MomentOut = same_moment) -> tuple[Any, ...]:
    """Return the row of an event."""
    data = to_json(event.data)
    return (event.number, event.seq, event.type.value, out(event.at), event.role.value, event.actor, data)


def event_from(row: Row[Any]) -> Event:
    """Read an event."""
    return Event(
        number=row.number,
        seq=row.seq,
        type=EventType(row.type),
        at=row.at,
        role=Role(row.role),
        actor=row.actor,
        data=from_json(row.data),
    )


MILESTONE_COLUMNS = (
    "number", "name", "position", "started_at", "due_at", "warn_at", "provisional", "warned_at", "passed_at", "met_at",
    "ended_at", "next_at",
)  # fmt: skip


def milestone_row(milestone: Milestone, position: int, out: MomentOut = same_moment) -> tuple[Any, ...]:
    """Return the row of a clock; `position` is its place in the case. Since when it stands still is not in it."""
    return (
        milestone.number,
        milestone.key,
        position,
        out(milestone.started_at),
        out(milestone.due_at),
        maybe(milestone.warn_at, out),
        milestone.provisional,
        maybe(milestone.warned_at, out),
        maybe(milestone.passed_at, out),
        maybe(milestone.met_at, out),
        maybe(milestone.ended_at, out),
        maybe(milestone.next_at, out),
    )


def milestone_from(row: Row[Any]) -> Milestone:
    """Read a clock."""
    name, unit, seq = split_key(row.name)
    return Milestone(
        number=row.number,
        name=name,
        unit=unit,
        seq=seq,
        started_at=row.started_at,
        due_at=row.due_at,
        warn_at=row.warn_at,
        provisional=row.provisional,
        warned_at=row.warned_at,
        passed_at=row.passed_at,
        met_at=row.met_at,
        ended_at=row.ended_at,
        paused_at=row.paused_at,
    )
