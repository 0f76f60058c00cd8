"""The closed sets of the domain: kinds, states, roles, events, clocks and notices.

The strings are persisted and stay; a golden test lists them. What people read for them stands elsewhere: for citizens
in the phrases file (`bot.petitions.wording`), for staff in the console's own words.
"""

from enum import StrEnum


class Kind(StrEnum):
    """What the citizen wants."""

    CONSULT = "consult"
    HELP = "help"
    COMPLAINT = "complaint"
    REPORT = "report"
    SUGGEST = "suggest"
    PRAISE = "praise"


class State(StrEnum):
    """Where a petition stands."""

    FILED = "filed"
    ACCEPTED = "accepted"
    FORWARDED = "forwarded"
    WAITING = "waiting"
    """The citizen was asked for more; the answer clock stands still."""
    ANSWERED = "answered"
    REVIEWING = "reviewing"
    RECHECKING = "rechecking"
    CLOSED = "closed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def ended(self) -> bool:
        """Whether nothing more is owed to the citizen."""
        return self in {State.CLOSED, State.REFUSED, State.WITHDRAWN}


class Role(StrEnum):
    """In what part somebody acts."""

    CITIZEN = "citizen"
    CLERK = "clerk"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    CLOCK = "clock"


class Rating(StrEnum):
    """The citizen's judgement; never given by anybody else, and never by default."""

    SATISFIED = "satisfied"
    FAIR = "fair"
    DISSATISFIED = "dissatisfied"


class Solved(StrEnum):
    """Whether the matter itself is settled, by the citizen's word; apart from how satisfied they are."""

    SOLVED = "solved"
    PARTLY = "partly"
    UNSOLVED = "unsolved"


class Lamp(StrEnum):
    """How a clock stands (亮灯): green in time, yellow about to pass, red passed."""

    NONE = "none"
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


class EventType(StrEnum):
    """What happened; append-only."""

    FILED = "filed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    FORWARDED = "forwarded"
    ANSWERED = "answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    RATED = "rated"
    WARNED = "warned"
    PASSED = "passed"
    RESCHEDULED = "rescheduled"
    SIGNED = "signed"
    RETURNED = "returned"
    COHANDLED = "cohandled"
    CONTRIBUTED = "contributed"
    ASKED = "asked"
    SUPPLEMENTED = "supplemented"
    RESUMED = "resumed"
    EXTENSION_ASKED = "extension_asked"
    EXTENDED = "extended"
    EXTENSION_REFUSED = "extension_refused"
    CHASED = "chased"
    SUPERVISED = "supervised"
    FEEDBACK = "feedback"
    REDONE = "redone"
    REVIEW_ASKED = "review_asked"
    REVIEWED = "reviewed"
    ENRICHED = "enriched"
    TRANSCRIBED = "transcribed"
    """What stood around the public mention it was made of was found later."""
    JOINED = "joined"
    LEFT = "left"


class MilestoneName(StrEnum):
    """What the clocks of a petition are about; a petition may have had several of one name."""

    RESPONSE = "response"
    ANSWER = "answer"
    SIGN = "sign"
    COHANDLE = "cohandle"
    SUPPLEMENT = "supplement"
    EXTENSION = "extension"
    FEEDBACK = "feedback"
    REVIEW = "review"
    RECHECK = "recheck"


class Ground(StrEnum):
    """Why a petition is supervised 督办."""

    HAND = "hand"
    """By a supervisor, who gives a reason; by rule in the other cases."""
    OVERDUE = "overdue"
    CHASED = "chased"
    DISSATISFIED = "dissatisfied"


PROMISED = frozenset({MilestoneName.RESPONSE, MilestoneName.ANSWER, MilestoneName.REVIEW, MilestoneName.RECHECK})
"""The clocks that were promised to the citizen; the others are the office's own."""


class NoticeKind(StrEnum):
    """What the citizen is told; phrases are `notice.<kind>`, templates are named by it."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    FORWARDED = "forwarded"
    RESPONSE_OVERDUE = "response_overdue"
    ANSWER_DUE_SOON = "answer_due_soon"
    ANSWER_OVERDUE = "answer_overdue"
    ANSWERED = "answered"
    CLOSED = "closed"
    RESCHEDULED = "rescheduled"
    SIGNED = "signed"
    RETURNED = "returned"
    COHANDLED = "cohandled"
    ASKED = "asked"
    RESUMED = "resumed"
    EXTENDED = "extended"
    SUPERVISED = "supervised"
    REDONE = "redone"
    REVIEW_TAKEN = "review_taken"
    REVIEWED = "reviewed"
    REVIEW_OVERDUE = "review_overdue"
    JOINED_ENDED = "joined_ended"
    """To who stood by somebody else's petition (联名): it has ended."""
