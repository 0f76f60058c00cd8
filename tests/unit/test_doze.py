"""A loop between two rounds: dozing, woken, or woken before it dozes."""

import asyncio
from datetime import timedelta

import pytest

from bot.clock import MovableClock
from bot.doze import Doze

LONG = 3600.0


async def dozing(doze: Doze) -> asyncio.Task[None]:
    """A task that has gone as far as it can without being woken."""
    task = asyncio.create_task(doze.doze())
    for _ in range(5):
        await asyncio.sleep(0)
    return task


@pytest.mark.parametrize("by", ["a call", "the clock"])
async def test_it_ends_when_it_is_woken(by: str) -> None:
    clock = MovableClock()
    doze = Doze(clock, seconds=LONG)
    clock.now()
    task = await dozing(doze)
    assert not task.done()
    if by == "a call":
        doze.wake()
    else:
        clock.advance(timedelta(minutes=1))
    async with asyncio.timeout(5):
        await task


async def test_a_call_in_the_middle_of_a_round_keeps_it_from_beginning() -> None:
    doze = Doze(MovableClock(), seconds=LONG)
    doze.over()
    doze.wake()
    async with asyncio.timeout(5):
        await doze.doze()


async def test_a_round_sees_to_what_was_called_before_it() -> None:
    doze = Doze(MovableClock(), seconds=LONG)
    doze.wake()
    doze.over()
    task = await dozing(doze)
    assert not task.done()
    task.cancel()
    assert await asyncio.gather(task, return_exceptions=True) != [None]


async def test_it_ends_by_itself_when_its_time_is_over() -> None:
    async with asyncio.timeout(5):
        await Doze(MovableClock(), seconds=0).doze()
