"""How the records of the domain lie in the rows of the tables: what is written, column by column, in one place.

Each `…_COLUMNS` names the columns of the tuples that the `…_row` function beside it makes. The function takes how the
driver wants a moment, so that Core and the raw statements of the hot path write the same rows. `…_from` reads a Core
row back. Knows no statement and no connection.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from bot.messages import CitizenRef, MediaKind, dump_contents, dump_values, load_inbound, load_values
from bot.petitions.attachment_ports import Attachment, AttachmentState
from bot.petitions.outbox_ports import MENTION_ANSWER, OutboxMessage, OutboxState
from bot.petitions.petition import Case, Event, Milestone, Notice, Petition, split_key
from bot.petitions.turn_ports import CitizenRow, InboundRecord, InboundState, LateReply
from bot.petitions.vocabulary import EventType, Kind, Rating, Role, Solved, State
from storage.columns import MomentOut, from_json, same_moment, storable, to_json

LATE_KIND = "reply"
LATE_PHRASE = "verbatim"
"""The phrase of a reply that missed the passive answer; its only value is `text`."""


def named(columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Return tuples as the mappings that Core takes."""
    return [dict(zip(columns, row, strict=True)) for row in rows]


def maybe(moment: datetime | None, out: MomentOut) -> Any:  # noqa: ANN401 -- whatever the driver wants
    """Return a moment for the driver, or None."""
    return None if moment is None else out(moment)


CITIZEN_COLUMNS = ("key", "session", "version", "following", "window_until", "window_left", "last_seen", "draft_at")


def citizen_row(citizen: CitizenRow, out: MomentOut = same_moment) -> tuple[Any, ...]:
    """Return the row to write; its version is the one after the write."""
    return (
        citizen.key,
        storable(citizen.session),
        citizen.version + 1,
        citizen.following,
        maybe(citizen.window_until, out),
        citizen.window_left,
        maybe(citizen.last_seen, out),
        maybe(citizen.draft_at, out),
    )


def citizen_from(row: Row[Any]) -> CitizenRow:
    """Read a citizen."""
    return CitizenRow(**{name: getattr(row, name) for name in CITIZEN_COLUMNS})


INBOUND_COLUMNS = ("key", "citizen", "kind", "state", "payload", "reply", "detail", "received_at")


def inbound_row(record: InboundRecord, out: MomentOut = same_moment) -> tuple[Any, ...]:
    """Return the row of an inbound message; its payload is what no other column holds."""
    message = record.inbound
    return (
        message.key,
        message.citizen.key,
        str(message.kind),
        str(record.state),
        to_json(dump_contents(message)),
        storable(record.reply),
        storable(record.detail),
        out(record.received_at),
    )


def inbound_from(row: Row[Any]) -> InboundRecord:
    """Read an inbound message."""
    return InboundRecord(
        inbound=load_inbound({**from_json(row.payload), "key": row.key, "citizen": row.citizen, "kind": row.kind}),
        state=InboundState(row.state),
        received_at=row.received_at,
        reply=row.reply,
        detail=row.detail,
    )


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


ATTACHMENT_COLUMNS = (
    "key", "citizen", "number", "kind", "media_id", "better_id", "received_at", "state", "path", "playable",
    "content_type", "size", "sha256", "attempts", "next_at", "detail",
)  # fmt: skip


def attachment_row(attachment: Attachment, number: str | None, out: MomentOut = same_moment) -> tuple[Any, ...]:
    """Return the row of a file that belongs to petition `number`; one that is wanted is due at once."""
    return (
        attachment.key,
        attachment.citizen,
        number,
        attachment.kind.value,
        attachment.media_id,
        attachment.better_id,
        out(attachment.received_at),
        attachment.state.value,
        attachment.path,
        attachment.playable,
        attachment.content_type,
        attachment.size,
        attachment.sha256,
        attachment.attempts,
        maybe(due_at(attachment), out),
        storable(attachment.detail),
    )


def due_at(attachment: Attachment) -> datetime | None:
    """Return when the fetcher has something to do with a file; None for nothing more."""
    if attachment.state is not AttachmentState.WANTED:
        return None
    return attachment.next_at or attachment.received_at


def attachment_from(row: Row[Any]) -> Attachment:
    """Read a file."""
    values: dict[str, Any] = {name: getattr(row, name) for name in ATTACHMENT_COLUMNS}
    values |= {"kind": MediaKind(row.kind), "state": AttachmentState(row.state), "transcript": row.transcript}
    return Attachment(**values)


OUTBOX_COLUMNS = (
    "key", "citizen", "account", "kind", "number", "phrase", "values", "created_at", "state", "next_at",
)  # fmt: skip


def notice_row(notice: Notice, out: MomentOut = same_moment) -> tuple[Any, ...]:
    """Return the row of a message that tells a citizen of a petition."""
    phrase, values = f"notice.{notice.kind}", notice.values
    return _outbox_row(notice.key, notice.citizen, notice.kind.value, notice.number, phrase, values, out(notice.at))


def late_row(late: LateReply, out: MomentOut = same_moment) -> tuple[Any, ...]:
    """Return the row of a reply that missed the passive answer, or of the answer to a mention."""
    if late.mention:
        values = {"text": late.text, "mention": late.mention, "post": late.post}
        return _outbox_row(late.key, late.citizen, MENTION_ANSWER, None, LATE_PHRASE, values, out(late.at))
    kind = late.kind or LATE_KIND
    return _outbox_row(late.key, late.citizen, kind, None, LATE_PHRASE, {"text": late.text}, out(late.at))


def _outbox_row(
    key: str, citizen: str, kind: str, number: str | None, phrase: str, values: Mapping[str, Any], at: object
) -> tuple[Any, ...]:
    account = CitizenRef.parse(citizen).account
    return (
        key,
        citizen,
        account,
        kind,
        number,
        phrase,
        to_json(dump_values(values)),
        at,
        OutboxState.PENDING.value,
        at,
    )


def message_from(row: Row[Any]) -> OutboxMessage:
    """Read a message on its way."""
    return OutboxMessage(
        id=row.id,
        key=row.key,
        citizen=row.citizen,
        kind=row.kind,
        number=row.number,
        phrase=row.phrase,
        values=load_values(from_json(row._mapping["values"])),  # noqa: SLF001 -- public in SQLAlchemy; a method hides the column
        created_at=row.created_at,
        state=OutboxState(row.state),
        attempts=row.attempts,
        next_at=row.next_at,
        detail=row.detail,
        unclear_at=row.unclear_at,
    )
