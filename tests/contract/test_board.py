"""News of chats: within a process and across two, over memory and a real Redis."""

import asyncio

import pytest

from bot.chats.board import ChatBoard
from bot.clock import SystemClock
from bot.petitions.ports import StorageUnavailable
from storage.ephemeral.memory import MemoryEphemeral
from storage.ephemeral.redis import RedisEphemeral

SOON = 5.0
LONG = 60.0
"""Nothing waits this long: who is not woken is caught after SOON."""


async def test_news_before_the_wait_count_and_the_wait_ends_by_itself() -> None:
    board = ChatBoard(MemoryEphemeral(), clock=SystemClock())
    seen = board.news
    board.tell()
    await asyncio.wait_for(board.after(seen, seconds=LONG), SOON)
    await board.after(board.news, seconds=0.0)
    waiting = [asyncio.create_task(board.after(board.news, seconds=LONG)) for _ in range(3)]
    await asyncio.sleep(0)
    board.close()
    await asyncio.wait_for(asyncio.gather(*waiting), SOON)
    await asyncio.wait_for(board.after(board.news, seconds=LONG), SOON)


async def test_a_board_hears_another_process(redis_url: str) -> None:
    one, two = await RedisEphemeral.open(redis_url), await RedisEphemeral.open(redis_url)
    boards = [ChatBoard(each, clock=SystemClock()) for each in (one, two)]
    running = [asyncio.create_task(board.run()) for board in boards]
    try:
        await asyncio.wait_for(two.listening(), SOON)
        seen = boards[1].news
        boards[0].tell()
        await asyncio.wait_for(boards[1].after(seen, seconds=LONG), SOON)
        assert boards[1].news > seen
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await one.close()
        await two.close()


@pytest.mark.parametrize("error", [StorageUnavailable("away"), RuntimeError("boom")])
async def test_a_sweep_that_fails_is_made_again(error: Exception) -> None:
    swept = asyncio.Event()
    calls = []

    async def sweep(*, now: object) -> int:
        calls.append(now)
        if len(calls) == 1:
            raise error
        swept.set()
        return 0

    board = ChatBoard(MemoryEphemeral(), clock=SystemClock(), sweep=sweep, every=0.0)
    running = asyncio.create_task(board.run())
    await asyncio.wait_for(swept.wait(), SOON)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
