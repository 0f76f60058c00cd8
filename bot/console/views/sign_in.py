"""Signing in and out. A form posted after the session ended comes back into its page once its writer signs in again."""

from datetime import datetime
from typing import Final

from aiohttp import web

from bot.console.forms import VISITOR_COOKIE, field, read_act
from bot.console.rendering import cookie_path, path_of, render, see
from bot.console.security import verify_password
from bot.console.sessions import SESSION, Session
from bot.console.settings import CSRF, GUARD, SETTINGS, USER
from bot.keys import CLOCK, STORAGE
from bot.petitions.acts import Act
from bot.petitions.staff_ports import AuditEntry, User

_DRAFT: Final = ("act", "text", "elsewhere", "unit")
_WRONG: Final = "用户名或密码不正确。"


async def show(request: web.Request) -> web.StreamResponse:
    """Show the sign-in form."""
    if USER in request:
        return see(path_of(request, "inbox"))
    return _page(request, back=_local(request, request.query.get("next", "")))


async def ask_again(request: web.Request) -> web.Response:
    """Answer a form whose session is over: ask for the password, and carry along what was typed."""
    form = await request.post()
    number, act = request.match_info.get("number", ""), request.match_info.get("act", "")
    ours = request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    if not (number and act and ours):
        return _page(request, status=401, fault="登录已过期，请重新登录。")
    typed = read_act(Act(act), form)
    draft = {"act": act, "text": typed.text, "elsewhere": typed.elsewhere, "unit": typed.unit}
    fault = "登录已过期。重新登录后，您刚才写的内容会回到表单里。"
    return _page(request, status=401, fault=fault, back=path_of(request, "petition", number=number), draft=draft)


async def sign_in(request: web.Request) -> web.StreamResponse:
    """Check name and password and open a session."""
    form = await request.post()
    name, password = field(form, "name").strip(), field(form, "password")
    back = _local(request, field(form, "next"))
    draft = {part: field(form, f"draft_{part}") for part in _DRAFT} if field(form, "draft_act") else {}
    guard, address = request.app[GUARD], request.remote or ""
    async with guard.slot():
        now = request.app[CLOCK].now()
        rests = guard.rests_until(name, address, now=now)
        if rests is not None:
            return _resting(request, rests, now, back=back, draft=draft)
        user = await _check(request, name, password)
        if user is None:
            await guard.failed(name, address, now=now)
            return _page(request, status=401, fault=_WRONG, name=name, back=back, draft=draft)
    await open_session(request, user, now=now, draft={**draft, "back": back} if draft else {})
    response = see(back or path_of(request, "inbox"))
    response.del_cookie(VISITOR_COOKIE, path=cookie_path(request))
    return response


async def _check(request: web.Request, name: str, password: str) -> User | None:
    async with request.app[STORAGE].read() as work:
        user = await work.staff.user(name) if name else None
    known = user if user is not None and user.disabled_at is None else None
    if await verify_password(password, known.password_hash if known else None):
        return known
    if user is not None:
        await _record(request, user.name, "console.sign_in_failed")
    return None


async def open_session(request: web.Request, user: User, *, now: datetime, draft: dict[str, str]) -> None:
    """Give the browser a new session, whatever it came with."""
    request[SESSION] = Session.opened(user.name, now=now, draft=draft)
    await _record(request, user.name, "console.signed_in")


async def sign_out(request: web.Request) -> web.StreamResponse:
    """End the session."""
    request[SESSION] = Session.ended()
    await _record(request, request[USER].name, "console.signed_out")
    return see(path_of(request, "login"))


async def _record(request: web.Request, name: str, action: str) -> None:
    now = request.app[CLOCK].now()
    async with request.app[STORAGE].begin() as work:
        await work.staff.audit(
            AuditEntry(at=now, actor=name, action=action, target=name, data={"address": request.remote or ""})
        )
        await work.commit()


def _resting(request: web.Request, until: datetime, now: datetime, *, back: str, draft: dict[str, str]) -> web.Response:
    seconds = max(int((until - now).total_seconds()), 1)
    fault = f"失败次数太多，请{(seconds + 59) // 60}分钟后再试。"
    response = _page(request, status=429, fault=fault, back=back, draft=draft)
    response.headers["Retry-After"] = str(seconds)
    return response


def _page(
    request: web.Request,
    *,
    status: int = 200,
    fault: str = "",
    name: str = "",
    back: str = "",
    draft: dict[str, str] | None = None,
) -> web.Response:
    response = render(request, "login.html", status=status, fault=fault, name=name, back=back, draft=draft or {})
    response.set_cookie(
        VISITOR_COOKIE,
        request[CSRF],
        path=cookie_path(request),
        httponly=True,
        samesite="Strict",
        secure=request.app[SETTINGS].secure_cookie,
    )
    return response


def _local(request: web.Request, back: str) -> str:
    """Return `back` when it is a page of this console, '' for anything else."""
    home = path_of(request, "inbox")
    plain = back.isprintable() and "\\" not in back and "//" not in back and ".." not in back
    return back if plain and back.startswith(home) else ""
