"""The inbox: the petitions this person may see, the most urgent first, with their lamps and the time left."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar

from aiohttp import web

from bot.console import access, words
from bot.console.history import Say
from bot.console.rendering import render
from bot.console.settings import PHRASING, SETTINGS, USER
from bot.console.views.alarms import alarm_words
from bot.keys import CLOCK, SERVICE, STORAGE
from bot.petitions.alarm_ports import AlarmRecord
from bot.petitions.case_ports import CaseFilter, CasePage
from bot.petitions.errors import WrongNumber
from bot.petitions.masking import masked
from bot.petitions.number import find_number, normalise, parse_number
from bot.petitions.petition import Case
from bot.petitions.routing import Unit
from bot.petitions.vocabulary import Kind, Lamp, MilestoneName, State
from bot.petitions.wording import word

_LONGEST_SEARCH: Final = 80
_LAST_PAGE: Final = 10_000
_OPEN, _ALL = "open", "all"
_SUPERVISED: Final = "supervised"
_OWED: Final = {name.value: name for name in (MilestoneName.EXTENSION, MilestoneName.FEEDBACK)}
QUEUES: Final = {
    MilestoneName.EXTENSION.value: "待批延期",
    _SUPERVISED: "督办过",
    MilestoneName.FEEDBACK.value: "待督办反馈",
}
"""What waits for a supervisor."""
_Closed = TypeVar("_Closed", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What was asked for in the address; nonsense is taken as nothing."""

    text: str = ""
    state: State | None = None
    kind: Kind | None = None
    unit: str = ""
    lamp: Lamp | None = None
    queue: str = ""
    scope: str = _OPEN
    page: int = 1

    def address(self, **changes: object) -> dict[str, str]:
        """Return this query as an address has it, changed in places."""
        fields = {
            "q": self.text,
            "state": self.state,
            "kind": self.kind,
            "unit": self.unit,
            "lamp": self.lamp,
            "queue": self.queue,
            "scope": self.scope,
            "page": self.page if self.page > 1 else "",
        }
        return {name: str(value) for name, value in (fields | changes).items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One petition in the list, in words."""

    number: str
    kind: str
    summary: str
    place: str
    state: str
    unit: str
    lamp: Lamp
    lamp_word: str
    lamp_shape: str
    clock: str
    left: str
    due: str
    filed: str
    channel: str


def read_query(given: Mapping[str, str]) -> Query:
    """Read the address. A bare search looks everywhere, a bare inbox shows what is still open."""
    text = given.get("q", "").replace("\x00", "").strip()[:_LONGEST_SEARCH]
    state = _one_of(State, given.get("state", ""))
    scope = given.get("scope", _ALL if text else _OPEN)
    page = given.get("page", "1")
    return Query(
        text=text,
        state=state,
        kind=_one_of(Kind, given.get("kind", "")),
        unit=given.get("unit", ""),
        lamp=_one_of(Lamp, given.get("lamp", "")),
        queue=given.get("queue", "") if given.get("queue", "") in QUEUES else "",
        scope=_ALL if scope == _ALL or (state is not None and state.ended) else _OPEN,
        page=min(int(page), _LAST_PAGE) if page.isascii() and page.isdecimal() and int(page) else 1,
    )


def _one_of(kind: type[_Closed], value: str) -> _Closed | None:
    return next((member for member in kind if member.value == value), None)


def row_of(case: Case, units: Mapping[str, Unit], *, now: datetime, say: Say) -> Row:
    """Put one petition into words."""
    petition = case.petition
    lamp = case.lamp(now)
    running = min((m for m in case.milestones if m.running), key=lambda m: m.due_at, default=None)
    unit = units.get(petition.unit)
    return Row(
        number=petition.number,
        kind=say(word(petition.kind)),
        summary=petition.summary,
        place=masked(petition.place),
        state=say(word(petition.state)),
        unit=unit.short if unit else petition.unit or "—",
        lamp=lamp,
        lamp_word=words.LAMPS[lamp],
        lamp_shape=words.LAMP_SHAPES[lamp],
        clock=say(word(running.name)) if running else "",
        left=words.time_left(running.due_at, now) if running else "—",
        due=_due(running.due_at, provisional=running.provisional) if running else "",
        filed=words.short_moment(petition.filed_at),
        channel=words.channel_of(petition.citizen),
    )


def _due(at: datetime, *, provisional: bool) -> str:
    return f"{words.moment(at)}到期{'（暂定）' if provisional else ''}"


def search_text(text: str) -> tuple[str, str]:
    """Return what to search for, and a hint when it looks like a mistyped number."""
    try:
        return parse_number(text), ""
    except WrongNumber:
        if find_number(text) == normalise(text):
            return text, "这个编号的校验位不对，可能有一位输错了，请核对。"
        return text, ""


async def show(request: web.Request) -> web.StreamResponse:
    """Show one page of the inbox."""
    user, now = request[USER], request.app[CLOCK].now()
    query = read_query(request.query)
    text, hint = search_text(query.text)
    found = await _found(request, query, text=text)
    page = found.page
    units = request.app[SERVICE].units
    return render(
        request,
        "inbox.html",
        rows=[row_of(case, units, now=now, say=request.app[PHRASING].text) for case in page.cases],
        alarms=[alarm_words(alarm) for alarm in found.alarms],
        urgent={alarm.number for alarm in found.alarms},
        total=page.total,
        query=query,
        hint=hint,
        pages=max(-(-page.total // request.app[SETTINGS].page_size), 1),
        counts=_shown(found.counts),
        units=() if access.own_unit(user) is not None else _by_name(units.values()),
        states=tuple(State),
        kinds=tuple(Kind),
        queues=tuple(QUEUES.items()),
        lamps=[
            (lamp, f"{words.LAMP_SHAPES[lamp]} {words.LAMPS[lamp]}") for lamp in (Lamp.RED, Lamp.YELLOW, Lamp.GREEN)
        ],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What the inbox shows of the store; nothing of it to whom nothing is shown."""

    page: CasePage
    counts: Mapping[str, int]
    alarms: tuple[AlarmRecord, ...] = ()


async def _found(request: web.Request, query: Query, *, text: str) -> _Found:
    """Load the page asked for; `text` is what to search for."""
    user, now, size = request[USER], request.app[CLOCK].now(), request.app[SETTINGS].page_size
    if access.sees_nothing(user):
        return _Found(page=CasePage(cases=(), total=0), counts={})
    wanted = CaseFilter(
        states=(query.state,) if query.state else (),
        kinds=(query.kind,) if query.kind else (),
        unit=query.unit or None,
        lamp=query.lamp,
        owed=_OWED.get(query.queue),
        supervised=query.queue == _SUPERVISED,
        text=text,
        open_only=query.scope == _OPEN,
    )
    async with request.app[STORAGE].read() as work:
        page = await work.cases.search(
            access.within_reach(wanted, user), now=now, limit=size, offset=(query.page - 1) * size
        )
        counts = dict(await work.cases.counts(now=now, unit=access.own_unit(user)))
        if user.role not in access.OFFICE:
            return _Found(page=page, counts=counts)
        alarms = await work.alarms.open()
        counts["chats"] = await work.chats.waiting()
    return _Found(page=page, counts=counts, alarms=alarms)


async def counts(request: web.Request) -> web.StreamResponse:
    """Return the counts as JSON, for the page to see that something new came."""
    user, now = request[USER], request.app[CLOCK].now()
    found: dict[str, int] = {}
    if not access.sees_nothing(user):
        async with request.app[STORAGE].read() as work:
            found = dict(await work.cases.counts(now=now, unit=access.own_unit(user)))
            if user.role in access.OFFICE:
                found["alarms"] = await work.alarms.open_count()
                found["chats"] = await work.chats.waiting()
    return web.json_response({"signed_in": True, **_shown(found)})


def _shown(found: Mapping[str, int]) -> dict[str, int]:
    return {
        "total": sum(found.get(state.value, 0) for state in State),
        "filed": found.get(State.FILED.value, 0),
        "yellow": found.get("lamp:yellow", 0),
        "red": found.get("lamp:red", 0),
        "alarms": found.get("alarms", 0),
        "chats": found.get("chats", 0),
    }


def _by_name(units: Iterable[Unit]) -> tuple[Unit, ...]:
    return tuple(sorted(units, key=lambda unit: unit.name))
