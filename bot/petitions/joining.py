"""联名: others stand by a petition, and are counted. One representative talks: who filed it.

Only what its citizen lets be published may be joined, never a 举报, and only while it is under way. Who joined is known
to the storage alone; the petition carries the count, and what joiners hear when it ends names nobody and nothing of
its words. 信访工作条例 20 limits representatives to five where people come in person; a number of joiners has no limit.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.petitions.acts import Act, do
from bot.petitions.hindrances import admit
from bot.petitions.petition import Actor, Case, Notice, Outcome
from bot.petitions.terms import Terms
from bot.petitions.vocabulary import Kind, NoticeKind
from bot.petitions.wording import JOINT, status, word

MANY = 5
"""People from which on the handbook's advice for joint matters holds: representatives, at most five."""
_UNSAID = (
    "summary", "unit_phone", "note", "reason", "elsewhere", "answer", "answer_due", "changes", "question", "level",
    "co_units", "until",
)  # fmt: skip


def joinable(case: Case) -> bool:
    """Whether others may stand by a petition: its citizen lets it be published, and it is no 举报."""
    return case.petition.public and case.petition.kind is not Kind.REPORT


def heads(case: Case) -> int:
    """Return how many people stand behind a petition, who filed it among them."""
    return case.petition.joiners + 1


def join(case: Case, *, actor: Actor, now: datetime, terms: Terms) -> Outcome:
    """Join 联名 a petition of somebody else; the caller sees to it that nobody is counted twice."""
    admit(case, Act.JOIN, actor=actor, now=now, terms=terms)
    return do(case, Act.JOIN, actor=actor, now=now, data={"count": heads(case) + 1})


def leave(case: Case, *, actor: Actor, now: datetime, terms: Terms) -> Outcome:
    """Leave 退出联名 a petition that was joined."""
    admit(case, Act.LEAVE, actor=actor, now=now, terms=terms)
    return do(case, Act.LEAVE, actor=actor, now=now, data={"count": max(heads(case) - 1, 1)})


def ends(before: Case, outcome: Outcome) -> bool:
    """Whether an act ends a petition that others stand by: they are to be told."""
    return outcome.case.petition.joiners > 0 and outcome.case.petition.state.ended and not before.petition.state.ended


def with_joiners(outcome: Outcome, joiners: Sequence[str]) -> Outcome:
    """Add what each joiner is told of the end of the petition: its number, its state, the time, and nothing else."""
    petition, event = outcome.case.petition, outcome.events[-1]
    values: dict[str, Any] = {
        **dict.fromkeys(_UNSAID, ""),
        "number": petition.number,
        "kind": word(petition.kind),
        "status": status(NoticeKind.JOINED_ENDED, petition.state),
        "time": event.at,
        "unit": JOINT,
    }
    told = tuple(
        Notice(
            key=f"{petition.number}:{event.seq}:{NoticeKind.JOINED_ENDED}:{citizen}",
            kind=NoticeKind.JOINED_ENDED,
            number=petition.number,
            citizen=citizen,
            at=event.at,
            values=values,
        )
        for citizen in joiners
    )
    return replace(outcome, notices=outcome.notices + told)
