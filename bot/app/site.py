"""The web application of the gateway: callbacks, health and console on one port."""

from datetime import timedelta

from aiohttp import web

from adapters.weibo import protocol as weibo
from bot.app.ground import Ground
from bot.app.weibo_replays import SharedReplays
from bot.app.workers import Workers
from bot.console.routes import console_app
from bot.console.settings import ConsoleSettings, Talks
from bot.health import health_routes
from bot.keys import ACCOUNTS, DIRECT
from bot.messages import Channel
from bot.petitions.account_ports import AccountsHealth
from bot.proxies import forwarded
from bot.webhooks.routes import Webhooks
from config.settings import Settings
from dialogs.refusals import RefusalRules


def build_site(ground: Ground, workers: Workers, *, accounts: AccountsHealth) -> web.Application:
    """Put callbacks, health and console on one application."""
    settings = ground.office.settings
    proxies = settings.server.trusted_proxies
    app = web.Application(middlewares=[forwarded(proxies)] if proxies else [])
    app[ACCOUNTS] = accounts
    webhooks = _webhooks(ground, workers)
    app.add_routes(webhooks.routes())
    app[DIRECT] = webhooks.direct()
    checks = {
        "database": ground.storage.check,
        **({"redis": ground.ephemeral.check} if settings.redis.url.get_secret_value() else {}),
    }
    app.add_routes(health_routes(checks=checks, metrics=ground.metrics))
    app.add_routes([web.get("/console", _to_console)])
    app.add_subapp("/console", _console(ground, workers, accounts=accounts))
    return app


def _webhooks(ground: Ground, workers: Workers) -> Webhooks:
    settings = ground.office.settings
    keeps = weibo.query_lasts(settings.intake.max_age or None)
    return Webhooks(
        callbacks=ground.accounts.callbacks,
        intake=workers.intake,
        mentions=workers.mentions.take,
        clock=ground.clock,
        metrics=ground.metrics,
        guards={
            (Channel.WEIBO, one.account): SharedReplays(ground.storage, account=one.account, keeps=keeps)
            for one in settings.weibo
        },
    )


def _console(ground: Ground, workers: Workers, *, accounts: AccountsHealth) -> web.Application:
    office, settings = ground.office, ground.office.settings
    return console_app(
        storage=ground.storage,
        service=workers.service,
        clock=ground.clock,
        phrasing=office.phrasing,
        settings=_console_settings(settings),
        suggest=office.directory.suggest,
        media_root=settings.storage.data_dir,
        hits=ground.ephemeral,
        wake=workers.outbox.wake,
        accounts=accounts,
        resume=workers.outbox.resume,
        talks=Talks(service=workers.chats, board=workers.board),
        refusals=RefusalRules(office.catalogue.refusals),
    )


def _console_settings(settings: Settings) -> ConsoleSettings:
    return ConsoleSettings(
        office=settings.office.name,
        secure_cookie=settings.secure_cookie,
        session_hours=round(settings.console.session_hours),
        login_failures=settings.console.login_limit,
        login_window=timedelta(seconds=settings.console.login_window),
        mentions=bool(settings.weibo),
    )


async def _to_console(_request: web.Request) -> web.Response:
    raise web.HTTPFound("/console/")
