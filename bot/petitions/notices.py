"""What a citizen is told of an event: the values of its phrase and of its template."""

from collections.abc import Mapping
from typing import Any

from bot.petitions.dates import day, moment
from bot.petitions.moved_dates import changes_of
from bot.petitions.petition import Case, Event, Milestone, Notice
from bot.petitions.vocabulary import MilestoneName, NoticeKind, Rating, Solved

_STATUS = {
    NoticeKind.RESPONSE_OVERDUE: "响应超时",
    NoticeKind.ANSWER_DUE_SOON: "临近期限",
    NoticeKind.ANSWER_OVERDUE: "答复超时",
    NoticeKind.RESCHEDULED: "期限调整",
    NoticeKind.SIGNED: "已签收",
    NoticeKind.RETURNED: "重新转办",
    NoticeKind.COHANDLED: "多方协办",
    NoticeKind.RESUMED: "恢复办理",
    NoticeKind.EXTENDED: "已延期",
    NoticeKind.SUPERVISED: "已督办",
    NoticeKind.REDONE: "重新办理",
    NoticeKind.REVIEWED: "复查答复",
    NoticeKind.REVIEW_OVERDUE: "复查超时",
}
"""The status of a template where it is not the petition's state; at most five characters."""
_TAKEN = ("unit_phone", "note", "reason", "elsewhere", "question", "level")
"""What notices take out of the event as it stands there."""


def notice_of(case: Case, event: Event, kind: NoticeKind) -> Notice:
    """Return the notice of `event`, which led to `case`."""
    petition = case.petition
    values: dict[str, Any] = {
        **{name: str(event.data.get(name, "")) for name in _TAKEN},
        "changes": changes_of(event),
        "number": petition.number,
        "kind": petition.kind.label,
        "summary": petition.summary,
        "status": _STATUS.get(kind, petition.state.label),
        "time": moment(event.at),
        "unit": str(event.data.get("unit_name", "")),
        "answer": str(event.data.get("text", "")),
        "co_units": "、".join(row["name"] for row in event.data.get("units", ())),
        "answer_due": _due(case.milestone(MilestoneName.ANSWER)),
        "until": _due(_started(case, event.data)),
    }
    return Notice(
        key=f"{petition.number}:{event.seq}:{kind}",
        kind=kind,
        number=petition.number,
        citizen=petition.citizen,
        at=event.at,
        values=values,
    )


def rating_words(data: Mapping[str, Any]) -> str:
    """`不满意，没解决`: what a rating's event says, the parts that were said."""
    rating, solved = data["rating"], data.get("solved")
    words = (Rating(rating).label if rating else "", Solved(solved).label if solved else "")
    return "，".join(filter(None, words))


def _started(case: Case, data: Mapping[str, object]) -> Milestone | None:
    """Return the clock that the event started, the last of them."""
    return case.milestones[-1] if data.get("starts") else None


def _due(clock: Milestone | None) -> str:
    """Return the day a clock runs out; '' for none, and while it stands still."""
    if clock is None or clock.paused_at is not None:
        return ""
    return day(clock.due_at) + ("（暂定）" if clock.provisional else "")
