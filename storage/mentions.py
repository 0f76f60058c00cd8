"""Mentions in public and the calls of a day: `bot.petitions.mention_ports` on SQLAlchemy Core."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, delete, func, literal_column, select, text, update

from bot.messages import Inbound, dump_inbound, load_inbound
from bot.petitions.mention_ports import BegunLook, Mention, MentionState, Shown
from storage.columns import Moment, storable, to_json
from storage.connection import Connection
from storage.tables.accounts import calls, mention_cursors, mentions
from storage.upserts import upsert

_COLUMNS = ("key", "citizen", "payload", "state", "sent_at", "found_at", "next_at")
_ADD = upsert(mentions, _COLUMNS, keys=("key",))
_BETTER = upsert(
    mentions, _COLUMNS, keys=("key",), update=("payload", "next_at"), then="WHERE mentions.next_at IS NOT NULL"
)
_DUE = (
    select(mentions)
    .where(mentions.c.next_at <= bindparam("now"))
    .order_by(mentions.c.next_at, mentions.c.key)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_LEASE = (
    update(mentions)
    .where(mentions.c.key.in_(bindparam("keys", expanding=True)))
    .values(next_at=bindparam("lease", type_=Moment()))
)
_UPDATE = (
    update(mentions)
    .where(mentions.c.key == bindparam("b_key"))
    .values(
        payload=bindparam("b_payload"),
        state=bindparam("b_state"),
        attempts=bindparam("b_attempts"),
        next_at=bindparam("b_next", type_=Moment()),
        detail=bindparam("b_detail"),
    )
)
_GET = select(mentions).where(mentions.c.key == bindparam("key"))
_LATEST = (
    select(mentions)
    .where(mentions.c.citizen == bindparam("citizen"))
    .order_by(mentions.c.sent_at.desc(), mentions.c.key.desc())
    .limit(1)
)
_SPEND_REPLY = update(mentions).where(mentions.c.key == bindparam("b_key")).values(replies=mentions.c.replies + 1)
_FILED = update(mentions).where(mentions.c.key == bindparam("b_key")).values(number=bindparam("b_number"))
_FORGET = delete(mentions).where(
    mentions.c.key.in_(
        select(mentions.c.key)
        .where(
            mentions.c.state.in_([MentionState.DRAFTED.value, MentionState.ASIDE.value]),
            mentions.c.found_at < bindparam("before", type_=Moment()),
            mentions.c.number == literal_column("''"),
        )
        .order_by(mentions.c.found_at, mentions.c.key)
        .limit(bindparam("limit"))
    )
)
_FORGET_CALLS = delete(calls).where(calls.c.day < bindparam("before"))
_LISTED = (
    select(mentions)
    .where(mentions.c.state == bindparam("state"))
    .order_by(mentions.c.found_at.desc(), mentions.c.key.desc())
    .limit(bindparam("limit"))
)
_NO_PETITION = mentions.c.number == literal_column("''")
_OF_PETITION = mentions.c.number > literal_column("''")
_ASIDE = mentions.c.state == MentionState.ASIDE.value
_LISTS: Mapping[Shown, Sequence[ColumnElement[bool]]] = {
    Shown.WAITING: (_NO_PETITION, ~_ASIDE),
    Shown.FILED: (_OF_PETITION,),
    Shown.ASIDE: (_NO_PETITION, _ASIDE),
    Shown.ALL: (),
}
_PAGES = {
    shown: select(mentions)
    .where(*conditions)
    .order_by(mentions.c.found_at.desc(), mentions.c.key.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
    for shown, conditions in _LISTS.items()
}
_COUNTS = select(_OF_PETITION.label("filed"), mentions.c.state, func.count().label("total")).group_by(
    literal_column("1"), mentions.c.state
)
_BEGIN_LOOK = text(
    "INSERT INTO mention_cursors (account, kind, looked_at, began_at) VALUES (:account, :kind, :now, :now) "
    "ON CONFLICT (account, kind) DO UPDATE SET looked_at = excluded.looked_at "
    "WHERE mention_cursors.looked_at <= :before RETURNING cursor, began_at"
).bindparams(bindparam("now", type_=Moment()), bindparam("before", type_=Moment()))
_BEGIN_LOOK_ROW = _BEGIN_LOOK.columns(mention_cursors.c.cursor, mention_cursors.c.began_at)
_PUT_CURSOR = (
    update(mention_cursors)
    .where(mention_cursors.c.account == bindparam("b_account"), mention_cursors.c.kind == bindparam("b_kind"))
    .values(cursor=bindparam("b_cursor"))
)
_SPEND = text(
    "INSERT INTO calls (name, day, made, reserving) VALUES (:name, :day, :cost, :reserving) "
    "ON CONFLICT (name, day) DO UPDATE SET made = calls.made + :cost, reserving = calls.reserving + :reserving "
    "WHERE calls.made + :cost <= :most AND calls.reserving + :reserving <= :most_reserving RETURNING made"
).columns(calls.c.made)
_MADE = select(calls.c.made).where(calls.c.name == bindparam("name"), calls.c.day == bindparam("day"))


class SqlMentions:
    """The topic `mentions` of one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def add(self, found: Sequence[Inbound], *, now: datetime, better: bool = False) -> int:
        """Keep what was found, or its `better` form while it is not yet turned; return how many were written."""
        statement = _BETTER if better else _ADD
        return sum([await self._db.run(statement, _row(inbound, now)) for inbound in found])

    async def claim(self, *, now: datetime, lease: datetime, limit: int) -> tuple[Mention, ...]:
        """Take mentions whose `next_at` has come, oldest first; they are not given again before `lease`."""
        rows = await self._db.rows(_DUE, {"now": now, "limit": limit})
        if rows:
            await self._db.run(_LEASE, {"keys": [row.key for row in rows], "lease": lease})
        return tuple(_mention(row) for row in rows)

    async def update(self, mention: Mention) -> None:
        """Write inbound, state, attempts, next_at and detail."""
        values = {
            "b_key": mention.inbound.key,
            "b_payload": to_json(dump_inbound(mention.inbound)),
            "b_state": mention.state.value,
            "b_attempts": mention.attempts,
            "b_next": mention.next_at,
            "b_detail": storable(mention.detail),
        }
        await self._db.run(_UPDATE, values)

    async def get(self, key: str) -> Mention | None:
        """Return one mention."""
        row = await self._db.row(_GET, {"key": key})
        return _mention(row) if row else None

    async def latest(self, citizen: str) -> Mention | None:
        """Return the citizen's newest mention."""
        row = await self._db.row(_LATEST, {"citizen": citizen})
        return _mention(row) if row else None

    async def spend_reply(self, key: str) -> None:
        """Count one private message that a mention permitted."""
        await self._db.run(_SPEND_REPLY, {"b_key": key})

    async def filed(self, key: str, number: str) -> None:
        """Keep that a petition was made of a mention."""
        await self._db.run(_FILED, {"b_key": key, "b_number": number})

    async def forget(self, *, before: datetime, limit: int) -> int:
        """Forget mentions found before a moment that no petition was made of, `limit` at most; return how many."""
        return await self._db.run(_FORGET, {"before": before, "limit": limit})

    async def listed(self, state: MentionState, *, limit: int = 200) -> tuple[Mention, ...]:
        """Return the mentions of a state, newest first."""
        rows = await self._db.rows(_LISTED, {"state": state.value, "limit": limit})
        return tuple(_mention(row) for row in rows)

    async def page(self, shown: Shown, *, limit: int, offset: int = 0) -> tuple[Mention, ...]:
        """Return one page of the mentions, those found last first."""
        rows = await self._db.rows(_PAGES[shown], {"limit": limit, "offset": offset})
        return tuple(_mention(row) for row in rows)

    async def counts(self) -> Mapping[Shown, int]:
        """Return how many each list shows."""
        counts = dict.fromkeys(Shown, 0)
        for row in await self._db.rows(_COUNTS):
            shown = Shown.FILED if row.filed else Shown.ASIDE if row.state == MentionState.ASIDE else Shown.WAITING
            counts[shown] += row.total
            counts[Shown.ALL] += row.total
        return counts

    async def begin_look(self, account: str, kind: str, *, now: datetime, before: datetime) -> BegunLook | None:
        """Take the next look and return where it starts; None when somebody has looked since `before`."""
        values = {"account": account, "kind": kind, "now": now, "before": before}
        row = await self._db.row(_BEGIN_LOOK_ROW, values)
        return None if row is None else BegunLook(cursor=row.cursor, first_at=row.began_at or now)

    async def put_cursor(self, account: str, kind: str, cursor: str) -> None:
        """Keep how far was looked."""
        await self._db.run(_PUT_CURSOR, {"b_account": account, "b_kind": kind, "b_cursor": cursor})


class SqlCalls:
    """The topic `calls` of one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def spend(self, name: str, day: str, cost: int, *, limit: int, reserve: int) -> bool:
        """Count `cost` calls if they stay within `limit`, and those with a `reserve` within the limit less that."""
        if cost > limit - reserve:
            return False
        values = {
            "name": name,
            "day": day,
            "cost": cost,
            "reserving": cost if reserve else 0,
            "most": limit,
            "most_reserving": limit - reserve if reserve else limit,
        }
        return await self._db.row(_SPEND, values) is not None

    async def made(self, name: str, day: str) -> int:
        """Return how many were made."""
        row = await self._db.row(_MADE, {"name": name, "day": day})
        return int(row.made) if row else 0

    async def forget(self, *, before: str) -> int:
        """Forget the counts of days before this one; return how many."""
        return await self._db.run(_FORGET_CALLS, {"before": before})


def _row(inbound: Inbound, now: datetime) -> dict[str, Any]:
    return {
        "key": inbound.key,
        "citizen": inbound.citizen.key,
        "payload": to_json(dump_inbound(inbound)),
        "state": MentionState.FOUND.value,
        "sent_at": inbound.sent_at,
        "found_at": now,
        "next_at": now,
    }


def _mention(row: Row[Any]) -> Mention:
    return Mention(
        inbound=load_inbound(json.loads(row.payload)),
        state=MentionState(row.state),
        found_at=row.found_at,
        attempts=row.attempts,
        next_at=row.next_at,
        replies=row.replies,
        detail=row.detail,
        number=row.number,
    )
