"""What is asked of the store of staff and of the record of what they did. Errors and moments as in `ports`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.petitions.vocabulary import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A member of staff; `unit` is set for officers."""

    name: str
    display: str
    role: Role
    unit: str
    password_hash: str
    created_at: datetime
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One line of the audit trail."""

    at: datetime
    actor: str
    action: str
    target: str
    data: Mapping[str, Any]


class Staff(Protocol):
    """Users, their console sessions, and the audit trail."""

    async def user(self, name: str) -> User | None:
        """Return one user by login name."""
        ...

    async def users(self) -> tuple[User, ...]:
        """Return all users by name."""
        ...

    async def put_user(self, user: User) -> None:
        """Create or replace a user."""
        ...

    async def open_session(self, token_hash: str, data: str, *, user: str, expires: datetime) -> None:
        """Store a console session by the hash of its token (created or replaced)."""
        ...

    async def session(self, token_hash: str, *, now: datetime) -> str | None:
        """Return the data of a session that has not expired."""
        ...

    async def drop_session(self, token_hash: str) -> None:
        """Forget a session."""
        ...

    async def forget_sessions(self, *, now: datetime, limit: int) -> int:
        """Forget sessions that have expired, `limit` at most; return how many."""
        ...

    async def drop_sessions_of(self, user: str) -> None:
        """Forget all sessions of a user."""
        ...

    async def audit(self, entry: AuditEntry) -> None:
        """Append to the audit trail."""
        ...

    async def audit_trail(self, *, target: str = "", limit: int = 200) -> tuple[AuditEntry, ...]:
        """Return the newest entries, of one target if given."""
        ...
