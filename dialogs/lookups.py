"""What a turn may have to look up before it can answer, and what is found.

Only the database knows it; the dialog asks, and is called again with the facts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.messages import Reply
from bot.petitions.acts import Act
from bot.petitions.petition import Case, Event


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
