"""What the domain says, without a language: a word is the key of a phrase, a date is a date.

`bot.phrasing` puts them into words where they are said, from the phrases file; whatever is stored or handed on until
then stays as it is here.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache, reduce

from bot.clock import local
from bot.messages import Reply
from bot.petitions.vocabulary import Ground, Kind, Lamp, MilestoneName, NoticeKind, Rating, Solved, State

Named = Kind | State | Rating | Solved | MilestoneName | Lamp | Ground
_GROUPS: Mapping[type[Named], str] = {
    Kind: "kind",
    State: "state",
    Rating: "rating",
    Solved: "solved",
    MilestoneName: "clock",
    Lamp: "lamp",
    Ground: "ground",
}
_UNSAID: Mapping[type[Named], Named] = {Lamp: Lamp.NONE, Ground: Ground.HAND}
JOINT = Reply(phrase="word.joint")
"""What stands for the unit where who joined a petition (联名) hears of its end."""


@lru_cache(typed=True)  # members of two sets may be equal: both are strings
def word(member: Named) -> Reply:
    """Return the word for a member of one of the domain's closed sets: the phrase `word.<set>.<member>`."""
    return Reply(phrase=f"word.{_GROUPS[type(member)]}.{member.value}")


_OWN_STATUS = frozenset(
    {
        NoticeKind.RESPONSE_OVERDUE,
        NoticeKind.ANSWER_DUE_SOON,
        NoticeKind.ANSWER_OVERDUE,
        NoticeKind.RESCHEDULED,
        NoticeKind.SIGNED,
        NoticeKind.RETURNED,
        NoticeKind.COHANDLED,
        NoticeKind.RESUMED,
        NoticeKind.EXTENDED,
        NoticeKind.SUPERVISED,
        NoticeKind.REDONE,
        NoticeKind.REVIEWED,
        NoticeKind.REVIEW_OVERDUE,
    }
)
"""Notices whose status is not the petition's state: it would say nothing of them."""


def status(kind: NoticeKind, state: State) -> Reply:
    """Return the status that a template shows for a notice: one word."""
    return Reply(phrase=f"word.status.{kind.value}") if kind in _OWN_STATUS else word(state)


def statuses(kind: NoticeKind) -> tuple[Reply, ...]:
    """Return every status that a notice of this kind may have."""
    return tuple({one.phrase: one for one in (status(kind, state) for state in State)}.values())


WORDS = (
    *(word(member).phrase for members in _GROUPS for member in members if member is not _UNSAID.get(members)),
    *(status(kind, State.FILED).phrase for kind in NoticeKind if kind in _OWN_STATUS),
    JOINT.phrase,
)
"""The phrases that are single words."""


def listed(items: Sequence[object]) -> object:
    """Return texts or replies as an enumeration: one value, '' for none."""
    return reduce(_and, items) if items else ""


def in_turn(sentences: Sequence[object]) -> object:
    """Return sentences one after the other, as one value; '' for none."""
    return reduce(_then, sentences) if sentences else ""


def _and(head: object, last: object) -> object:
    return Reply(phrase="list.and", values={"head": head, "last": last})


def _then(head: object, last: object) -> object:
    return Reply(phrase="list.then", values={"head": head, "last": last})


def provisional(at: date, *, sure: bool = False) -> object:
    """Return a day or a moment that may still change; as it is where it is `sure`."""
    return at if sure else Reply(phrase="date.provisional", values={"date": at})


def day_of(at: datetime) -> date:
    """Return the day of Beijing on which a moment lies."""
    return local(at).date()


def day_parts(day: date) -> Mapping[str, int]:
    """Return what a phrase makes a day of; `weekday` is 0 for Monday."""
    return {"year": day.year, "month": day.month, "day": day.day, "weekday": day.weekday()}


def moment_parts(at: datetime) -> Mapping[str, int | str]:
    """Return what a phrase makes a moment of, in Beijing time; hour and minute have two digits."""
    here = local(at)
    return {**day_parts(here), "hour": f"{here:%H}", "minute": f"{here:%M}"}
