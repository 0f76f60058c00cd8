"""Consents to messages, and refusals: `bot.petitions.reach_ports` on SQLAlchemy Core."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select, update

from bot.petitions.reach_ports import Grant, GrantEnd, GrantSource
from storage.columns import Moment
from storage.connection import Connection
from storage.tables.sending import grants, refusals
from storage.upserts import upsert

_COLUMNS = ("key", "citizen", "template", "lasting", "source", "granted_at")
_ADD = upsert(grants, _COLUMNS, keys=("key",))
_good = grants.c.ended_at.is_(None)
_of = (grants.c.citizen == bindparam("b_citizen"), grants.c.template == bindparam("b_template"), _good)
_END = update(grants).where(*_of).values(ended_at=bindparam("b_now", type_=Moment()), ended=bindparam("b_why"))
_GRANTED = (
    select(grants.c.template, func.count().label("total"))
    .where(grants.c.citizen == bindparam("citizen"), _good)
    .group_by(grants.c.template)
)
_NEXT = (
    select(grants)
    .where(*_of)
    .order_by(grants.c.lasting.desc(), grants.c.granted_at, grants.c.key)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_by_key = grants.c.key == bindparam("b_key")
_USE = (
    update(grants)
    .where(_by_key, _good)
    .values(
        used_for=bindparam("b_message"),
        used_at=bindparam("b_now", type_=Moment()),
        ended_at=bindparam("b_ended", type_=Moment()),
        ended=bindparam("b_why"),
    )
)
_GIVE_BACK = (
    update(grants)
    .where(_by_key, grants.c.ended == GrantEnd.USED.value)
    .values(used_for=None, used_at=None, ended_at=None, ended="")
)
_ALL = select(grants).where(grants.c.citizen == bindparam("citizen")).order_by(grants.c.granted_at, grants.c.key)
_REFUSED = ("citizen", "rung", "code", "at")
_REFUSE = upsert(refusals, _REFUSED, keys=("citizen", "rung"), update=("code", "at"))
_REFUSALS = select(refusals.c.rung, refusals.c.at).where(refusals.c.citizen == bindparam("citizen"))


class SqlReach:
    """The topic `reach` of one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def grant(self, grant: Grant) -> bool:
        """Keep a consent; False when its key was kept before."""
        values: dict[str, Any] = {name: getattr(grant, name) for name in _COLUMNS}
        return await self._db.run(_ADD, values | {"source": grant.source.value}) == 1

    async def revoke(self, citizen: str, template: str, *, why: GrantEnd, now: datetime) -> int:
        """End all consents of a citizen to a template; return how many were good until now."""
        values = {"b_citizen": citizen, "b_template": template, "b_why": why.value, "b_now": now}
        return await self._db.run(_END, values)

    async def granted(self, citizen: str) -> Mapping[str, int]:
        """Return the templates whose messages a citizen agreed to, each with how many consents are good."""
        return {row.template: row.total for row in await self._db.rows(_GRANTED, {"citizen": citizen})}

    async def use(self, citizen: str, template: str, *, message: int, now: datetime) -> Grant | None:
        """Use the oldest good consent for a message, a lasting one first; None when there is none."""
        row = await self._db.row(_NEXT, {"b_citizen": citizen, "b_template": template})
        if row is None:
            return None
        grant = replace(_grant(row), used_for=message, used_at=now)
        if not grant.lasting:
            grant = replace(grant, ended_at=now, ended=GrantEnd.USED)
        values = {"b_key": grant.key, "b_message": message, "b_now": now, "b_ended": grant.ended_at}
        await self._db.run(_USE, values | {"b_why": grant.ended.value if grant.ended else ""})
        return grant

    async def give_back(self, key: str) -> None:
        """Make a consent good again that ended with a message the platform did not take."""
        await self._db.run(_GIVE_BACK, {"b_key": key})

    async def of_citizen(self, citizen: str) -> Sequence[Grant]:
        """Return all consents of a citizen, oldest first."""
        return tuple(_grant(row) for row in await self._db.rows(_ALL, {"citizen": citizen}))

    async def refuse(self, citizen: str, rung: str, *, code: str, now: datetime) -> None:
        """Record that a form of sending does not reach a citizen."""
        await self._db.run(_REFUSE, {"citizen": citizen, "rung": rung, "code": code, "at": now})

    async def refusals(self, citizen: str) -> Mapping[str, datetime]:
        """Return the forms that did not reach a citizen, each with when it was last told."""
        return {row.rung: row.at for row in await self._db.rows(_REFUSALS, {"citizen": citizen})}


def _grant(row: Row[Any]) -> Grant:
    return Grant(
        key=row.key,
        citizen=row.citizen,
        template=row.template,
        lasting=row.lasting,
        source=GrantSource(row.source),
        granted_at=row.granted_at,
        used_for=row.used_for,
        used_at=row.used_at,
        ended_at=row.ended_at,
        ended=GrantEnd(row.ended) if row.ended else None,
    )
