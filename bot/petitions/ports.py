"""What the gateway asks of its storage, split by topic; implementations live in `storage`.

A `UnitOfWork` is one transaction: `async with storage.begin() as work: …; await work.commit()`. Leaving without a
commit rolls back. `storage.read()` gives the same, without the right to write. Driver errors arrive as
`StorageUnavailable` (the database is away or locked: try later) or another storage error; `Stale` when a version guard
fails. Moments are aware datetimes in UTC on both sides. No method reads the clock.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol, Self

from bot.errors import GatewayError
from bot.messages import Channel, DeliveryReport, Inbound, MediaKind
from bot.petitions.account_ports import AccountNotes, SignedBodies
from bot.petitions.alarm_ports import Alarms
from bot.petitions.calendar import CalendarNotice
from bot.petitions.chat_ports import Chats
from bot.petitions.mention_ports import Calls, Followings, Joinings, Mentions
from bot.petitions.petition import Case, Event, Milestone, Outcome
from bot.petitions.reach_ports import ReachRecords
from bot.petitions.vocabulary import Kind, Lamp, MilestoneName, Rating, Role, State
from bot.values import frozen


class StorageUnavailable(GatewayError):
    """The database is away; nothing was written."""


# --- petitions ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """Which petitions a list shows; empty fields do not filter.

    `unit` has them or helps with them; `text` is searched in number, content and place.
    """

    states: tuple[State, ...] = ()
    kinds: tuple[Kind, ...] = ()
    unit: str | None = None
    lamp: Lamp | None = None
    owed: MilestoneName | None = None
    """Only those on which something of this name is owed: an extension to be decided, a feedback to be given."""
    supervised: bool = False
    text: str = ""
    citizen: str = ""
    open_only: bool = False
    """Only those that have not ended, or on which something is owed still (a feedback after the closing)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """One page of a list, most urgent first (earliest open due date, then newest), and how many there are in all."""

    cases: tuple[Case, ...]
    total: int


class Cases(Protocol):
    """Petitions with their clocks and their history."""

    async def get(self, number: str, *, lock: bool = False) -> Case | None:
        """Return the case; `lock` keeps others from changing it until the end of this unit of work."""
        ...

    async def events(self, number: str) -> tuple[Event, ...]:
        """Return the whole history, oldest first."""
        ...

    async def save(self, outcome: Outcome) -> None:
        """Write the case after an act, its events, and one outbox row a notice; `Stale` when the version moved on."""
        ...

    async def reserve(self, day: date, count: int = 1) -> int:
        """Take `count` sequence numbers of the day (Beijing date); return the first."""
        ...

    async def search(self, wanted: CaseFilter, *, now: datetime, limit: int, offset: int = 0) -> CasePage:
        """Return one page of the petitions that match."""
        ...

    async def of_citizen(self, citizen: str, *, limit: int = 20) -> tuple[Case, ...]:
        """Return the citizen's own petitions, newest first."""
        ...

    async def counts(self, *, now: datetime, unit: str | None = None) -> Mapping[str, int]:
        """Return how many there are: one entry a state value, and `lamp:yellow`, `lamp:red` among the open ones."""
        ...

    async def due_milestones(self, *, now: datetime, limit: int) -> tuple[Milestone, ...]:
        """Return the milestones whose `next_at` has come, most overdue first."""
        ...

    async def all_numbers(self, *, since: datetime | None = None) -> tuple[str, ...]:
        """Return every number in order of filing; for export and rebuild."""
        ...


# --- attachments ----------------------------------------------------------------------------------------------------


class AttachmentState(StrEnum):
    """Where a file stands; persisted."""

    WANTED = "wanted"
    STORED = "stored"
    LOST = "lost"
    """The platform no longer has it, or refuses it for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """Something a citizen attached. `path` and `playable` are relative to the data directory, '' until stored."""

    key: str
    """The key of the inbound message that brought it."""
    citizen: str
    number: str | None
    kind: MediaKind
    media_id: str
    better_id: str
    received_at: datetime
    state: AttachmentState = AttachmentState.WANTED
    path: str = ""
    playable: str = ""
    """A copy that a browser plays (voice as audio/wav) or shows without EXIF (pictures); '' where none was made."""
    content_type: str = ""
    size: int = 0
    sha256: str = ""
    attempts: int = 0
    next_at: datetime | None = None
    detail: str = ""
    transcript: str = ""
    """What it says, written down by the staff."""


class Attachments(Protocol):
    """Files of citizens."""

    async def claim(self, *, now: datetime, lease: datetime, limit: int) -> tuple[Attachment, ...]:
        """Take wanted files whose `next_at` has come; they are not given again before `lease`."""
        ...

    async def update(self, attachment: Attachment) -> None:
        """Write state, path, playable, content_type, size, sha256, attempts, next_at and detail."""
        ...

    async def write_down(self, key: str, text: str) -> None:
        """Keep what a file says in words; it is searched in."""
        ...

    async def of_petition(self, number: str) -> tuple[Attachment, ...]:
        """Return the files of a petition in the order in which they came."""
        ...

    async def get(self, key: str) -> Attachment | None:
        """Return one file."""
        ...


# --- outbox ---------------------------------------------------------------------------------------------------------


AccountKey = tuple[Channel, str]
"""An account of ours: the platform, and our name for it."""


class OutboxState(StrEnum):
    """Where a message to a citizen stands; persisted."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    """The platform took it."""
    WAITING = "waiting"
    """No permitted way now; waits for the citizen's next contact."""
    UNKNOWN = "unknown"
    """It may have arrived; never resent blindly."""
    DEAD = "dead"
    """Refused for good; staff see it, and can replay it."""
    LAPSED = "lapsed"
    """Of no use any more, and not sent."""
    MERGED = "merged"
    """A later notice of the same petition says all it would have said; `detail` names that one."""
    DROPPED = "dropped"
    """Taken out of the queue by a member of staff, with a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxMessage:
    """A message on its way: a phrase key with values, rendered when it leaves."""

    id: int
    key: str
    citizen: str
    kind: str
    """A `NoticeKind` value, `reply` for an answer too late for the passive reply, `mention` for one in public."""
    number: str | None
    phrase: str
    values: Mapping[str, Any]
    created_at: datetime
    state: OutboxState
    attempts: int
    next_at: datetime | None
    detail: str = ""
    unclear_at: datetime | None = None
    """When an attempt left that had no answer: it may have arrived, and is only repeated as the same message."""


MENTION_ANSWER = "mention"
"""The kind of an answer to a mention; its values are `text`, `mention` (the key) and `post`."""


DRAFT_REMINDER = "draft"
"""The kind of a reminder of a draft: sent now or never, for at the next contact the draft itself is offered."""


class DeliveryOutcome(StrEnum):
    """What became of one attempt; persisted."""

    STARTED = "started"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    RETRY = "retry"
    WINDOW_CLOSED = "window_closed"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    FIELD_REJECTED = "field_rejected"
    """Refused for the value of a template's field."""
    QUOTA = "quota"
    """Too many calls; comes again by itself."""
    CREDENTIALS = "credentials"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One attempt to send one message, or several that left as one: it is the attempt of the oldest of them."""

    outbox_id: int
    attempt: int
    rung: str
    started_at: datetime
    finished_at: datetime | None
    outcome: DeliveryOutcome
    code: str = ""
    message_id: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """The attempt that a delivery report was about: its message, its rung, and whether the report was news."""

    outbox_id: int
    rung: str
    news: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStanding:
    """What the outbox holds for one account, and what came of the attempts since some moment.

    `oldest` is the creation of the oldest message that is pending, being sent or waiting; `attempts` counts by rung and
    outcome; `sent_at` is when the platform last took something.
    """

    account: AccountKey
    states: Mapping[OutboxState, int] = field(default_factory=dict)
    oldest: datetime | None = None
    attempts: Mapping[tuple[str, DeliveryOutcome], int] = field(default_factory=dict)
    sent_at: datetime | None = None


class Outbox(Protocol):
    """Messages to citizens and every attempt to deliver them."""

    async def claim(
        self, *, owner: str, now: datetime, lease: datetime, shares: Mapping[AccountKey, int]
    ) -> tuple[OutboxMessage, ...]:
        """Take due messages, oldest first, at most one a citizen and none behind an unfinished older one.

        Of each account at most its share, so that no backlog keeps another account waiting. Messages whose lease ran
        out come back first: to PENDING when no attempt had started, else to UNKNOWN.
        """
        ...

    async def accounts(self) -> frozenset[AccountKey]:
        """Return the accounts that something is pending for, those no longer in the settings too."""
        ...

    async def behind(self, message: OutboxMessage, *, now: datetime, limit: int) -> tuple[OutboxMessage, ...]:
        """Return the due messages of the same citizen behind a claimed one, in order; nobody else can take them."""
        ...

    async def notices(self, numbers: Sequence[str]) -> tuple[OutboxMessage, ...]:
        """Return the messages about these petitions that are unsent or sent, oldest first."""
        ...

    async def park(self, messages: Sequence[OutboxMessage], *, detail: str) -> None:
        """Make due messages WAITING that stand behind a claimed one of the same citizen."""
        ...

    async def merge(self, into: Mapping[int, OutboxMessage]) -> None:
        """Make messages that are claimed, due or waiting MERGED, each with the id and kind of what overtook it."""
        ...

    async def start(
        self, message: OutboxMessage, *, rung: str, now: datetime, riders: Sequence[OutboxMessage] = ()
    ) -> int:
        """Record that an attempt begins, before anything leaves; return its attempt number.

        `riders` leave in the same message and share its lease; `Stale` when one of them is no longer due.
        """
        ...

    async def finish(
        self,
        message: OutboxMessage,
        delivery: Delivery | None,
        *,
        state: OutboxState,
        next_at: datetime | None,
        detail: str = "",
        riders: Sequence[OutboxMessage] = (),
    ) -> None:
        """Record an attempt's outcome (None: there was no attempt) and where the message stands now.

        PENDING comes again at `next_at`; SENDING keeps the lease (another rung follows); all else is settled. `riders`
        stand where the message does, but where it is SENDING or DEAD they are due again: each has its own way to go.
        """
        ...

    async def report(self, report: DeliveryReport, *, citizen: str, now: datetime) -> Reported | None:
        """Settle an attempt by the platform's later word on it; None when it is not known which.

        Found by its message id, else, where a subscription's template is named, as the citizen's last message by it.
        One that was not delivered waits for the next contact, or, when the citizen blocks this form, is PENDING at once
        for the next. A report on an attempt that is not on record yet is kept for `early`.
        """
        ...

    async def early(self, *, citizen: str, message_id: str, template: str = "") -> DeliveryReport | None:
        """Return, and forget, a report on this message that was here before its attempt was on record."""
        ...

    async def release(self, citizens: Sequence[str], *, now: datetime) -> int:
        """Make WAITING messages of citizens who wrote PENDING at `now`; return how many. Cheap when there are none."""
        ...

    async def replay(self, outbox_id: int, *, now: datetime) -> bool:
        """Make a DEAD, UNKNOWN or WAITING message PENDING; False when it is not in such a state.

        Whoever asks for it accepts that it may arrive twice: any form may be used again.
        """
        ...

    async def drop(self, outbox_id: int, *, reason: str) -> bool:
        """Make a DEAD, UNKNOWN or WAITING message DROPPED; False when it is not in such a state."""
        ...

    async def troubled(self, *, limit: int = 200) -> tuple[OutboxMessage, ...]:
        """Return DEAD and UNKNOWN messages, then WAITING ones as far as `limit` reaches, each newest first."""
        ...

    async def of_petition(self, number: str) -> tuple[tuple[OutboxMessage, tuple[Delivery, ...]], ...]:
        """Return the messages about a petition with the attempts that carried them, oldest first."""
        ...

    async def hasten(self, account: AccountKey, *, now: datetime) -> int:
        """Make the pending messages of an account due at `now`; return how many were to come later."""
        ...

    async def standing(self, *, since: datetime) -> tuple[AccountStanding, ...]:
        """Return how each account stands that anything is held for, or was tried `since`; in two queries."""
        ...

    async def waiting_count(self, *, now: datetime) -> int:
        """Return how many messages are pending or being sent."""
        ...


# --- citizens and inbound: the turn ---------------------------------------------------------------------------------


@frozen
class CitizenRow:
    """What is kept about one citizen of one account."""

    key: str
    session: str = ""
    """The dialog session as JSON, '' for a newcomer."""
    version: int = 0
    following: bool = True
    window_until: datetime | None = None
    """Until when free messages may be sent, as far as we know."""
    window_left: int = 0
    last_seen: datetime | None = None
    draft_at: datetime | None = None
    """When to look what time does to a draft left lying; None where there is none."""


class InboundState(StrEnum):
    """What became of an inbound message; persisted."""

    TURNED = "turned"
    """A dialog turn was made of it."""
    IGNORED = "ignored"
    FAILED = "failed"
    """The turn raised; staff see it."""
    MALFORMED = "malformed"
    """Signed, but not to be understood; kept raw."""


@frozen
class InboundRecord:
    """An inbound message with what became of it. `reply` is the text given back, '' for none."""

    inbound: Inbound
    state: InboundState
    received_at: datetime
    reply: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LateReply:
    """A reply that missed the passive answer and goes by the outbox, or the answer to a mention in public."""

    key: str
    citizen: str
    text: str
    at: datetime
    mention: str = ""
    """The key of the mention that is answered; `post` is the post it stands under, where that is known."""
    post: str = ""
    kind: str = ""
    """What it is where it is no reply: `DRAFT_REMINDER`."""


@frozen
class TurnWrites:
    """Everything a batch of turns changes; written and committed together."""

    records: Sequence[InboundRecord] = ()
    citizens: Sequence[CitizenRow] = ()
    """With `version` as loaded; the write raises it by one, and fails with `Stale` when it moved on."""
    attachments: Sequence[Attachment] = ()
    outcomes: Sequence[Outcome] = ()
    """Filings of this batch (new petitions only)."""
    late: Sequence[LateReply] = ()


@frozen
class TurnState:
    """What a batch needs to know: stored replies of repeats by inbound key, and the citizens by key."""

    repeats: Mapping[str, str]
    citizens: Mapping[str, CitizenRow]


class Batch(Protocol):
    """One group commit of turns; leaving the context without `save` writes nothing."""

    def remembered(self, citizens: Sequence[str]) -> Mapping[str, CitizenRow]:
        """Return the rows that need no reading, as far as is known; what is written of a wrong one is `Stale`.

        Repeats among the messages of these citizens need no looking for either: their keys make the write `Stale`.
        """
        ...

    async def load(self, keys: Sequence[str], citizens: Sequence[str]) -> TurnState:
        """Return the repeats among `keys` and the rows of `citizens` (absent ones as a fresh `CitizenRow`)."""
        ...

    async def reserve(self, day: date, count: int) -> int:
        """Take petition sequence numbers; see `Cases.reserve`."""
        ...

    async def save(self, writes: TurnWrites) -> None:
        """Write all and commit; `Stale` when a citizen or an inbound key was written by another process meanwhile."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RawInbound:
    """A signed but malformed body, or another thing that staff must see."""

    key: str
    account: str
    body: str
    detail: str
    received_at: datetime


class Turns(Protocol):
    """The same for a single turn inside a unit of work: for the turns that look things up, and for retries."""

    async def load(self, keys: Sequence[str], citizens: Sequence[str]) -> TurnState:
        """As `Batch.load`, with the citizens' rows locked (created where absent)."""
        ...

    async def save(self, writes: TurnWrites) -> None:
        """As `Batch.save`, without the commit."""
        ...

    async def keep_raw(self, raw: RawInbound) -> bool:
        """Keep a malformed body; False when its key was kept before."""
        ...

    async def troubled(self, *, limit: int = 200) -> tuple[InboundRecord, ...]:
        """Return failed and malformed messages, newest first."""
        ...

    async def citizen(self, key: str) -> CitizenRow | None:
        """Return one citizen."""
        ...

    async def due_drafts(self, *, now: datetime, limit: int) -> tuple[str, ...]:
        """Return the citizens whose `draft_at` has come, earliest first."""
        ...

    async def spend_window(self, citizen: str, *, left: int | None = None) -> None:
        """Take one message from the citizen's window, or set what is left (0: the platform says it is shut)."""
        ...

    async def set_following(self, citizen: str, *, following: bool) -> None:
        """Record what a send told about following."""
        ...


# --- staff ----------------------------------------------------------------------------------------------------------


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


# --- the work calendar ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarVersion:
    """One import of a notice; `number` counts from 1 without gaps."""

    number: int
    notice: CalendarNotice
    imported_at: datetime
    imported_by: str
    applied_at: datetime | None = None
    """When the petitions under way were moved to it; None while only new ones are counted with it."""


class Calendars(Protocol):
    """What administrators imported into the work calendar, version by version; nothing is ever taken back."""

    async def version(self) -> int:
        """Return the number of the newest version, 0 when nothing was imported."""
        ...

    async def versions(self) -> tuple[CalendarVersion, ...]:
        """Return all versions, oldest first, each with its days by date."""
        ...

    async def add(self, notice: CalendarNotice, *, by: str, now: datetime) -> CalendarVersion:
        """Keep a notice as the next version; `Stale` when another import came first."""
        ...

    async def mark_applied(self, *, now: datetime) -> None:
        """Record that the petitions under way were moved to all versions there are."""
        ...


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
