"""The console as an aiohttp application: its routes and what they work with. The roof mounts it at /console/."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from aiohttp import web

from bot.clock import Clock
from bot.console import middlewares, rendering
from bot.console.security import Hits, InProcessHits, SignInGuard
from bot.console.sessions import DatabaseSessions
from bot.console.settings import (
    GUARD,
    MEDIA_ROOT,
    PHRASING,
    REFUSALS,
    RESUME,
    SESSIONS,
    SETTINGS,
    SUGGEST,
    TALKS,
    WAKE,
    ConsoleSettings,
    Talks,
)
from bot.console.views import (
    account,
    alarms,
    audit,
    chats,
    files,
    inbox,
    mentions,
    petition,
    sign_in,
    static,
    trouble,
    users,
)
from bot.console.views import (
    accounts as accounts_page,
)
from bot.keys import ACCOUNTS, CLOCK, SERVICE, STORAGE
from bot.petitions.account_ports import AccountsHealth, NoAccountsHealth
from bot.petitions.acts import BY_STAFF
from bot.petitions.outbox_ports import AccountKey
from bot.petitions.ports import Storage
from bot.petitions.service import PetitionService
from bot.phrasing import Phrasing
from dialogs.refusals import RefusalRules


def console_app(
    *,
    storage: Storage,
    service: PetitionService,
    clock: Clock,
    settings: ConsoleSettings,
    phrasing: Phrasing,
    suggest: Callable[[str], tuple[str, ...]],
    media_root: Path,
    hits: Hits | None = None,
    wake: Callable[[], None] | None = None,
    accounts: AccountsHealth | None = None,
    resume: Callable[[AccountKey], None] | None = None,
    talks: Talks | None = None,
    refusals: RefusalRules | None = None,
) -> web.Application:
    """Build the console.

    `phrasing` says what citizens read as well, such as the steps of a date; `suggest` gives unit ids for a petition's
    words, likeliest first; `media_root` is what paths of attachments are relative to; `hits` counts failed sign-ins (in
    this process by default); `wake` is called after a message was put back into the outbox; `accounts` tells how our
    accounts on the platforms stand, `resume` is called with one that shall send again; `talks` are the chats with
    citizens, where a person answers at all; `refusals` show which words may not be taken on. Addresses come from
    `request.remote`: whoever knows the proxies sets it.
    """
    app = web.Application(
        middlewares=[
            middlewares.headers_and_errors,
            middlewares.remembered,
            middlewares.signed_in,
            middlewares.form_token,
        ]
    )
    app[STORAGE], app[SERVICE], app[CLOCK], app[SETTINGS] = storage, service, clock, settings
    app[PHRASING] = phrasing
    app[SUGGEST], app[MEDIA_ROOT], app[WAKE] = suggest, media_root, wake or _nobody_waits
    app[TALKS], app[REFUSALS] = talks, refusals or RefusalRules(())
    app[ACCOUNTS], app[RESUME] = accounts or NoAccountsHealth(), resume or _nobody_rests
    app[GUARD] = SignInGuard(hits or InProcessHits(), failures=settings.login_failures, per=settings.login_window)
    app[SESSIONS] = DatabaseSessions(
        storage,
        clock,
        hours=settings.session_hours,
        idle=timedelta(minutes=settings.idle_minutes),
        secure=settings.secure_cookie,
    )
    app.on_shutdown.append(_let_go)
    rendering.set_up(app, phrasing)
    static.set_up(app)
    _add_routes(app.router)
    return app


async def _let_go(app: web.Application) -> None:
    """Let the pages go that wait for news of a chat, or the process could not end for them."""
    if (talks := app[TALKS]) is not None:
        talks.board.close()


def _nobody_waits() -> None:
    """Do nothing: the outbox finds the message by itself."""


def _nobody_rests(_account: AccountKey) -> None:
    """Do nothing: the outbox finds the end of the rest by itself."""


def _add_routes(router: web.UrlDispatcher) -> None:
    login = router.add_resource("/login", name="login")
    login.add_route("GET", sign_in.show)
    login.add_route("POST", sign_in.sign_in)
    router.add_post("/logout", sign_in.sign_out, name="logout")
    password = router.add_resource("/password", name="password")
    password.add_route("GET", account.show)
    password.add_route("POST", account.change)
    router.add_get("/", inbox.show, name="inbox")
    router.add_get("/counts", inbox.counts, name="counts")
    router.add_get("/petitions/{number}", petition.show, name="petition")
    router.add_get("/petitions/{number}/files/{file:[0-9a-f]{20}}", files.serve, name="file")
    router.add_post("/petitions/{number}/files/{file:[0-9a-f]{20}}/words", petition.write_down, name="transcript")
    acts = "|".join(act.value for act in BY_STAFF)
    router.add_post(f"/petitions/{{number}}/{{act:{acts}}}", petition.act, name="act")
    router.add_get("/chats", chats.listed, name="chats")
    router.add_get("/chats/{id:[0-9]{1,18}}", chats.show, name="chat")
    router.add_get("/chats/{id:[0-9]{1,18}}/news", chats.news, name="chat_news")
    router.add_get("/chats/{id:[0-9]{1,18}}/files/{file:[0-9a-f]{20}}", chats.serve_file, name="chat_file")
    router.add_post("/chats/{id:[0-9]{1,18}}/{act:take|over|say|back}", chats.act, name="chat_act")
    router.add_post("/alarms/{id:[0-9]{1,18}}/seen", alarms.see_to, name="alarm")
    router.add_get("/mentions", mentions.show, name="mentions")
    router.add_get("/trouble", trouble.show, name="trouble")
    router.add_post("/trouble/{id:[0-9]{1,18}}/replay", trouble.replay, name="replay")
    router.add_post("/trouble/{id:[0-9]{1,18}}/drop", trouble.drop, name="drop")
    router.add_get("/accounts", accounts_page.show, name="accounts")
    router.add_post(
        "/accounts/{channel:wechat|weibo}/{account:[A-Za-z0-9_-]{1,64}}/resume", accounts_page.resume, name="resume"
    )
    people = router.add_resource("/users", name="users")
    people.add_route("GET", users.show)
    people.add_route("POST", users.add)
    router.add_post("/users/{name}/{change:disable|enable|password}", users.change, name="user")
    router.add_get("/audit", audit.show, name="audit")
    router.add_get("/static/{name:[a-z]+[.](?:css|js|svg)}", static.serve, name="static")
