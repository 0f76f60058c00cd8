"""`kill -9` of the gateway under load: nothing that was acknowledged is lost, and nothing happens twice.

Gateway and sandbox are processes of their own. Citizens file one petition after the other, each with a picture; a clerk
accepts and forwards what was filed, so that notices are on their way at every moment; some free messages are refused,
so that templates are among them. The gateway is killed at random moments and started again.
"""

import asyncio
import itertools
import json
import random
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from tests.acceptance.console import Desk
from tests.acceptance.phone import Phone, until
from tests.acceptance.processes import Running, bot, free_port

SEED = 20261121
ROUNDS = 4
CITIZENS = 16
PASSWORD = "a-long-pass-phrase"
SAID = (("accepted", "已受理"), ("forwarded", "已转给"), ("forwarded", "办理中"))
"""Notice → words that only it has, in a text and on a card; several may be in one text."""
STEPS: tuple[dict[str, Any], ...] = (
    {"text": "投诉"},
    {"text": "河边步道的护栏断了三处，晚上没有灯，很危险。"},
    {"text": "东湖区河边步道"},
    {"image": "sample"},
    {"text": "完成"},
    {"text": "跳过"},
    {"text": "公开"},
    {"text": "提交", "repeat": 3, "at_once": True},
)


@dataclass
class City:
    """Two processes, and what the people at them remember."""

    folder: Path
    config: str
    gateway_port: int
    sandbox: Running
    gateway: Running
    acknowledged: set[str] = field(default_factory=set)
    """MsgIds of callbacks that were answered 200."""
    numbers: dict[str, list[str]] = field(default_factory=dict)
    """Petition numbers each citizen was given, by openid."""
    kills: int = 0
    over: bool = False
    waiting: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    def start_again(self) -> None:
        self.gateway = serve(self.config, self.folder, self.gateway_port)

    def stop(self) -> None:
        self.gateway.stop()


def serve(config: str, folder: Path, port: int) -> Running:
    return Running("serve", "--config", config, folder=folder, port=port)


def write_settings(folder: Path, *, gateway_port: int, sandbox_port: int, database: str) -> str:
    demo = (Path(__file__).parent.parent.parent / "config" / "demo.toml").read_text(encoding="utf-8")
    demo = demo.replace('data_dir = "var/demo"', f'data_dir = "{folder}/data"').replace("8080", str(sandbox_port))
    config = folder / "city.toml"
    extra = f'[server]\nport = {gateway_port}\n[database]\nurl = "{database}"\n[outbox]\nlease = 2.0\npoll = 0.2\n'
    extra += "[dialog]\nmessages_per_minute = 0\npetitions_per_day = 0\n"  # its citizens never rest
    config.write_text(extra + demo, encoding="utf-8")
    return str(config)


@contextmanager
def opened(folder: Path, database: str) -> Iterator[City]:
    gateway_port, sandbox_port = free_port(), free_port()
    config = write_settings(folder, gateway_port=gateway_port, sandbox_port=sandbox_port, database=database)
    added = bot("users", "add", "clerk", "--role", "clerk", "--password", PASSWORD, "--config", config, folder=folder)
    assert (added.code, added.err) == (0, "")
    to_gateway = ("--gateway", f"http://127.0.0.1:{gateway_port}", "--retry", "1")
    with ExitStack() as stack:
        sandbox = Running(
            "sandbox", "--config", config, "--port", str(sandbox_port), *to_gateway, folder=folder, port=sandbox_port
        )
        stack.callback(sandbox.stop)
        city = City(folder, config, gateway_port, sandbox, serve(config, folder, gateway_port))
        stack.callback(city.stop)
        yield city


async def live(city: City, openid: str, http: aiohttp.ClientSession, ids: Iterator[int]) -> None:
    """File petitions until it is over; a message whose callback failed is brought again under its own id."""
    phone = Phone(city.sandbox.url, openid, http)
    while not city.over:
        for step in STEPS:
            msgid = str(next(ids))
            told = await phone.answer(**step, msgid=msgid)
            while told["failed"]:
                told = await phone.answer(**step, msgid=msgid)
            city.acknowledged.add(msgid)
        shown = {reply["text"] for answer in told["answers"] for reply in answer["replies"]}
        assert len(shown) == 1, shown
        [number] = re.findall(r"编号：(WQ[\d-]+)", shown.pop())
        city.numbers.setdefault(openid, []).append(number)
        city.waiting.put_nowait(number)


async def work(city: City) -> None:
    """Accept and forward what was filed; after a failure look at the page again, as a person would."""
    async with Desk(f"http://127.0.0.1:{city.gateway_port}", "clerk") as clerk:
        await sign_in(clerk)
        while not (city.over and city.waiting.empty()):
            try:
                number = await asyncio.wait_for(city.waiting.get(), 0.2)
            except TimeoutError:
                continue
            await press(clerk, number, "受理", until_it_says="已受理")
            await press(clerk, number, "转办", until_it_says="办理中", unit="shuiwu")


async def sign_in(clerk: Desk) -> None:
    """Sign in; the gateway may be killed over the password, which takes its time on a busy machine."""
    while True:
        try:
            if "退出" in await clerk.page("/console/"):
                return
            await clerk.sign_in(PASSWORD)
        except (aiohttp.ClientError, OSError):
            await asyncio.sleep(0.1)


async def press(clerk: Desk, number: str, button: str, *, until_it_says: str, **typed: str) -> None:
    while True:
        try:
            if f">{until_it_says}</span>" in await clerk.page(f"/console/petitions/{number}"):
                return
            await clerk.act(number, button, **typed)
        except (aiohttp.ClientError, OSError):
            await asyncio.sleep(0.1)


async def die(city: City, chance: random.Random, http: aiohttp.ClientSession) -> None:
    """Kill and start the gateway at random moments, then let everybody finish."""
    faults = f"{city.sandbox.url}/sandbox/wechat/demo/faults"
    plan = {"custom_send": {"mode": "errcode", "errcode": 45015, "times": 8}}
    for _ in range(ROUNDS):
        async with http.post(faults, json=plan) as answer:
            assert answer.status == 200, await answer.text()
        await asyncio.sleep(chance.uniform(0.3, 1.3))
        await asyncio.to_thread(city.gateway.kill)
        city.kills += 1
        await asyncio.to_thread(city.start_again)
    await until(lambda: _load(city), seconds=120)
    city.over = True


async def _load(city: City) -> bool:
    """Tell whether everybody has filed about twice: how much is said between two kills depends on the machine."""
    return len(city.acknowledged) > 2 * len(STEPS) * CITIZENS


@asynccontextmanager
async def database_of(url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(url)
    try:
        yield engine
    finally:
        await engine.dispose()


async def rows(engine: AsyncEngine, query: str) -> list[Any]:
    async with engine.connect() as connection:
        return list(await connection.execute(text(query)))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """A URL for the settings."""
    return "" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.mark.slow
async def test_nothing_is_lost_and_nothing_happens_twice(
    database: str, tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    chance = random.Random(SEED)  # noqa: S311 -- the same moments in every run
    ids = itertools.count(7_300_000_000_000_000_001)
    with opened(tmp_path, database) as city:
        async with asyncio.TaskGroup() as group:
            for number in range(CITIZENS):
                group.create_task(live(city, f"oKill_{number:022d}", http, ids))
            group.create_task(work(city))
            group.create_task(die(city, chance, http))
        async with database_of(database or f"sqlite+aiosqlite:///{tmp_path}/data/wenqiao.sqlite3") as engine:
            await until(lambda: _is_quiet(engine), seconds=120)
            await _check_messages(city, engine)
            await _check_petitions(city, engine)
            await _check_notices(city, engine, http)
        assert city.kills == ROUNDS
        assert {path.read_bytes() for path in (tmp_path / "data").glob("spool*")} == {b""}
        city.gateway.stop_in_order()


async def _is_quiet(engine: AsyncEngine) -> bool:
    return not await rows(engine, "SELECT id FROM outbox WHERE state IN ('pending', 'sending')")


async def _check_messages(city: City, engine: AsyncEngine) -> None:
    raws = [json.loads(row.payload)["raw"] for row in await rows(engine, "SELECT payload FROM inbound")]
    stored = Counter(str(raw["MsgId"]) for raw in raws if "MsgId" in raw)  # reports of templates have none
    assert city.acknowledged - stored.keys() == set()
    assert {msgid: count for msgid, count in stored.items() if count > 1} == {}


async def _check_petitions(city: City, engine: AsyncEngine) -> None:
    given = [number for numbers in city.numbers.values() for number in numbers]
    assert len(given) == len(set(given))
    ended = bot("export", "petitions", "--config", city.config, folder=city.folder)
    assert (ended.code, ended.err) == (0, "")
    assert sorted(json.loads(line)["number"] for line in ended.out.splitlines()) == sorted(given)
    owners = await rows(engine, "SELECT number, citizen FROM petitions")
    assert {row.number: row.citizen.rpartition(":")[2] for row in owners} == {
        number: openid for openid, numbers in city.numbers.items() for number in numbers
    }
    pictures = await rows(engine, "SELECT number, state FROM attachments")
    assert sorted(row.number for row in pictures) == sorted(given)
    assert {row.state for row in pictures} <= {"stored", "wanted"}, "one that was being fetched is fetched again later"


def _said(text: str) -> list[tuple[str, str]]:
    """Return the notices of one message: a text may hold those of several petitions, each with its words before it."""
    number = r"WQ\d{8}-\d{7}"
    if len(set(re.findall(number, text))) == 1:
        return [(re.findall(number, text)[0], kind) for kind, words in SAID if words in text]
    kinds = {words: kind for kind, words in SAID}
    parts = re.findall(f"({'|'.join(kinds)})(?:(?!{number}).)*({number})", text, re.DOTALL)
    assert len(parts) == len(re.findall(number, text)), text
    return [(found, kinds[words]) for words, found in parts]


async def _check_notices(city: City, engine: AsyncEngine, http: aiohttp.ClientSession) -> None:
    """What the record says was sent is on the phone once; what it cannot know is there once at most."""
    notices = await rows(engine, "SELECT number, kind, state FROM outbox")
    given = [number for numbers in city.numbers.values() for number in numbers]
    wanted = [(number, kind) for number in given for kind in ("accepted", "forwarded")]
    assert sorted((row.number, row.kind) for row in notices) == sorted(wanted)
    seen: Counter[tuple[str, str]] = Counter()
    forms: Counter[str] = Counter()
    for openid in city.numbers:
        for message in await Phone(city.sandbox.url, openid, http).sent():
            seen.update(_said(message["text"]))
            forms[message["via"]] += 1
    sure = {(row.number, row.kind) for row in notices if row.state == "sent"}
    unsure = {(row.number, row.kind) for row in notices if row.state == "unknown"}
    assert {notice: count for notice, count in seen.items() if count > 1} == {}
    assert sure - seen.keys() == set()
    assert seen.keys() - sure - unsure == set()
    merged = {(row.number, row.kind) for row in notices if row.state == "merged"}
    assert {kind for _, kind in merged} <= {"accepted"}, "only the forwarding says all that the acceptance would"
    assert len(sure) + len(unsure) + len(merged) == len(wanted)
    assert forms["custom"] > 0
    assert forms["template"] > 0
