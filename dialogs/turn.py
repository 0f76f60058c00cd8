"""The shape of a conversation: what a turn takes and what it gives.

A turn is a pure function `(session, message, now, catalogue, facts) → Turn | Lookup`. When it needs to know something
that only the database knows, it returns a `Lookup` instead of a `Turn`; the caller finds the facts and calls again with
them. What it wants done to petitions it returns as intents; the caller does them in the same transaction and adds the
values they yield (`number`, `code`, …) to the reply.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.messages import Reply
from bot.petitions.lifecycle import Act
from bot.petitions.petition import Case, Draft, Event
from bot.petitions.vocabulary import Kind, Rating, Solved
from bot.values import frozen
from dialogs.hearing import Hearing


@dataclass(frozen=True, slots=True, kw_only=True)
class KindChoice:
    """A kind of petition as citizens meet it."""

    kind: Kind
    label: str
    synonyms: tuple[str, ...] = ()
    public_allowed: bool = True
    phone_asked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Danger:
    """A danger to life: the words that show it, and what is said at once (whom to ring)."""

    id: str
    label: str
    keywords: tuple[str, ...]
    say: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dangers:
    """The dangers, likeliest to kill first; `harmless` words only look like one of them.

    With one of the `calm` words nobody is alarmed: it is over, or only spoken of. The number is told all the same.
    """

    rules: tuple[Danger, ...] = ()
    harmless: tuple[str, ...] = ()
    calm: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftTimes:
    """How long a draft lies before it is offered again, reminded of (None: never), and gone; from the last contact."""

    silence: timedelta = timedelta(hours=6)
    remind: timedelta | None = timedelta(hours=40)
    keep: timedelta = timedelta(days=7)

    @property
    def first_look(self) -> timedelta:
        """How soon after it began time can do anything to a draft."""
        return self.keep if self.remind is None else min(self.remind, self.keep)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A matter the office does not take on: the words that show it, what the citizen is told, what the staff sees.

    At least `least` different keywords; not with one of `unless`; `only` when the text says nothing else (`fillers` do
    not count). `kinds`: of these alone. `insist`: the citizen may file it all the same.
    """

    id: str
    label: str
    keywords: tuple[str, ...]
    say: str
    reason: str
    elsewhere: str
    kinds: tuple[Kind, ...] = ()
    unless: tuple[str, ...] = ()
    fillers: tuple[str, ...] = ()
    least: int = 1
    only: bool = False
    insist: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribing:
    """Where citizens of an account consent to `templates`, when nothing else reaches them later."""

    link: str
    templates: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What the dialog may know about the office: all data, fixed for the life of the process."""

    hearing: Hearing
    """What citizens type."""
    write: Callable[[Reply], str]
    """Puts into words what becomes part of a petition."""
    kinds: tuple[KindChoice, ...]
    office: str
    office_phone: str
    units: Mapping[str, str]
    """Unit id → name."""
    retention: str
    """How long petitions are kept, in words."""
    privacy_contact: str
    """Whom to ask about personal data."""
    office_hours: str = ""
    """When somebody answers the office's phone, in words, e.g. 工作日 10:00–19:00; '' when not known."""
    drafts: DraftTimes = DraftTimes()
    joining: bool = True
    """Whether others may stand by public petitions."""
    dangers: Dangers = Dangers()
    refusals: tuple[Refusal, ...] = ()
    attended: bool = False
    """Whether a person of the staff answers in the chat (人工)."""
    short_units: Mapping[str, str] = field(default_factory=dict)
    """Unit id → what it is called in a sentence."""
    scenes: Mapping[str, str] = field(default_factory=dict)
    """Number of a QR code → unit id, for platforms that know only numbers."""
    subscribing: Mapping[str, Subscribing] = field(default_factory=dict)
    """By `channel:account`; only the accounts whose notices days later need a consent."""


@frozen
class File:
    """File the draft. The reply gains the values `number`, `code`, `response_due`, `answer_due`.

    `mention` is the key of the public mention it was made of, '' where it began in private.
    """

    draft: Draft
    mention: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """Withdraw the citizen's own petition."""

    number: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Rate the citizen's own petition; what is None stays as it was said before."""

    number: str
    rating: Rating | None = None
    solved: Solved | None = None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redo:
    """Send the citizen's own petition back to be done again, as they rated it."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplement:
    """Add words and files (inbound keys) to the citizen's own petition."""

    number: str
    text: str = ""
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chase:
    """Press on with the citizen's own petition."""

    number: str
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Ask for 复查 (`Act.REVIEW`) or 复核 (`Act.RECHECK`) of the reply to the citizen's own petition."""

    number: str
    level: Act
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """Follow one's own petition from another platform, where its number and 查询码 were shown.

    `owner` is the account that filed it, and hears `told`.
    """

    number: str
    owner: str
    told: Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Stand by somebody else's petition."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quit:
    """Stand by it no longer."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Tell the staff of a danger; `message` is the key of the message that speaks of it."""

    danger: str
    label: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPerson:
    """Queue the citizen for a person of the staff; `message` is the key of the one that asks for it."""

    message: str
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Put this message before the person the citizen talks with, or waits for."""

    message: str
    about: str = ""
    """What it says, in case nothing said yet what the chat is about."""
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """End the chat with a person; `message` is the key of the one that ends it."""

    message: str
    unfollowed: bool = False


_OfPetition = Withdraw | Rate | Redo | Supplement | Chase | Review | Follow | Join | Quit
Intent = Alarm | AskPerson | Leave | Say | File | _OfPetition


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine:
    """Lookup: the petitions the citizen filed or follows, newest first. Facts: `cases`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class One:
    """Lookup: one petition by its full number, whoever filed it. Facts: `case` and `events`, or none."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Lookup: one petition, its dates' reasons and what the citizen may do; without a number the newest under way.

    Facts: `case`, `reasons` and `doable`, or none.
    """

    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attended:
    """Lookup: whether a person of the staff is there, and how the citizen's chat stands. Facts: `attendance`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consented:
    """Lookup: whether the citizen consented to messages by any of these templates. Facts: `consented`."""

    templates: frozenset[str]


Lookup = Mine | One | Why | Attended | Consented


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """`opens` is now while somebody is there, else the next opening (None: not in sight); `ahead` wait before one."""

    opens: datetime | None
    chat: str = ""
    """How the citizen's open chat stands, as `dialogs.session.Person` has it; '' for none."""
    ahead: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a lookup found, and the lookup it answers."""

    lookup: Lookup
    cases: tuple[Case, ...] = ()
    case: Case | None = None
    events: tuple[Event, ...] = ()
    reasons: Mapping[str, tuple[Reply, ...]] = field(default_factory=dict)
    """Key of a clock → the steps that lead to its date."""
    doable: tuple[Act, ...] = ()
    attendance: Attendance | None = None
    followed: bool = False
    """Whether this citizen follows `case`, having shown its 查询码 before; of `cases`, all are theirs."""
    joined: bool = False
    """Whether this citizen stands by `case`."""
    consented: bool = False
    redoable: frozenset[str] = frozenset()
    """The numbers that the citizen could have done again, were they to say that it is not solved."""

    @property
    def number(self) -> str:
        """The number of the petition that was looked for, '' where none was named."""
        return self.lookup.number if isinstance(self.lookup, One | Why) else ""


@frozen
class Turn:
    """What a turn gives: at most one reply, the session after it (as JSON), and what is to be done."""

    reply: Reply | None
    session: str
    intents: tuple[Intent, ...] = ()
    drafting: bool = False
    """Whether a draft is left lying after it: under way, put away, or made of this mention."""
