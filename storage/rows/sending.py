"""Rows of messages on their way to citizens."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from bot.messages import CitizenRef, dump_values, load_values
from bot.petitions.outbox_ports import MENTION_ANSWER, OutboxMessage, OutboxState
from bot.petitions.petition import Notice
from bot.petitions.turn_ports import LateReply
from storage.columns import MomentOut, from_json, same_moment, to_json

LATE_KIND = "reply"
LATE_PHRASE = "verbatim"
"""The phrase of a reply that missed the passive answer; its only value is `text`."""

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
