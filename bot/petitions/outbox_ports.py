"""What is asked of the outbox: what is to be told to whom, and what became of it. Errors and moments as in `ports`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from bot.messages import Channel, DeliveryReport

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
    lease_until: datetime | None = None
    """Until when it is left to who claimed it, and by which claim: no two have the same end."""


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

        `riders` leave in the same message and share its lease. `Stale` when one of them is no longer due, or when the
        lease of `message` ran out and another claim has it: whoever was held up sends nothing.
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
