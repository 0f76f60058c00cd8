"""What a conversation remembers between two messages of a citizen, as a turn works on it.

It is kept as JSON (`dialogs.session_json`). Knows nothing of phrases, and of petitions only the names of kinds and
ratings.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.petitions.vocabulary import Kind, Rating


class Person(StrEnum):
    """How the citizen stands with a person of the staff; '' for the dialog alone. Persisted."""

    NONE = ""
    QUEUED = "q"
    HELD = "h"


class State(StrEnum):
    """What the citizen was asked last; persisted, so the strings stay."""

    IDLE = "idle"
    MENU = "menu"
    KIND = "filing.kind"
    CONTENT = "filing.content"
    PLACE = "filing.place"
    EVIDENCE = "filing.evidence"
    PHONE = "filing.phone"
    PUBLIC = "filing.public"
    SUMMARY = "filing.summary"
    EDIT = "filing.edit"
    CANCEL = "filing.cancel"
    OFFER = "draft.offer"
    PICK = "looking.pick"
    CODE = "looking.code"
    DETAILS = "looking.details"
    WITHDRAW_PICK = "withdrawing.pick"
    WITHDRAW_CONFIRM = "withdrawing.confirm"
    RATE_PICK = "rating.pick"
    RATE_SOLVED = "rating.solved"
    RATE_WORDS = "rating.words"
    RATE_REDO = "rating.redo"
    CHASE_PICK = "chasing.pick"
    SUPPLEMENT_PICK = "supplement.pick"
    SUPPLEMENT = "supplement.ask"
    REVIEW_REASON = "reviewing.ask"


STEPS = (
    State.KIND,
    State.CONTENT,
    State.PLACE,
    State.EVIDENCE,
    State.PHONE,
    State.PUBLIC,
    State.SUMMARY,
)
"""The steps of filing, in their order."""
ASIDES = frozenset(
    {
        State.PICK,
        State.CODE,
        State.DETAILS,
        State.WITHDRAW_PICK,
        State.WITHDRAW_CONFIRM,
        State.RATE_PICK,
        State.RATE_SOLVED,
        State.RATE_WORDS,
        State.RATE_REDO,
        State.CHASE_PICK,
        State.SUPPLEMENT_PICK,
        State.SUPPLEMENT,
        State.REVIEW_REASON,
    }
)
"""Side conversations: they lie over a draft without touching it."""
STEP_LETTERS: Mapping[State, str] = {
    State.CONTENT: "c",
    State.PLACE: "p",
    State.EVIDENCE: "e",
    State.PHONE: "t",
    State.PUBLIC: "o",
}


@dataclass(slots=True, kw_only=True)
class Parts:
    """A draft on its way: what was given so far. `public` is None until it was asked."""

    kind: Kind | None = None
    content: str = ""
    place: str = ""
    latitude: float | None = None
    longitude: float | None = None
    attachments: list[str] = field(default_factory=list)
    phone: str = ""
    public: bool | None = None
    behind: str = ""
    """Letters of the steps answered or skipped."""
    origin: str = ""
    """The key of the public mention it was made of, '' where it began in private."""
    since: int = 0
    """When it began to wait, epoch seconds; only while nobody has taken it up."""

    def passed(self, step: State) -> None:
        """Put a step behind."""
        letter = STEP_LETTERS[step]
        if letter not in self.behind:
            self.behind += letter


@dataclass(slots=True, kw_only=True)
class Session:
    """The conversation as a turn works on it."""

    state: State = State.IDLE
    back: State | None = None
    since: int = 0
    parts: Parts | None = None
    notified: bool = False
    filed: bool = False
    numbers: list[str] = field(default_factory=list)
    number: str = ""
    rating: Rating | None = None
    wrong_codes: list[int] = field(default_factory=list)
    rest: str = ""
    scene: str = ""
    waiting: list[Parts] = field(default_factory=list)
    """Drafts made of mentions, or of what was said in the middle of another; those that came first, first."""
    away: Parts | None = None
    """A draft that was cancelled or given up for another, `away_at` (epoch seconds)."""
    away_at: int = 0
    held: Parts | None = None
    """What came after a silence, until the citizen says whether it belongs to the draft."""
    reminded: bool = False
    lapsed: bool = False
    """Whether a draft is gone and the citizen does not know it yet."""
    follows: bool = False
    """Whether a petition filed on another platform was shown by its code, and is followed."""
    simple: bool = False
    struggles: int = 0
    greeted: bool = False
    """Whether a mention that says nothing was answered."""
    person: Person = Person.NONE

    @property
    def unsorted(self) -> bool:
        """Whether a draft waits whose kind is still to be asked: what is said next may belong to it."""
        return bool(self.waiting) and self.waiting[0].kind is None

    def enter(self, state: State, *, at: int = 0) -> None:
        """Go to a state of the plain way: nothing lies under it."""
        self.state, self.back, self.since = state, None, at

    def aside(self, state: State, *, at: int) -> None:
        """Begin a side conversation over the present step."""
        if self.state in STEPS:
            self.back = self.state
        self.state, self.since = state, at

    def leave(self) -> None:
        """End a side conversation: back to the step it lay over; on a step itself, stay."""
        if self.state in STEPS:
            return
        below = self.back if self.parts is not None else None
        if below is None:
            below = State.IDLE if self.parts is None else State.KIND
        self.enter(below)
        self.numbers, self.number, self.rating = [], "", None

    def drop_draft(self) -> None:
        """Forget the draft and stand idle."""
        self.parts, self.held, self.reminded, self.struggles = None, None, False, 0
        self.enter(State.IDLE)
