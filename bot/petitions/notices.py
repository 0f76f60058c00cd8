"""What a citizen is told of an event: the values of its phrase and of its template, without a language yet."""

from collections.abc import Mapping
from typing import Any

from bot.petitions.moved_dates import changes_of
from bot.petitions.petition import Case, Event, Milestone, Notice
from bot.petitions.recorded import level_of, reason_of
from bot.petitions.vocabulary import MilestoneName, NoticeKind
from bot.petitions.wording import day_of, listed, provisional, status, word

_TAKEN = ("unit_phone", "note", "elsewhere", "question")
"""What notices take out of the event as it stands there."""


def notice_of(case: Case, event: Event, kind: NoticeKind) -> Notice:
    """Return the notice of `event`, which led to `case`."""
    petition, data = case.petition, event.data
    values: dict[str, Any] = {
        **{name: str(data.get(name, "")) for name in _TAKEN},
        "number": petition.number,
        "kind": word(petition.kind),
        "summary": petition.summary,
        "status": status(kind, petition.state),
        "time": event.at,
        "unit": str(data.get("unit_name", "")),
        "answer": str(data.get("text", "")),
        "reason": reason_of(event),
        "level": level_of(data),
        "changes": changes_of(event),
        "co_units": listed([row["name"] for row in data.get("units", ())]),
        "answer_due": _due(case.milestone(MilestoneName.ANSWER)),
        "until": _due(_started(case, data)),
    }
    return Notice(
        key=f"{petition.number}:{event.seq}:{kind}",
        kind=kind,
        number=petition.number,
        citizen=petition.citizen,
        at=event.at,
        values=values,
    )


def _started(case: Case, data: Mapping[str, object]) -> Milestone | None:
    """Return the clock that the event started, the last of them."""
    return case.milestones[-1] if data.get("starts") else None


def _due(clock: Milestone | None) -> object:
    """Return the day a clock runs out; '' for none, and while it stands still."""
    if clock is None or clock.paused_at is not None:
        return ""
    return provisional(day_of(clock.due_at), sure=not clock.provisional)
