"""What the data of an event says to people: its ids become words, what citizens and staff wrote stays as it is.

Events of before held some words instead of ids; they stay in the history for ever, and are said as they stand.
"""

from collections.abc import Mapping
from typing import Any

from bot.messages import Reply
from bot.petitions.petition import Event
from bot.petitions.vocabulary import EventType, Ground, MilestoneName, Rating, Solved
from bot.petitions.wording import listed, word

_LEVELS = frozenset({MilestoneName.REVIEW.value, MilestoneName.RECHECK.value})


def level_of(data: Mapping[str, Any]) -> str | Reply:
    """Return at which level a reply is looked at again, 复查 or 复核; '' where the event says nothing of it."""
    level = str(data.get("level", ""))
    return word(MilestoneName(level)) if level in _LEVELS else level


def reason_of(event: Event) -> object:
    """Return why something was done: what somebody wrote, the rule by which it was done, or what the citizen judged."""
    data = event.data
    match event.type:
        case EventType.SUPERVISED if data["ground"] != Ground.HAND:
            return word(Ground(data["ground"]))
        case EventType.RESCHEDULED if "sources" in data:
            return listed(data["sources"])
        case EventType.REDONE if not data["reason"]:
            return listed(_judgement(data))
        case _:
            return str(data.get("reason", ""))


def rating_of(data: Mapping[str, Any]) -> object:
    """Return `不满意，没解决`: what a rating's event says, the parts that were said."""
    match _judgement(data):
        case [rating, solved]:
            return Reply(phrase="rating.both", values={"rating": rating, "solved": solved})
        case [one]:
            return one
        case _:
            return ""


def _judgement(data: Mapping[str, Any]) -> list[Reply]:
    """Return how satisfied the citizen is and whether it is solved, what of it was said."""
    rating, solved = data.get("rating"), data.get("solved")  # a rating from before it was asked has no `solved`
    return [*([word(Rating(rating))] if rating else []), *([word(Solved(solved))] if solved else [])]
