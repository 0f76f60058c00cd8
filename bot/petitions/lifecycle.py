"""The main road of a petition: filed, accepted or refused, forwarded, answered, closed, rated; or withdrawn.

A lawful act is one function: it checks the table of `acts`, makes the event, folds it into the case with
`evolution.evolve`, and names the notice. Sources: 信访工作条例 22, 23, 34 (register, accept, forward, answer);
北京市接诉即办工作条例 11, 15; the founding rule (response in 8 hours, answer in 7 working days).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from bot.petitions.acts import HEADS, Act, do, event_of, needed
from bot.petitions.deadlines import Deadline
from bot.petitions.errors import Incomplete, LeakRefused
from bot.petitions.evolution import begin, evolve, start_data
from bot.petitions.notices import notice_of
from bot.petitions.petition import Actor, Case, Draft, Event, Outcome
from bot.petitions.routing import Unit
from bot.petitions.terms import Terms
from bot.petitions.vocabulary import EventType, Kind, MilestoneName, NoticeKind, Rating, Role, Solved


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
            "deadlines": [start_data(deadline) for deadline in deadlines],
            **({"scene": draft.scene} if draft.scene else {}),
            **({"warned": draft.warned} if draft.warned else {}),
        },
    )
    return Outcome(case=begin(event), events=(event,))


def accept(case: Case, *, actor: Actor, now: datetime, note: str = "") -> Outcome:
    """Accept 受理 for handling; meets the response clock."""
    return do(case, Act.ACCEPT, actor=actor, now=now, data={"note": note.strip()}, notice=NoticeKind.ACCEPTED)


def refuse(case: Case, *, actor: Actor, now: datetime, reason: str, elsewhere: str) -> Outcome:
    """Refuse 不予受理, saying why and where to go instead (信访工作条例 23)."""
    data = {"reason": needed("reason", reason), "elsewhere": needed("elsewhere", elsewhere)}
    return do(case, Act.REFUSE, actor=actor, now=now, data=data, notice=NoticeKind.REFUSED)


def forward(
    case: Case,
    *,
    actor: Actor,
    now: datetime,
    unit: Unit,
    note: str = "",
    barred: frozenset[str] = frozenset(),
    terms: Terms | None = None,
) -> Outcome:
    """Forward 转办 to a unit, which has to sign; a report must not go to a `barred` one unless lifted, see `keep_from`.

    From the policy's `designate` on, the dispatch is a designation 指定办理: it may not be returned.
    """
    keep_from(case, unit, actor=actor, note=note, barred=barred)
    sign = terms.start(MilestoneName.SIGN, now) if terms else None
    data = {
        "unit": unit.id,
        "unit_name": unit.name,
        "unit_phone": unit.phone,
        "note": note.strip(),
        "designated": terms is not None and case.petition.dispatches + 1 >= terms.policy.hops.designate,
        "starts": [start_data(sign)] if sign else [],
    }
    return do(case, Act.FORWARD, actor=actor, now=now, data=data, notice=NoticeKind.FORWARDED)


def keep_from(case: Case, unit: Unit, *, actor: Actor, note: str, barred: frozenset[str]) -> None:
    """Refuse to let a report reach a `barred` unit, unless a supervisor lifts the bar with a note (信访工作条例 30)."""
    lifted = actor.role in HEADS and note.strip() != ""
    if case.petition.kind is Kind.REPORT and unit.id in barred and not lifted:
        raise LeakRefused(unit.name)


def answer(case: Case, *, actor: Actor, now: datetime, text: str, by: str) -> Outcome:
    """Answer 答复; `by` is the name of the answering unit as the citizen reads it. Meets the answer clock."""
    data = {"text": needed("text", text), "unit_name": by}
    return do(case, Act.ANSWER, actor=actor, now=now, data=data, notice=NoticeKind.ANSWERED)


def close(case: Case, *, actor: Actor, now: datetime, note: str = "") -> Outcome:
    """Close 办结 and ask for the rating."""
    return do(case, Act.CLOSE, actor=actor, now=now, data={"note": note.strip()}, notice=NoticeKind.CLOSED)


def withdraw(case: Case, *, actor: Actor, now: datetime, reason: str = "") -> Outcome:
    """Withdraw 撤回 by the citizen."""
    return do(case, Act.WITHDRAW, actor=actor, now=now, data={"reason": reason.strip()})


def rate(
    case: Case,
    *,
    actor: Actor,
    now: datetime,
    rating: Rating | None = None,
    solved: Solved | None = None,
    words: str = "",
) -> Outcome:
    """Rate 评价; a later rating replaces an earlier one, both stay in the history.

    What is not said now stays as it was said before: satisfaction, whether it is solved, and words come one by one.
    """
    rating, solved = rating or case.petition.rating, solved or case.petition.solved
    data = {
        "rating": rating.value if rating else None,
        "solved": solved.value if solved else None,
        "words": words.strip(),
    }
    return do(case, Act.RATE, actor=actor, now=now, data=data)


def reschedule(case: Case, *, data: Mapping[str, Any], tell: bool, actor: Actor, now: datetime) -> Outcome:
    """Give running clocks new dates after the work calendar changed; `data` as `rescheduling.reschedule` makes it."""
    event = event_of(case, EventType.RESCHEDULED, actor=actor, now=now, data=data)
    after = evolve(case, event)
    return Outcome(
        case=after, events=(event,), notices=(notice_of(after, event, NoticeKind.RESCHEDULED),) if tell else ()
    )
