"""The ephemeral port: one suite over memory and a real Redis, and what remains of it when Redis is away."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.petitions.ports import StorageUnavailable
from storage.ephemeral.memory import MemoryEphemeral
from storage.ephemeral.ports import Ephemeral
from storage.ephemeral.redis import RedisEphemeral
from tests.contract.petitioning import HOUR, NOW
from tests.servers import RedisServer, redis_server

MINUTE = timedelta(minutes=1)
SOON = 5.0
_names = (f"name-{number}" for number in itertools.count())


@pytest.fixture
def name() -> str:
    """A name nobody used before: the Redis is shared by all tests."""
    return next(_names)


@pytest.fixture(params=["memory", "redis"])
async def pair(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Ephemeral, Ephemeral]]:
    """The port as two processes see it; with memory both are the same one."""
    if request.param == "memory":
        memory = MemoryEphemeral()
        yield memory, memory
        return
    url = request.getfixturevalue("redis_url")
    first, second = await RedisEphemeral.open(url), await RedisEphemeral.open(url)
    yield first, second
    await first.close()
    await second.close()


async def test_a_token_is_shared(pair: tuple[Ephemeral, Ephemeral], name: str) -> None:
    one, two = pair
    assert await one.get(name) is None
    await one.put(name, "令牌", NOW + HOUR)
    assert await two.get(name) == ("令牌", NOW + HOUR)
    await two.put(name, "newer", NOW + 2 * HOUR)
    assert await one.get(name) == ("newer", NOW + 2 * HOUR)


async def test_one_caller_at_a_time_holds_a_lock(pair: tuple[Ephemeral, Ephemeral], name: str) -> None:
    inside, most = 0, 0

    async def enter(ephemeral: Ephemeral) -> None:
        nonlocal inside, most
        async with ephemeral.lock(name):
            inside += 1
            most = max(most, inside)
            await ephemeral.get(name)
            inside -= 1

    await asyncio.gather(*(enter(pair[number % 2]) for number in range(6)))
    assert (inside, most) == (0, 1)


async def test_a_lock_is_free_after_an_error(pair: tuple[Ephemeral, Ephemeral], name: str) -> None:
    with pytest.raises(ZeroDivisionError):
        async with pair[0].lock(name):
            raise ZeroDivisionError
    async with asyncio.timeout(SOON), pair[1].lock(name), pair[1].lock(f"{name} of another account"):
        pass


async def test_hits_are_counted_in_a_running_window(pair: tuple[Ephemeral, Ephemeral], name: str) -> None:
    async def hits(minutes: int, times: int, key: str = name) -> list[bool]:
        return [await pair[i % 2].hit(key, limit=3, per=10 * MINUTE, now=NOW + minutes * MINUTE) for i in range(times)]

    assert await hits(0, 2) == [True, True]
    assert await hits(9, 3) == [True, False, False]
    assert await hits(9, 1, f"{name} of another") == [True]
    assert await hits(10, 4) == [True, True, True, False]
    assert await pair[0].hit(f"{name} none", limit=0, per=MINUTE, now=NOW) is False


async def test_a_wake_up_reaches_all_who_wait(pair: tuple[Ephemeral, Ephemeral], name: str) -> None:
    one, two = pair
    if isinstance(one, RedisEphemeral) and isinstance(two, RedisEphemeral):
        await asyncio.gather(one.listening(), two.listening())
    waiting = [asyncio.create_task(ephemeral.wait(name, SOON)) for ephemeral in pair]
    other = asyncio.create_task(two.wait(f"{name} of another", 0.05))
    await asyncio.sleep(0)
    await one.wake(name)
    assert await asyncio.gather(*waiting, other) == [True, True, False]


async def test_a_wake_up_before_the_wait_counts_once(pair: tuple[Ephemeral, Ephemeral], name: str) -> None:
    await pair[0].wake(name)
    assert await pair[0].wait(name, SOON) is True
    assert await pair[0].wait(name, 0.01) is False


async def test_it_is_checked(pair: tuple[Ephemeral, Ephemeral]) -> None:
    await pair[0].check()


async def test_a_lock_whose_holder_died_frees_itself(
    redis_url: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.ephemeral.redis.LOCK_SECONDS", 0.2)
    one, two = await RedisEphemeral.open(redis_url), await RedisEphemeral.open(redis_url)
    holding = one.lock(name)
    await holding.__aenter__()
    entered = False
    async with asyncio.timeout(SOON), two.lock(name):
        entered = True
    await holding.__aexit__(None, None, None)
    assert entered
    await one.close()
    await two.close()


@pytest.fixture
async def mortal() -> AsyncIterator[tuple[RedisServer, RedisEphemeral]]:
    with redis_server() as server:
        ephemeral = await RedisEphemeral.open(server.url)
        yield server, ephemeral
        await ephemeral.close()


async def test_without_redis_everything_goes_on_and_it_comes_back(
    mortal: tuple[RedisServer, RedisEphemeral], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    server, ephemeral = mortal
    await ephemeral.put(name, "secret-token", NOW + HOUR)
    server.stop()
    assert await ephemeral.get(name) is None
    await ephemeral.put(name, "secret-token", NOW + HOUR)
    assert [await ephemeral.hit(name, limit=1, per=HOUR, now=NOW) for _ in range(3)] == [True, True, True]
    async with asyncio.timeout(SOON), ephemeral.lock(name):
        pass
    await ephemeral.wake(name)
    assert await ephemeral.wait(name, SOON) is True
    with pytest.raises(StorageUnavailable):
        await ephemeral.check()
    printed = capsys.readouterr().out
    assert (printed.count("redis.away"), "secret-token" in printed, str(server.port) in printed) == (1, False, False)

    server.start()
    await ephemeral.check()
    await ephemeral.put(name, "new", NOW + HOUR)
    assert await ephemeral.get(name) == ("new", NOW + HOUR)


async def test_a_lock_lost_on_the_way_does_not_hurt_its_holder(
    mortal: tuple[RedisServer, RedisEphemeral], name: str
) -> None:
    server, ephemeral = mortal
    async with ephemeral.lock(name):
        server.stop()
        server.start()
    entered = False
    async with asyncio.timeout(SOON), ephemeral.lock(name):
        entered = True
    assert entered
