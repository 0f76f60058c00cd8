"""What the dialog may know about the office: all data, fixed for the life of the process."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bot.messages import Reply
from bot.petitions.vocabulary import Kind
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
