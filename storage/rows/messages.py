"""Rows of what citizens said, of what the dialog remembers of them, and of their files."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from bot.messages import MediaKind, dump_contents, load_inbound
from bot.petitions.attachment_ports import Attachment, AttachmentState
from bot.petitions.turn_ports import CitizenRow, InboundRecord, InboundState
from storage.columns import MomentOut, from_json, maybe, same_moment, storable, to_json

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
