"""What a process knows of its accounts comes to the page and to /metrics; a rest that staff ends is ended there."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from bot.messages import Channel
from bot.petitions.acts import Act

from .conftest import House, until
from .test_outbox import attempted, one


async def test_a_paused_account_until_it_is_resumed(house: House) -> None:
    an, number = await one(house)
    await house.fault(custom_send={"mode": "errcode", "errcode": 40164, "times": 1})
    await house.act(Act.ACCEPT, number)
    await attempted(house, number, 1)
    house.advance(seconds=31)
    paused = 'wenqiao_account_paused{account="demo",channel="wechat"}'

    async def told() -> bool:
        return await house.counter(paused) == 1.0

    await until(told)
    async with house.running.storage.read() as work:
        ((lane, call, rest),) = await work.accounts.rests()
        marks = await work.accounts.marks()
        (standing,) = await work.outbox.standing(since=house.clock.now().replace(hour=0))
    assert (lane, call, rest.code) == ("outbox:wechat:demo", "private", "40164")
    assert "IP whitelist" in rest.remedy
    assert [name for name, _ in marks] == ["wechat:demo"]
    assert standing.account == (Channel.WECHAT, "demo")
    waits = 'wenqiao_outbox_messages{account="demo",channel="wechat",state="pending"}'
    oldest = 'wenqiao_outbox_oldest_seconds{account="demo",channel="wechat"}'
    fetched = 'wenqiao_token_refreshes_total{account="demo",result="fetched"}'
    assert [await house.counter(line) for line in (waits, fetched)] == [1.0, 1.0]
    assert await house.counter(oldest) == pytest.approx(31, abs=5)
    async with house.running.storage.begin() as work:  # as the page does it, in another process
        await work.accounts.clear_rest(lane, call)
        await work.outbox.hasten((Channel.WECHAT, "demo"), now=house.clock.now())
        await work.commit()
    house.advance(seconds=31)
    await an.gets(1)

    async def good() -> bool:
        house.advance(seconds=31)
        return await house.counter(paused) == 0.0

    await until(good)


async def test_what_the_platform_grants_today_comes_to_the_metrics_once_it_was_called(house: House) -> None:
    left = 'wenqiao_quota_left{account="demo",rung="message"}'
    _, number = await one(house)
    house.advance(minutes=11)
    await house.fault(quota_get={"mode": "errcode", "errcode": 48001, "times": 9})
    await house.act(Act.ACCEPT, number)  # the first call: nothing was asked before it
    await attempted(house, number, 1)
    assert await house.calls("openapi/quota/get") == 0

    async def asked() -> bool:
        return await house.calls("openapi/quota/get") > 0

    await after_a_round(house, asked)
    assert await house.counter(left) == 0.0
    await house.fault(quota_get=None)

    async def told() -> bool:
        return await house.counter(left) == 499_999.0

    await after_a_round(house, told)


async def after_a_round(house: House, condition: Callable[[], Awaitable[bool]]) -> None:
    """Move the clock until an upkeep round has seen it; a move in the midst of a round is seen by half of it only.

    Few and small moves: the token lives for two hours, and the quota is that of today.
    """
    for _ in range(8):
        house.advance(minutes=6)
        with suppress(TimeoutError):
            async with asyncio.timeout(4):
                while not await condition():
                    await asyncio.sleep(0.01)
                return
    pytest.fail(f"no round brought it about: {condition}")
