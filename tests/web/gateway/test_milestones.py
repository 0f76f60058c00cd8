"""The deadline loop: what is due and nothing else, once, whatever happens to one of them."""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from bot.app.gateway import open_gateway
from bot.metrics import Metrics
from bot.milestones import MilestoneLoop
from bot.petitions.acts import Act
from bot.petitions.petition import Milestone
from bot.petitions.service import PetitionService
from bot.petitions.vocabulary import EventType

from .conftest import House, Logs, events_of, until
from .databases import rows
from .test_outbox import end_loop


async def history(house: House, number: str) -> list[tuple[EventType, str]]:
    return [(event.type, event.data.get("milestone", "")) for event in await house.events(number)]


async def comes_to(house: House, number: str, *expected: tuple[EventType, str]) -> None:
    async def there() -> bool:
        return await history(house, number) == [(EventType.FILED, ""), *expected]

    await until(there)


async def test_warned_and_then_passed(house: House) -> None:
    an = await house.citizen("安阿姨")
    number = await an.files()
    house.advance(hours=5.9)
    await asyncio.sleep(0.05)  # nothing is due: nothing may come
    assert await history(house, number) == [(EventType.FILED, "")]
    house.advance(hours=0.2)
    await comes_to(house, number, (EventType.WARNED, "response"))
    house.advance(hours=2)
    await comes_to(house, number, (EventType.WARNED, "response"), (EventType.PASSED, "response"))
    assert len(await an.gets(1)) == 1
    metric = 'wenqiao_milestones_total{milestone="response"}'
    assert await house.counter(metric) == 2.0


async def test_a_leap_over_everything_is_told_once(house: House) -> None:
    an = await house.citizen("安阿姨")
    number = await an.files()
    house.advance(days=30)
    leapt = (EventType.PASSED, "response"), (EventType.PASSED, "answer"), (EventType.SUPERVISED, "")
    await comes_to(house, number, *leapt)

    async def told() -> bool:
        """Whether both are settled: the first was sent before the second came, or the second says it all."""
        states = [(message.kind, message.state.value) for message, _ in await house.about(number)]
        return states in (
            [("response_overdue", first), ("answer_overdue", "sent")] for first in ("sent", "merged")
        )  # fmt: skip

    await until(told)
    notices = await an.notices()
    assert {way for way, _ in notices} == {"template"}
    house.advance(days=30)
    (feedback,) = [clock.key for clock in (await house.case(number)).milestones if clock.name == "feedback"]
    await comes_to(house, number, *leapt, (EventType.PASSED, feedback))
    assert await an.notices() == notices  # what the unit owes its supervisor is not the citizen's to hear


@pytest.mark.parametrize("act", [Act.ACCEPT, Act.REFUSE])
async def test_a_clock_that_was_met_stands_still(house: House, act: Act) -> None:
    an = await house.citizen("安阿姨")
    number = await an.files()
    await house.act(act, number, text="属于诉讼事项", elsewhere="人民法院")
    house.advance(hours=9)
    await an.gets(1)
    await asyncio.sleep(0.05)  # nothing is due: nothing may come
    assert len(await house.events(number)) == 2


async def test_a_withdrawn_petition_has_no_clocks(house: House) -> None:
    an = await house.citizen("安阿姨")
    number = await an.files()
    await an.says("撤回")
    await an.says("确定")
    house.advance(days=30)
    await asyncio.sleep(0.05)  # nothing is due: nothing may come
    assert await history(house, number) == [(EventType.FILED, ""), (EventType.WITHDRAWN, "")]


class Stumbling:
    """The house's own service, which fails on one petition."""

    def __init__(self, service: PetitionService, bad: str) -> None:
        self._service = service
        self.bad = bad

    async def tick(self, milestone: Milestone, *, now: datetime) -> bool:
        if milestone.number == self.bad:
            raise ZeroDivisionError
        return await self._service.tick(milestone, now=now)


def stumbling(house: House, bad: str) -> Any:
    return Stumbling(house.running.service, bad)


@pytest.mark.parametrize("limit", [1, 200])
async def test_one_that_fails_holds_up_no_other(house: House, logged: Logs, limit: int) -> None:
    await end_loop(house, "milestones")
    citizens = [await house.citizen(f"市民{n}") for n in range(3)]
    numbers = [await citizen.files(f"第{n}号楼的电梯坏了没有人来修") for n, citizen in enumerate(citizens)]
    metrics = Metrics()
    loop = MilestoneLoop(
        storage=house.running.storage,
        service=stumbling(house, numbers[0]),
        clock=house.clock,
        metrics=metrics,
        limit=limit,
        poll=0.01,
    )
    house.advance(hours=9)
    running = asyncio.create_task(loop.run())
    try:
        for number in numbers[1:]:
            await comes_to(house, number, (EventType.PASSED, "response"))
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert await history(house, numbers[0]) == [(EventType.FILED, "")]
    assert {entry["number"] for entry in events_of(logged, "milestones.tick_failed")} == {numbers[0]}


async def test_one_that_failed_is_tried_again(house: House) -> None:
    await end_loop(house, "milestones")
    an = await house.citizen("安阿姨")
    number = await an.files()
    service = stumbling(house, number)
    loop = MilestoneLoop(storage=house.running.storage, service=service, clock=house.clock, metrics=Metrics())
    house.advance(hours=9)
    assert await loop.sweep() == 0
    service.bad = ""
    assert [await loop.sweep(), await loop.sweep()] == [1, 0]
    assert await history(house, number) == [(EventType.FILED, ""), (EventType.PASSED, "response")]


async def test_two_processes_tick_each_once(postgres_house: House) -> None:
    house = postgres_house
    await house.start()
    citizens = [await house.citizen(f"市民{n}") for n in range(20)]
    for n, citizen in enumerate(citizens):
        await citizen.files(f"第{n}号楼的电梯坏了没有人来修")
    async with open_gateway(house.office, clock=house.clock) as other:
        second = asyncio.create_task(other.loops["milestones"]())
        try:
            house.advance(hours=9)
            notices: list[Any] = [await citizen.gets(1) for citizen in citizens]
        finally:
            second.cancel()
            await asyncio.gather(second, return_exceptions=True)
    assert [len(one) for one in notices] == [1] * 20
    assert await rows(house, "SELECT count(*) FROM events WHERE type = 'passed'") == [20]
