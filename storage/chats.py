"""Chats with a person: `bot.petitions.chat_ports.Chats` on SQLAlchemy Core.

The last messages before a chat are found by walking back the newest `LOOK_BACK` messages of the account along the
primary key, whose keys begin with the platform's rising number: an index by citizen would be paid by every message.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, delete, func, insert, literal_column, select, text, update

from bot.messages import CitizenRef, InboundKind, MediaKind, load_inbound
from bot.petitions.chat_ports import Chat, ChatEnd, ChatState, Line, LineBy, outbox_key
from storage.case_states import has_open_petition
from storage.columns import Moment, from_json, storable
from storage.connection import Connection
from storage.tables.messages import attachments, inbound
from storage.tables.sending import outbox
from storage.tables.talks import chat_lines, chats
from storage.upserts import upsert

LOOK_BACK = 3000
BEFORE = 8
"""So many messages before the one that asked for a person are shown."""
_OPEN: ColumnElement[bool] = literal_column("state IN ('queued', 'held')")
_ADD_CHAT = (
    insert(chats)
    .values(
        citizen=bindparam("citizen"),
        state=ChatState.QUEUED.value,
        about=bindparam("about"),
        asked_at=bindparam("now", type_=Moment()),
        last_at=bindparam("now", type_=Moment()),
        next_at=bindparam("next_at", type_=Moment()),
    )
    .returning(chats.c.id)
)
_GET = select(chats).where(chats.c.id == bindparam("id"))
_OF_CITIZEN = select(chats).where(chats.c.citizen == bindparam("citizen"), _OPEN)
_PUT_COLUMNS = (
    "state", "about", "last_at", "next_at", "urgent", "officer", "taken_at", "ended_at", "ended_how",
)  # fmt: skip
_PUT = (
    update(chats)
    .where(chats.c.id == bindparam("b_id"))
    .values({name: bindparam(name, type_=chats.c[name].type) for name in _PUT_COLUMNS})
)
_NEXT_LINE = (
    update(chats).where(chats.c.id == bindparam("b_id")).values(lines=chats.c.lines + 1).returning(chats.c.lines)
)
_LINE_COLUMNS = ("chat", "seq", "at", "said_by", "actor", "message", "text", "once", "outbox_key")
_ADD_LINE = upsert(chat_lines, _LINE_COLUMNS, keys=("chat", "once"))
_RECENT = text(
    "SELECT key, received_at FROM (SELECT key, citizen, kind, received_at FROM inbound "
    "WHERE key >= :low AND key <= :high ORDER BY key DESC LIMIT :back) AS newest "
    "WHERE citizen = :citizen AND key <> :message AND kind <> 'menu' ORDER BY key DESC LIMIT :most"
).columns(key=inbound.c.key.type, received_at=inbound.c.received_at.type)
_LINES = (
    select(
        chat_lines,
        inbound.c.kind,
        inbound.c.citizen,
        inbound.c.payload,
        inbound.c.reply,
        attachments.c.kind.label("file_kind"),
        attachments.c.state.label("file_state"),
        outbox.c.id.label("outbox_id"),
        outbox.c.state.label("sent"),
        outbox.c.detail.label("detail"),
    )
    .select_from(
        chat_lines.outerjoin(inbound, inbound.c.key == chat_lines.c.message)
        .outerjoin(attachments, attachments.c.key == chat_lines.c.message)
        .outerjoin(outbox, outbox.c.key == chat_lines.c.outbox_key)
    )
    .where(chat_lines.c.chat == bindparam("chat"), chat_lines.c.seq > bindparam("after"))
    .order_by(chat_lines.c.seq)
)
_UNSETTLED = (
    select(chat_lines.c.seq, chat_lines.c.at, chat_lines.c.said_by, outbox.c.id, outbox.c.state, outbox.c.detail)
    .select_from(chat_lines.join(outbox, outbox.c.key == chat_lines.c.outbox_key))
    .where(chat_lines.c.chat == bindparam("chat"))
    .order_by(chat_lines.c.seq)
)
_LISTED = (
    select(chats)
    .where(_OPEN)
    .order_by(chats.c.state.desc(), chats.c.urgent.desc(), chats.c.asked_at, chats.c.id)
    .limit(bindparam("limit"))
)
_ENDED = select(chats).where(chats.c.ended_at.is_not(None)).order_by(chats.c.ended_at.desc()).limit(bindparam("limit"))
_WAITING = (
    select(func.count().label("total")).select_from(chats).where(_OPEN, chats.c.state == literal_column("'queued'"))
)
_DUE = (
    select(chats).where(_OPEN, chats.c.next_at <= bindparam("now")).order_by(chats.c.next_at).limit(bindparam("limit"))
)
_OLD = (
    select(chats.c.id)
    .where(chats.c.ended_at < bindparam("before", type_=Moment()), ~has_open_petition(chats.c.citizen))
    .order_by(chats.c.ended_at, chats.c.id)
    .limit(bindparam("limit"))
)
_FORGET_LINES = delete(chat_lines).where(chat_lines.c.chat.in_(bindparam("old", expanding=True)))
_FORGET = delete(chats).where(chats.c.id.in_(bindparam("old", expanding=True)))


class SqlChats:
    """The topic `chats` of one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def open(self, citizen: str, *, message: str, about: str, now: datetime, next_at: datetime) -> Chat:
        """Queue a chat with the last messages before `message`, and `message` itself."""
        values = {"citizen": citizen, "about": storable(about), "now": now, "next_at": next_at}
        row = await self._db.row(_ADD_CHAT, values)
        chat = int(row.id) if row else 0
        for before in reversed(await self._before(citizen, message)):
            await self.add(chat, LineBy.BEFORE, now=before.received_at, message=before.key)
        await self.add(chat, LineBy.CITIZEN, now=now, message=message)
        opened = await self.get(chat)
        assert opened is not None  # noqa: S101 -- written three lines above
        return opened

    async def _before(self, citizen: str, message: str) -> Sequence[Row[Any]]:
        ref = CitizenRef.parse(citizen)
        prefix = f"{ref.channel}:{ref.account}:"
        values = {"low": f"{prefix}0", "high": f"{prefix}9zzz", "back": LOOK_BACK, "most": BEFORE}
        return await self._db.rows(_RECENT, values | {"citizen": citizen, "message": message})

    async def get(self, chat: int) -> Chat | None:
        """Return one chat."""
        row = await self._db.row(_GET, {"id": chat})
        return _chat_from(row) if row else None

    async def of_citizen(self, citizen: str) -> Chat | None:
        """Return the citizen's open chat."""
        row = await self._db.row(_OF_CITIZEN, {"citizen": citizen})
        return _chat_from(row) if row else None

    async def put(self, chat: Chat) -> None:
        """Write all but who asked when."""
        values = {name: getattr(chat, name) for name in _PUT_COLUMNS}
        how = chat.ended_how.value if chat.ended_how else ""
        values |= {"state": chat.state.value, "about": storable(chat.about), "ended_how": how, "b_id": chat.id}
        await self._db.run(_PUT, values)

    async def add(
        self,
        chat: int,
        by: LineBy,
        *,
        now: datetime,
        actor: str = "",
        message: str = "",
        text: str = "",
        once: str = "",
    ) -> int:
        """Append a line; return its number, 0 when a line with this `once` is there already."""
        row = await self._db.row(_NEXT_LINE, {"b_id": chat})
        if row is None:
            return 0
        seq = int(row.lines)
        values = {"chat": chat, "seq": seq, "at": now, "said_by": by.value, "actor": actor, "message": message}
        sent = outbox_key(chat, seq) if by in {LineBy.STAFF, LineBy.GATEWAY} else ""
        values |= {"text": storable(text), "once": once or f"#{seq}", "outbox_key": sent}
        return seq if await self._db.run(_ADD_LINE, values) == 1 else 0

    async def lines(self, chat: int, *, after: int = 0) -> tuple[Line, ...]:
        """Return the lines after a number, in order."""
        return tuple(_line_from(row) for row in await self._db.rows(_LINES, {"chat": chat, "after": after}))

    async def unsettled(self, chat: int) -> tuple[Line, ...]:
        """Return the lines that were sent to the citizen, for the state of their delivery."""
        return tuple(
            Line(seq=row.seq, by=LineBy(row.said_by), at=row.at, sent=row.state, detail=row.detail, outbox_id=row.id)
            for row in await self._db.rows(_UNSETTLED, {"chat": chat})
        )

    async def listed(self, *, limit: int = 100) -> tuple[Chat, ...]:
        """Return the open chats: queued before held, urgent first, then who waits longest."""
        return tuple(_chat_from(row) for row in await self._db.rows(_LISTED, {"limit": limit}))

    async def ended(self, *, limit: int = 30) -> tuple[Chat, ...]:
        """Return those that ended last."""
        return tuple(_chat_from(row) for row in await self._db.rows(_ENDED, {"limit": limit}))

    async def waiting(self) -> int:
        """Return how many wait for a person."""
        row = await self._db.row(_WAITING)
        return int(row.total) if row else 0

    async def due(self, *, now: datetime, limit: int) -> tuple[Chat, ...]:
        """Return the open chats whose `next_at` has come."""
        return tuple(_chat_from(row) for row in await self._db.rows(_DUE, {"now": now, "limit": limit}))

    async def forget(self, *, before: datetime, limit: int) -> int:
        """Forget chats that ended before a moment, with their lines; none of a citizen with an open petition."""
        old = [row.id for row in await self._db.rows(_OLD, {"before": before, "limit": limit})]
        if not old:
            return 0
        await self._db.run(_FORGET_LINES, {"old": old})
        return await self._db.run(_FORGET, {"old": old})


def _chat_from(row: Row[Any]) -> Chat:
    values = {name: getattr(row, name) for name in ("id", "citizen", "asked_at", "lines", *_PUT_COLUMNS)}
    how = ChatEnd(row.ended_how) if row.ended_how else None
    return Chat(**(values | {"state": ChatState(row.state), "ended_how": how}))


def _line_from(row: Row[Any]) -> Line:
    said = None
    if row.payload:
        said = load_inbound(from_json(row.payload) | {"key": row.message, "citizen": row.citizen, "kind": row.kind})
    return Line(
        seq=row.seq,
        by=LineBy(row.said_by),
        at=row.at,
        actor=row.actor,
        text=said.text if said else row.text,
        kind=said.kind if said else InboundKind.TEXT,
        location=said.location if said else None,
        reply=row.reply or "",
        message=row.message,
        file=(MediaKind(row.file_kind), row.file_state) if row.file_kind else None,
        sent=row.sent or "",
        detail=row.detail or "",
        outbox_id=row.outbox_id,
    )
