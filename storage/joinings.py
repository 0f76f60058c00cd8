"""Who stands by whose petition: `bot.petitions.mention_ports.Joinings` on SQLAlchemy Core."""

from datetime import datetime

from sqlalchemy import bindparam, delete, select

from storage.connection import Connection
from storage.tables.petitions import joinings
from storage.upserts import upsert

_ADD = upsert(joinings, ("number", "citizen", "joined_at"), keys=("number", "citizen"))
_OF = (joinings.c.number == bindparam("b_number")) & (joinings.c.citizen == bindparam("b_citizen"))
_HAS = select(joinings.c.number).where(_OF)
_DROP = delete(joinings).where(_OF)
_ALL = (
    select(joinings.c.citizen)
    .where(joinings.c.number == bindparam("b_number"))
    .order_by(joinings.c.joined_at, joinings.c.citizen)
)


class SqlJoinings:
    """The topic `joinings` of one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def add(self, number: str, citizen: str, *, now: datetime) -> bool:
        """Let a citizen stand by a petition; False when they do already."""
        return await self._db.run(_ADD, {"number": number, "citizen": citizen, "joined_at": now}) == 1

    async def drop(self, number: str, citizen: str) -> bool:
        """End it; False when they did not."""
        return await self._db.run(_DROP, {"b_number": number, "b_citizen": citizen}) == 1

    async def has(self, number: str, citizen: str) -> bool:
        """Tell whether they do."""
        return await self._db.row(_HAS, {"b_number": number, "b_citizen": citizen}) is not None

    async def of(self, number: str) -> tuple[str, ...]:
        """Return who does, the first first."""
        return tuple(row.citizen for row in await self._db.rows(_ALL, {"b_number": number}))
