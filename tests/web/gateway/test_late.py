"""Answers that cannot be committed in time: `success` in time, durable by then, and the words by the outbox, once.

What is held is late on any machine. On a slow one any other answer may be late too: `heard` takes words from wherever
they come, and what comes after is counted from there.
"""

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


async def heard(citizen: Citizen, text: str) -> str:
    """Say something and return the answer, once nothing is on its way any more."""
    before = len(await citizen.notices())
    at_once = await citizen.says(text)
    words = at_once or (await citizen.gets(before + 1))[before][1]
    await settled(citizen.house)
    return words


async def acquainted(house: House) -> tuple[Citizen, int]:
    """Return a citizen who has written before, and how many notices they have."""
    an = await house.citizen("安阿姨")
    await heard(an, "帮助")
    return an, len(await an.notices())


async def late(house: House, citizen: Citizen, lock: str, **body: Any) -> dict[str, Any]:
    """Do something while the database is held until after the answer, which comes to the first delivery."""
    async with held(house, lock):
        answer = await citizen.does(**body)
    assert (answer["failed"], answer["deliveries"]) == (False, body.get("repeat", 1))
    return answer


async def news(citizen: Citizen, after: int) -> list[tuple[str, str]]:
    """Return what came after so many notices, once there is anything and nothing is on its way any more."""
    await citizen.gets(after + 1)
    await settled(citizen.house)
    return (await citizen.notices())[after:]


@pytest.mark.parametrize("lock", [BEFORE, DURING])
async def test_the_reply_follows_once(any_house: House, lock: str) -> None:
    house = any_house
    await house.start(**QUICK)
    an, before = await acquainted(house)
    answer = await late(house, an, lock, text="投诉")
    assert answer["replies"] == []
    ((way, text),) = await news(an, before)
    assert (way, text.split("\n")[0]) == ("custom", ASKED_CONTENT)
    assert await rows(house, "SELECT kind FROM outbox") == ["reply"] * (before + 1)
    assert await rows(house, "SELECT count(*) FROM inbound") == [2]
    assert "地点" in await heard(an, "路灯坏了三个星期没有人来修")
    assert await rows(house, "SELECT count(*) FROM inbound") == [3]


@pytest.mark.parametrize("lock", [BEFORE, DURING])
async def test_a_turn_that_looks_things_up(any_house: House, lock: str) -> None:
    house = any_house
    await house.start(**QUICK)
    an, _ = await acquainted(house)
    for text in ("投诉：和平路工地夜里一直施工到凌晨三点", "提交", "公开", "提交"):
        await heard(an, text)
    (number,), before = await house.numbers(), len(await an.notices())
    answer = await late(house, an, lock, text=f"查询 {number}")
    assert answer["replies"] == []
    ((_, text),) = await news(an, before)
    assert text.split("\n")[0] == f"{number}（投诉）现在的状态：待受理"


async def test_choices_come_as_numbers(any_house: House) -> None:
    house = any_house
    await house.start(**QUICK)
    an = await house.citizen("安阿姨")
    await late(house, an, BEFORE, event="subscribe")
    ((_, text),) = await news(an, 0)
    assert "3. 投诉" in text.split("\n")
    assert "投诉的事" in await heard(an, "3")


async def test_three_late_deliveries(any_house: House) -> None:
    house = any_house
    await house.start(**QUICK)
    an, before = await acquainted(house)
    answer = await late(house, an, DURING, text="投诉", repeat=3, at_once=True)
    assert [one["replies"] for one in answer["answers"]] == [[], [], []]
    assert len(await news(an, before)) == 1


async def test_a_late_repeat_of_a_stored_message(any_house: House) -> None:
    """The answer to the first delivery was on its way when the platform hung up; that to the second is late."""
    house = any_house
    await house.start()
    an = await house.citizen("安阿姨")
    await an.does(text="投诉", msgid=4711)
    await house.stop()
    await house.start(**QUICK)
    answer = await late(house, an, "LOCK TABLE inbound IN ACCESS EXCLUSIVE MODE", text="投诉", msgid=4711)
    assert answer["replies"] == []
    ((_, text),) = await news(an, 0)
    assert text.split("\n")[0] == ASKED_CONTENT


async def test_what_was_answered_with_nothing_survives_a_kill(any_house: House) -> None:
    house = any_house
    await house.start(**QUICK)
    an, before = await acquainted(house)
    async with held(house, BEFORE):
        assert await an.says("投诉") == ""
        await house.kill()
    await house.start(**QUICK)
    ((_, text),) = await news(an, before)
    assert text.split("\n")[0] == ASKED_CONTENT
    assert await rows(house, "SELECT count(*) FROM inbound") == [2]


async def test_two_late_replies_come_in_order(any_house: House) -> None:
    house = any_house
    await house.start(**QUICK)
    an, before = await acquainted(house)
    async with held(house, BEFORE):
        assert [await an.says(said) for said in ("投诉", "路灯坏了三个星期没有人来修")] == ["", ""]
    await an.gets(before + 2)
    (_, first), (_, second) = await news(an, before)
    assert ["投诉的事" in first, "地点" in second] == [True, True]
