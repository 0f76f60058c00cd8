"""What the clocks do when their moment comes: warn (黄灯), pass (红灯), and act for those who stay silent.

A signature that nobody gave is given (silence counts as taken), a question that the citizen leaves open is dropped and
the answer clock runs again, an answer that is overdue leads to supervision.
"""

from collections.abc import Iterable
from datetime import datetime

from bot.petitions import hops
from bot.petitions.acts import event_of
from bot.petitions.evolution import evolve
from bot.petitions.notices import notice_of
from bot.petitions.petition import CLOCK, Case, Event, Milestone, Outcome
from bot.petitions.supervision import by_rule
from bot.petitions.terms import Terms
from bot.petitions.vocabulary import EventType, Ground, MilestoneName, NoticeKind

_NOTICES = {
    (MilestoneName.RESPONSE, EventType.PASSED): NoticeKind.RESPONSE_OVERDUE,
    (MilestoneName.ANSWER, EventType.WARNED): NoticeKind.ANSWER_DUE_SOON,
    (MilestoneName.ANSWER, EventType.PASSED): NoticeKind.ANSWER_OVERDUE,
    (MilestoneName.REVIEW, EventType.PASSED): NoticeKind.REVIEW_OVERDUE,
    (MilestoneName.RECHECK, EventType.PASSED): NoticeKind.REVIEW_OVERDUE,
}


def tick(
    case: Case, key: str, *, now: datetime, terms: Terms, history: Iterable[Event] = (), unit_name: str = ""
) -> Outcome | None:
    """Let the clock `key` reach `now`; None when nothing is due.

    When warning and end are both due (the process was away), only the end is recorded and told. `unit_name` is that of
    the unit which has the petition, for a signature by silence.
    """
    clock = case.clock(key)
    if clock is None or clock.next_at is None or clock.next_at > now:
        return None
    if clock.due_at > now:
        return _recorded(case, clock, EventType.WARNED, now=now)
    silence = {"milestone": clock.key, "due": clock.due_at.isoformat()}
    match clock.name:
        case MilestoneName.SIGN:
            return hops.sign(case, actor=CLOCK, now=now, terms=terms, by=unit_name, silence=silence)
        case MilestoneName.SUPPLEMENT:
            return hops.resume(case, actor=CLOCK, now=now, terms=terms, history=history, silence=silence)
        case MilestoneName.ANSWER:
            outcome = _recorded(case, clock, EventType.PASSED, now=now)
            return by_rule(outcome, now=now, terms=terms, ground=Ground.OVERDUE)
        case _:
            return _recorded(case, clock, EventType.PASSED, now=now)


def _recorded(case: Case, clock: Milestone, event_type: EventType, *, now: datetime) -> Outcome:
    data = {"milestone": clock.key, "due": clock.due_at.isoformat()}
    event = event_of(case, event_type, actor=CLOCK, now=now, data=data)
    after = evolve(case, event)
    kind = _NOTICES.get((clock.name, event_type))
    return Outcome(case=after, events=(event,), notices=(notice_of(after, event, kind),) if kind else ())
