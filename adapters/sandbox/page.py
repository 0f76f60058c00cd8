"""The pages of the sandbox, one a platform: shell, state, the stream of changes, and the clock.

A shell is one HTML file with scripts and style sheets beside it; everything else a page asks for as JSON.
"""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jinja2
from aiohttp import web

from adapters.sandbox.bodies import read_object
from adapters.sandbox.errors import BadInput
from adapters.sandbox.keys import CLOCK, CONSOLE_URL, FEED, ON_CLOCK, SHELL, WECHAT, WEIBO, Shell
from adapters.sandbox.timeline import parse_duration, parse_moment, show_moment
from adapters.sandbox.weibo.script import people

FOLDER = Path(__file__).parent
FILE_TYPES = {
    "parts.js": "text/javascript",
    "chat.js": "text/javascript",
    "weibo.js": "text/javascript",
    "chat.css": "text/css",
    "weibo.css": "text/css",
}
PAGES = {"wechat": ("chat.html", ""), "weibo": ("weibo.html", "../")}
"""Page → its template, and the way from it to `/sandbox/`."""
HEARTBEAT_SECONDS = 15.0
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
"""Between these the clock can be moved."""


def render_shell(shell: Shell, *, console_url: str) -> None:
    """Fill in the pages' HTML and the files; reads them, blocking."""
    loader = jinja2.FileSystemLoader(FOLDER / "templates")
    environment = jinja2.Environment(autoescape=True, loader=loader, undefined=jinja2.StrictUndefined)
    for name, (template, root) in PAGES.items():
        shell.pages[name] = environment.get_template(template).render(console_url=console_url, root=root, page=name)
    shell.files = {name: (FOLDER / "static" / name).read_bytes() for name in FILE_TYPES}


async def get_page(request: web.Request) -> web.Response:
    """Give the shell of the WeChat page."""
    return web.Response(text=request.app[SHELL].pages["wechat"], content_type="text/html")


async def get_weibo_page(request: web.Request) -> web.Response:
    """Give the shell of the Weibo page, which has two views: the timeline, and private messages under `chat`."""
    return web.Response(text=request.app[SHELL].pages["weibo"], content_type="text/html")


async def get_file(request: web.Request) -> web.Response:
    """Give a script or a style sheet."""
    name = request.match_info["name"]
    if name not in FILE_TYPES:
        raise web.HTTPNotFound
    return web.Response(body=request.app[SHELL].files[name], content_type=FILE_TYPES[name], charset="utf-8")


async def get_state(request: web.Request) -> web.Response:
    """Return what the WeChat page starts from: the clock, the accounts, their people and menus."""
    accounts = [
        {
            "account": state.account.account,
            "name": state.account.name,
            "menu": state.menu,
            "codes": [{"url": url, "scene": scene} for url, scene in state.codes.items()],
            "subscriptions": [
                {"id": template, "lasting": template in state.account.lasting}
                for template in state.account.subscriptions
            ],
            "citizens": [citizen.as_json() for citizen in state.citizens.values()],
        }
        for state in request.app[WECHAT].accounts.values()
    ]
    clock = {"now": show_moment(request.app[CLOCK].now())}
    return web.json_response(clock | {"console_url": request.app[CONSOLE_URL], "accounts": accounts})


async def get_weibo_state(request: web.Request) -> web.Response:
    """Return what the Weibo page starts from: the clock, the accounts and their people."""
    world = request.app[WEIBO]
    accounts = [
        {
            "account": state.account.account,
            "uid": state.account.uid,
            "name": state.account.name,
            "citizens": people(world, state),
        }
        for state in world.accounts.values()
    ]
    return web.json_response({"now": show_moment(request.app[CLOCK].now()), "accounts": accounts})


async def get_clock(request: web.Request) -> web.Response:
    """Tell the time."""
    return web.json_response({"now": show_moment(request.app[CLOCK].now())})


async def post_clock(request: web.Request) -> web.Response:
    """Move the clock: `{"advance": "8h"}` or `{"set": "2026-11-23T09:00"}`."""
    body, clock = await read_object(request), request.app[CLOCK]
    clock.set(_target(body, now=clock.now()))
    on_clock = request.app[ON_CLOCK]
    if on_clock is not None:
        await on_clock(clock.now())
    request.app[FEED].publish("clock")
    return await get_clock(request)


def _target(body: Mapping[str, Any], *, now: datetime) -> datetime:
    """Return where the clock is to go; refuse what leaves no room for computing with dates."""
    match body:
        case {"advance": str() as duration, **rest} if not rest:
            step = parse_duration(duration)
        case {"set": str() as moment, **rest} if not rest:
            step = parse_moment(moment) - now
        case _:
            raise BadInput('either {"advance": "8h"} or {"set": "2026-11-23T09:00:00+08:00"} is needed')
    if not EARLIEST - now < step < LATEST - now:
        raise BadInput("the clock cannot go there")
    return now + step


async def get_events(request: web.Request) -> web.StreamResponse:
    """Stream changes as Server-Sent Events (`data`: `{"kind", "account", "openid"}`) until the page leaves."""
    stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    with request.app[FEED].listen() as changes:
        await stream.prepare(request)
        await stream.write(b"retry: 2000\n\n")
        try:
            while True:
                try:
                    change = await asyncio.wait_for(changes.get(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    await stream.write(b": still here\n\n")
                    continue
                if change is None:
                    return stream
                await stream.write(f"data: {json.dumps(change, ensure_ascii=False)}\n\n".encode())
        except ConnectionResetError:
            return stream
