"""Files of citizens: `bot.petitions.ports.Attachments` on SQLAlchemy Core."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, literal_column, select, update

from bot.petitions.attachment_ports import Attachment
from bot.petitions.petition import Outcome
from bot.petitions.vocabulary import EventType
from storage.columns import storable
from storage.connection import Connection
from storage.rows.messages import attachment_from, due_at
from storage.tables.messages import attachments

_DUE = (
    select(attachments)
    .where(attachments.c.state == literal_column("'wanted'"), attachments.c.next_at <= bindparam("now"))
    .order_by(attachments.c.next_at, attachments.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_LEASE = (
    update(attachments)
    .where(attachments.c.key.in_(bindparam("keys", expanding=True)))
    .values(next_at=bindparam("lease", type_=attachments.c.next_at.type))
)
_WRITTEN = ("state", "path", "playable", "content_type", "size", "sha256", "attempts", "next_at", "detail")
_UPDATE = (
    update(attachments)
    .where(attachments.c.key == bindparam("b_key"))
    .values({name: bindparam(name) for name in _WRITTEN})
)
_OF_PETITION = (
    select(attachments)
    .where(attachments.c.number == bindparam("number"))
    .order_by(attachments.c.received_at, attachments.c.id)
)
_GET = select(attachments).where(attachments.c.key == bindparam("key"))
_WRITE_DOWN = update(attachments).where(attachments.c.key == bindparam("b_key")).values(transcript=bindparam("b_text"))
_ASSIGN = update(attachments).where(attachments.c.key == bindparam("b_key")).values(number=bindparam("b_number"))


class SqlAttachments:
    """The topic `attachments` of one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def claim(self, *, now: datetime, lease: datetime, limit: int) -> tuple[Attachment, ...]:
        """Take wanted files whose `next_at` has come; they are not given again before `lease`."""
        rows = await self._db.rows(_DUE, {"now": now, "limit": limit})
        if rows:
            await self._db.run(_LEASE, {"keys": [row.key for row in rows], "lease": lease})
        return tuple(replace(attachment_from(row), next_at=lease) for row in rows)

    async def update(self, attachment: Attachment) -> None:
        """Write where a file stands; one that is still wanted without a `next_at` is due at once."""
        values = {name: getattr(attachment, name) for name in _WRITTEN}
        values |= {"state": attachment.state.value, "next_at": due_at(attachment)}
        values |= {"detail": storable(attachment.detail), "b_key": attachment.key}
        await self._db.run(_UPDATE, values)

    async def write_down(self, key: str, text: str) -> None:
        """Keep what a file says in words."""
        await self._db.run(_WRITE_DOWN, {"b_key": key, "b_text": storable(text)})

    async def of_petition(self, number: str) -> tuple[Attachment, ...]:
        """Return the files of a petition in the order in which they came."""
        return tuple(attachment_from(row) for row in await self._db.rows(_OF_PETITION, {"number": number}))

    async def get(self, key: str) -> Attachment | None:
        """Return one file."""
        row = await self._db.row(_GET, {"key": key})
        return attachment_from(row) if row else None


_BRING = frozenset({EventType.FILED, EventType.SUPPLEMENTED, EventType.ENRICHED})
"""Events that name files."""


def claimed_files(outcomes: Iterable[Outcome]) -> dict[str, str]:
    """Return attachment key → petition number for the filings and supplements among `outcomes`."""
    return {
        key: event.number
        for outcome in outcomes
        for event in outcome.events
        if event.type in _BRING
        for key in event.data.get("attachments", ())
    }


async def assign(connection: Connection, outcomes: Iterable[Outcome]) -> None:
    """Give the files of filings their number; a key without a file is ignored."""
    numbers = claimed_files(outcomes)
    await connection.each(_ASSIGN, [{"b_key": key, "b_number": number} for key, number in numbers.items()])
