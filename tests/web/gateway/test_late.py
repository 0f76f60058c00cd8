"""Answers that cannot be committed in time: `success` in time, durable by then, and the words by the outbox, once."""

import asyncio
from typing import Any

import pytest

from .conftest import Citizen, House, until
from .databases import held, rows

ASKED_CONTENT = "请用一段话写清楚您要投诉的事：什么时间、什么情况、希望怎么解决。"
BEFORE = "LOCK TABLE citizens IN EXCLUSIVE MODE"
"""Nobody can be loaded: the turn is not even made."""
DURING = "LOCK TABLE inbound IN SHARE MODE"
"""The turn is made, and cannot be written."""
QUICK = {"INTAKE__ANSWER_WITHIN": "0.3"}


async def settled(house: House) -> None:
    """Wait until nothing is on its way any more."""

    async def quiet() -> bool:
        unfinished = "SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending')"
        return await rows(house, unfinished) == [0] and await house.counter("wenqiao_spooled_messages") == 0

    await until(quiet)


async def late(house: House, citizen: Citizen, lock: str, **body: Any) -> dict[str, Any]:
    """Do something while the database is held until after the answer."""
    async with held(house, lock):
        began = asyncio.get_running_loop().time()
        answer = await citizen.does(**body)
        assert asyncio.get_running_loop().time() - began < 1.5
    return answer


@pytest.mark.parametrize("lock", [BEFORE, DURING])
async def test_the_reply_follows_once(any_house: House, lock: str) -> None:
    house = any_house
    await house.start(**QUICK)
    an = await house.citizen("安阿姨")
    await an.says("帮助")
    answer = await late(house, an, lock, text="投诉")
    assert (answer["failed"], answer["replies"], answer["deliveries"]) == (False, [], 1)
    ((way, text),) = await an.gets(1)
    assert (way, text.split("\n")[0]) == ("custom", ASKED_CONTENT)
    await settled(house)
    assert await rows(house, "SELECT kind FROM outbox") == ["reply"]
    assert await rows(house, "SELECT count(*) FROM inbound") == [2]
    assert "地点" in await an.says("路灯坏了三个星期没有人来修")
    assert len(await an.notices()) == 1


@pytest.mark.parametrize("lock", [BEFORE, DURING])
async def test_a_turn_that_looks_things_up(any_house: House, lock: str) -> None:
    house = any_house
    await house.start(**QUICK)
    an = await house.citizen("安阿姨")
    number = await an.files()
    answer = await late(house, an, lock, text=f"查询 {number}")
    assert answer["replies"] == []
    ((_, text),) = await an.gets(1)
    assert text.split("\n")[0] == f"{number}（投诉）现在的状态：待受理"
    await settled(house)
    assert len(await an.notices()) == 1


async def test_choices_come_as_numbers(any_house: House) -> None:
    house = any_house
    await house.start(**QUICK)
    an = await house.citizen("安阿姨")
    await late(house, an, BEFORE, event="subscribe")
    ((_, text),) = await an.gets(1)
    assert "3. 投诉" in text.split("\n")
    assert "投诉的事" in await an.says("3")


async def test_three_late_deliveries(any_house: House) -> None:
    house = any_house
    await house.start(**QUICK)
    an = await house.citizen("安阿姨")
    await an.says("帮助")
    answer = await late(house, an, DURING, text="投诉", repeat=3, at_once=True)
    assert [one["replies"] for one in answer["answers"]] == [[], [], []]
    await an.gets(1)
    await settled(house)
    assert len(await an.notices()) == 1


async def test_a_late_repeat_of_a_stored_message(any_house: House) -> None:
    """The answer to the first delivery was on its way when the platform hung up; that to the second is late."""
    house = any_house
    await house.start(**QUICK)
    an = await house.citizen("安阿姨")
    await an.does(text="投诉", msgid=4711)
    answer = await late(house, an, "LOCK TABLE inbound IN ACCESS EXCLUSIVE MODE", text="投诉", msgid=4711)
    assert answer["replies"] == []
    ((_, text),) = await an.gets(1)
    assert text.split("\n")[0] == ASKED_CONTENT


async def test_what_was_answered_with_nothing_survives_a_kill(any_house: House) -> None:
    house = any_house
    await house.start(**QUICK)
    an = await house.citizen("安阿姨")
    await an.says("帮助")
    async with held(house, BEFORE):
        assert await an.says("投诉") == ""
        await house.kill()
    await house.start(**QUICK)
    ((_, text),) = await an.gets(1)
    assert text.split("\n")[0] == ASKED_CONTENT
    await settled(house)
    assert await rows(house, "SELECT count(*) FROM inbound") == [2]
    assert len(await an.notices()) == 1


async def test_two_late_replies_come_in_order(any_house: House) -> None:
    house = any_house
    await house.start(**QUICK)
    an = await house.citizen("安阿姨")
    await an.says("帮助")
    async with held(house, BEFORE):
        assert [await an.says(said) for said in ("投诉", "路灯坏了三个星期没有人来修")] == ["", ""]
    notices = await an.gets(2)
    assert ["投诉的事" in notices[0][1], "地点" in notices[1][1]] == [True, True]
    await settled(house)
    assert len(await an.notices()) == 2
