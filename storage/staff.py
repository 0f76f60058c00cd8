"""Users, their console sessions and the audit trail: `bot.petitions.ports.Staff` on SQLAlchemy Core."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, select

from bot.petitions.staff_ports import AuditEntry, User
from bot.petitions.vocabulary import Role
from storage.columns import from_json, storable, to_json
from storage.connection import Connection
from storage.tables.office import audit, console_sessions, users
from storage.upserts import upsert

_USER_COLUMNS = ("name", "display", "role", "unit", "password_hash", "created_at", "disabled_at")
_USER = select(users).where(users.c.name == bindparam("name"))
_USERS = select(users).order_by(users.c.name)
_PUT_USER = upsert(users, _USER_COLUMNS, keys=("name",), update=_USER_COLUMNS[1:])
_SESSION_COLUMNS = ("token_hash", "user_name", "data", "expires_at")
_PUT_SESSION = upsert(console_sessions, _SESSION_COLUMNS, keys=("token_hash",), update=_SESSION_COLUMNS[1:])
_SESSION = select(console_sessions.c.data).where(
    console_sessions.c.token_hash == bindparam("token_hash"), console_sessions.c.expires_at > bindparam("now")
)
_DROP_SESSION = delete(console_sessions).where(console_sessions.c.token_hash == bindparam("token_hash"))
_DROP_SESSIONS = delete(console_sessions).where(console_sessions.c.user_name == bindparam("user"))
_FORGET_SESSIONS = delete(console_sessions).where(
    console_sessions.c.token_hash.in_(
        select(console_sessions.c.token_hash)
        .where(console_sessions.c.expires_at <= bindparam("now"))
        .limit(bindparam("limit"))
    )
)
_ADD_AUDIT = insert(audit)
_TRAIL = select(audit).order_by(audit.c.id.desc()).limit(bindparam("limit"))
_TRAIL_OF = _TRAIL.where(audit.c.target == bindparam("target"))


class SqlStaff:
    """The topic `staff` of one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def user(self, name: str) -> User | None:
        """Return one user by login name."""
        row = await self._db.row(_USER, {"name": name})
        return _user_from(row) if row else None

    async def users(self) -> tuple[User, ...]:
        """Return all users by name."""
        return tuple(_user_from(row) for row in await self._db.rows(_USERS))

    async def put_user(self, user: User) -> None:
        """Create or replace a user."""
        values = {name: getattr(user, name) for name in _USER_COLUMNS}
        await self._db.run(_PUT_USER, values | {"role": user.role.value})

    async def open_session(self, token_hash: str, data: str, *, user: str, expires: datetime) -> None:
        """Store a console session by the hash of its token (created or replaced)."""
        values = {"token_hash": token_hash, "user_name": user, "data": storable(data), "expires_at": expires}
        await self._db.run(_PUT_SESSION, values)

    async def session(self, token_hash: str, *, now: datetime) -> str | None:
        """Return the data of a session that has not expired."""
        row = await self._db.row(_SESSION, {"token_hash": token_hash, "now": now})
        return row.data if row else None

    async def drop_session(self, token_hash: str) -> None:
        """Forget a session."""
        await self._db.run(_DROP_SESSION, {"token_hash": token_hash})

    async def forget_sessions(self, *, now: datetime, limit: int) -> int:
        """Forget sessions that have expired, `limit` at most; return how many."""
        return await self._db.run(_FORGET_SESSIONS, {"now": now, "limit": limit})

    async def drop_sessions_of(self, user: str) -> None:
        """Forget all sessions of a user."""
        await self._db.run(_DROP_SESSIONS, {"user": user})

    async def audit(self, entry: AuditEntry) -> None:
        """Append to the audit trail."""
        line = {"at": entry.at, "actor": entry.actor, "action": entry.action, "target": entry.target}
        await self._db.run(_ADD_AUDIT, line | {"data": to_json(entry.data)})

    async def audit_trail(self, *, target: str = "", limit: int = 200) -> tuple[AuditEntry, ...]:
        """Return the newest entries first, of one target if given."""
        if target:
            rows = await self._db.rows(_TRAIL_OF, {"target": target, "limit": limit})
        else:
            rows = await self._db.rows(_TRAIL, {"limit": limit})
        return tuple(_entry_from(row) for row in rows)


def _user_from(row: Row[Any]) -> User:
    values: dict[str, Any] = {name: getattr(row, name) for name in _USER_COLUMNS}
    return User(**(values | {"role": Role(row.role)}))


def _entry_from(row: Row[Any]) -> AuditEntry:
    return AuditEntry(at=row.at, actor=row.actor, action=row.action, target=row.target, data=from_json(row.data))
