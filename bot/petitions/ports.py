"""What the gateway asks of its storage, split by topic; implementations live in `storage`.

A `UnitOfWork` is one transaction: `async with storage.begin() as work: …; await work.commit()`. Leaving without a
commit rolls back. `storage.read()` gives the same, without the right to write. Driver errors arrive as
`StorageUnavailable` (the database is away or locked: try later) or another storage error; `Stale` when a version guard
fails. Moments are aware datetimes in UTC on both sides. No method reads the clock.
"""

from contextlib import AbstractAsyncContextManager
from typing import Protocol, Self

from bot.errors import GatewayError
from bot.petitions.account_ports import AccountNotes, SignedBodies
from bot.petitions.alarm_ports import Alarms
from bot.petitions.attachment_ports import Attachment, Attachments, AttachmentState
from bot.petitions.calendar_ports import Calendars, CalendarVersion
from bot.petitions.case_ports import CaseFilter, CasePage, Cases
from bot.petitions.chat_ports import Chats
from bot.petitions.mention_ports import Calls, Followings, Joinings, Mentions
from bot.petitions.outbox_ports import Delivery, DeliveryOutcome, Outbox, OutboxMessage, OutboxState
from bot.petitions.reach_ports import ReachRecords
from bot.petitions.staff_ports import AuditEntry, Staff, User
from bot.petitions.turn_ports import (
    Batch,
    CitizenRow,
    InboundRecord,
    InboundState,
    LateReply,
    RawInbound,
    Turns,
    TurnState,
    TurnWrites,
)
from bot.petitions.vocabulary import MilestoneName, Rating


class StorageUnavailable(GatewayError):
    """The database is away; nothing was written."""


class UnitOfWork(Protocol):
    """One transaction over all topics."""

    @property
    def cases(self) -> Cases:
        """Petitions."""
        ...

    @property
    def attachments(self) -> Attachments:
        """Files of citizens."""
        ...

    @property
    def outbox(self) -> Outbox:
        """Messages to citizens."""
        ...

    @property
    def turns(self) -> Turns:
        """Messages of citizens."""
        ...

    @property
    def staff(self) -> Staff:
        """Users, sessions, audit."""
        ...

    @property
    def calendars(self) -> Calendars:
        """The work calendar."""
        ...

    @property
    def mentions(self) -> Mentions:
        """Mentions in public."""
        ...

    @property
    def calls(self) -> Calls:
        """What calls of a day were made."""
        ...

    @property
    def accounts(self) -> AccountNotes:
        """What is kept about our own accounts."""
        ...

    @property
    def signed_bodies(self) -> SignedBodies:
        """Which body came with which signed query."""
        ...

    @property
    def reach(self) -> ReachRecords:
        """Consents to messages, and refusals."""
        ...

    @property
    def followings(self) -> Followings:
        """Petitions followed on another platform."""
        ...

    @property
    def joinings(self) -> Joinings:
        """Petitions that others stand by."""
        ...

    @property
    def chats(self) -> Chats:
        """Chats with a person of the staff."""
        ...

    @property
    def alarms(self) -> Alarms:
        """Citizens who spoke of a danger."""
        ...

    async def __aenter__(self) -> Self:
        """Begin."""
        ...

    async def __aexit__(self, *exc: object) -> None:
        """Roll back what was not committed."""
        ...

    async def commit(self) -> None:
        """Make it durable."""
        ...


class Storage(Protocol):
    """The database."""

    def begin(self) -> UnitOfWork:
        """Return a unit of work that may write."""
        ...

    def read(self) -> UnitOfWork:
        """Return a unit of work that only reads."""
        ...

    def batch(self) -> AbstractAsyncContextManager[Batch]:
        """Return a group commit for turns."""
        ...

    async def check(self) -> None:
        """Raise `StorageUnavailable` when the database does not answer."""
        ...


__all__ = [
    "Attachment", "AttachmentState", "Attachments", "AuditEntry", "Batch", "CalendarVersion", "Calendars",
    "CaseFilter", "CasePage", "Cases",
    "CitizenRow", "Delivery", "DeliveryOutcome", "InboundRecord", "InboundState", "LateReply", "MilestoneName",
    "Outbox", "OutboxMessage", "OutboxState", "Rating", "RawInbound", "Staff", "Storage", "StorageUnavailable",
    "TurnState", "TurnWrites", "Turns", "UnitOfWork", "User",
]  # fmt: skip
