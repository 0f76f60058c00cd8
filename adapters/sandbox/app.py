"""Compose the sandbox: an aiohttp application to be mounted at `/sandbox` beside the gateway, or served alone.

    sandbox = sandbox_app(accounts=[…], weibo=[…], clock=clock, console_url="/console/")
    root.add_subapp("/sandbox", sandbox)

A gateway that is to use it has `api_base = "http://127.0.0.1:PORT/sandbox/wechat"` (the AppID and the token tell the
account, as on the real host), for Weibo `…/sandbox/weibo/api`, `/m` and `/upload` as `api_base`, `messages_base` and
`upload_base`, and is told nothing else. State lives in memory and ends with the process.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime

from aiohttp import web
from aiohttp.typedefs import Handler

from adapters.sandbox import page
from adapters.sandbox.errors import BadInput
from adapters.sandbox.evidence import Samples
from adapters.sandbox.feed import Feed
from adapters.sandbox.keys import CLOCK, CONSOLE_URL, FEED, ON_CLOCK, SHELL, WECHAT, WEIBO, Shell
from adapters.sandbox.wechat import api, script
from adapters.sandbox.wechat.accounts import AccountState, SandboxAccount
from adapters.sandbox.wechat.courier import Courier
from adapters.sandbox.wechat.world import World
from adapters.sandbox.weibo import api as weibo_api
from adapters.sandbox.weibo import script as weibo_script
from adapters.sandbox.weibo.accounts import SandboxWeibo
from adapters.sandbox.weibo.world import open_world
from bot.clock import MovableClock

RESERVED = frozenset({"cgi-bin", "files", "api", "m", "upload", "pictures"})
"""Not to be used as account names: they are paths of the APIs."""
LARGEST_BODY = 32 * 1024 * 1024
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'"
)


def sandbox_app(
    *,
    accounts: Sequence[SandboxAccount],
    weibo: Sequence[SandboxWeibo] = (),
    clock: MovableClock,
    on_clock: Callable[[datetime], Awaitable[None]] | None = None,
    console_url: str = "",
    retry_seconds: float = 5.0,
    report_seconds: float = 0.5,
) -> web.Application:
    """Build the sandbox.

    `on_clock` is awaited with the new present (UTC) after each move of the clock. `console_url` is linked on the page.
    `retry_seconds` (real) is the time-out of a callback and the distance of its repeats; `report_seconds` (real) the
    delay of a template message's delivery report.
    """
    _check_names([account.account for account in accounts])
    _check_names([account.account for account in weibo])
    app = web.Application(middlewares=[answer_bad_input], client_max_size=LARGEST_BODY)
    app[CLOCK] = clock
    app[FEED] = Feed()
    app[CONSOLE_URL] = console_url
    app[ON_CLOCK] = on_clock
    app[SHELL] = Shell()
    samples = Samples()
    app[WECHAT] = World(
        accounts={account.account: AccountState(account) for account in accounts},
        clock=clock,
        feed=app[FEED],
        courier=Courier(clock=clock, retry_seconds=retry_seconds),
        samples=samples,
        report_seconds=report_seconds,
    )
    app[WEIBO] = open_world(weibo, clock=clock, feed=app[FEED], samples=samples, retry_seconds=retry_seconds)
    app.cleanup_ctx.append(run_world)
    app.on_shutdown.append(release_waiting)
    app.on_response_prepare.append(set_headers)
    _add_routes(app)
    _add_weibo_routes(app)
    return app


def _check_names(names: list[str]) -> None:
    if len(set(names)) < len(names) or RESERVED & set(names):
        raise ValueError(f"account names are distinct and none of {', '.join(sorted(RESERVED))}: {names}")


def _add_routes(app: web.Application) -> None:
    app.add_routes(
        [
            web.get("/", page.get_page),
            web.get("/state", page.get_state),
            web.get("/events", page.get_events),
            web.get("/clock", page.get_clock),
            web.post("/clock", page.post_clock),
            web.get("/static/{name}", page.get_file),
            web.route("*", "/wechat/cgi-bin/{call:.+}", api.serve_api),
            web.get("/wechat/files/{account}/{media_id}", api.serve_file),
            web.post("/wechat/{account}/say", script.post_say),
            web.post("/wechat/{account}/subscribe", script.post_subscribe),
            web.get("/wechat/{account}/messages", script.get_messages),
            web.get("/wechat/{account}/citizens", script.get_citizens),
            web.post("/wechat/{account}/citizens", script.post_citizens),
            web.get("/wechat/{account}/traffic", script.get_traffic),
            web.get("/wechat/{account}/faults", script.get_faults),
            web.post("/wechat/{account}/faults", script.post_faults),
            web.post("/wechat/{account}/limits", script.post_limits),
            web.get("/wechat/{account}/verdicts", script.get_verdicts),
            web.get("/wechat/{account}/media/{media_id}", script.get_media),
        ]
    )


def _add_weibo_routes(app: web.Application) -> None:
    app.add_routes(
        [
            web.get("/weibo/", page.get_weibo_page),
            web.get("/weibo/chat", page.get_weibo_page),
            web.get("/weibo/state", page.get_weibo_state),
            web.route("*", "/weibo/{host:api|m|upload}/{call:.+}", weibo_api.serve_api),
            web.get("/weibo/pictures/{size}/{name}.jpg", weibo_script.get_picture),
            web.post("/weibo/{account}/say", weibo_script.post_say),
            web.post("/weibo/{account}/mention", weibo_script.post_mention),
            web.get("/weibo/{account}/messages", weibo_script.get_messages),
            web.get("/weibo/{account}/comments", weibo_script.get_comments),
            web.get("/weibo/{account}/posts", weibo_script.get_posts),
            web.post("/weibo/{account}/posts", weibo_script.post_posts),
            web.post("/weibo/{account}/delete", weibo_script.post_delete),
            web.get("/weibo/{account}/citizens", weibo_script.get_people),
            web.post("/weibo/{account}/citizens", weibo_script.post_people),
            web.get("/weibo/{account}/traffic", weibo_script.get_traffic),
            web.get("/weibo/{account}/verdicts", weibo_script.get_verdicts),
            web.get("/weibo/{account}/faults", weibo_script.get_faults),
            web.post("/weibo/{account}/faults", weibo_script.post_faults),
            web.get("/weibo/{account}/files/{fid}", weibo_script.get_file),
        ]
    )


async def run_world(app: web.Application) -> AsyncIterator[None]:
    """Read the files at start; end deliveries under way at the end."""
    await asyncio.to_thread(page.render_shell, app[SHELL], console_url=app[CONSOLE_URL])
    await asyncio.to_thread(app[WECHAT].samples.load)
    yield
    await app[WECHAT].courier.close()
    await app[WEIBO].courier.close()


@web.middleware
async def answer_bad_input(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer a request that cannot be understood with 400 and the reason as JSON."""
    try:
        return await handler(request)
    except BadInput as error:
        return web.json_response({"error": str(error)}, status=400)


async def set_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Forbid the page everything but its own files; nothing is cached."""
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers.setdefault("Cache-Control", "no-cache")


async def release_waiting(app: web.Application) -> None:
    """End the open streams and planned time-outs, so that a stop does not wait for them."""
    app[FEED].close()
    app[WECHAT].stopping.set()
    app[WEIBO].stopping.set()
