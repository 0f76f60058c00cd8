"""What can be wrong with an act on a petition.

::

    PetitionError
    ├── WrongNumber        not a petition number, or its check digit does not match
    ├── UnknownPetition    no such petition, or none this actor may see
    ├── UnknownUnit        no unit of that id
    ├── NotAllowed         this role may not do this act at all, or not on this petition
    ├── NotPossible        the petition's state does not admit the act; carries state and act
    ├── Incomplete         the act lacks something it needs (a reason, a unit, a text); carries the field
    ├── Hindered           role and state would admit the act, something else does not; carries what
    ├── LeakRefused        a 举报 would reach the unit it names (信访工作条例 30)
    └── Stale              someone else changed the petition first; load it again
"""

from enum import StrEnum

from bot.errors import GatewayError


class PetitionError(GatewayError):
    """A rule of the petition procedure was not met."""


class WrongNumber(PetitionError):
    """The petition number is mistyped."""


class UnknownPetition(PetitionError):
    """No such petition."""


class UnknownUnit(PetitionError):
    """No such unit."""


class NotAllowed(PetitionError):
    """This role may not do this."""


class NotPossible(PetitionError):
    """The petition's state does not admit this act."""

    def __init__(self, *, state: str, act: str) -> None:
        super().__init__(f"a petition that is {state} does not admit {act}")
        self.state = state
        self.act = act


class Incomplete(PetitionError):
    """The act lacks something it needs."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} is required")
        self.field = field


class Hindrance(StrEnum):
    """What besides state and role keeps an act from being done."""

    SIGNED = "signed"
    """It was signed for already, or nobody has to."""
    DESIGNATED = "designated"
    """The unit was designated: no returning."""
    RETURN_LATE = "return_late"
    NO_ANSWER_CLOCK = "no_answer_clock"
    ANSWER_PASSED = "answer_passed"
    """An extension is asked for before the limit runs out."""
    EXTENSION_PENDING = "extension_pending"
    EXTENSIONS_SPENT = "extensions_spent"
    EXTENSION_TOO_LONG = "extension_too_long"
    NO_EXTENSION = "no_extension"
    CHASED_LATELY = "chased_lately"
    SUPERVISED = "supervised"
    NO_FEEDBACK = "no_feedback"
    NOT_DISSATISFIED = "not_dissatisfied"
    REDO_LATE = "redo_late"
    REDOS_SPENT = "redos_spent"
    NO_REVIEW = "no_review"
    """The policy has no 复查 or 复核, or it is not the turn of this one."""
    REVIEW_LATE = "review_late"
    NOT_JOINABLE = "not_joinable"
    """It is not public, or a 举报."""
    TWICE = "twice"
    """A unit is named that has the petition already."""


class Hindered(PetitionError):
    """Role and state admit the act, but something else does not."""

    def __init__(self, why: Hindrance) -> None:
        super().__init__(f"hindered: {why}")
        self.why = why


class LeakRefused(PetitionError):
    """A report would reach the unit it names."""

    def __init__(self, unit: str) -> None:
        super().__init__(f"this report names {unit}: it may not be forwarded there")
        self.unit = unit


class Stale(PetitionError):
    """Someone else changed the petition first."""
