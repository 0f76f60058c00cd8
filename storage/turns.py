"""Citizens and inbound messages: `bot.petitions.ports.Turns` on SQLAlchemy Core, one turn in a unit of work.

`load` creates the citizens' rows where they are absent: `FOR UPDATE` would lock nothing there, and two first messages
of one citizen would overwrite each other.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Row, bindparam, case, insert, literal_column, select, text, update

from bot.messages import Channel, CitizenRef, Inbound, InboundKind
from bot.petitions.errors import Stale
from bot.petitions.turn_ports import CitizenRow, InboundRecord, InboundState, RawInbound, TurnState, TurnWrites
from storage.columns import named, same_moment, storable
from storage.connection import Connection
from storage.errors import Conflict
from storage.rows.messages import (
    ATTACHMENT_COLUMNS,
    CITIZEN_COLUMNS,
    INBOUND_COLUMNS,
    citizen_from,
    inbound_from,
    inbound_row,
)
from storage.rows.petitions import EVENT_COLUMNS, MILESTONE_COLUMNS, PETITION_COLUMNS
from storage.rows.sending import OUTBOX_COLUMNS
from storage.tables.messages import attachments, citizens, inbound
from storage.tables.petitions import events, milestones, petitions
from storage.tables.sending import outbox
from storage.turn_rows import TurnRows, turn_rows
from storage.upserts import upsert

_REPEATS = select(inbound.c.key, inbound.c.reply).where(inbound.c.key.in_(bindparam("keys", expanding=True)))
_LOCK = text(
    "INSERT INTO citizens (key) VALUES (:key) "
    "ON CONFLICT (key) DO UPDATE SET version = citizens.version "
    "RETURNING key, session, version, following, window_until, window_left, last_seen, draft_at"
).columns(*(citizens.c[name] for name in CITIZEN_COLUMNS))
_PUT_NEWCOMER = upsert(
    citizens,
    CITIZEN_COLUMNS,
    keys=("key",),
    update=CITIZEN_COLUMNS[1:],
    then="WHERE citizens.version = :version - 1",
)
_PUT_CITIZEN = (
    update(citizens)
    .where(citizens.c.key == bindparam("b_key"), citizens.c.version == bindparam("b_before"))
    .values({name: bindparam(f"b_{name}") for name in CITIZEN_COLUMNS[1:]})
)
_ADD: Mapping[str, tuple[Executable, Sequence[str]]] = {
    "inbound": (insert(inbound), INBOUND_COLUMNS),
    "petitions": (insert(petitions), PETITION_COLUMNS),
    "attachments": (insert(attachments), ATTACHMENT_COLUMNS),
    "events": (insert(events), EVENT_COLUMNS),
    "milestones": (insert(milestones), MILESTONE_COLUMNS),
    "notices": (insert(outbox), OUTBOX_COLUMNS),
    "late": (upsert(outbox, OUTBOX_COLUMNS, keys=("key",)), OUTBOX_COLUMNS),
}
"""What is added as it is, parents before children."""
_NUMBER = update(attachments).where(attachments.c.key == bindparam("b_key")).values(number=bindparam("b_number"))
_KEEP = upsert(inbound, INBOUND_COLUMNS, keys=("key",))
_TROUBLED = (
    select(inbound)
    .where(inbound.c.state.in_([literal_column("'failed'"), literal_column("'malformed'")]))
    .order_by(inbound.c.received_at.desc(), inbound.c.key.desc())
    .limit(bindparam("limit"))
)
_CITIZEN = select(citizens).where(citizens.c.key == bindparam("key"))
_DRAFTS = (
    select(citizens.c.key)
    .where(citizens.c.draft_at <= bindparam("now"))
    .order_by(citizens.c.draft_at)
    .limit(bindparam("limit"))
)
_of_key = citizens.c.key == bindparam("b_key")
_CHANGE = update(citizens).where(_of_key).values(version=citizens.c.version + 1)
_SPEND = _CHANGE.values(window_left=case((citizens.c.window_left > 0, citizens.c.window_left - 1), else_=0))
_SET_LEFT = _CHANGE.values(window_left=bindparam("b_left"))
_FOLLOW = _CHANGE.values(following=bindparam("b_following"))


class SqlTurns:
    """The topic `turns` of one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def load(self, keys: Sequence[str], citizens: Sequence[str]) -> TurnState:
        """Return the repeats among `keys` and the rows of `citizens`, locked; created where absent."""
        # In the order of their keys, so that two units of work never wait for each other.
        locked = [await self._db.row(_LOCK, {"key": key}) for key in sorted(set(citizens))]
        repeats = await self._db.rows(_REPEATS, {"keys": list(keys)}) if keys else ()
        return TurnState(
            repeats={row.key: row.reply for row in repeats},
            citizens={row.key: citizen_from(row) for row in locked if row is not None},
        )

    async def save(self, writes: TurnWrites) -> None:
        """Write all; `Stale` when a citizen or an inbound key was written by another process meanwhile."""
        try:
            await self._write(turn_rows(writes, same_moment))
        except Conflict as error:
            raise Stale from error

    async def _write(self, rows: TurnRows) -> None:
        for values in named(CITIZEN_COLUMNS, rows.newcomers):
            await self._put(_PUT_NEWCOMER, values["key"], values)
        for values in named(CITIZEN_COLUMNS, rows.citizens):
            bound = {f"b_{name}": value for name, value in values.items()}
            await self._put(_PUT_CITIZEN, values["key"], bound | {"b_before": values["version"] - 1})
        for topic, (statement, columns) in _ADD.items():
            await self._db.each(statement, named(columns, getattr(rows, topic)))
        await self._db.each(_NUMBER, [{"b_number": number, "b_key": key} for number, key in rows.numbers])

    async def _put(self, statement: Executable, key: str, values: Mapping[str, Any]) -> None:
        self._db.touched.add(key)
        if await self._db.run(statement, values) != 1:
            raise Stale

    async def keep_raw(self, raw: RawInbound) -> bool:
        """Keep a malformed body; False when its key was kept before. The key starts with the channel."""
        channel, account = Channel(raw.key.partition(":")[0]), raw.account.rpartition(":")[2]
        message = Inbound(
            key=raw.key,
            citizen=CitizenRef(channel=channel, account=account, user=""),
            kind=InboundKind.UNKNOWN,
            sent_at=raw.received_at,
            raw={"body": raw.body},
        )
        record = InboundRecord(
            inbound=message, state=InboundState.MALFORMED, received_at=raw.received_at, detail=storable(raw.detail)
        )
        return await self._db.run(_KEEP, dict(zip(INBOUND_COLUMNS, inbound_row(record), strict=True))) == 1

    async def troubled(self, *, limit: int = 200) -> tuple[InboundRecord, ...]:
        """Return failed and malformed messages, newest first; of a malformed one `inbound.raw["body"]` is the body."""
        return tuple(inbound_from(row) for row in await self._db.rows(_TROUBLED, {"limit": limit}))

    async def citizen(self, key: str) -> CitizenRow | None:
        """Return one citizen."""
        row: Row[Any] | None = await self._db.row(_CITIZEN, {"key": key})
        return citizen_from(row) if row else None

    async def due_drafts(self, *, now: datetime, limit: int) -> tuple[str, ...]:
        """Return the citizens whose `draft_at` has come, earliest first."""
        return tuple(row.key for row in await self._db.rows(_DRAFTS, {"now": now, "limit": limit}))

    async def spend_window(self, citizen: str, *, left: int | None = None) -> None:
        """Take one message from the citizen's window, or set what is left."""
        self._db.touched.add(citizen)
        if left is None:
            await self._db.run(_SPEND, {"b_key": citizen})
        else:
            await self._db.run(_SET_LEFT, {"b_key": citizen, "b_left": left})

    async def set_following(self, citizen: str, *, following: bool) -> None:
        """Record what a send told about following."""
        self._db.touched.add(citizen)
        await self._db.run(_FOLLOW, {"b_key": citizen, "b_following": following})
