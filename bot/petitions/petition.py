"""What a petition (诉求) is: its parts, its states, and the records that hang on it.

Everything here is a value; what may happen to it stands in `acts`. The strings are persisted and stay.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.petitions.masking import masked
from bot.petitions.vocabulary import EventType, Kind, Lamp, MilestoneName, NoticeKind, Rating, Role, Solved, State
from bot.values import frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: `id` is the staff login or the citizen's key, `unit` the officer's unit id."""

    role: Role
    id: str
    unit: str = ""


CLOCK = Actor(role=Role.CLOCK, id="clock")


@frozen
class Draft:
    """What the dialog collected, complete enough to file. `attachments` are inbound keys."""

    kind: Kind
    content: str
    place: str = ""
    latitude: float | None = None
    longitude: float | None = None
    attachments: tuple[str, ...] = ()
    phone: str = ""
    public: bool = False
    scene: str = ""
    """The QR code it came by (`bot.petitions.scenes`), '' for none."""
    warned: str = ""
    """The id of the refusal rule that the citizen was told of before filing all the same, '' for none."""


@frozen
class Petition:
    """One petition as it stands. `version` is the number of its events and guards every write."""

    number: str
    kind: Kind
    state: State
    citizen: str
    """The key of the `CitizenRef` who filed it."""
    content: str
    place: str
    latitude: float | None
    longitude: float | None
    phone: str
    public: bool
    code: str
    """The six-digit 查询码."""
    unit: str
    """The id of the unit that has it now, '' while it is with the office."""
    policy: str
    filed_at: datetime
    updated_at: datetime
    version: int
    rating: Rating | None = None
    solved: Solved | None = None
    co_units: tuple[str, ...] = ()
    """The ids of the units that help the one that has it (协办)."""
    dispatches: int = 0
    """How often it was forwarded; from the policy's `designate` on it may not be returned."""
    extensions: int = 0
    chases: int = 0
    chase_again_at: datetime | None = None
    """Until when a further 催办 is answered and not counted."""
    redos: int = 0
    supervisions: int = 0
    joiners: int = 0
    """How many others stand by it (联名)."""
    reviews: int = 0
    """How often the citizen asked for 复查 or 复核."""

    @property
    def summary(self) -> str:
        """The first forty characters, on one line, without personal ID numbers."""
        line = " ".join(masked(self.content).split())
        return line if len(line) <= _SUMMARY else line[: _SUMMARY - 1] + "…"


_SUMMARY = 40


@frozen
class Event:
    """One entry of a petition's history; `data` is JSON-able and complete enough to rebuild the petition."""

    number: str
    seq: int
    type: EventType
    at: datetime
    role: Role
    actor: str
    data: Mapping[str, Any] = field(default_factory=dict)


@frozen
class Milestone:
    """One clock: due, warned, passed, met or ended (nothing is owed any more); it may stand still for a while."""

    number: str
    name: MilestoneName
    started_at: datetime
    due_at: datetime
    warn_at: datetime | None
    provisional: bool = False
    """暂定: the calendar of that year is not published yet."""
    warned_at: datetime | None = None
    passed_at: datetime | None = None
    met_at: datetime | None = None
    ended_at: datetime | None = None
    unit: str = ""
    """Whose clock it is, where a petition has several at once (协办)."""
    seq: int = 1
    """The event that started it."""
    paused_at: datetime | None = None
    """Since when it stands still; its due date holds again, counted anew, when it runs."""

    @property
    def key(self) -> str:
        """What it is called among the petition's clocks, for ever: `answer`, `sign:2`, `cohandle:water:3`."""
        if self.seq == 1:
            return self.name.value
        return f"{self.name}:{self.unit}:{self.seq}" if self.unit else f"{self.name}:{self.seq}"

    @property
    def open(self) -> bool:
        """Whether something is still owed."""
        return self.met_at is None and self.ended_at is None

    @property
    def running(self) -> bool:
        """Whether its time is running."""
        return self.open and self.paused_at is None

    @property
    def next_at(self) -> datetime | None:
        """When the milestone loop has something to do with it; None for nothing more."""
        if not self.running or self.passed_at is not None:
            return None
        if self.warned_at is None and self.warn_at is not None:
            return self.warn_at
        return self.due_at

    def lamp(self, now: datetime) -> Lamp:
        """Return how it stands at `now`."""
        if self.paused_at is not None or (self.ended_at is not None and self.passed_at is None):
            return Lamp.NONE
        if self.passed_at is not None or (self.met_at or now) > self.due_at:
            return Lamp.RED
        if self.met_at is not None:
            return Lamp.NONE
        return Lamp.YELLOW if self.warn_at is not None and now >= self.warn_at else Lamp.GREEN


def split_key(key: str) -> tuple[MilestoneName, str, int]:
    """Return name, unit and event of a milestone by its key."""
    name, _, rest = key.partition(":")
    unit, _, seq = rest.rpartition(":")
    return MilestoneName(name), unit, int(seq) if seq else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something the citizen must hear: `key` makes it unique for ever, `values` fill its phrase and its template.

    The values are as those of a `Reply`: words and dates among them are said when the notice leaves.
    """

    key: str
    kind: NoticeKind
    number: str
    citizen: str
    at: datetime
    values: Mapping[str, Any]


@frozen
class Case:
    """A petition with its clocks: what an act is done to."""

    petition: Petition
    milestones: tuple[Milestone, ...]

    def milestone(self, name: MilestoneName) -> Milestone | None:
        """Return the last clock of that name, None when there was none."""
        return next((m for m in reversed(self.milestones) if m.name is name), None)

    def open_clock(self, name: MilestoneName, *, unit: str = "") -> Milestone | None:
        """Return the clock of that name (and unit) on which something is still owed."""
        return next((m for m in self.milestones if m.name is name and m.unit == unit and m.open), None)

    def clock(self, key: str) -> Milestone | None:
        """Return the clock with that key."""
        return next((m for m in self.milestones if m.key == key), None)

    def lamp(self, now: datetime) -> Lamp:
        """Return the worst lamp of the clocks that still run."""
        lamps = {m.lamp(now) for m in self.milestones if m.running}
        return next((lamp for lamp in (Lamp.RED, Lamp.YELLOW, Lamp.GREEN) if lamp in lamps), Lamp.NONE)


@frozen
class Outcome:
    """What an act did: the case after it, the new events, and what the citizen is told."""

    case: Case
    events: tuple[Event, ...]
    notices: tuple[Notice, ...] = ()
