"""Petitions followed on another platform: `bot.petitions.mention_ports.Followings` on SQLAlchemy Core."""

from collections.abc import Sequence

from sqlalchemy import bindparam, or_, select

from bot.petitions.vocabulary import Kind
from storage.connection import Connection
from storage.key_lists import is_among, key_list
from storage.tables.messages import citizens
from storage.tables.petitions import followings, petitions
from storage.upserts import upsert

_ADD = upsert(followings, ("number", "citizen"), keys=("number", "citizen"))
_HAS = select(followings.c.number).where(
    followings.c.number == bindparam("number"), followings.c.citizen == bindparam("citizen")
)
_NUMBERS = (
    select(followings.c.number)
    .where(followings.c.citizen == bindparam("citizen"))
    .order_by(followings.c.number.desc())
    .limit(bindparam("limit"))
)
_OWNERS = (
    select(petitions.c.citizen)
    .select_from(followings.join(petitions, petitions.c.number == followings.c.number))
    .where(is_among(followings.c.citizen, "citizens"), petitions.c.kind != Kind.REPORT.value)
    .distinct()
)
_ACTIVE = (
    select(citizens.c.key)
    .where(
        or_(
            citizens.c.key == bindparam("owner"),
            citizens.c.key.in_(
                select(followings.c.citizen)
                .select_from(followings.join(petitions, petitions.c.number == followings.c.number))
                .where(followings.c.number == bindparam("number"), petitions.c.kind != Kind.REPORT.value)
            ),
        ),
        citizens.c.last_seen.is_not(None),
    )
    .order_by(citizens.c.last_seen.desc())
    .limit(1)
)


class SqlFollowings:
    """The topic `followings` of one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def add(self, number: str, citizen: str) -> None:
        """Let a citizen follow a petition; doing so again changes nothing."""
        await self._db.run(_ADD, {"number": number, "citizen": citizen})

    async def has(self, number: str, citizen: str) -> bool:
        """Tell whether they do."""
        return await self._db.row(_HAS, {"number": number, "citizen": citizen}) is not None

    async def numbers(self, citizen: str, *, limit: int = 20) -> tuple[str, ...]:
        """Return what a citizen follows, the newest numbers first."""
        rows = await self._db.rows(_NUMBERS, {"citizen": citizen, "limit": limit})
        return tuple(row.number for row in rows)

    async def owners(self, citizens: Sequence[str]) -> tuple[str, ...]:
        """Return who filed what these citizens follow, but for 举报."""
        return tuple(row.citizen for row in await self._db.rows(_OWNERS, {"citizens": key_list(citizens)}))

    async def last_active(self, number: str, owner: str) -> str:
        """Return who wrote last: who filed the petition, or one who follows it; of a 举报 always who filed it."""
        row = await self._db.row(_ACTIVE, {"number": number, "owner": owner})
        return str(row.key) if row else owner
