"""What is kept about our own accounts: `bot.petitions.account_ports` on SQLAlchemy Core."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import bindparam, delete, select, text, tuple_, update

from bot.petitions.account_ports import Look, Rest, SignedBody
from storage.columns import Moment
from storage.connection import Connection
from storage.tables.accounts import account_marks, account_rests, mention_cursors, signed_bodies
from storage.upserts import upsert

_REST_COLUMNS = ("token", "code", "remedy", "failures", "since", "failed_at", "until")
_RESTS = select(account_rests).order_by(account_rests.c.lane, account_rests.c.call)
_PUT_REST = upsert(account_rests, ("lane", "call", *_REST_COLUMNS), keys=("lane", "call"), update=_REST_COLUMNS)
_CLEAR_REST = delete(account_rests).where(
    account_rests.c.lane == bindparam("b_lane"), account_rests.c.call == bindparam("b_call")
)
_MARK = upsert(
    account_marks,
    ("account", "name", "at"),
    keys=("account", "name"),
    update=("at",),
    then="WHERE account_marks.at < excluded.at",
)
_MARKS = select(account_marks)
_LOOKS = select(mention_cursors).order_by(mention_cursors.c.account, mention_cursors.c.kind)
_NOTE_LOOK = (
    update(mention_cursors)
    .where(mention_cursors.c.account == bindparam("b_account"), mention_cursors.c.kind == bindparam("b_kind"))
    .values(code=bindparam("b_code"))
)
_NOTE_COMPLETE = _NOTE_LOOK.values(complete_at=bindparam("b_now", type_=Moment()))
_FIRST = text(
    "INSERT INTO signed_bodies (account, timestamp, nonce, body_hash, seen_at) "
    "VALUES (:account, :timestamp, :nonce, :body_hash, :now) ON CONFLICT (account, timestamp, nonce) "
    "DO UPDATE SET body_hash = signed_bodies.body_hash RETURNING body_hash"
).bindparams(bindparam("now", type_=Moment()))
_FIRST_ROW = _FIRST.columns(signed_bodies.c.body_hash)
_OLD = (
    select(signed_bodies.c.account, signed_bodies.c.timestamp, signed_bodies.c.nonce)
    .where(signed_bodies.c.seen_at < bindparam("before", type_=Moment()))
    .order_by(signed_bodies.c.seen_at)
    .limit(bindparam("limit"))
)
_FORGET = delete(signed_bodies).where(
    tuple_(signed_bodies.c.account, signed_bodies.c.timestamp, signed_bodies.c.nonce).in_(_OLD)
)


class SqlAccountNotes:
    """The topic `accounts` of one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def rests(self) -> Sequence[tuple[str, str, Rest]]:
        """Return all rests as (lane, call, rest)."""
        rows = await self._db.rows(_RESTS, {})
        return [(row.lane, row.call, Rest(**{name: getattr(row, name) for name in _REST_COLUMNS})) for row in rows]

    async def put_rest(self, lane: str, call: str, rest: Rest) -> None:
        """Keep that a call has failed (again)."""
        await self._db.run(_PUT_REST, {"lane": lane, "call": call, **asdict(rest)})

    async def clear_rest(self, lane: str, call: str) -> None:
        """Forget it."""
        await self._db.run(_CLEAR_REST, {"b_lane": lane, "b_call": call})

    async def mark(self, account: str, name: str, *, at: datetime) -> None:
        """Keep when something last happened to an account, the latest of all processes."""
        await self._db.run(_MARK, {"account": account, "name": name, "at": at})

    async def marks(self) -> Mapping[tuple[str, str], datetime]:
        """Return all marks by account and name."""
        return {(row.account, row.name): row.at for row in await self._db.rows(_MARKS)}

    async def looks(self) -> Sequence[Look]:
        """Return the last look of every account and kind."""
        return [
            Look(
                account=row.account,
                kind=row.kind,
                looked_at=row.looked_at,
                code=row.code,
                complete_at=row.complete_at,
            )
            for row in await self._db.rows(_LOOKS, {})
        ]

    async def note_look(self, account: str, kind: str, *, code: str, now: datetime) -> None:
        """Keep what came of the look that has begun: '' when it went through to its end."""
        values = {"b_account": account, "b_kind": kind, "b_code": code}
        if code:
            await self._db.run(_NOTE_LOOK, values)
        else:
            await self._db.run(_NOTE_COMPLETE, values | {"b_now": now})


class SqlSignedBodies:
    """The topic `signed_bodies` of one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def first(self, bodies: Sequence[SignedBody], *, now: datetime) -> Sequence[str]:
        """Remember the first body of each query; return its hash for each of `bodies`, in their order."""
        kept: dict[tuple[str, str, str], str] = {}
        # In the order of their keys, so that two units of work never wait for each other.
        for body in sorted(bodies, key=_query_of):
            if (query := _query_of(body)) not in kept:
                row = await self._db.row(_FIRST_ROW, asdict(body) | {"now": now})
                kept[query] = row.body_hash if row is not None else body.body_hash
        return [kept[_query_of(body)] for body in bodies]

    async def forget(self, *, before: datetime, limit: int) -> int:
        """Forget those first seen before a moment, `limit` at most; return how many."""
        return await self._db.run(_FORGET, {"before": before, "limit": limit})


def _query_of(body: SignedBody) -> tuple[str, str, str]:
    return body.account, body.timestamp, body.nonce
