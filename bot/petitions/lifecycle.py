"""The life of a petition: which act leads from which state to which, who may do it, what it records and who is told.

A lawful act is one function: it checks the table, makes the events, folds them into the case with `evolve`, and names
the notices. `evolve` is the only place where a case changes, so `replay` of the stored events gives the stored case.
Sources: 信访工作条例 22, 23, 34 (register, accept, forward, answer); 北京市接诉即办工作条例 11, 15; the founding rule
(response in 8 hours, answer in 7 working days).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache, reduce
from typing import Any

from bot.petitions.dates import day, moment
from bot.petitions.deadlines import Deadline
from bot.petitions.errors import Incomplete, LeakRefused, NotAllowed, NotPossible
from bot.petitions.petition import (
    CLOCK,
    Actor,
    Case,
    Draft,
    Event,
    EventType,
    Kind,
    Milestone,
    MilestoneName,
    Notice,
    NoticeKind,
    Outcome,
    Petition,
    Rating,
    Role,
    State,
)
from bot.petitions.routing import Unit


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

    @property
    def label(self) -> str:
        """The word on the button."""
        return _ACT_LABELS[self]


_ACT_LABELS = {
    Act.FILE: "登记",
    Act.ACCEPT: "受理",
    Act.REFUSE: "不予受理",
    Act.FORWARD: "转办",
    Act.ANSWER: "答复",
    Act.CLOSE: "办结",
    Act.WITHDRAW: "撤回",
    Act.RATE: "评价",
}

TRANSITIONS: Mapping[tuple[State, Act], State] = {
    (State.FILED, Act.ACCEPT): State.ACCEPTED,
    (State.FILED, Act.REFUSE): State.REFUSED,
    (State.FILED, Act.FORWARD): State.FORWARDED,
    (State.FILED, Act.WITHDRAW): State.WITHDRAWN,
    (State.ACCEPTED, Act.REFUSE): State.REFUSED,
    (State.ACCEPTED, Act.FORWARD): State.FORWARDED,
    (State.ACCEPTED, Act.ANSWER): State.ANSWERED,
    (State.ACCEPTED, Act.WITHDRAW): State.WITHDRAWN,
    (State.FORWARDED, Act.FORWARD): State.FORWARDED,
    (State.FORWARDED, Act.ANSWER): State.ANSWERED,
    (State.FORWARDED, Act.WITHDRAW): State.WITHDRAWN,
    (State.ANSWERED, Act.CLOSE): State.CLOSED,
    (State.ANSWERED, Act.RATE): State.ANSWERED,
    (State.CLOSED, Act.RATE): State.CLOSED,
}
"""(state, act) → state; what is not here is not possible."""

OFFICE = frozenset({Role.CLERK, Role.SUPERVISOR, Role.ADMIN})

ROLES: Mapping[Act, frozenset[Role]] = {
    Act.FILE: frozenset({Role.CITIZEN}),
    Act.ACCEPT: OFFICE,
    Act.REFUSE: OFFICE,
    Act.FORWARD: OFFICE,
    Act.ANSWER: OFFICE | {Role.OFFICER},
    Act.CLOSE: OFFICE,
    Act.WITHDRAW: frozenset({Role.CITIZEN}),
    Act.RATE: frozenset({Role.CITIZEN}),
}
"""Who may do what; an officer only to petitions of the own unit, a citizen only to the own ones."""


def possible(case: Case, actor: Actor) -> tuple[Act, ...]:
    """Return the acts that this actor may do to this case now, in the order of the table of acts."""
    return tuple(act for act in Act if (case.petition.state, act) in TRANSITIONS and _may(case.petition, act, actor))


def file(
    draft: Draft,
    *,
    number: str,
    code: str,
    citizen: str,
    policy: str,
    deadlines: Iterable[Deadline],
    now: datetime,
) -> Outcome:
    """File 登记 a petition; its clocks start at once."""
    if not draft.content.strip():
        raise Incomplete("content")
    event = Event(
        number=number,
        seq=1,
        type=EventType.FILED,
        at=now,
        role=Role.CITIZEN,
        actor=citizen,
        data={
            "kind": draft.kind.value,
            "content": draft.content,
            "place": draft.place,
            "latitude": draft.latitude,
            "longitude": draft.longitude,
            "phone": draft.phone,
            "public": draft.public and draft.kind is not Kind.REPORT,
            "attachments": list(draft.attachments),
            "code": code,
            "policy": policy,
            "deadlines": [_deadline_data(deadline) for deadline in deadlines],
        },
    )
    return Outcome(case=_begin(event), events=(event,))


def accept(case: Case, *, actor: Actor, now: datetime, note: str = "") -> Outcome:
    """Accept 受理 for handling; meets the response clock."""
    return _act(case, Act.ACCEPT, actor=actor, now=now, data={"note": note.strip()}, notice=NoticeKind.ACCEPTED)


def refuse(case: Case, *, actor: Actor, now: datetime, reason: str, elsewhere: str) -> Outcome:
    """Refuse 不予受理, saying why and where to go instead (信访工作条例 23)."""
    data = {"reason": _needed("reason", reason), "elsewhere": _needed("elsewhere", elsewhere)}
    return _act(case, Act.REFUSE, actor=actor, now=now, data=data, notice=NoticeKind.REFUSED)


def forward(
    case: Case, *, actor: Actor, now: datetime, unit: Unit, note: str = "", barred: frozenset[str] = frozenset()
) -> Outcome:
    """Forward 转办 to a unit; a report must not go to a `barred` one unless a supervisor says so with a note."""
    lifted = actor.role in {Role.SUPERVISOR, Role.ADMIN} and note.strip() != ""
    if case.petition.kind is Kind.REPORT and unit.id in barred and not lifted:
        raise LeakRefused(unit.name)
    data = {"unit": unit.id, "unit_name": unit.name, "unit_phone": unit.phone, "note": note.strip()}
    return _act(case, Act.FORWARD, actor=actor, now=now, data=data, notice=NoticeKind.FORWARDED)


def answer(case: Case, *, actor: Actor, now: datetime, text: str, by: str) -> Outcome:
    """Answer 答复; `by` is the name of the answering unit as the citizen reads it. Meets the answer clock."""
    data = {"text": _needed("text", text), "unit_name": by}
    return _act(case, Act.ANSWER, actor=actor, now=now, data=data, notice=NoticeKind.ANSWERED)


def close(case: Case, *, actor: Actor, now: datetime, note: str = "") -> Outcome:
    """Close 办结 and ask for the rating."""
    return _act(case, Act.CLOSE, actor=actor, now=now, data={"note": note.strip()}, notice=NoticeKind.CLOSED)


def withdraw(case: Case, *, actor: Actor, now: datetime, reason: str = "") -> Outcome:
    """Withdraw 撤回 by the citizen."""
    return _act(case, Act.WITHDRAW, actor=actor, now=now, data={"reason": reason.strip()})


def rate(case: Case, *, actor: Actor, now: datetime, rating: Rating, words: str = "") -> Outcome:
    """Rate 评价; a later rating replaces an earlier one, both stay in the history."""
    return _act(case, Act.RATE, actor=actor, now=now, data={"rating": rating.value, "words": words.strip()})


def tick(case: Case, name: MilestoneName, *, now: datetime) -> Outcome | None:
    """Let the clock reach `now`: warn (黄灯) or pass (红灯) the milestone; None when nothing is due.

    When both are due (the process was away), only the passing is recorded and told.
    """
    milestone = case.milestone(name)
    if milestone is None or milestone.next_at is None or milestone.next_at > now:
        return None
    passed = milestone.due_at <= now
    event = _event(
        case,
        EventType.PASSED if passed else EventType.WARNED,
        actor=CLOCK,
        now=now,
        data={"milestone": name.value, "due": milestone.due_at.isoformat()},
    )
    after = evolve(case, event)
    kind = _CLOCK_NOTICES.get((name, passed))
    return Outcome(case=after, events=(event,), notices=(_notice(after, event, kind),) if kind else ())


_CLOCK_NOTICES = {
    (MilestoneName.RESPONSE, True): NoticeKind.RESPONSE_OVERDUE,
    (MilestoneName.ANSWER, False): NoticeKind.ANSWER_DUE_SOON,
    (MilestoneName.ANSWER, True): NoticeKind.ANSWER_OVERDUE,
}


def reschedule(case: Case, *, data: Mapping[str, Any], tell: bool, actor: Actor, now: datetime) -> Outcome:
    """Give running clocks new dates after the work calendar changed; `data` as `rescheduling.reschedule` makes it."""
    event = _event(case, EventType.RESCHEDULED, actor=actor, now=now, data=data)
    after = evolve(case, event)
    return Outcome(
        case=after, events=(event,), notices=(_notice(after, event, NoticeKind.RESCHEDULED),) if tell else ()
    )


def replay(events: Iterable[Event]) -> Case:
    """Rebuild a case from all its events, oldest first."""
    first, *rest = events
    return reduce(evolve, rest, _begin(first))


def evolve(case: Case, event: Event) -> Case:
    """Return the case after `event`."""
    petition, data = case.petition, event.data
    changes: dict[str, Any] = {"version": event.seq, "updated_at": event.at}
    if event.type in _STATES:
        changes["state"] = _STATES[event.type]
    if event.type is EventType.FORWARDED:
        changes["unit"] = data["unit"]
    if event.type is EventType.RATED:
        changes["rating"] = Rating(data["rating"])
    after = replace(petition, **changes)
    return Case(petition=after, milestones=tuple(_evolve_milestone(m, event) for m in case.milestones))


_STATES = {
    EventType.ACCEPTED: State.ACCEPTED,
    EventType.REFUSED: State.REFUSED,
    EventType.FORWARDED: State.FORWARDED,
    EventType.ANSWERED: State.ANSWERED,
    EventType.CLOSED: State.CLOSED,
    EventType.WITHDRAWN: State.WITHDRAWN,
}

_MEETS = {
    MilestoneName.RESPONSE: {EventType.ACCEPTED, EventType.REFUSED, EventType.FORWARDED, EventType.ANSWERED},
    MilestoneName.ANSWER: {EventType.ANSWERED},
}

_ENDS = {EventType.REFUSED, EventType.WITHDRAWN, EventType.CLOSED}


def _evolve_milestone(milestone: Milestone, event: Event) -> Milestone:
    if not milestone.open:
        return milestone
    if event.type is EventType.RESCHEDULED:
        return _reschedule(milestone, event)
    if event.data.get("milestone") == milestone.name:
        if event.type is EventType.WARNED:
            return replace(milestone, warned_at=event.at)
        if event.type is EventType.PASSED:
            return replace(milestone, passed_at=event.at)
    if event.type in _MEETS[milestone.name]:
        return replace(milestone, met_at=event.at)
    return replace(milestone, ended_at=event.at) if event.type in _ENDS else milestone


def _reschedule(milestone: Milestone, event: Event) -> Milestone:
    """Give the clock its new dates; a warning that now lies ahead will be given again."""
    row = next((row for row in event.data["clocks"] if row["milestone"] == milestone.name), None)
    if row is None:
        return milestone
    warn_at = datetime.fromisoformat(row["warn"]) if row["warn"] else None
    again = warn_at is not None and warn_at > event.at
    return replace(
        milestone,
        due_at=datetime.fromisoformat(row["due"]),
        warn_at=warn_at,
        provisional=row["provisional"],
        warned_at=None if again else milestone.warned_at,
    )


def _begin(event: Event) -> Case:
    data = event.data
    petition = Petition(
        number=event.number,
        kind=Kind(data["kind"]),
        state=State.FILED,
        citizen=event.actor,
        content=data["content"],
        place=data["place"],
        latitude=data["latitude"],
        longitude=data["longitude"],
        phone=data["phone"],
        public=data["public"],
        code=data["code"],
        unit="",
        policy=data["policy"],
        filed_at=event.at,
        updated_at=event.at,
        version=event.seq,
    )
    return Case(petition=petition, milestones=tuple(_milestone(event.number, row) for row in data["deadlines"]))


def _deadline_data(deadline: Deadline) -> dict[str, Any]:
    return {
        "name": str(deadline.name),
        "start": _iso(deadline.start),
        "due": _iso(deadline.due),
        "warn": _iso(deadline.warn_at) if deadline.warn_at else None,
        "provisional": deadline.provisional,
    }


@lru_cache(maxsize=256)
def _iso(moment: datetime) -> str:
    """Return the text of a moment in UTC; those of a deadline are the same for all who file in one moment."""
    return moment.isoformat()


def _milestone(number: str, row: Mapping[str, Any]) -> Milestone:
    return Milestone(
        number=number,
        name=MilestoneName(row["name"]),
        started_at=datetime.fromisoformat(row["start"]),
        due_at=datetime.fromisoformat(row["due"]),
        warn_at=datetime.fromisoformat(row["warn"]) if row["warn"] else None,
        provisional=row["provisional"],
    )


def _may(petition: Petition, act: Act, actor: Actor) -> bool:
    if actor.role not in ROLES[act]:
        return False
    if actor.role is Role.OFFICER:
        return actor.unit != "" and actor.unit == petition.unit
    if actor.role is Role.CITIZEN:
        return actor.id == petition.citizen
    return True


def _act(
    case: Case,
    act: Act,
    *,
    actor: Actor,
    now: datetime,
    data: Mapping[str, Any],
    notice: NoticeKind | None = None,
) -> Outcome:
    if not _may(case.petition, act, actor):
        raise NotAllowed
    if (case.petition.state, act) not in TRANSITIONS:
        raise NotPossible(state=case.petition.state, act=act)
    event = _event(case, _EVENTS[act], actor=actor, now=now, data=data)
    after = evolve(case, event)
    return Outcome(case=after, events=(event,), notices=(_notice(after, event, notice),) if notice else ())


_EVENTS = {
    Act.ACCEPT: EventType.ACCEPTED,
    Act.REFUSE: EventType.REFUSED,
    Act.FORWARD: EventType.FORWARDED,
    Act.ANSWER: EventType.ANSWERED,
    Act.CLOSE: EventType.CLOSED,
    Act.WITHDRAW: EventType.WITHDRAWN,
    Act.RATE: EventType.RATED,
}


def _event(case: Case, event_type: EventType, *, actor: Actor, now: datetime, data: Mapping[str, Any]) -> Event:
    return Event(
        number=case.petition.number,
        seq=case.petition.version + 1,
        type=event_type,
        at=now,
        role=actor.role,
        actor=actor.id,
        data=data,
    )


_STATUS = {
    NoticeKind.RESPONSE_OVERDUE: "响应超时",
    NoticeKind.ANSWER_DUE_SOON: "临近期限",
    NoticeKind.ANSWER_OVERDUE: "答复超时",
    NoticeKind.RESCHEDULED: "期限调整",
}


def _notice(case: Case, event: Event, kind: NoticeKind) -> Notice:
    petition = case.petition
    values = {
        "number": petition.number,
        "kind": petition.kind.label,
        "summary": petition.summary,
        "status": _STATUS.get(kind, petition.state.label),
        "time": moment(event.at),
        "unit": str(event.data.get("unit_name", "")),
        "unit_phone": str(event.data.get("unit_phone", "")),
        "note": str(event.data.get("note", "")),
        "reason": str(event.data.get("reason", "")),
        "elsewhere": str(event.data.get("elsewhere", "")),
        "answer": str(event.data.get("text", "")),
        "changes": str(event.data.get("changes", "")),
    }
    due = case.milestone(MilestoneName.ANSWER)
    values["answer_due"] = day(due.due_at) + ("（暂定）" if due.provisional else "") if due else ""
    return Notice(
        key=f"{petition.number}:{event.seq}:{kind}",
        kind=kind,
        number=petition.number,
        citizen=petition.citizen,
        at=event.at,
        values=values,
    )


def _needed(field: str, text: str) -> str:
    if not text.strip():
        raise Incomplete(field)
    return text.strip()
