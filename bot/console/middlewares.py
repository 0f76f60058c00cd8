"""What holds for every request of the console: headers, plain error pages, who is signed in, and the form token."""

from datetime import timedelta
from typing import Final

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.console import access
from bot.console.forms import carries, visitor_token
from bot.console.rendering import cookie_path, message, path_of, see
from bot.console.sessions import SESSION, Session
from bot.console.settings import CSRF, SESSIONS, USER
from bot.console.views.sign_in import ask_again
from bot.keys import CLOCK, STORAGE
from bot.petitions.ports import StorageUnavailable
from bot.petitions.staff_ports import User

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
        "object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_SEEN_STEP: Final = timedelta(minutes=5)
_UNATTENDED: Final = frozenset({"counts", "file", "chat_news", "chat_file"})
"""Requests that no person made: they do not keep a session alive."""
_ERRORS: Final = {
    403: ("没有权限", "您的岗位不能打开这一页。"),
    404: ("没有找到", "没有这一页，或者它不归您办理。"),
    405: ("不支持", "这一页不支持这种访问方式。"),
    413: ("内容太长", "提交的内容太长，请删短后再试。"),
}

_log = structlog.get_logger(__name__)


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return (resource.name or "") if resource else ""


@web.middleware
async def headers_and_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Set the headers of every response, and turn each failure into a page in plain Chinese."""
    try:
        response = await handler(request)
    except web.HTTPException as error:
        response = _error_page(request, error)
    except StorageUnavailable:
        _log.warning("console.storage_unavailable", route=_route(request))
        response = message(request, status=503, title="暂时无法访问", text="数据库暂时连不上，请稍后再试。")
    except Exception:  # noqa: BLE001 -- the last resort of every page; logged with its traceback
        _log.exception("console.failed", route=_route(request))
        response = message(request, status=500, title="出错了", text="这一页没能打开。问题已经记录，请稍后再试。")
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _error_page(request: web.Request, error: web.HTTPException) -> web.Response:
    title, text = _ERRORS.get(error.status, ("无法处理", "这个请求无法处理。"))
    response = message(request, status=error.status, title=title, text=text)
    if allow := error.headers.get("Allow"):
        response.headers["Allow"] = allow
    return response


@web.middleware
async def remembered(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give the request its session, and save what became of it."""
    sessions = request.app[SESSIONS]
    request[SESSION] = await sessions.load(request) if _route(request) != "static" else Session()
    response = await handler(request)
    if request[SESSION].changed:
        await sessions.save(request, response, request[SESSION], path=cookie_path(request))
    return response


@web.middleware
async def signed_in(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Find out who this is; send strangers to the sign-in page and refuse pages that are not for the role."""
    route = _route(request)
    if route == "static":
        return await handler(request)
    user = await _identify(request, attended=route not in _UNATTENDED)
    if user is not None:
        request[USER] = user
    if route == "login" or user is None:
        request[CSRF] = visitor_token(request)
    if route in access.PUBLIC or request.match_info.http_exception is not None:
        return await handler(request)
    if user is None:
        return await _send_to_sign_in(request, route)
    if not access.may_open(route, user):
        raise web.HTTPForbidden
    return await handler(request)


async def _identify(request: web.Request, *, attended: bool) -> User | None:
    session = request[SESSION]
    if not session.user:
        return None
    async with request.app[STORAGE].read() as work:
        user = await work.staff.user(session.user)
    if user is None or user.disabled_at is not None:
        request[SESSION] = Session.ended()
        return None
    now = request.app[CLOCK].now()
    if attended and (session.seen_at is None or abs(now - session.seen_at) >= _SEEN_STEP):
        session.seen_at = now
    request[CSRF] = session.csrf
    return user


async def _send_to_sign_in(request: web.Request, route: str) -> web.StreamResponse:
    if route in {"counts", "chat_news"}:
        return web.json_response({"signed_in": False}, status=401)
    if request.method not in {"GET", "HEAD"}:
        return await ask_again(request)
    plain = route in {"file", "password"} or (route == "inbox" and not request.query_string)
    return see(path_of(request, "login", query=None if plain else {"next": request.path_qs}))


@web.middleware
async def form_token(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse whatever changes something and does not carry our token."""
    if request.method in {"GET", "HEAD", "OPTIONS"} or request.match_info.http_exception is not None:
        return await handler(request)
    if not carries(await request.post(), request[CSRF]):
        text = "这个表单已经失效，什么都没有改动。请返回上一页，刷新后再提交。"
        return message(request, status=403, title="表单已失效", text=text)
    return await handler(request)
