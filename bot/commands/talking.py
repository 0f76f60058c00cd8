"""`talk`: chat with the dialog in the terminal, as a citizen at a phone.

The whole gateway runs in this process beside a sandbox, on a port of loopback and in a folder that is deleted at the
end: what is typed goes the way of a real message, and nothing of it stays. It knows the sandbox by its HTTP interface.
"""

import asyncio
import logging
import socket
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Annotated, Any

import aiohttp
import typer

from adapters.sandbox.app import sandbox_app
from bot.app.gateway import Gateway, open_gateway
from bot.app.logs import configure_logs
from bot.app.office import Office
from bot.app.serving import Listener
from bot.clock import MovableClock
from bot.commands.phone import BadCommand, Phone, amount_of_time
from bot.commands.running import Config, office_of, run
from bot.commands.showing import DEMO_CONFIG, wechat_accounts, weibo_accounts, weibo_bases
from bot.console.act_words import ACTS
from bot.errors import GatewayError
from bot.petitions.acts import BY_STAFF, Act
from bot.petitions.petition import Actor
from bot.petitions.service import ActRequest
from bot.petitions.vocabulary import Role

_HOST = "127.0.0.1"
_LOOK_SECONDS = 0.5
_PATIENCE = 5.0
_STEP = 0.02
_ACTS = {ACTS[act]: act for act in BY_STAFF}
_HELP = """
/photo [份数]  /voice  /video        发图片、语音、视频
/location 地址  /link 网址           发位置、链接
/file 名字  /sticker 名字            发文件、表情包
/tap 文字                            点一个选项，如 /tap 公开（也可以直接打数字）
/menu file|mine|help                 点底部菜单
/follow  /unfollow                   关注、取消关注
/weibo  /wechat                      换到微博、微信上说
/mention 文字                        在微博上公开点名
/clock +3d（或 +2h、+30m）           时间往前走，到期的事都会发生
/act 受理|转办 单位|答复 文字|办结…    工作人员对最近登记的一件做一步
/help  /quit                         这张表；结束（Ctrl-D 也行）
""".strip()


def talk(
    config: Config = DEMO_CONFIG,
    *,
    weibo: Annotated[bool, typer.Option("--weibo", help="Begin on Weibo instead of WeChat.")] = False,
) -> None:
    """Chat with the dialog in the terminal, as a citizen; nothing of it is kept.

    Type what a citizen types; choices come with numbers. Lines that begin with / do the rest: /photo, /voice, /video,
    /location ADDRESS, /link URL, /tap WORDS, /menu file|mine|help, /follow, /unfollow, /weibo, /wechat, /mention WORDS
    (in public on Weibo), /clock +3d (or +2h, +30m), /act 受理 (转办 UNIT, 答复 WORDS, 办结 …: the office acts on the
    petition filed last), /help, /quit. Ctrl-D ends it. Lines may be piped in.
    """
    with socket.socket() as door, tempfile.TemporaryDirectory(prefix="wenqiao-talk-") as folder:
        door.bind((_HOST, 0))
        own = f"http://{_HOST}:{door.getsockname()[1]}"
        office = office_of(config, _apart(own, folder))
        run(lambda: _talk(office, door, own, on_weibo=weibo))


def _apart(own: str, folder: str) -> Mapping[str, str]:
    """Return the settings that keep the talk off every real database and platform."""
    return {
        "WENQIAO_STORAGE__DATA_DIR": folder,
        "WENQIAO_DATABASE__URL": "",
        "WENQIAO_REDIS__URL": "",
        "WENQIAO_SERVER__PUBLIC_URL": "",
        "WENQIAO_OUTBOX__POLL": "0.1",
        "WENQIAO_INTAKE__MAX_AGE": "0",
        "WENQIAO_WECHAT__0__API_BASE": f"{own}/sandbox/wechat",
        **weibo_bases(own),
    }


async def _talk(office: Office, door: socket.socket, own: str, *, on_weibo: bool) -> None:
    configure_logs(level=logging.ERROR)
    clock = MovableClock()
    async with AsyncExitStack() as stack:
        gateway = await stack.enter_async_context(open_gateway(office, clock=clock))
        wechat, weibo = wechat_accounts(office, own), weibo_accounts(office, own)
        gateway.app.add_subapp("/sandbox", sandbox_app(accounts=wechat, weibo=weibo, clock=clock))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        phones = {
            platform: Phone(http=http, base=f"{own}/sandbox/{platform}/{names[0]}", platform=platform)
            for platform, names in (
                ("wechat", [account.account for account in wechat]),
                ("weibo", [account.account for account in weibo]),
            )
            if names
        }
        async with asyncio.TaskGroup() as group:
            loops = [group.create_task(loop(), name=name) for name, loop in gateway.loops.items()]
            listener = await Listener.start(gateway.app, sock=door, shutdown_timeout=1.0)
            try:
                first = "weibo" if on_weibo or "wechat" not in phones else "wechat"
                await Talk(office=office, gateway=gateway, clock=clock, phones=phones, platform=first).run()
            finally:
                await listener.cleanup()
                for task in loops:
                    task.cancel()


class Talk:
    """One talk: what is typed, done; what is on the phone, printed."""

    def __init__(
        self, *, office: Office, gateway: Gateway, clock: MovableClock, phones: Mapping[str, Phone], platform: str
    ) -> None:
        self._office = office
        self._gateway = gateway
        self._clock = clock
        self._phones = phones
        self._phone: Phone | None = phones.get(platform)
        self._echo = not sys.stdin.isatty()

    async def run(self) -> None:
        """Talk until the input ends."""
        if self._phone is None:
            raise NoSuchAccount
        print("您在和问桥说话。/help 看能做什么，Ctrl-D 结束。", flush=True)
        lines = _typed()
        while True:
            try:
                line = await asyncio.wait_for(lines.get(), _LOOK_SECONDS)
            except TimeoutError:
                await self._print_news()
                continue
            if line is None or line.strip() == "/quit":
                break
            await self._one(line.rstrip("\n"))
        await self._print_news()
        print("再见。刚才说的都没有留下。", flush=True)

    async def _one(self, line: str) -> None:
        if not line.strip():
            return
        if self._echo:
            print(f"您：{line}")
        try:
            read = await (self._commanded(*line[1:].partition(" ")[::2]) if line[0] == "/" else self._said(text=line))
        except (BadCommand, GatewayError) as error:
            read = f"（{error}）"
        if read:
            print(read if read.startswith("（") else f"问桥：{read}", flush=True)
        await self._settle()
        await self._print_news()

    async def _said(self, **body: Any) -> str:  # noqa: ANN401 -- whatever the sandbox takes
        assert self._phone is not None  # noqa: S101 -- `run` saw to it
        return await self._phone.does(**body)

    async def _commanded(self, command: str, rest: str) -> str:
        rest = rest.strip()
        match command:
            case "clock":
                await self._settle()
                self._clock.advance(amount_of_time(rest))
                return ""
            case "act":
                return await self._act(*rest.partition(" ")[::2])
            case "weibo" | "wechat":
                if command not in self._phones:
                    raise NoSuchAccount
                self._phone = self._phones[command]
                return f"（现在在{'微博' if command == 'weibo' else '微信'}上）"
            case "mention":
                if "weibo" not in self._phones:
                    raise NoSuchAccount
                return await self._phones["weibo"].mentions(rest)
            case "help":
                return f"（能做的事）\n{_HELP}"
            case _:
                assert self._phone is not None  # noqa: S101 -- `run` saw to it
                return await self._phone.commanded(command, rest)

    async def _act(self, label: str, text: str) -> str:
        """Let the office act on the petition filed last."""
        act = _ACTS.get(label)
        if act is None:
            raise BadCommand(f"没有“{label}”这一步，有：{'、'.join(_ACTS)}")
        async with self._gateway.storage.read() as work:
            numbers = await work.cases.all_numbers()
            case = await work.cases.get(max(numbers)) if numbers else None
        if case is None:
            raise BadCommand("还没有登记过诉求")
        unit = self._unit(text) if act is Act.FORWARD else ""
        reason, _, elsewhere = text.partition("｜")
        request = ActRequest(
            act=act,
            number=case.petition.number,
            unit=unit,
            text="" if unit else reason,
            elsewhere=elsewhere or self._office.settings.office.name,
            amount=5 if act is Act.EXTEND else 0,
        )
        officer = case.petition.unit if act in _BY_UNIT else ""
        actor = Actor(role=Role.OFFICER if officer else _BY_BOSS.get(act, Role.CLERK), id="talk", unit=officer)
        await self._gateway.service.act(request, actor=actor, now=self._clock.now())
        return ""

    def _unit(self, name: str) -> str:
        units = self._office.directory.units
        found = [unit.id for unit in units if name in {unit.id, unit.name, unit.short, *unit.aliases}]
        if not found:
            raise BadCommand(f"没有这个单位，有：{'、'.join(unit.short for unit in units)}")
        return found[0]

    async def _settle(self) -> None:
        """Wait until what is due was worked off and what may leave has left, for a while."""
        try:
            async with asyncio.timeout(_PATIENCE):
                while await self._busy():  # noqa: ASYNC110 -- nobody tells when the loops are through
                    await asyncio.sleep(_STEP)
        except TimeoutError:
            return  # what is late is printed when it comes

    async def _busy(self) -> bool:
        now = self._clock.now()
        async with self._gateway.storage.read() as work:
            return bool(await work.cases.due_milestones(now=now, limit=1) or await work.outbox.waiting_count(now=now))

    async def _print_news(self) -> None:
        for phone in self._phones.values():
            for text in await phone.news():
                print(f"通知：{text}", flush=True)


_BY_UNIT = frozenset({Act.SIGN, Act.RETURN, Act.ASK, Act.EXTEND, Act.ANSWER, Act.FEEDBACK})
_BY_BOSS = dict.fromkeys((Act.GRANT, Act.DENY, Act.SUPERVISE, Act.REDO), Role.SUPERVISOR)


class NoSuchAccount(BadCommand):
    """The settings name no account of this platform."""

    def __init__(self) -> None:
        super().__init__("设置里没有这个平台的账号")


def _typed() -> asyncio.Queue[str | None]:
    """Read standard input in a thread that nobody has to wait for; None is its end."""
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def put(line: str | None) -> None:
        try:
            loop.call_soon_threadsafe(lines.put_nowait, line)
        except RuntimeError:
            return  # the talk is over

    def read() -> None:
        for line in sys.stdin:
            put(line)
        put(None)

    threading.Thread(target=read, name="typed", daemon=True).start()
    return lines
