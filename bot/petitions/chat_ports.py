"""Chats of citizens with a person of the staff (人工会话), and what the gateway asks of its storage about them.

At most one chat of a citizen is open. Its lines are in order; a line of the citizen names the inbound message and holds
no copy of its words, a line that was sent to the citizen names its outbox message, whose state is the line's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.messages import InboundKind, Location, MediaKind


class ChatState(StrEnum):
    """Where a chat stands; persisted."""

    QUEUED = "queued"
    HELD = "held"
    ENDED = "ended"


class ChatEnd(StrEnum):
    """How a chat ended; persisted."""

    CITIZEN = "citizen"
    OFFICER = "officer"
    """Handed back to the dialog."""
    NOBODY = "nobody"
    """Nobody took it in time."""
    IDLE = "idle"
    UNFOLLOWED = "unfollowed"


class LineBy(StrEnum):
    """Who said a line; persisted."""

    BEFORE = "before"
    """The citizen, before a person was asked for."""
    CITIZEN = "citizen"
    STAFF = "staff"
    GATEWAY = "gateway"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """One chat. `next_at` is when the clock has to look at it; None once it has ended."""

    id: int
    citizen: str
    state: ChatState
    about: str
    """What it is about, in a few words, without personal ID numbers."""
    asked_at: datetime
    last_at: datetime
    """When somebody last said something."""
    next_at: datetime | None
    urgent: bool = False
    officer: str = ""
    taken_at: datetime | None = None
    ended_at: datetime | None = None
    ended_how: ChatEnd | None = None
    lines: int = 0

    def ending(self, how: ChatEnd, *, now: datetime) -> "Chat":
        """Return the chat ended."""
        return replace(self, state=ChatState.ENDED, ended_how=how, ended_at=now, last_at=now, next_at=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line as it is read: with the inbound message or the delivery behind it."""

    seq: int
    by: LineBy
    at: datetime
    actor: str = ""
    text: str = ""
    kind: InboundKind = InboundKind.TEXT
    location: Location | None = None
    reply: str = ""
    """What the gateway itself answered to this message."""
    message: str = ""
    file: tuple[MediaKind, str] | None = None
    """Kind and state of the attachment that this message brought."""
    sent: str = ""
    """The state of the outbox message, '' for a line that was not sent."""
    detail: str = ""
    outbox_id: int | None = None


class Chats(Protocol):
    """Chats and their lines. Whoever changes one holds its citizen's row (`Turns.load`) first."""

    async def open(self, citizen: str, *, message: str, about: str, now: datetime, next_at: datetime) -> Chat:
        """Queue a chat with the last messages before `message`, and `message` itself."""
        ...

    async def get(self, chat: int) -> Chat | None:
        """Return one chat."""
        ...

    async def of_citizen(self, citizen: str) -> Chat | None:
        """Return the citizen's open chat."""
        ...

    async def put(self, chat: Chat) -> None:
        """Write state, about, last_at, next_at, urgent, officer, taken_at, ended_at and ended_how."""
        ...

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
        ...

    async def lines(self, chat: int, *, after: int = 0) -> tuple[Line, ...]:
        """Return the lines after a number, in order."""
        ...

    async def unsettled(self, chat: int) -> tuple[Line, ...]:
        """Return the lines that were sent to the citizen, for the state of their delivery."""
        ...

    async def listed(self, *, limit: int = 100) -> tuple[Chat, ...]:
        """Return the open chats: queued before held, urgent first, then who waits longest."""
        ...

    async def ended(self, *, limit: int = 30) -> tuple[Chat, ...]:
        """Return those that ended last."""
        ...

    async def waiting(self) -> int:
        """Return how many wait for a person."""
        ...

    async def due(self, *, now: datetime, limit: int) -> Sequence[Chat]:
        """Return the open chats whose `next_at` has come."""
        ...

    async def forget(self, *, before: datetime, limit: int) -> int:
        """Forget chats that ended before a moment, with their lines; none of a citizen with an open petition.

        `limit` chats at most; returns how many. The messages behind the lines stay.
        """
        ...


def outbox_key(chat: int, seq: int) -> str:
    """Return the key of the outbox message that carries a line."""
    return f"chat:{chat}:{seq}"
