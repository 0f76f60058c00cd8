"""会话: citizens who wait for a person or talk with one; the live page of a chat, and what is done there.

A page of a chat asks again and again for the lines after its last one. The answer waits until there is news
(`bot.chats.board`), so that a line shows at once; without scripts the page works and is reloaded by hand.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import aiohttp_jinja2
from aiohttp import web

from bot.chats.errors import ChatError, ChatOver, ChatTaken, UnknownChat
from bot.chats.service import LONGEST_LINE, ChatService
from bot.console import words
from bot.console.access import takes_chats_over
from bot.console.chat_words import END_WORDS, STATE_WORDS, chat_row, line_words, sent_words
from bot.console.forms import field, new_token
from bot.console.history import Say
from bot.console.rendering import path_of, render, see
from bot.console.settings import PHRASING, TALKS, USER, Talks
from bot.console.sheet import file_id
from bot.console.views.files import send
from bot.keys import CLOCK, STORAGE
from bot.messages import CitizenRef
from bot.petitions.attachment_ports import Attachment
from bot.petitions.chat_ports import Chat, ChatState, Line
from bot.petitions.masking import masked
from bot.petitions.petition import Case
from bot.petitions.wording import word
from dialogs.asking import place
from dialogs.session_json import load_session

_PATIENCE: Final = 20.0
_SENDING_PATIENCE: Final = 1.0
"""Seconds a page waits for news; fewer while it shows a line that is on its way, whose delivery is no news."""
_LAST_LINE: Final = 10**9


def _talks(request: web.Request) -> tuple[Talks, ChatService]:
    talks = request.app[TALKS]
    if talks is None or talks.service is None:
        raise web.HTTPNotFound
    return talks, talks.service


async def listed(request: web.Request) -> web.StreamResponse:
    """Show who waits, who talks with whom, and what ended last."""
    _talks(request)
    now = request.app[CLOCK].now()
    async with request.app[STORAGE].read() as work:
        chats = await work.chats.listed()
        ended = await work.chats.ended()
        people = {user.name: user.display for user in await work.staff.users()}
    return render(
        request,
        "chats.html",
        waiting=[chat_row(chat, people, now=now) for chat in chats if chat.state is ChatState.QUEUED],
        held=[chat_row(chat, people, now=now) for chat in chats if chat.state is ChatState.HELD],
        ended=[chat_row(chat, people, now=now) for chat in ended],
    )


async def show(request: web.Request) -> web.StreamResponse:
    """Show one chat with all its lines."""
    return await _page(request)


async def _page(request: web.Request, *, status: int = 200, fault: str = "", typed: str = "") -> web.Response:
    talks, service = _talks(request)
    user, now, news = request[USER], request.app[CLOCK].now(), talks.board.news
    async with request.app[STORAGE].read() as work:
        chat = await work.chats.get(_id(request))
        if chat is None:
            raise web.HTTPNotFound
        lines = await work.chats.lines(chat.id)
        row = await work.turns.citizen(chat.citizen)
        cases = await work.cases.of_citizen(chat.citizen, limit=5)
        people = {one.name: one.display for one in await work.staff.users()}
    draft = load_session(row.session).parts if row else None
    mine = chat.state is ChatState.HELD and chat.officer == user.name
    return render(
        request,
        "chat.html",
        status=status,
        chat=chat,
        row=chat_row(chat, people, now=now),
        who=words.masked_user(CitizenRef.parse(chat.citizen).user),
        state_word=STATE_WORDS[chat.state],
        end_word=END_WORDS[chat.ended_how] if chat.ended_how else "",
        lines=_shown(request, chat, lines, people),
        last=_last(lines),
        news=news,
        mine=mine,
        over=chat.state is ChatState.HELD and not mine and takes_chats_over(user),
        draft=draft and _draft_words(draft.content, place(draft), len(draft.attachments)),
        petitions=[_petition(case, request.app[PHRASING].text) for case in cases],
        canned=service.canned() if mine else (),
        once=new_token(),
        longest=LONGEST_LINE,
        fault=fault,
        typed=typed,
    )


async def news(request: web.Request) -> web.StreamResponse:
    """Return the lines after `after`, once there is news after `news`, as JSON with ready HTML.

    `sending` says that the page shows a line whose delivery is not settled.
    """
    talks, _ = _talks(request)
    chat_id, seen = _id(request), _count(request.query.get("news", ""))
    storage = request.app[STORAGE]
    await talks.board.after(seen, seconds=_SENDING_PATIENCE if request.query.get("sending") else _PATIENCE)
    now_seen = talks.board.news
    async with storage.read() as work:
        chat = await work.chats.get(chat_id)
        if chat is None:
            raise web.HTTPNotFound
        lines = await work.chats.lines(chat_id, after=_count(request.query.get("after", "")))
        sent = await work.chats.unsettled(chat_id)
        people = {one.name: one.display for one in await work.staff.users()}
    shown = _shown(request, chat, lines, people)
    html = aiohttp_jinja2.render_string("chat_lines.html", request, {"lines": shown}) if shown else ""
    return web.json_response(
        {
            "signed_in": True,
            "news": now_seen,
            "last": _last(lines),
            "html": html,
            "sent": {line.seq: sent_words(line) for line in sent},
            "state": chat.state.value,
            "officer": chat.officer,
        }
    )


async def act(request: web.Request) -> web.StreamResponse:
    """Take a chat, take it over from who holds it, say something in it, or hand it back."""
    _, service = _talks(request)
    user, now, chat = request[USER].name, request.app[CLOCK].now(), _id(request)
    form = await request.post()
    if request.match_info["act"] == "over" and not takes_chats_over(request[USER]):
        raise web.HTTPForbidden
    text = field(form, "text").strip()
    try:
        match request.match_info["act"]:
            case "take":
                await service.take(chat, by=user, now=now)
            case "over":
                await service.take_over(chat, by=user, holder=field(form, "holder"), now=now)
            case "back":
                await service.hand_back(chat, by=user, now=now)
            case _ if not text or len(text) > LONGEST_LINE:
                fault = f"一条最多{LONGEST_LINE}字，请分几条发。" if text else "请先写要说的话。"
                return await _page(request, status=422, fault=fault, typed=text)
            case _:
                await service.say(chat, text, by=user, once=field(form, "once")[:64], now=now)
    except UnknownChat:
        raise web.HTTPNotFound from None
    except ChatError as error:
        return await _page(request, status=409, fault=await _fault(request, error), typed=text)
    return see(path_of(request, "chat", id=str(chat)))


async def _fault(request: web.Request, error: ChatError) -> str:
    match error:
        case ChatTaken(officer=officer):
            async with request.app[STORAGE].read() as work:
                holder = await work.staff.user(officer)
            return f"{holder.display if holder else officer}已经接入这个会话。"
        case ChatOver():
            return "这个会话已经结束，或者还没有人接入。"
        case _:
            return "现在不能这样做。"


async def serve_file(request: web.Request) -> web.StreamResponse:
    """Serve the copy of a file that the citizen sent in this chat."""
    async with request.app[STORAGE].read() as work:
        lines = await work.chats.lines(_id(request))
        wanted = (line.message for line in lines if line.file and file_id(line.message) == request.match_info["file"])
        key = next(wanted, "")
        file: Attachment | None = await work.attachments.get(key) if key else None
    return await send(request, file)


def _shown(
    request: web.Request, chat: Chat, lines: Iterable[Line], people: Mapping[str, str]
) -> list[Mapping[str, Any]]:
    def address(line: Line) -> str:
        return path_of(request, "chat_file", id=str(chat.id), file=file_id(line.message))

    return [line_words(line, people, address=address(line) if line.file else "") for line in lines]


def _draft_words(content: str, where: str, files: int) -> Mapping[str, object]:
    return {"content": masked(content), "place": masked(where), "files": files}


def _petition(case: Case, say: Say) -> Mapping[str, str]:
    petition = case.petition
    return {
        "number": petition.number,
        "kind": say(word(petition.kind)),
        "state": say(word(petition.state)),
        "summary": petition.summary,
    }


def _last(lines: tuple[Line, ...]) -> int:
    return lines[-1].seq if lines else 0


def _id(request: web.Request) -> int:
    return int(request.match_info["id"])


def _count(text: str) -> int:
    return min(int(text), _LAST_LINE) if text.isascii() and text.isdecimal() else 0
