"""The helper thread does one thing after another, hands results and errors back, and can start again."""

import asyncio
import threading

import pytest

from storage.helper_thread import HelperThread


async def test_what_is_given_is_done_in_order_in_one_other_thread() -> None:
    helper, seen = HelperThread("helper"), []
    await asyncio.gather(*(helper.run(lambda n=n: seen.append((n, threading.current_thread().name))) for n in range(3)))
    helper.end()
    assert seen == [(0, "helper"), (1, "helper"), (2, "helper")]


async def test_an_error_is_raised_where_it_is_awaited_and_the_next_is_done() -> None:
    helper = HelperThread("helper")
    with pytest.raises(ZeroDivisionError):
        await helper.run(lambda: 1 // 0)
    assert await helper.run(lambda: 7) == 7
    helper.end()


async def test_it_starts_again_after_its_end() -> None:
    helper = HelperThread("helper")
    helper.end()
    assert await helper.run(lambda: 1) == 1
    helper.end()
    assert await helper.run(lambda: 2) == 2
    helper.end()


async def test_what_was_begun_is_done_though_nobody_waits_any_more() -> None:
    helper, may_go, seen = HelperThread("helper"), threading.Event(), []
    waiting = helper.run(lambda: (may_go.wait(5), seen.append("done")))
    waiting.cancel()
    may_go.set()
    await helper.run(lambda: None)
    helper.end()
    assert seen == ["done"]
