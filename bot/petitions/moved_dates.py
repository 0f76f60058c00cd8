"""What the data of an event says to people of the dates it moved: from when to when.

Such an event holds a row for each clock, `from` and `due`, and of a changed calendar also what it gives (`computed`).
Events of before also held the sentences (`changes`, `kept`): they stay in the history for ever, and are said as they
stand.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from bot.clock import local
from bot.messages import Reply
from bot.petitions.deadlines import END_OF_DAY
from bot.petitions.petition import Event, split_key
from bot.petitions.vocabulary import PROMISED, EventType
from bot.petitions.wording import day_of, in_turn, provisional, word


def changes_of(event: Event) -> object:
    """Return which dates an event moved that were promised to the citizen: texts or replies, '' for none."""
    data = event.data
    if "changes" in data:
        return str(data["changes"])
    match event.type:
        case EventType.RESCHEDULED:
            return in_turn([_moved(row) for row in _promised(data) if _at(row, "due") > _at(row, "from")])
        case EventType.EXTENDED:
            return in_turn([_extended(row) for row in data["clocks"]])
        case _:
            return ""


def kept_of(event: Event) -> object:
    """Return which promised dates stay although a changed calendar gives earlier ones; '' for none."""
    data = event.data
    if event.type is not EventType.RESCHEDULED:
        return ""
    if "kept" in data:
        return str(data["kept"])
    return in_turn([_kept(row) for row in _promised(data) if _at(row, "computed") < _at(row, "from")])


def _promised(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [row for row in data["clocks"] if split_key(row["milestone"])[0] in PROMISED]


def _moved(row: Mapping[str, Any]) -> Reply:
    """`答复期限由12月31日（星期四）改为1月4日（星期一）`."""
    new = provisional(_limit(_at(row, "due")), sure=not row["provisional"])
    return Reply(phrase="moved.later", values={**_named(row), "old": _limit(_at(row, "from")), "new": new})


def _kept(row: Mapping[str, Any]) -> Reply:
    """`答复期限按新日历是12月30日（星期三），承诺不提前，仍为12月31日（星期四）`."""
    values = {"old": _limit(_at(row, "from")), "new": _limit(_at(row, "computed"))}
    return Reply(phrase="moved.kept", values={**_named(row), **values})


def _extended(row: Mapping[str, Any]) -> Reply:
    """`由12月1日（星期二）延长到12月4日（星期五）`."""
    return Reply(phrase="moved.extended", values={"old": day_of(_at(row, "from")), "new": day_of(_at(row, "due"))})


def _named(row: Mapping[str, Any]) -> dict[str, object]:
    return {"clock": word(split_key(row["milestone"])[0])}


def _at(row: Mapping[str, Any], name: str) -> datetime:
    return datetime.fromisoformat(row[name])


def _limit(at: datetime) -> date:
    """Return the day alone where a limit ends with it, else the moment."""
    return day_of(at) if local(at).time() == END_OF_DAY else at
