"""The gateway in one piece: opens what it stands on, builds its parts, and names the loops that must run.

Nothing here decides anything; it only says who gets what.
"""

import math
import os
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import structlog
from aiohttp import web

from adapters.transport import Transport
from adapters.weibo import protocol as weibo
from bot.app.account_watch import EVERY_SECONDS, AccountWatch, EveryHealth
from bot.app.accounts import Accounts, build_accounts
from bot.app.calendars import CalendarDesk, CalendarWatch, read_calendar
from bot.app.housekeeping import Housekeeping, Keeping
from bot.app.office import Office
from bot.app.upkeep import UpkeepLoop
from bot.app.wechat_quotas import WeChatQuotas
from bot.app.weibo_replays import SharedReplays
from bot.app.weibo_upkeep import SharedBudget, SharedStanding, TokenWatch, WeiboHealth, open_lane
from bot.chats.board import ChatBoard
from bot.chats.service import ChatService
from bot.clock import Clock
from bot.console.routes import console_app
from bot.console.settings import ConsoleSettings, Talks
from bot.drafts import DraftCare
from bot.health import health_routes
from bot.intake.acting import Registrar
from bot.intake.committer import Intake, IntakeLimits
from bot.intake.mentions import Listening, MentionLoop
from bot.intake.pace import Pace
from bot.intake.turning import Turner
from bot.keys import ACCOUNTS, DIRECT
from bot.media.loop import MediaLoop
from bot.messages import Channel
from bot.metrics import Metrics
from bot.milestones import MilestoneLoop
from bot.outbox.ladder import Backoff
from bot.outbox.loop import OutboxLimits, OutboxLoop
from bot.petitions.account_ports import AccountsHealth
from bot.petitions.deadlines import Policy
from bot.petitions.desk import Desk
from bot.petitions.office_hours import OfficeHours, Span
from bot.petitions.service import PetitionService
from bot.petitions.vocabulary import Kind
from bot.proxies import forwarded
from bot.webhooks import Webhooks
from config.sections import Mentions, Person, WeiboAccount
from config.settings import Settings
from dialogs.engine import Engine
from dialogs.refusals import RefusalRules
from storage.engine import SqlStorage
from storage.ephemeral.memory import MemoryEphemeral
from storage.ephemeral.redis import RedisEphemeral
from storage.spool import Spool
from storage.spools import claimed_spool

log = structlog.get_logger(__name__)

Loop = Callable[[], Coroutine[Any, Any, None]]
_REMEMBERED = 2048
"""Citizens: whoever talks now, and a few kilobytes each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """A gateway ready to serve: `app` to be run, `loops` to be kept running beside it."""

    app: web.Application
    loops: Mapping[str, Loop]
    storage: SqlStorage
    service: PetitionService
    registrar: Registrar
    chats: ChatService | None
    """None where no person answers in the chat."""


def registrar_of(office: Office) -> Registrar:
    """Return what makes petitions of drafts by the office's calendar and policies.

    Where only the kind decides, the policies are chosen here once; else by the words of each petition.
    """
    policies, directory = office.policies, office.directory
    chosen = {kind: policies.for_petition(kind.value) for kind in Kind}

    def by_kind(kind: Kind, _words: str) -> Policy:
        return chosen[kind]

    def by_matter(kind: Kind, words: str) -> Policy:
        category = next((category.id for category in directory.categories_in(words)), "")
        return policies.for_petition(kind.value, category, directory.urgency_in(words))

    policy_of = by_matter if policies.by_matter else by_kind
    return Registrar(
        calendar=office.calendar, policy_of=policy_of, policies=policies.by_name, desk=desk_of(office.settings.person)
    )


def desk_of(person: Person) -> Desk | None:
    """Return when a person answers in the chat: the same hours each workday; None for never."""
    if not person.hours:
        return None
    spans = tuple(Span(opens=opens, closes=closes) for opens, closes in person.spans)
    return Desk(
        hours=OfficeHours(week=dict.fromkeys(range(7), spans)),
        wait=timedelta(minutes=person.wait_minutes),
        idle=timedelta(minutes=person.idle_minutes),
    )


def service_of(
    office: Office, storage: SqlStorage, *, registrar: Registrar, on_commit: Callable[[], None]
) -> PetitionService:
    """Return what does the acts of staff."""
    return PetitionService(
        storage,
        units=office.directory.units,
        office=office.settings.office.name,
        terms_of=registrar.terms,
        on_commit=on_commit,
    )


@asynccontextmanager
async def open_gateway(office: Office, *, clock: Clock) -> AsyncIterator[Gateway]:
    """Open database, Redis and sockets, and build everything on them."""
    settings = office.settings
    async with AsyncExitStack() as stack:
        storage = await SqlStorage.open(settings.database_url, remember=_remembered(settings))
        stack.push_async_callback(storage.close)
        transport = await Transport.create()
        stack.push_async_callback(transport.close)
        ephemeral = await _ephemeral(office, stack)
        limits = {open_lane(account.account): account.daily_calls for account in settings.weibo}
        accounts = build_accounts(
            settings,
            phrasing=office.phrasing,
            transport=transport,
            tokens=ephemeral,
            clock=clock,
            budget=SharedBudget(storage, limits=limits),
            standing=SharedStanding(storage, clock=clock),
        )
        spool = await stack.enter_async_context(claimed_spool(settings.storage.data_dir))
        versions, calendar = await read_calendar(storage)
        ground = _Ground(
            office=replace(office, calendar=calendar),
            clock=clock,
            storage=storage,
            accounts=accounts,
            ephemeral=ephemeral,
            spool=spool,
            calendar_version=len(versions),
            metrics=Metrics(),
        )
        yield _build(ground)


def _remembered(settings: Settings) -> int:
    """Return how many citizens intake keeps in mind: none where Redis says that other processes may turn messages."""
    return 0 if settings.redis.url.get_secret_value() else _REMEMBERED


async def _ephemeral(office: Office, stack: AsyncExitStack) -> MemoryEphemeral | RedisEphemeral:
    url = office.settings.redis.url.get_secret_value()
    if not url:
        return MemoryEphemeral()
    redis = await RedisEphemeral.open(url)
    stack.push_async_callback(redis.close)
    return redis


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What everything is built on."""

    office: Office
    clock: Clock
    storage: SqlStorage
    accounts: Accounts
    ephemeral: MemoryEphemeral | RedisEphemeral
    spool: Spool
    calendar_version: int
    metrics: Metrics


def _build(ground: _Ground) -> Gateway:
    office, clock, storage = ground.office, ground.clock, ground.storage
    settings, accounts, metrics = office.settings, ground.accounts, ground.metrics
    outbox = _outbox(ground)
    media = MediaLoop(
        storage=storage, platforms=accounts.platforms, clock=clock, metrics=metrics, root=settings.storage.data_dir
    )
    registrar = registrar_of(office)
    calendar = CalendarWatch(
        storage=storage,
        desk=CalendarDesk(storage, policies=office.policies.by_name),
        use=registrar.use,
        version=ground.calendar_version,
        clock=clock,
        wake=outbox.wake,
    )
    service = service_of(office, storage, registrar=registrar, on_commit=outbox.wake)
    board = ChatBoard(ground.ephemeral, clock=clock)
    chats = _chats(ground, outbox=outbox, board=board)
    board.sweep = chats.sweep if chats else None
    engine = Engine(office.catalogue)
    intake = _intake(ground, engine=engine, registrar=registrar, outbox=outbox, media=media, board=board)
    mentions = MentionLoop(
        storage=storage,
        accounts=_listening(settings, accounts),
        intake=intake,
        mentions=engine.mentions,
        clock=clock,
        on_media=media.wake,
        poll=settings.outbox.poll,
    )
    weibo_health = WeiboHealth(storage, platforms=accounts.weibo, settings=settings.weibo)
    quotas = WeChatQuotas(accounts.wechat, clock=clock, metrics=metrics)
    health = EveryHealth(
        wechat=accounts.wechat,
        settings=settings.wechat,
        tokens=ground.ephemeral,
        quotas=quotas,
        others=weibo_health,
    )
    watch = AccountWatch(
        storage=storage,
        accounts=tuple(accounts.platforms),
        wechat=accounts.wechat,
        pauses=outbox.pauses,
        clock=clock,
        metrics=metrics,
    )
    chores = {
        "tokens": TokenWatch(weibo_health, clock=clock, metrics=metrics).look,
        "quotas": quotas.look,
        "housekeeping": _housekeeping(settings, storage, clock).tidy,
        "drafts": DraftCare(
            storage=storage,
            phrasing=office.phrasing,
            clock=clock,
            times=office.catalogue.drafts,
            on_reminder=outbox.wake,
        ).look,
    }
    milestones = MilestoneLoop(storage=storage, service=service, clock=clock, metrics=metrics)
    webhooks = Webhooks(
        callbacks=accounts.callbacks,
        intake=intake,
        mentions=mentions.take,
        clock=clock,
        metrics=metrics,
        guards={
            (Channel.WEIBO, account.account): SharedReplays(
                storage, account=account.account, keeps=weibo.query_lasts(settings.intake.max_age or None)
            )
            for account in settings.weibo
        },
    )
    return Gateway(
        app=_app(
            ground,
            webhooks=webhooks,
            service=service,
            outbox=outbox,
            health=health,
            talks=Talks(service=chats, board=board),
        ),
        loops={
            "intake": intake.run,
            "outbox": outbox.run,
            "milestones": milestones.run,
            "media": media.run,
            "calendar": calendar.run,
            "chats": board.run,
            "upkeep": UpkeepLoop(chores, clock=clock).run,
            "accounts": UpkeepLoop({"accounts": watch.look}, clock=clock, poll=EVERY_SECONDS).run,
            **({"mentions": mentions.run} if settings.weibo else {}),
        },
        storage=storage,
        service=service,
        registrar=registrar,
        chats=chats,
    )


def _outbox(ground: _Ground) -> OutboxLoop:
    settings = ground.office.settings.outbox
    return OutboxLoop(
        storage=ground.storage,
        platforms=ground.accounts.platforms,
        public=ground.accounts.public,
        phrasing=ground.office.phrasing,
        clock=ground.clock,
        metrics=ground.metrics,
        owner=f"{socket.gethostname()}:{os.getpid()}",
        limits=OutboxLimits(
            poll=settings.poll,
            lease=timedelta(seconds=settings.lease),
            backoff=Backoff(first=settings.backoff, longest=settings.backoff_limit),
        ),
    )


def _chats(ground: _Ground, *, outbox: OutboxLoop, board: ChatBoard) -> ChatService | None:
    """Return what staff does to chats; None where no person ever answers."""
    settings = ground.office.settings
    desk = desk_of(settings.person)
    if desk is None:
        return None
    return ChatService(
        ground.storage,
        phrasing=ground.office.phrasing,
        desk=desk,
        office_phone=settings.office.phone,
        on_send=outbox.wake,
        on_change=board.tell,
    )


def _intake(
    ground: _Ground,
    *,
    engine: Engine,
    registrar: Registrar,
    outbox: OutboxLoop,
    media: MediaLoop,
    board: ChatBoard,
) -> Intake:
    office, limits = ground.office, ground.office.settings.intake
    dialog = office.settings.dialog
    pace = Pace(a_minute=dialog.messages_per_minute, a_day=dialog.petitions_per_day)
    return Intake(
        storage=ground.storage,
        turner=Turner(
            engine=engine,
            phrasing=office.phrasing,
            platforms=ground.accounts.platforms,
            look_after=office.catalogue.drafts.first_look,
            pace=pace,
        ),
        registrar=registrar,
        spool=ground.spool,
        clock=ground.clock,
        metrics=ground.metrics,
        pace=pace,
        limits=IntakeLimits(batch=limits.batch_limit, queue=limits.queue_limit, answer_within=limits.answer_within),
        on_outbox=outbox.wake,
        on_media=media.wake,
        on_contact=outbox.contact,
        on_chat=board.tell,
    )


def _app(
    ground: _Ground,
    *,
    webhooks: Webhooks,
    service: PetitionService,
    outbox: OutboxLoop,
    health: AccountsHealth,
    talks: Talks,
) -> web.Application:
    """Put callbacks, health and console on one application."""
    office, settings = ground.office, ground.office.settings
    proxies = settings.server.trusted_proxies
    app = web.Application(middlewares=[forwarded(proxies)] if proxies else [])
    app[ACCOUNTS] = health
    app.add_routes(webhooks.routes())
    app[DIRECT] = webhooks.direct()
    checks = {
        "database": ground.storage.check,
        **({"redis": ground.ephemeral.check} if settings.redis.url.get_secret_value() else {}),
    }
    app.add_routes(health_routes(checks=checks, metrics=ground.metrics))
    app.add_routes([web.get("/console", _to_console)])
    console = console_app(
        storage=ground.storage,
        service=service,
        clock=ground.clock,
        phrasing=ground.office.phrasing,
        settings=ConsoleSettings(
            office=settings.office.name,
            secure_cookie=settings.secure_cookie,
            session_hours=round(settings.console.session_hours),
            login_failures=settings.console.login_limit,
            login_window=timedelta(seconds=settings.console.login_window),
            mentions=bool(settings.weibo),
        ),
        suggest=office.directory.suggest,
        media_root=settings.storage.data_dir,
        hits=ground.ephemeral,
        wake=outbox.wake,
        accounts=health,
        resume=outbox.resume,
        talks=talks,
        refusals=RefusalRules(office.catalogue.refusals),
    )
    app.add_subapp("/console", console)
    return app


def _housekeeping(settings: Settings, storage: SqlStorage, clock: Clock) -> Housekeeping:
    keeping = settings.storage
    return Housekeeping(
        storage,
        clock=clock,
        keeping=Keeping(
            signed=weibo.query_lasts(settings.intake.max_age or None),
            mentions=timedelta(days=keeping.mentions_days),
            calls=timedelta(days=keeping.calls_days),
            chats=timedelta(days=keeping.chats_days),
            alarms=timedelta(days=keeping.alarms_days),
        ),
    )


def _listening(settings: Settings, accounts: Accounts) -> dict[str, Listening]:
    """Return how the mentions of each Weibo account are found."""
    return {
        account.account: Listening(
            platform=accounts.public[Channel.WEIBO, account.account],
            every=None if account.mentions is Mentions.PUSH else timedelta(minutes=account.poll_minutes),
            asks=max(0, account.daily_calls - account.kept_for_answers - _looks(account)),
        )
        for account in settings.weibo
    }


def _looks(account: WeiboAccount) -> int:
    """Return how many calls a day looking for mentions takes, in posts and in comments."""
    return 0 if account.mentions is Mentions.PUSH else 2 * math.ceil(24 * 60 / account.poll_minutes)


async def _to_console(_request: web.Request) -> web.Response:
    raise web.HTTPFound("/console/")
