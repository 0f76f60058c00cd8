"""The movable clock: who sleeps on it wakes when it moves, and does not begin to sleep over a move."""

import asyncio
from datetime import UTC, datetime, timedelta

from bot.clock import MovableClock

START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
LONG = 3600.0
STEP = timedelta(hours=1)


async def test_a_sleeper_wakes_when_it_is_moved():
    clock = MovableClock(start=START)
    sleeper = asyncio.create_task(clock.sleep(LONG))
    await asyncio.sleep(0)
    clock.advance(STEP)
    await asyncio.wait_for(sleeper, 10)


async def test_moved_after_the_look_and_before_the_sleep_it_does_not_sleep():
    clock = MovableClock(start=START)
    clock.now()
    clock.advance(STEP)
    await asyncio.wait_for(clock.sleep(LONG), 10)
    clock.now()  # as a loop does that looks again
    again = asyncio.create_task(clock.sleep(LONG))
    for _ in range(3):
        await asyncio.sleep(0)
    assert not again.done(), "one move is noticed once"
    again.cancel()


async def test_a_clock_that_drifts_wakes_nobody():
    clock = MovableClock(start=START)
    clock.now()
    sleeper = asyncio.create_task(clock.sleep(LONG))
    clock.drift(STEP)
    for _ in range(3):
        await asyncio.sleep(0)
    assert (sleeper.done(), clock.now() - START >= STEP) == (False, True)
    sleeper.cancel()


async def test_a_task_knows_what_the_one_that_started_it_saw():
    clock = MovableClock(start=START)
    clock.now()
    clock.advance(STEP)
    await asyncio.wait_for(asyncio.create_task(clock.sleep(LONG)), 10)


async def test_another_clock_is_another_matter():
    clock, other = MovableClock(start=START), MovableClock(start=START)
    clock.now()
    clock.advance(STEP)
    sleeper = asyncio.create_task(other.sleep(LONG))
    for _ in range(3):
        await asyncio.sleep(0)
    assert not sleeper.done()
    sleeper.cancel()
