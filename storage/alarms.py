"""Alarms: `bot.petitions.alarm_ports.Alarms` on SQLAlchemy Core. The index on open ones is partial."""

from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, select, update

from bot.petitions.alarm_ports import AlarmRecord
from storage.case_states import has_open_petition
from storage.columns import Moment, from_json, storable
from storage.connection import Connection
from storage.tables.messages import inbound
from storage.tables.petitions import petitions
from storage.tables.talks import alarms

_OPEN = alarms.c.seen_at.is_(None)
_SAME = (
    select(alarms.c.id)
    .where(_OPEN, alarms.c.citizen == bindparam("citizen"), alarms.c.danger == bindparam("danger"))
    .limit(1)
)
_ADD = insert(alarms)
_FILED = (
    select(petitions.c.number)
    .where(petitions.c.citizen == alarms.c.citizen, petitions.c.filed_at >= alarms.c.at)
    .order_by(petitions.c.filed_at)
    .limit(1)
    .scalar_subquery()
)
_LISTED = (
    select(alarms, inbound.c.payload, _FILED.label("number"))
    .select_from(alarms.outerjoin(inbound, inbound.c.key == alarms.c.message))
    .where(_OPEN)
    .order_by(alarms.c.id.desc())
    .limit(bindparam("limit"))
)
_COUNT = select(func.count().label("total")).select_from(alarms).where(_OPEN)
_SEE = (
    update(alarms)
    .where(alarms.c.id == bindparam("b_id"), _OPEN)
    .values(seen_at=bindparam("b_now", type_=Moment()), seen_by=bindparam("b_by"), note=bindparam("b_note"))
)
_FORGET = delete(alarms).where(
    alarms.c.id.in_(
        select(alarms.c.id)
        .where(alarms.c.seen_at < bindparam("before", type_=Moment()), ~has_open_petition(alarms.c.citizen))
        .order_by(alarms.c.id)
        .limit(bindparam("limit"))
    )
)


class SqlAlarms:
    """The topic `alarms` of one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def add(self, citizen: str, *, danger: str, label: str, message: str, now: datetime) -> bool:
        """Raise one; False when the citizen has an open one of this danger. The citizen's row is locked by the turn."""
        if await self._db.row(_SAME, {"citizen": citizen, "danger": danger}) is not None:
            return False
        values = {"citizen": citizen, "danger": danger, "label": label, "message": message, "at": now}
        await self._db.run(_ADD, values)
        return True

    async def open(self, *, limit: int = 20) -> tuple[AlarmRecord, ...]:
        """Return those nobody has seen to, newest first."""
        return tuple(
            AlarmRecord(
                id=row.id,
                citizen=row.citizen,
                danger=row.danger,
                label=row.label,
                message=row.message,
                at=row.at,
                text=str(from_json(row.payload).get("text", "")) if row.payload else "",
                number=row.number or "",
            )
            for row in await self._db.rows(_LISTED, {"limit": limit})
        )

    async def open_count(self) -> int:
        """Return how many they are."""
        row = await self._db.row(_COUNT)
        return int(row.total) if row else 0

    async def see(self, alarm: int, *, by: str, note: str, now: datetime) -> bool:
        """Record who saw to it, and how; False when somebody did before."""
        values = {"b_id": alarm, "b_now": now, "b_by": by, "b_note": storable(note)}
        return await self._db.run(_SEE, values) == 1

    async def forget(self, *, before: datetime, limit: int) -> int:
        """Forget those seen to before a moment, `limit` at most, but none of a citizen with an open petition."""
        return await self._db.run(_FORGET, {"before": before, "limit": limit})
