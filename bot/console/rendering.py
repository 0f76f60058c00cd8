"""Pages out of templates: what every page carries, plain messages, addresses and redirects."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import aiohttp_jinja2
import jinja2
from aiohttp import web

from bot.console import access, words
from bot.console.act_words import ACTS, ROLES
from bot.console.settings import CSRF, SETTINGS, USER, ConsoleSettings
from bot.keys import CLOCK
from bot.petitions.staff_ports import User
from bot.petitions.wording import word
from bot.phrasing import Phrasing

_TEMPLATES: Final = Path(__file__).parent / "templates"
_MENU: Final = (
    ("inbox", "诉求"),
    ("chats", "会话"),
    ("mentions", "公开的@"),
    ("trouble", "异常消息"),
    ("accounts", "账号状态"),
    ("audit", "操作记录"),
    ("users", "用户"),
)


def set_up(app: web.Application, phrasing: Phrasing) -> None:
    """Give the application its templates: everything is escaped, an unknown name is an error."""
    environment = aiohttp_jinja2.setup(
        app,
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        auto_reload=False,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "moment": words.moment,
        "short_moment": words.short_moment,
        "masked_phone": words.masked_phone,
        "size": words.size,
        "word": lambda member: phrasing.text(word(member)),
        "act": ACTS.__getitem__,
        "role": ROLES.__getitem__,
    }

    async def load(_app: web.Application) -> None:
        await asyncio.to_thread(_compile, environment)

    app.on_startup.append(load)


def _compile(environment: jinja2.Environment) -> None:
    """Read and compile every template, so that no request touches the disk for one."""
    for name in environment.list_templates():
        environment.get_template(name)


def path_of(request: web.Request, route: str, /, *, query: Mapping[str, str] | None = None, **parts: str) -> str:
    """Return the address of a route of the console."""
    url = request.app.router[route].url_for(**parts)
    return str(url.with_query(query) if query else url)


def cookie_path(request: web.Request) -> str:
    """Return the path that the console's cookies are kept to."""
    return path_of(request, "inbox").rstrip("/") or "/"


def see(location: str) -> web.Response:
    """Answer a form with the address to look at now."""
    return web.Response(status=web.HTTPSeeOther.status_code, headers={"Location": location})


def render(request: web.Request, template: str, *, status: int = 200, **context: Any) -> web.Response:  # noqa: ANN401 -- what a template shows
    """Render a page with what every page carries."""
    user = request.get(USER)
    route = request.match_info.route.resource
    shared: dict[str, Any] = {
        "office": request.app[SETTINGS].office,
        "me": user,
        "csrf": request.get(CSRF, ""),
        "now": request.app[CLOCK].now(),
        "here": (route.name or "") if route else "",
        "menu": _menu(user, request.app[SETTINGS]),
        "path": lambda route, /, **parts: path_of(request, route, **parts),
    }
    response = aiohttp_jinja2.render_template(template, request, shared | context, status=status)
    response.headers["Content-Language"] = "zh-CN"
    return response


def _menu(user: User | None, settings: ConsoleSettings) -> list[tuple[str, str]]:
    """Return what stands in the menu: what this person may open, and mentions only where an account can have some."""
    if user is None:
        return []
    return [
        (name, label)
        for name, label in _MENU
        if access.may_open(name, user) and (name != "mentions" or settings.mentions)
    ]


def message(request: web.Request, *, status: int, title: str, text: str, kept: str = "") -> web.Response:
    """Render a page that only says something; `kept` is what the person had typed, so that it is not lost."""
    return render(request, "message.html", status=status, title=title, text=text, kept=kept)
