"""What is asked of the store of citizens and their messages. Errors and moments as in `ports`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from bot.messages import Inbound
from bot.petitions.attachment_ports import Attachment
from bot.petitions.petition import Outcome
from bot.values import frozen


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
