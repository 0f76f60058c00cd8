"""What can be done to a petition: which act leads from which state to which, who may do it, and what it records.

An act is a function that calls `do`: those of the main road are in `lifecycle`, the hops of a petition in `hops`,
supervision, redo and review in `supervision`, standing by in `joining`. What besides state and role an act depends on
is in `hindrances`.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.petitions.errors import Incomplete, NotAllowed, NotPossible
from bot.petitions.evolution import evolve
from bot.petitions.notices import notice_of
from bot.petitions.petition import Actor, Case, Event, Outcome, Petition
from bot.petitions.vocabulary import EventType, NoticeKind, Role, State


class Act(StrEnum):
    """What can be done to a petition."""

    FILE = "file"
    ACCEPT = "accept"
    REFUSE = "refuse"
    FORWARD = "forward"
    ANSWER = "answer"
    CLOSE = "close"
    WITHDRAW = "withdraw"
    RATE = "rate"
    SIGN = "sign"
    RETURN = "return"
    COHANDLE = "cohandle"
    CONTRIBUTE = "contribute"
    ASK = "ask"
    SUPPLEMENT = "supplement"
    RESUME = "resume"
    EXTEND = "extend"
    GRANT = "grant"
    DENY = "deny"
    CHASE = "chase"
    SUPERVISE = "supervise"
    FEEDBACK = "feedback"
    REDO = "redo"
    REVIEW = "review"
    RECHECK = "recheck"
    DECIDE = "decide"
    JOIN = "join"
    LEAVE = "leave"


_HANDLED = (State.ACCEPTED, State.FORWARDED)
_UNDER_WAY = (State.FILED, *_HANDLED, State.WAITING)
_REVIEWED = (State.REVIEWING, State.RECHECKING)
_REPLIED = (State.ANSWERED, State.CLOSED)

TRANSITIONS: Mapping[tuple[State, Act], State] = {
    (State.FILED, Act.ACCEPT): State.ACCEPTED,
    (State.FILED, Act.REFUSE): State.REFUSED,
    (State.ACCEPTED, Act.REFUSE): State.REFUSED,
    **{(state, Act.FORWARD): State.FORWARDED for state in (State.FILED, *_HANDLED)},
    **{(state, Act.ANSWER): State.ANSWERED for state in _HANDLED},
    **{(state, Act.WITHDRAW): State.WITHDRAWN for state in _UNDER_WAY},
    (State.ANSWERED, Act.CLOSE): State.CLOSED,
    **{(state, Act.RATE): state for state in _REPLIED},
    **{(state, Act.SIGN): state for state in (State.FORWARDED, State.WAITING)},
    (State.FORWARDED, Act.RETURN): State.ACCEPTED,
    (State.FORWARDED, Act.COHANDLE): State.FORWARDED,
    **{(state, Act.CONTRIBUTE): state for state in (State.FORWARDED, State.WAITING)},
    **{(state, Act.ASK): State.WAITING for state in _HANDLED},
    **{(state, Act.SUPPLEMENT): state for state in (State.FILED, *_HANDLED)},
    (State.WAITING, Act.SUPPLEMENT): State.FORWARDED,
    (State.WAITING, Act.RESUME): State.FORWARDED,
    **{(state, Act.EXTEND): state for state in _HANDLED},
    **{(state, act): state for act in (Act.GRANT, Act.DENY) for state in (*_HANDLED, State.WAITING)},
    **{(state, Act.CHASE): state for state in (*_UNDER_WAY, *_REVIEWED)},
    **{(state, act): state for act in (Act.SUPERVISE, Act.FEEDBACK) for state in (*_UNDER_WAY, *_REVIEWED, *_REPLIED)},
    **{(state, Act.REDO): State.FORWARDED for state in _REPLIED},
    **{(state, Act.REVIEW): State.REVIEWING for state in _REPLIED},
    **{(state, Act.RECHECK): State.RECHECKING for state in _REPLIED},
    **{(state, Act.DECIDE): State.ANSWERED for state in _REVIEWED},
    **{(state, act): state for act in (Act.JOIN, Act.LEAVE) for state in _UNDER_WAY},
}
"""(state, act) → state; what is not here is not possible. Where it says FORWARDED and no unit has the petition, the
office itself has it: ACCEPTED. See `landing`."""

OFFICE = frozenset({Role.CLERK, Role.SUPERVISOR, Role.ADMIN})
HEADS = frozenset({Role.SUPERVISOR, Role.ADMIN})

ROLES: Mapping[Act, frozenset[Role]] = {
    Act.FILE: frozenset({Role.CITIZEN}),
    Act.ACCEPT: OFFICE,
    Act.REFUSE: OFFICE,
    Act.FORWARD: OFFICE,
    Act.ANSWER: OFFICE | {Role.OFFICER},
    Act.CLOSE: OFFICE,
    Act.WITHDRAW: frozenset({Role.CITIZEN}),
    Act.RATE: frozenset({Role.CITIZEN}),
    Act.SIGN: frozenset({Role.OFFICER, Role.CLOCK}),
    Act.RETURN: frozenset({Role.OFFICER}),
    Act.COHANDLE: OFFICE,
    Act.CONTRIBUTE: frozenset({Role.OFFICER}),
    Act.ASK: OFFICE | {Role.OFFICER},
    Act.SUPPLEMENT: frozenset({Role.CITIZEN}),
    Act.RESUME: OFFICE | {Role.OFFICER, Role.CLOCK},
    Act.EXTEND: OFFICE | {Role.OFFICER},
    Act.GRANT: HEADS,
    Act.DENY: HEADS,
    Act.CHASE: frozenset({Role.CITIZEN}),
    Act.SUPERVISE: HEADS | {Role.CLOCK},
    Act.FEEDBACK: OFFICE | {Role.OFFICER},
    Act.REDO: OFFICE | {Role.CITIZEN},
    Act.REVIEW: OFFICE | {Role.CITIZEN},
    Act.RECHECK: OFFICE | {Role.CITIZEN},
    Act.DECIDE: OFFICE,
    Act.JOIN: frozenset({Role.CITIZEN}),
    Act.LEAVE: frozenset({Role.CITIZEN}),
}
"""Who may do what; an officer only to petitions of the own unit (to one it helps with: 协办意见), a citizen only to the
own ones. The clock signs and resumes what was left lying, and supervises by rule."""


_BY_OTHERS = frozenset({Act.JOIN, Act.LEAVE})
"""What citizens do to petitions of others only."""
BY_STAFF = tuple(act for act in Act if ROLES[act] - {Role.CITIZEN, Role.CLOCK})
"""What staff do, in the order of `Act`."""

EVENTS: Mapping[Act, EventType] = {
    Act.ACCEPT: EventType.ACCEPTED,
    Act.REFUSE: EventType.REFUSED,
    Act.FORWARD: EventType.FORWARDED,
    Act.ANSWER: EventType.ANSWERED,
    Act.CLOSE: EventType.CLOSED,
    Act.WITHDRAW: EventType.WITHDRAWN,
    Act.RATE: EventType.RATED,
    Act.SIGN: EventType.SIGNED,
    Act.RETURN: EventType.RETURNED,
    Act.COHANDLE: EventType.COHANDLED,
    Act.CONTRIBUTE: EventType.CONTRIBUTED,
    Act.ASK: EventType.ASKED,
    Act.SUPPLEMENT: EventType.SUPPLEMENTED,
    Act.RESUME: EventType.RESUMED,
    Act.EXTEND: EventType.EXTENSION_ASKED,
    Act.GRANT: EventType.EXTENDED,
    Act.DENY: EventType.EXTENSION_REFUSED,
    Act.CHASE: EventType.CHASED,
    Act.SUPERVISE: EventType.SUPERVISED,
    Act.FEEDBACK: EventType.FEEDBACK,
    Act.REDO: EventType.REDONE,
    Act.REVIEW: EventType.REVIEW_ASKED,
    Act.RECHECK: EventType.REVIEW_ASKED,
    Act.DECIDE: EventType.REVIEWED,
    Act.JOIN: EventType.JOINED,
    Act.LEAVE: EventType.LEFT,
}
"""What an act leaves in the history."""


def possible(case: Case, actor: Actor) -> tuple[Act, ...]:
    """Return the acts that state and role allow this actor, in the order of `Act`; see `hindrances.doable`."""
    return tuple(act for act in Act if (case.petition.state, act) in TRANSITIONS and _may(case.petition, act, actor))


def landing(case: Case, act: Act) -> State:
    """Return the state an act leads to; raise NotPossible when the table has none."""
    target = TRANSITIONS.get((case.petition.state, act))
    if target is None:
        raise NotPossible(state=case.petition.state, act=act)
    by_office = target is State.FORWARDED and act is not Act.FORWARD and not case.petition.unit
    return State.ACCEPTED if by_office else target


def check(case: Case, act: Act, actor: Actor) -> None:
    """Raise NotAllowed or NotPossible when role or state forbid the act."""
    if not _may(case.petition, act, actor):
        raise NotAllowed
    landing(case, act)


def do(
    case: Case,
    act: Act,
    *,
    actor: Actor,
    now: datetime,
    data: Mapping[str, Any],
    notice: NoticeKind | None = None,
) -> Outcome:
    """Check the table and record one act."""
    check(case, act, actor)
    event = event_of(case, EVENTS[act], actor=actor, now=now, data=data)
    after = evolve(case, event)
    return Outcome(case=after, events=(event,), notices=(notice_of(after, event, notice),) if notice else ())


def event_of(case: Case, event_type: EventType, *, actor: Actor, now: datetime, data: Mapping[str, Any]) -> Event:
    """Return the next event of a case."""
    return Event(
        number=case.petition.number,
        seq=case.petition.version + 1,
        type=event_type,
        at=now,
        role=actor.role,
        actor=actor.id,
        data=data,
    )


def needed(field: str, text: str) -> str:
    """Return the text without the blanks around it; raise Incomplete when nothing is left."""
    if not text.strip():
        raise Incomplete(field)
    return text.strip()


def _may(petition: Petition, act: Act, actor: Actor) -> bool:
    if actor.role not in ROLES[act]:
        return False
    if actor.role is Role.OFFICER:
        if act is Act.CONTRIBUTE:
            return actor.unit in petition.co_units
        return actor.unit != "" and actor.unit == petition.unit
    if actor.role is Role.CITIZEN:
        return (actor.id == petition.citizen) is not (act in _BY_OTHERS)
    return True
