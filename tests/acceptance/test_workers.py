"""Several workers on one PostgreSQL and one Redis: what all of them owe leaves once, whoever dies or goes away.

Sandbox and gateways are processes of their own. What is owed is put into the database at one moment, while every worker
is up and none has a token yet: the hardest start.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.clock import SystemClock
from storage.tables.messages import citizens
from storage.tables.sending import outbox
from tests.acceptance.phone import Phone, until
from tests.acceptance.processes import ROOT, Running, free_port
from tests.servers import RedisServer, redis_server

SLOW = {"mode": "slow", "share": 0.5, "seconds": 0.15}


@dataclass
class Town:
    """The processes, and the way to the database between them."""

    folder: Path
    config: str
    sandbox: Running
    redis: RedisServer
    database: AsyncEngine
    http: aiohttp.ClientSession
    workers: list[Running]
    owed: int = 0

    async def start(self, count: int, *, lease: float = 60.0) -> None:
        """Start so many more workers, all at once."""
        self.workers += await asyncio.gather(*(asyncio.to_thread(self._serve, lease) for _ in range(count)))

    def _serve(self, lease: float) -> Running:
        port = free_port()
        environ = {"WENQIAO_SERVER__PORT": str(port), "WENQIAO_OUTBOX__LEASE": str(lease)}
        return Running("serve", "--config", self.config, folder=self.folder, port=port, environ=environ)

    async def ask(self, call: str, body: Any = None) -> Any:
        url = f"{self.sandbox.url}/sandbox/wechat/demo/{call}"
        async with self.http.request("GET" if body is None else "POST", url, json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def taken(self, call: str) -> int:
        """Return how many calls of this name the platform carried out."""
        return int((await self.ask("verdicts"))["taken"].get(call, 0))

    async def owe(self, people: Iterable[str], *, window: bool = False) -> None:
        """Put one notice for each person into the database, all in one moment."""
        now = SystemClock().now()
        end = now + timedelta(hours=48)
        rows = [f"wechat:demo:{person}" for person in people]
        numbers = [f"WQ20261121-{self.owed + place:07d}" for place in range(len(rows))]
        self.owed += len(rows)
        known = [
            {"key": key, "session": "", "version": 1, "following": True, "window_until": end if window else None,
             "window_left": 5 if window else 0, "last_seen": now}
            for key in rows
        ]  # fmt: skip
        values = {"kind": "投诉", "summary": "路灯坏了", "status": "已受理", "time": "2026年11月21日 09:00"}
        values |= dict.fromkeys(("unit", "answer_due", "note"), "")
        messages = [
            {"key": f"{number}:2:accepted", "citizen": key, "account": "demo", "kind": "accepted", "number": number,
             "phrase": "notice.accepted", "values": json.dumps(values | {"number": number}), "created_at": now,
             "state": "pending", "next_at": now}
            for number, key in zip(numbers, rows, strict=True)
        ]  # fmt: skip
        async with self.database.begin() as connection:
            await connection.execute(insert(citizens), known)
            await connection.execute(insert(outbox), messages)

    async def rows(self, query: str) -> list[Any]:
        async with self.database.connect() as connection:
            return list(await connection.execute(text(query)))

    async def is_quiet(self) -> bool:
        return not await self.rows("SELECT 1 FROM outbox WHERE state IN ('pending', 'sending') LIMIT 1")

    async def people(self, count: int, *, named: str) -> list[str]:
        """Make so many followers."""
        names = [f"o{named}_{place:022d}" for place in range(count)]
        await asyncio.gather(*(self.ask("citizens", {"name": name, "openid": name}) for name in names))
        return names


@pytest.fixture
async def town(postgres_url: str, tmp_path: Path, http: aiohttp.ClientSession) -> AsyncIterator[Town]:
    sandbox_port = free_port()
    demo = (ROOT / "config" / "demo.toml").read_text(encoding="utf-8")
    demo = demo.replace('data_dir = "var/demo"', f'data_dir = "{tmp_path}/data"').replace("8080", str(sandbox_port))
    async with AsyncExitStack() as stack:
        redis = stack.enter_context(redis_server())
        extra = f'[database]\nurl = "{postgres_url}"\n[redis]\nurl = "{redis.url}"\n'
        extra += "[outbox]\npoll = 0.2\n"
        config = tmp_path / "town.toml"
        config.write_text(extra + demo, encoding="utf-8")
        command = ("sandbox", "--config", str(config), "--port", str(sandbox_port), "--retry", "0.1")
        sandbox = await asyncio.to_thread(lambda: Running(*command, folder=tmp_path, port=sandbox_port))
        stack.callback(sandbox.stop)
        database = create_async_engine(postgres_url)
        stack.push_async_callback(database.dispose)
        town = Town(tmp_path, str(config), sandbox, redis, database, http, workers=[])
        stack.callback(lambda: [worker.stop() for worker in town.workers])
        yield town


@pytest.mark.slow
async def test_four_cold_processes_ask_for_one_token(town: Town) -> None:
    everybody = await town.people(1300, named="Cold")
    await town.start(4)
    assert await town.taken("token") == 0
    await town.owe(everybody[:1000])
    await until(town.is_quiet, seconds=120)
    assert (await town.taken("token"), await town.taken("template_send")) == (1, 1000)

    # Redis goes away, and the token is replaced behind everybody's back: one call a process, however many wait.
    town.redis.stop()
    await replace_token(town)
    before = await town.taken("token")
    await town.owe(everybody[1000:1200])
    await until(town.is_quiet, seconds=120)
    assert 1 <= await town.taken("token") - before <= 4

    # It comes back empty: whoever has a good token goes on with it.
    town.redis.start()
    before = await town.taken("token")
    await town.owe(everybody[1200:])
    await until(town.is_quiet, seconds=120)
    assert await town.taken("token") == before

    states = await town.rows("SELECT state, count(*) AS n FROM outbox GROUP BY state")
    assert [(row.state, row.n) for row in states] == [("sent", 1300)]
    verdicts = await town.ask("verdicts")
    assert (verdicts["taken"]["template_send"], verdicts["forbidden"]) == (1300, [])
    for worker in town.workers:
        worker.stop_in_order()


async def replace_token(town: Town) -> None:
    body = {
        "grant_type": "client_credential",
        "appid": "wx5a4d0b0c7e1f2d3a",
        "secret": "demo-secret-for-the-sandbox-only",
        "force_refresh": True,
    }
    async with town.http.post(f"{town.sandbox.url}/sandbox/wechat/cgi-bin/stable_token", json=body) as answer:
        assert "access_token" in await answer.json()


@pytest.mark.slow
async def test_a_worker_dies_while_sending_and_redis_goes_and_comes(town: Town) -> None:
    near, far = await town.people(150, named="Near"), await town.people(150, named="Far")
    # Nobody answers yet, but what they said opens the window on the platform's side.
    await asyncio.gather(*(Phone(town.sandbox.url, one, town.http).answer(text="你好") for one in near))
    await town.ask("faults", {"seed": 5, "custom_send": [SLOW], "template_send": [SLOW]})
    await town.start(2, lease=2.0)
    await town.owe(near, window=True)
    await town.owe(far)
    await until(lambda: _came(town, 60), seconds=120)
    town.workers[0].kill()
    town.redis.stop()
    await until(lambda: _came(town, 150), seconds=120)
    town.redis.start()
    await town.start(1, lease=2.0)
    await until(town.is_quiet, seconds=120)

    phones = Counter({one: len(await Phone(town.sandbox.url, one, town.http).sent()) for one in (*near, *far)})
    states = {row.citizen.rpartition(":")[2]: row.state for row in await town.rows("SELECT citizen, state FROM outbox")}
    sent = {one for one, state in states.items() if state == "sent"}
    unknown = {one for one, state in states.items() if state == "unknown"}
    assert {one: count for one, count in phones.items() if count > 1} == {}
    assert {one for one in sent if not phones[one]} == set()
    assert {one for one, count in phones.items() if count} - sent - unknown == set()
    assert len(sent) + len(unknown) == 300
    assert unknown <= set(near), "a template message can be repeated, so nobody is left in doubt about it"
    lost = await town.rows("SELECT 1 FROM deliveries WHERE outcome = 'unknown'")
    assert len(lost) > 0, "the worker did not die while it was sending"
    assert (await town.ask("verdicts"))["forbidden"] == []
    for worker in town.workers[1:]:
        worker.stop_in_order()


async def _came(town: Town, count: int) -> bool:
    taken = (await town.ask("verdicts"))["taken"]
    return int(taken.get("custom_send", 0)) + int(taken.get("template_send", 0)) >= count
