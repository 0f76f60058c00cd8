"""The closed sets of the domain: kinds, states, roles, events, clocks and notices, with the words people read.

The strings are persisted and stay; a golden test lists them.
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

    @property
    def label(self) -> str:
        """The word citizens and staff read."""
        return _KIND_LABELS[self]


_KIND_LABELS = {
    Kind.CONSULT: "咨询",
    Kind.HELP: "求助",
    Kind.COMPLAINT: "投诉",
    Kind.REPORT: "举报",
    Kind.SUGGEST: "建议",
    Kind.PRAISE: "表扬",
}


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
    def label(self) -> str:
        """The word citizens and staff read (at most five characters: it must fit a `phrase` field)."""
        return _STATE_LABELS[self]

    @property
    def ended(self) -> bool:
        """Whether nothing more is owed to the citizen."""
        return self in {State.CLOSED, State.REFUSED, State.WITHDRAWN}


_STATE_LABELS = {
    State.FILED: "待受理",
    State.ACCEPTED: "已受理",
    State.FORWARDED: "办理中",
    State.WAITING: "待补充",
    State.ANSWERED: "已答复",
    State.REVIEWING: "复查中",
    State.RECHECKING: "复核中",
    State.CLOSED: "已办结",
    State.REFUSED: "不予受理",
    State.WITHDRAWN: "已撤回",
}


class Role(StrEnum):
    """In what part somebody acts."""

    CITIZEN = "citizen"
    CLERK = "clerk"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    CLOCK = "clock"

    @property
    def label(self) -> str:
        """The word staff read."""
        return _ROLE_LABELS[self]


_ROLE_LABELS = {
    Role.CITIZEN: "市民",
    Role.CLERK: "受理员",
    Role.OFFICER: "承办员",
    Role.SUPERVISOR: "督办员",
    Role.ADMIN: "管理员",
    Role.CLOCK: "系统",
}


class Rating(StrEnum):
    """The citizen's judgement; never given by anybody else, and never by default."""

    SATISFIED = "satisfied"
    FAIR = "fair"
    DISSATISFIED = "dissatisfied"

    @property
    def label(self) -> str:
        """The word the citizen picks."""
        return {Rating.SATISFIED: "满意", Rating.FAIR: "基本满意", Rating.DISSATISFIED: "不满意"}[self]


class Solved(StrEnum):
    """Whether the matter itself is settled, by the citizen's word; apart from how satisfied they are."""

    SOLVED = "solved"
    PARTLY = "partly"
    UNSOLVED = "unsolved"

    @property
    def label(self) -> str:
        """The word the citizen picks."""
        return {Solved.SOLVED: "解决了", Solved.PARTLY: "部分解决", Solved.UNSOLVED: "没解决"}[self]


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

    @property
    def label(self) -> str:
        """The word citizens and staff read."""
        return _MILESTONE_LABELS[self]


_MILESTONE_LABELS = {
    MilestoneName.RESPONSE: "响应",
    MilestoneName.ANSWER: "答复",
    MilestoneName.SIGN: "签收",
    MilestoneName.COHANDLE: "协办",
    MilestoneName.SUPPLEMENT: "补充",
    MilestoneName.EXTENSION: "延期审批",
    MilestoneName.FEEDBACK: "督办反馈",
    MilestoneName.REVIEW: "复查",
    MilestoneName.RECHECK: "复核",
}


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
