"""Health, readiness, metrics; and whose word is taken for an address."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from ipaddress import ip_network
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from bot.proxies import forwarded
from tests.servers import RedisServer

from .conftest import House, Logs, events_of, until
from .databases import away


async def ready(house: House) -> tuple[int, Any]:
    async with house.client.get(f"{house.url}/readyz") as answer:
        return answer.status, await answer.json()


async def test_well(house: House) -> None:
    assert await house.ask("/healthz") == {"status": "ok"}
    assert await ready(house) == (200, {"status": "ok", "checks": {"database": True}})


async def test_the_database_is_gone(postgres_house: House, logged: Logs) -> None:
    house = postgres_house
    await house.start()
    async with away(house):
        assert await ready(house) == (503, {"status": "unavailable", "checks": {"database": False}})
        assert await house.ask("/healthz") == {"status": "ok"}
        assert [entry["check"] for entry in events_of(logged, "health.not_ready")] == ["database"]

    async def well() -> bool:
        return (await ready(house))[0] == 200

    await until(well)


async def test_the_sqlite_file_is_no_database(small_house: House) -> None:
    (small_house.data_dir / "wenqiao.sqlite3").write_bytes(b"nonsense" * 4096)
    (small_house.data_dir / "wenqiao.sqlite3-wal").unlink(missing_ok=True)
    assert (await ready(small_house))[0] == 503


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    server = RedisServer()
    server.start()
    yield server
    server.stop()


async def test_redis_is_gone(new_house: House, own_redis: RedisServer) -> None:
    house = new_house
    await house.start(REDIS__URL=own_redis.url)
    assert await ready(house) == (200, {"status": "ok", "checks": {"database": True, "redis": True}})
    await asyncio.to_thread(own_redis.stop)
    assert await ready(house) == (503, {"status": "unavailable", "checks": {"database": True, "redis": False}})
    an = await house.citizen("安阿姨")
    assert "投诉的事" in await an.says("投诉")


async def test_metrics(small_house: House) -> None:
    house = small_house
    an = await house.citizen("安阿姨")
    await an.files()
    async with house.client.get(f"{house.url}/metrics") as answer:
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        text = await answer.text()
    assert [await house.counter(f'wenqiao_turns_total{{result="{result}"}}') for result in ("turned", "late")] == [7, 0]
    assert await house.counter("wenqiao_batch_turns_count") == 7.0
    assert an.openid not in text


@pytest.mark.parametrize(
    ("trusted", "headers", "remote"),
    [
        (["127.0.0.0/8"], [], "127.0.0.1"),
        (["127.0.0.0/8"], ["203.0.113.7"], "203.0.113.7"),
        (["127.0.0.0/8"], ["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
        (["127.0.0.0/8"], ["198.51.100.1", "203.0.113.7"], "203.0.113.7"),
        (["127.0.0.0/8", "203.0.113.0/24"], ["198.51.100.1, 203.0.113.7"], "198.51.100.1"),
        (["127.0.0.0/8"], ["127.0.0.9, 127.0.0.8"], "127.0.0.1"),
        (["127.0.0.0/8"], [" , 203.0.113.7 ,"], "203.0.113.7"),
        (["127.0.0.0/8", "::/0"], ["2001:db8::1"], "127.0.0.1"),
        (["10.0.0.0/8"], ["203.0.113.7"], "127.0.0.1"),
    ],
)
async def test_whose_word_is_taken(
    aiohttp_client: Callable[..., Awaitable[TestClient]], trusted: list[str], headers: list[str], remote: str
) -> None:
    async def tell(request: web.Request) -> web.Response:
        return web.Response(text=request.remote)

    app = web.Application(middlewares=[forwarded([ip_network(network) for network in trusted])])
    app.router.add_get("/", tell)
    client = await aiohttp_client(app)
    answer = await client.get("/", headers=[("X-Forwarded-For", value) for value in headers])
    assert await answer.text() == remote
