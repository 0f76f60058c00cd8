"""Access tokens while Redis is away: each process asks the platform once for itself, however many wait."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

from adapters.wechat.tokens import AccessToken
from bot.clock import MovableClock
from storage.ephemeral.redis import RedisEphemeral

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
NOBODY = "redis://127.0.0.1:1"


async def test_without_redis_every_process_asks_once() -> None:
    fetched: list[int] = []

    def process(number: int, store: RedisEphemeral, clock: MovableClock) -> AccessToken:
        async def fetch() -> tuple[str, float]:
            fetched.append(number)
            await asyncio.sleep(0)
            return "the stable token", 7200.0

        return AccessToken(name="wechat:wx1", store=store, clock=clock, fetch=fetch)

    clock = MovableClock(start=NOW)
    stores = [await RedisEphemeral.open(NOBODY) for _ in range(3)]
    try:
        tokens = [process(number, store, clock) for number, store in enumerate(stores)]
        answers = await asyncio.gather(*(token.current() for token in tokens for _ in range(50)))
        again = await asyncio.gather(*(token.current() for token in tokens))
    finally:
        for store in stores:
            with suppress(OSError):
                await store.close()
    assert (set(answers), len(answers), set(again)) == ({"the stable token"}, 150, {"the stable token"})
    assert sorted(fetched) == [0, 1, 2]
