"""One petition: the citizen's words, its clocks, files and history, what the citizen was told, and the acts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from aiohttp import web

from bot.console import access, sheet, words
from bot.console.forms import LONGEST_TEXT, TypedAct, field, read_act, version_now
from bot.console.history import event_words
from bot.console.rendering import message, path_of, render, see
from bot.console.sessions import SESSION
from bot.console.settings import PHRASING, REFUSALS, SETTINGS, SUGGEST, USER
from bot.keys import CLOCK, SERVICE, STORAGE
from bot.messages import CitizenRef
from bot.petitions.acts import Act
from bot.petitions.attachment_ports import Attachment
from bot.petitions.errors import PetitionError, UnknownPetition, WrongNumber
from bot.petitions.number import parse_number
from bot.petitions.outbox_ports import Delivery, OutboxMessage
from bot.petitions.petition import Case, Event
from bot.petitions.service import ActRequest
from bot.petitions.transcribing import LONGEST as LONGEST_TRANSCRIPT
from bot.petitions.vocabulary import MilestoneName

_ORDER: Final = (
    Act.SIGN, Act.ACCEPT, Act.REFUSE, Act.GRANT, Act.DENY, Act.FORWARD, Act.ANSWER, Act.DECIDE, Act.CONTRIBUTE,
    Act.FEEDBACK, Act.CLOSE, Act.RESUME, Act.RETURN, Act.ASK, Act.COHANDLE, Act.EXTEND, Act.REDO, Act.SUPERVISE,
    Act.REVIEW, Act.RECHECK,
)  # fmt: skip
"""As they stand on the page: what is waited for first."""
_ASIDE: Final = frozenset(
    {Act.RETURN, Act.ASK, Act.COHANDLE, Act.EXTEND, Act.REDO, Act.SUPERVISE, Act.REVIEW, Act.RECHECK, Act.RESUME}
)
"""Acts out of the ordinary: folded away until they are asked for."""
_DONE: Final = {
    Act.SIGN: "已签收，市民会收到通知。",
    Act.RETURN: "已退回，请办公室重新转办。",
    Act.COHANDLE: "已指定协办单位，市民会收到通知。",
    Act.CONTRIBUTE: "已提交协办意见。",
    Act.ASK: "已请市民补充，答复期限暂停计时。",
    Act.RESUME: "已恢复办理，答复期限继续计时。",
    Act.EXTEND: "已申请延期，等督办员批复。",
    Act.GRANT: "已同意延期，市民会收到理由和新的日期。",
    Act.DENY: "已答复不同意延期。",
    Act.SUPERVISE: "已督办，承办单位须书面反馈。",
    Act.FEEDBACK: "已提交督办反馈。",
    Act.REDO: "已要求重办，答复期限重新计算。",
    Act.REVIEW: "已登记复查申请。",
    Act.RECHECK: "已登记复核申请。",
    Act.DECIDE: "意见已发给市民。",
    Act.ACCEPT: "已受理，市民会收到通知。",
    Act.REFUSE: "已登记为不予受理，市民会收到理由和去向。",
    Act.FORWARD: "已转办，市民会收到承办单位和电话。",
    Act.ANSWER: "已答复，答复会发给市民。",
    Act.CLOSE: "已办结，已邀请市民评价。",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A petition with all that hangs on it, as loaded in one unit of work."""

    case: Case
    events: tuple[Event, ...]
    files: tuple[Attachment, ...]
    notices: tuple[tuple[OutboxMessage, tuple[Delivery, ...]], ...]
    people: Mapping[str, str]
    """Login name → display name."""


async def find(request: web.Request) -> Found | None:
    """Load the petition of the address, None when there is none or it is not for this person."""
    try:
        number = parse_number(request.match_info["number"])
    except WrongNumber:
        return None
    async with request.app[STORAGE].read() as work:
        case = await work.cases.get(number)
        if case is None or not access.may_see(case, request[USER]):
            return None
        return Found(
            case=case,
            events=await work.cases.events(number),
            files=await work.attachments.of_petition(number),
            notices=await work.outbox.of_petition(number),
            people={user.name: user.display for user in await work.staff.users()},
        )


async def show(request: web.Request) -> web.StreamResponse:
    """Show the petition."""
    found = await find(request)
    if found is None:
        raise web.HTTPNotFound
    number = found.case.petition.number
    if request.match_info["number"] != number:
        return see(path_of(request, "petition", number=number))
    done = next((text for act, text in _DONE.items() if act.value == request.query.get("done")), "")
    if request.query.get("done") == "transcribed":
        done = "已写下，能搜到了。"
    return _page(request, found, typed=_draft(request, number), done=done)


async def act(request: web.Request) -> web.StreamResponse:
    """Do one act; on a fault show the petition as it is now, with everything that was typed."""
    typed = read_act(Act(request.match_info["act"]), await request.post())
    found = await find(request)
    if found is None:
        return _gone(request, typed)
    if typed.too_long:
        return _page(request, found, status=422, typed=typed, fault=typed.too_long)
    number = found.case.petition.number
    wanted = ActRequest(
        act=typed.act,
        number=number,
        text=typed.text,
        elsewhere=typed.elsewhere,
        unit=typed.unit,
        units=typed.units,
        amount=typed.amount,
        version=version_now(typed.version, found.events),
    )
    try:
        await request.app[SERVICE].act(wanted, actor=access.actor_of(request[USER]), now=request.app[CLOCK].now())
    except PetitionError as error:
        status, fault = words.fault(error, say=request.app[PHRASING].text)
        found = await find(request)
        if found is None or isinstance(error, UnknownPetition):
            return _gone(request, typed)
        return _page(request, found, status=status, typed=typed, fault=fault)
    if not await _still_there(request, number):
        return see(path_of(request, "inbox"))
    return see(path_of(request, "petition", number=number, query={"done": typed.act.value}))


async def write_down(request: web.Request) -> web.StreamResponse:
    """Write down what a voice message or a video says."""
    text = field(await request.post(), "words")
    found = await find(request)
    wanted = request.match_info["file"]
    file = next((one for one in found.files if sheet.file_id(one.key) == wanted), None) if found else None
    if found is None or file is None:
        raise web.HTTPNotFound
    if not text.strip() or len(text) > LONGEST_TRANSCRIPT:
        fault = f"请写下听到的话，最多{LONGEST_TRANSCRIPT}字。"
        return _page(request, found, status=422, fault=fault)
    number, user = found.case.petition.number, request[USER]
    await request.app[SERVICE].transcribe(
        number, file.key, text, actor=access.actor_of(user), now=request.app[CLOCK].now()
    )
    return see(path_of(request, "petition", number=number, query={"done": "transcribed"}))


async def _still_there(request: web.Request, number: str) -> bool:
    async with request.app[STORAGE].read() as work:
        case = await work.cases.get(number)
    return case is not None and access.may_see(case, request[USER])


def _gone(request: web.Request, typed: TypedAct) -> web.Response:
    text = "没有这件诉求，或者它已经不归您办理。"
    return message(request, status=404, title="没有找到", text=text, kept=typed.words)


def _draft(request: web.Request, number: str) -> TypedAct | None:
    """Take back what was typed before the session ended, if it was for this petition."""
    session = request[SESSION]
    draft = session.draft
    if not draft or draft["back"] != path_of(request, "petition", number=number):
        return None
    session.draft = {}
    return TypedAct(act=Act(draft["act"]), text=draft["text"], elsewhere=draft["elsewhere"], unit=draft["unit"])


def _page(
    request: web.Request,
    found: Found,
    *,
    status: int = 200,
    typed: TypedAct | None = None,
    fault: str = "",
    done: str = "",
) -> web.Response:
    """Show the petition: who filed it, how it stands and went, and what this person may do."""
    now = request.app[CLOCK].now()
    doable = request.app[SERVICE].doable(found.case, access.actor_of(request[USER]), now=now)
    acts = [act for act in _ORDER if act in doable]
    return render(
        request,
        "petition.html",
        status=status,
        petition=found.case.petition,
        typed=typed,
        orphan=typed.words if typed is not None and typed.act not in acts else "",
        fault=fault,
        done=done,
        **_citizen(request, found),
        **_standing(request, found, now),
        **_course(request, found),
        **_forms(request, found, acts),
    )


def _citizen(request: web.Request, found: Found) -> dict[str, Any]:
    """Return who filed it, as far as this person may know."""
    petition = found.case.petition
    known = access.sees_identity(found.case, request[USER])
    scene = sheet.scene_of(found.events)
    return {
        "channel": words.channel_of(petition.citizen),
        "who": words.masked_user(CitizenRef.parse(petition.citizen).user) if known else "",
        "phone": petition.phone if known else "",
        "identity_hidden": not known,
        "scanned": sheet.scene_words(scene, request.app[SERVICE].units) if known else "",
    }


def _standing(request: web.Request, found: Found, now: datetime) -> dict[str, Any]:
    """Return who has it, and how its clocks stand."""
    case, service, say = found.case, request.app[SERVICE], request.app[PHRASING].text
    petition, units, terms, lamp = case.petition, service.units, service.terms(case), case.lamp(now)
    measured = terms.policy.rule(MilestoneName.ANSWER)
    return {
        "lamp": lamp,
        "lamp_word": words.LAMPS[lamp],
        "lamp_shape": words.LAMP_SHAPES[lamp],
        "unit": units.get(petition.unit),
        "helpers": "、".join(units[one].short if one in units else one for one in petition.co_units),
        "clocks": [
            sheet.clock_of(clock, now=now, say=say, steps=terms.explain(clock, found.events), units=units)
            for clock in sheet.in_order(case.milestones)
        ],
        "measure": words.UNITS[measured.unit] if measured else "",
    }


def _course(request: web.Request, found: Found) -> dict[str, Any]:
    """Return what happened, what came with it, and what the citizen was told."""
    user, say = request[USER], request.app[PHRASING].text
    channel = words.channel_of(found.case.petition.citizen)
    return {
        "entries": [
            (event, event_words(event, channel=channel, say=say), sheet.who(event, found.people))
            for event in found.events
        ],
        "files": [sheet.file_of(file) for file in found.files],
        "originals": access.sees_originals(user),
        "longest_transcript": LONGEST_TRANSCRIPT,
        "notices": [sheet.notice_of(message_, attempts, user) for message_, attempts in found.notices],
        "warned": sheet.warned_of(found.events),
    }


def _forms(request: web.Request, found: Found, acts: Sequence[Act]) -> dict[str, Any]:
    """Return what the forms of these acts need."""
    user, case, service = request[USER], found.case, request.app[SERVICE]
    petition, app = case.petition, request.app
    scene = sheet.scene_of(found.events)
    return {
        "acts": acts,
        "folded": _ASIDE,
        "asked": sheet.asked_extension(case, found.events, say=app[PHRASING].text),
        "hint": app[REFUSALS].found(petition.content, petition.kind) if Act.REFUSE in acts else None,
        "elsewhere": app[SETTINGS].elsewhere,
        "suggested": sheet.suggested(case, user, service, app[SUGGEST], scene=scene) if Act.FORWARD in acts else (),
        "units": sheet.choices(case, user, service) if {Act.FORWARD, Act.COHANDLE} & set(acts) else (),
        "longest": LONGEST_TEXT,
    }
