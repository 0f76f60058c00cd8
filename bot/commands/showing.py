"""`demo` and `sandbox`: the gateway with a WeChat and a Weibo of its own to talk to."""

import asyncio
from collections.abc import Collection, Iterable
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import typer
from aiohttp import web

from adapters.sandbox.app import sandbox_app
from adapters.sandbox.wechat.accounts import SandboxAccount
from adapters.sandbox.weibo.accounts import SandboxWeibo
from bot.app.demo_clock import ClockFile
from bot.app.gateway import Gateway, open_gateway
from bot.app.office import Office
from bot.app.sample import DEMO_PASSWORD, SAMPLE_FOLDER, seed_sample
from bot.app.sample_story import Login, load_sample
from bot.app.serving import run_app
from bot.clock import MovableClock
from bot.commands.running import Config, office_of, run
from bot.console.act_words import ROLES
from bot.console.security import hash_password
from config.accounts import Mentions, Term

DEMO_CONFIG = Path(__file__).parent.parent.parent / "config" / "demo.toml"
_HOST = "127.0.0.1"
_LABELS = MappingProxyType(
    {
        "character_string1": "诉求编号",
        "thing2": "承办单位",
        "phrase3": "办理进度",
        "time4": "时间",
        "thing5": "温馨提示",
    }
)
"""What WeChat would show before the fields of the demo's template."""

Port = Annotated[int, typer.Option(min=1, max=65535, help="The one port for everything.")]


def demo(config: Config = DEMO_CONFIG, *, port: Port = 8080) -> None:
    """Run gateway, console and sandbox on one port, with sample units, staff and petitions."""
    office = office_of(
        config,
        {
            "WENQIAO_SERVER__HOST": _HOST,
            "WENQIAO_SERVER__PORT": str(port),
            "WENQIAO_WECHAT__0__API_BASE": f"http://{_HOST}:{port}/sandbox/wechat",
            **weibo_bases(f"http://{_HOST}:{port}"),
        },
    )
    run(lambda: _demo(office, port))


def sandbox(
    config: Config = DEMO_CONFIG,
    *,
    port: Port = 8081,
    gateway: Annotated[str, typer.Option(help="Where the gateway listens.")] = "http://127.0.0.1:8080",
    retry: Annotated[float, typer.Option(min=0.1, help="Seconds a callback waits, and until it comes again.")] = 5.0,
) -> None:
    """Run the sandbox alone, for a gateway whose `api_base` points to it."""
    office = office_of(config)
    clock = MovableClock()
    root = web.Application()
    root.add_subapp(
        "/sandbox",
        sandbox_app(
            accounts=wechat_accounts(office, gateway),
            weibo=weibo_accounts(office, gateway),
            clock=clock,
            console_url=f"{gateway}/console/",
            retry_seconds=retry,
        ),
    )
    root.add_routes([web.get("/", _to_sandbox)])
    own = f"http://{_HOST}:{port}"
    bases = "\n".join(f"{name}={value}" for name, value in weibo_bases(own).items())
    print(f"sandbox: {own}/sandbox/ and {own}/sandbox/weibo/\napi_base for the gateway: {own}/sandbox/wechat\n{bases}")
    run(lambda: run_app(root, loops={}, host=_HOST, port=port))


async def _demo(office: Office, port: int) -> None:
    kept = ClockFile(office.settings.storage.data_dir)
    clock = MovableClock(ahead=kept.read())

    async def on_clock(_now: datetime) -> None:
        kept.write(clock.offset.total_seconds())

    async with open_gateway(office, clock=clock) as gateway:
        await _seed(office, gateway, clock)
        own = f"http://{_HOST}:{port}"
        sample = await asyncio.to_thread(load_sample, SAMPLE_FOLDER)
        gateway.app.add_subapp(
            "/sandbox",
            sandbox_app(
                accounts=wechat_accounts(office, own, absent={story.citizen for story in sample.stories}),
                weibo=weibo_accounts(office, own),
                clock=clock,
                on_clock=on_clock,
                console_url="/console/",
            ),
        )
        gateway.app.add_routes([web.get("/", _to_sandbox)])
        print(_welcome(own, sample.logins), flush=True)
        await run_app(gateway.app, loops=gateway.loops, host=_HOST, port=port)


async def _seed(office: Office, gateway: Gateway, clock: MovableClock) -> None:
    await seed_sample(
        gateway.storage,
        registrar=gateway.registrar,
        calendar=office.calendar,
        units=office.directory.units,
        office=office.settings.office.name,
        now=clock.now(),
        media_root=office.settings.storage.data_dir,
        password_hash=hash_password,
    )


def wechat_accounts(office: Office, gateway: str, *, absent: Collection[str] = ()) -> list[SandboxAccount]:
    """Return the sandbox's side of every WeChat account of the settings."""
    return [
        SandboxAccount(
            account=account.account,
            app_id=account.app_id,
            app_secret=account.app_secret.get_secret_value(),
            token=account.token.get_secret_value(),
            aes_key=account.aes_key.get_secret_value(),
            original_id=account.original_id,
            callback_url=f"{gateway}/callback/wechat/{account.account}",
            templates={
                template.id: {name: _LABELS.get(name, name) for name in template.fields}
                for template in account.templates.values()
            },
            subscriptions={
                template.id: {name: _LABELS.get(name, name) for name in template.fields}
                for template in account.subscriptions.values()
            },
            lasting=[one.id for one in account.subscriptions.values() if one.term is Term.LONG_TERM],
            name=office.settings.office.name,
            absent=absent,
        )
        for account in office.settings.wechat
    ]


def weibo_bases(own: str) -> dict[str, str]:
    """Return the settings that lead the first Weibo account to the sandbox at `own`."""
    bases = {"API_BASE": "api", "MESSAGES_BASE": "m", "UPLOAD_BASE": "upload"}
    return {f"WENQIAO_WEIBO__0__{name}": f"{own}/sandbox/weibo/{host}" for name, host in bases.items()}


def weibo_accounts(office: Office, gateway: str) -> list[SandboxWeibo]:
    """Return the sandbox's side of every Weibo account of the settings."""
    return [
        SandboxWeibo(
            account=account.account,
            uid=account.uid,
            name=account.name or office.settings.office.short_name,
            app_key=account.app_key,
            app_secret=account.app_secret.get_secret_value(),
            fans_token=account.fans_token.get_secret_value(),
            oauth_token=account.oauth_token.get_secret_value(),
            callback_url=f"{gateway}/callback/weibo/{account.account}",
            mention_push=account.mentions is not Mentions.POLL,
        )
        for account in office.settings.weibo
    ]


def _welcome(own: str, staff: Iterable[Login]) -> str:
    logins = "\n".join(f"    {login.name:<12} {ROLES[login.role]}  {login.display}" for login in staff)
    return (
        f"\n问桥 演示已就绪\n"
        f"  市民聊天（沙箱）  {own}/sandbox/\n"
        f"  微博（沙箱）      {own}/sandbox/weibo/\n"
        f"  转办台            {own}/console/\n"
        f"  登录名（密码都是 {DEMO_PASSWORD}）：\n{logins}\n"
        f"  按 Ctrl+C 停止。\n"
    )


async def _to_sandbox(_request: web.Request) -> web.Response:
    raise web.HTTPFound("/sandbox/")
