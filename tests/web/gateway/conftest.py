"""A whole house for each test: the real gateway on a real port, a sandbox WeChat on another, citizens and staff.

The sandbox stands by itself, so that the gateway can be stopped, killed and started again while phones keep what they
show. `house.start` takes settings as the environment would give them.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, MutableMapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import structlog
from aiohttp import web
from sqlalchemy import text as sql
from sqlalchemy.engine import make_url

from adapters.sandbox.app import sandbox_app
from bot.app.gateway import Gateway, open_gateway
from bot.app.office import Office
from bot.app.serving import Listener
from bot.clock import SHANGHAI, MovableClock
from bot.commands.showing import DEMO_CONFIG, wechat_accounts, weibo_accounts, weibo_bases
from bot.petitions.acts import Act
from bot.petitions.outbox_ports import Delivery, OutboxMessage
from bot.petitions.petition import Actor, Case, Event
from bot.petitions.service import ActRequest
from bot.petitions.vocabulary import Role
from storage.tables.sending import outbox
from tests.offices import office_at

HOST = "127.0.0.1"
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)
PATIENCE = 60.0
"""Seconds a test waits for what must come; nothing sleeps that long when all is well."""
RETRY_SECONDS = 10.0
"""How long the platform waits for an answer and until it delivers again: twice as long as WeChat, for slow machines."""
CLERK = Actor(role=Role.CLERK, id="clerk")

Logs = list[MutableMapping[str, Any]]


async def until(condition: Callable[[], Awaitable[Any]], *, seconds: float = PATIENCE) -> Any:
    """Return the first true value of `condition`; fail with its last value when none comes in time."""
    value = None
    try:
        async with asyncio.timeout(seconds):
            while not (value := await condition()):
                await asyncio.sleep(0.01)
    except TimeoutError:
        pytest.fail(f"did not come about in {seconds} s: {condition}, last {value!r}")
    return value


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


_NOTICES = frozenset({"custom", "template", "subscription"})


@dataclass
class Citizen:
    """A person with a phone in the sandbox."""

    house: "House"
    openid: str
    name: str

    @property
    def key(self) -> str:
        return f"wechat:demo:{self.openid}"

    async def does(self, **body: Any) -> dict[str, Any]:
        """Do anything `say` of the sandbox knows; return its whole answer."""
        return await self.house.sandbox("say", {"openid": self.openid} | body)

    async def says(self, text: str, **options: Any) -> str:
        """Say something; return what the phone showed at once, '' for nothing."""
        return shown(await self.does(text=text, **options))

    async def taps(self, label: str) -> str:
        return shown(await self.does(choice=label))

    async def sends(self, kind: str, content: str = "sample") -> str:
        return shown(await self.does(**{kind: content}))

    async def phone(self) -> list[dict[str, Any]]:
        """Return everything on the phone."""
        answer = await self.house.ask(f"/sandbox/wechat/demo/messages?openid={self.openid}")
        messages: list[dict[str, Any]] = answer["messages"]
        return messages

    async def notices(self) -> list[tuple[str, str]]:
        """Return what came without being an answer at once: (way, text)."""
        return [(m["via"], m["text"]) for m in await self.phone() if m.get("via") in _NOTICES]

    async def gets(self, count: int) -> list[tuple[str, str]]:
        """Wait until so many notices came and are on record; return all there are."""

        async def enough() -> list[tuple[str, str]] | None:
            notices = await self.notices()
            return notices if len(notices) >= count and not await self.house.sending(self.key) else None

        try:
            notices: list[tuple[str, str]] = await until(enough) if count else await self.notices()
        except BaseException:
            print(await self.house.outbox(), await self.notices())  # noqa: T201  what a failing test needs
            raise
        return notices

    async def files(self, content: str = "和平路工地夜里一直施工到凌晨三点") -> str:
        """File a complaint the shortest way; return its number."""
        for text in ("投诉", content, "跳过", "跳过", "跳过", "公开"):
            await self.says(text)
        return number_in(await self.says("提交"))


def shown(answer: dict[str, Any]) -> str:
    assert answer["failed"] is False, answer
    return "\n".join(reply["text"] for reply in answer["replies"])


def number_in(text: str) -> str:
    return text.partition("编号：")[2].split("\n")[0]


@dataclass
class House:
    """The gateway, the sandbox, and the way to both."""

    data_dir: Path
    database: str
    clock: MovableClock
    client: aiohttp.ClientSession
    port: int = field(default_factory=free_port)
    sandbox_port: int = field(default_factory=free_port)
    gateway: Gateway | None = None
    _office: Office | None = None
    sandbox_runner: Listener | None = None
    _runner: Listener | None = None
    _stack: AsyncExitStack | None = None
    _loops: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def running(self) -> Gateway:
        assert self.gateway is not None
        return self.gateway

    @property
    def office(self) -> Office:
        assert self._office is not None
        return self._office

    async def start(self, *, config: Path = DEMO_CONFIG, **settings: str) -> None:
        """Start the gateway as `serve` does, with these settings above those of `config`."""
        environ = {
            "WENQIAO_STORAGE__DATA_DIR": str(self.data_dir),
            "WENQIAO_DATABASE__URL": "" if self.database.startswith("sqlite") else self.database,
            "WENQIAO_OUTBOX__POLL": "0.05",
            "WENQIAO_WECHAT__0__API_BASE": f"http://{HOST}:{self.sandbox_port}/sandbox/wechat",
            **weibo_bases(f"http://{HOST}:{self.sandbox_port}"),
        } | {f"WENQIAO_{name}": value for name, value in settings.items()}
        office = office_at(config, environ)
        self._office = office
        if self.sandbox_runner is None:
            sandbox = sandbox_app(
                accounts=wechat_accounts(office, self.url),
                weibo=weibo_accounts(office, self.url),
                clock=self.clock,
                retry_seconds=RETRY_SECONDS,
                report_seconds=0.01,
            )
            root = web.Application()
            root.add_subapp("/sandbox", sandbox)
            self.sandbox_runner = await serving(root, self.sandbox_port)
        async with AsyncExitStack() as stack:
            self.gateway = await stack.enter_async_context(open_gateway(office, clock=self.clock))
            self._stack = stack.pop_all()
        self._loops = [asyncio.create_task(run(), name=name) for name, run in self.gateway.loops.items()]
        self._runner = await serving(self.gateway.app, self.port)

    async def stop(self) -> None:
        """Stop in order; a loop that ended by itself fails the test."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        await self._end()

    async def kill(self) -> None:
        """End the loops first, in whatever they do, and drop the connections after."""
        await self._end(close=False)
        assert self._runner is not None
        await asyncio.wait_for(self._runner.cleanup(), PATIENCE)
        self._runner = None
        await self._close()

    async def _end(self, *, close: bool = True) -> None:
        dead = [task for task in self._loops if task.done()]
        for task in self._loops:
            task.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        self._loops = []
        if close:
            await self._close()
        assert [(task.get_name(), task.exception()) for task in dead] == []

    async def _close(self) -> None:
        if self._stack is not None:
            stack, self._stack, self.gateway = self._stack, None, None
            await stack.aclose()

    async def ask(self, path: str) -> Any:
        port = self.sandbox_port if path.startswith("/sandbox") else self.port
        async with self.client.get(f"http://{HOST}:{port}{path}") as answer:
            assert answer.status == 200, await answer.text()
            return await (answer.json() if answer.content_type == "application/json" else answer.text())

    async def sandbox(self, call: str, body: dict[str, Any]) -> dict[str, Any]:
        url = f"http://{HOST}:{self.sandbox_port}/sandbox/wechat/demo/{call}"
        async with self.client.post(url, json=body) as answer:
            assert answer.status == 200, await answer.text()
            result: dict[str, Any] = await answer.json()
            return result

    async def fault(self, **faults: Any) -> None:
        await self.sandbox("faults", faults)

    async def calls(self, name: str) -> int:
        """Count how often the gateway called this part of the platform's API."""
        exchanges = (await self.ask("/sandbox/wechat/demo/traffic"))["exchanges"]
        return sum(one["direction"] == "api" and one["name"] == name for one in exchanges)

    async def citizen(self, name: str) -> Citizen:
        made = await self.sandbox("citizens", {"name": name})
        return Citizen(house=self, openid=made["openid"], name=name)

    async def act(self, act: Act, number: str, *, actor: Actor = CLERK, **fields: str) -> Case:
        request = ActRequest(act=act, number=number, **fields)
        return await self.running.service.act(request, actor=actor, now=self.clock.now())

    async def case(self, number: str) -> Case:
        async with self.running.storage.read() as work:
            case = await work.cases.get(number)
        assert case is not None, number
        return case

    async def numbers(self) -> tuple[str, ...]:
        async with self.running.storage.read() as work:
            return await work.cases.all_numbers()

    async def events(self, number: str) -> tuple[Event, ...]:
        async with self.running.storage.read() as work:
            return await work.cases.events(number)

    async def about(self, number: str) -> list[tuple[OutboxMessage, tuple[Delivery, ...]]]:
        """Return the messages about a petition with their attempts."""
        async with self.running.storage.read() as work:
            return list(await work.outbox.of_petition(number))

    async def outbox(self) -> list[tuple[str, str, str]]:
        """Return what waits, is unknown or dead: (kind, state, detail)."""
        async with self.running.storage.read() as work:
            return [(m.kind, m.state.value, m.detail) for m in await work.outbox.troubled()]

    async def sending(self, citizen: str) -> bool:
        """Tell whether an attempt is not yet on record: the phone shows a message before the gateway knows."""
        query = sql("SELECT 1 FROM outbox WHERE citizen = :citizen AND state = 'sending'")
        async with self.running.storage._reader.connect() as connection:
            return (await connection.execute(query, {"citizen": citizen})).first() is not None

    async def unfinished(self) -> int:
        """Return how many citizens have a message that is due or under way; behind it, others wait their turn."""
        query = sql("SELECT citizen, state, next_at FROM outbox WHERE state IN ('pending', 'sending') ORDER BY id DESC")
        async with self.running.storage._reader.connect() as connection:
            rows = (await connection.execute(query.columns(outbox.c.citizen, outbox.c.state, outbox.c.next_at))).all()
        first = {row.citizen: row for row in rows}
        return sum(row.state == "sending" or row.next_at <= self.clock.now() for row in first.values())

    async def counter(self, line: str) -> float:
        """Return one value of /metrics, 0 when it is not there."""
        for shown_line in (await self.ask("/metrics")).splitlines():
            name, _, value = shown_line.rpartition(" ")
            if name == line:
                return float(value)
        return 0.0

    def advance(self, **delta: float) -> None:
        self.clock.advance(timedelta(**delta))


async def serving(app: web.Application, port: int) -> Listener:
    return await Listener.start(app, host=HOST, port=port, shutdown_timeout=1.0)


def through_a_link(url: str, folder: Path) -> str:
    """Reach PostgreSQL through a link to its socket, which a test can take away."""
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        return url
    socket_file = Path(str(parts.query["host"])) / ".s.PGSQL.5432"
    (folder / socket_file.name).symlink_to(socket_file)
    return f"postgresql+asyncpg://postgres@/{parts.database}?host={folder}"


async def built(data_dir: Path, database: str) -> AsyncIterator[House]:
    async with aiohttp.ClientSession() as client:
        house = House(data_dir=data_dir, database=database, clock=MovableClock(start=MONDAY), client=client)
        try:
            yield house
        finally:
            try:
                await house.stop()
            finally:
                if house.sandbox_runner is not None:
                    await house.sandbox_runner.cleanup()


@pytest.fixture
async def any_house(storage_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """A house not yet started, on each kind of database in turn."""
    async for house in built(tmp_path, through_a_link(storage_url, tmp_path)):
        yield house


@pytest.fixture
async def new_house(sqlite_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """A house not yet started, on SQLite."""
    async for house in built(tmp_path, sqlite_url):
        yield house


@pytest.fixture
async def postgres_house(postgres_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """A house not yet started, on PostgreSQL."""
    async for house in built(tmp_path, through_a_link(postgres_url, tmp_path)):
        yield house


@pytest.fixture
async def house(any_house: House) -> House:
    """A running house, on each kind of database in turn."""
    await any_house.start()
    return any_house


@pytest.fixture
async def small_house(new_house: House) -> House:
    """A running house on SQLite."""
    await new_house.start()
    return new_house


@pytest.fixture
def logged() -> Iterator[Logs]:
    """Everything that is logged."""
    with structlog.testing.capture_logs() as logs:
        yield logs


def events_of(logs: Logs, name: str) -> Logs:
    return [entry for entry in logs if entry["event"] == name]
