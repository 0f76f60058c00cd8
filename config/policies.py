"""The policies of the office, and which of them a petition gets.

A policy may have tiers for some kinds, categories or urgencies; a tier is a policy of its own, named `beijing:urgent`,
that takes from its policy what it does not set. A petition keeps the name it was filed under. The file they come from
is read in `config.policy_file`; how limits are counted is in `bot.petitions.deadlines`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.errors import GatewayError
from bot.petitions.policy import Policy


class Urgency(StrEnum):
    """How pressing a matter is, where a policy makes a difference; nothing said is an ordinary one (一般)."""

    EMERGENCY = "emergency"
    """突发, 危及生命财产."""
    URGENT = "urgent"
    """紧急, e.g. 水电气热."""
    COMPLEX = "complex"
    """复杂疑难."""


TIER = ":"
"""Between a policy's name and its tier's."""
FIT_KEYS = ("kind", "category", "urgency")
"""What a choice may depend on."""


class PolicyError(GatewayError, ValueError):
    """The file of time limits does not hold together; `problems` lists everything that is wrong with it."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which policy a petition gets; an empty field fits everything."""

    policy: str
    kind: str = ""
    category: str = ""
    urgency: str = ""

    def fits(self, other: "Choice") -> bool:
        """Tell whether everything `other` is about is covered by this choice."""
        return all(getattr(self, key) in {"", getattr(other, key)} for key in FIT_KEYS)

    def common(self, other: "Choice") -> "Choice | None":
        """Return the petitions both are about, None when there are none; its policy is that of `self`."""
        fields = {key: getattr(self, key) or getattr(other, key) for key in FIT_KEYS}
        both = Choice(policy=self.policy, **fields)
        return both if self.fits(both) and other.fits(both) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """All policies of the office, and which petition gets which."""

    by_name: Mapping[str, Policy]
    """Policies, and their tiers by their full names."""
    default: str
    choices: tuple[Choice, ...] = ()
    tiers: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    """Policy name → which petitions get which of its tiers."""

    @property
    def by_matter(self) -> bool:
        """Whether what a petition is about, or how pressing it is, makes a difference for the policies in use."""
        used = {self.default, *(choice.policy for choice in self.choices)}
        tiers = [choice for name in used for choice in self.tiers.get(name, ())]
        return any(choice.category or choice.urgency for choice in (*self.choices, *tiers))

    @property
    def categories(self) -> frozenset[str]:
        """The ids of the categories that any choice or tier names."""
        every = (*self.choices, *(choice for tiers in self.tiers.values() for choice in tiers))
        return frozenset(choice.category for choice in every if choice.category)

    @property
    def names(self) -> tuple[str, ...]:
        """The policies, without their tiers."""
        return tuple(name for name in self.by_name if TIER not in name)

    def for_petition(self, kind: str, category: str = "", urgency: str = "") -> Policy:
        """Return the policy of the first choice that fits, else the default; its tier where one fits."""
        petition = Choice(policy="", kind=kind, category=category, urgency=urgency)
        return self.named(_first(self.choices, petition, self.default), kind, category, urgency)

    def named(self, name: str, kind: str, category: str = "", urgency: str = "") -> Policy:
        """Return what the policy `name` holds for such a petition; KeyError when there is none of that name."""
        petition = Choice(policy="", kind=kind, category=category, urgency=urgency)
        return self.by_name[_first(self.tiers.get(name, ()), petition, name)]


def _first(choices: Iterable[Choice], petition: Choice, default: str) -> str:
    return next((choice.policy for choice in choices if choice.fits(petition)), default)
