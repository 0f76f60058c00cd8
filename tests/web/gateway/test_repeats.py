"""The platform delivers again, and everybody writes at once: one petition each, the same answer to each delivery."""

import asyncio
from typing import Any

import pytest

from bot.petitions.number import make_number

from .conftest import MONDAY, Citizen, House, number_in, until
from .databases import held, rows


async def at_summary(citizen: Citizen) -> None:
    for said in ("投诉", "路灯坏了三个星期没有人来修", "跳过", "跳过", "跳过", "公开"):
        await citizen.says(said)


def texts(answer: dict[str, Any]) -> list[str]:
    return ["\n".join(reply["text"] for reply in one["replies"]) for one in answer["answers"]]


@pytest.mark.parametrize("manner", [{"at_once": True}, {"gap": 0.0}, {"gap": 0.15}])
async def test_three_deliveries_of_the_submission(house: House, manner: dict[str, Any]) -> None:
    an = await house.citizen("安阿姨")
    await at_summary(an)
    answer = await an.does(text="提交", repeat=3, **manner)
    (number,) = await house.numbers()
    assert number == make_number(MONDAY.date(), 1)
    assert [number_in(said) for said in texts(answer)] == [number] * 3
    assert len(set(texts(answer))) == 1
    assert len(await house.events(number)) == 1


async def test_three_deliveries_of_every_message(house: House) -> None:
    an = await house.citizen("安阿姨")
    for said in ("投诉", "路灯坏了三个星期没有人来修", "跳过", "跳过", "跳过", "公开", "提交", "查询", "撤回"):
        answer = await an.does(text=said, repeat=3, at_once=True)
        assert len(set(texts(answer))) == 1, said
        assert "" not in texts(answer), said
    assert len(await house.numbers()) == 1


async def test_an_event_is_told_apart_by_second_name_and_key(house: House) -> None:
    an = await house.citizen("安阿姨")
    answer = await an.does(event={"type": "CLICK", "key": "mine"}, repeat=3, at_once=True)
    assert len(set(texts(answer))) == 1
    await an.does(event={"type": "CLICK", "key": "file"})
    house.advance(seconds=1)
    await an.does(event={"type": "CLICK", "key": "mine"})
    assert await rows(house, "SELECT count(*) FROM inbound") == [3]


async def test_a_repeat_while_the_first_is_committed(postgres_house: House) -> None:
    house = postgres_house
    await house.start()
    an = await house.citizen("安阿姨")
    await at_summary(an)
    async with held(house, "LOCK TABLE inbound IN SHARE MODE"):  # nothing can be inserted
        first = asyncio.create_task(an.does(text="提交", msgid=4711))

        async def committing() -> bool:
            return await rows(house, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") != [0]

        await until(committing)
        second = asyncio.create_task(an.does(text="提交", msgid=4711))
        await asyncio.sleep(0.1)
        assert (first.done(), second.done()) == (False, False)
    answers = [texts(await first), texts(await second)]
    (number,) = await house.numbers()
    assert [number_in(said) for (said,) in answers] == [number, number]


async def test_a_repeat_after_a_restart(any_house: House) -> None:
    house = any_house
    await house.start()
    an = await house.citizen("安阿姨")
    await at_summary(an)
    first = texts(await an.does(text="提交", msgid=4711))
    await house.stop()
    await house.start()
    assert texts(await an.does(text="提交", msgid=4711)) == first
    assert len(await house.numbers()) == 1


async def test_the_same_msgid_from_two_citizens(house: House) -> None:
    an, bo = await house.citizen("安阿姨"), await house.citizen("薄先生")
    assert "投诉的事" in await an.says("投诉", msgid=4711)
    assert "建议的事" in await bo.says("建议", msgid=4711)


async def test_fifty_citizens_file_at_once(house: House) -> None:
    citizens = [await house.citizen(f"市民{n}") for n in range(50)]
    numbers = await asyncio.gather(
        *(citizen.files(f"第{n}号楼的电梯坏了没有人来修") for n, citizen in enumerate(citizens))
    )
    assert sorted(numbers) == [make_number(MONDAY.date(), n) for n in range(1, 51)]
    cases = [await house.case(number) for number in numbers]
    assert [(case.petition.citizen, case.petition.content) for case in cases] == [
        (citizen.key, f"第{n}号楼的电梯坏了没有人来修") for n, citizen in enumerate(citizens)
    ]


async def test_pictures_and_a_text_at_once(house: House) -> None:
    an, bo = await house.citizen("安阿姨"), await house.citizen("薄先生")
    for citizen in (an, bo):
        await citizen.says("投诉")
    await asyncio.gather(
        *(citizen.sends("image") for _ in range(20) for citizen in (an, bo)),
        an.says("和平路工地夜里一直施工到凌晨三点"),
        bo.says("长江路的井盖丢了三天没有人管"),
    )
    numbers = []
    for citizen in (an, bo):
        for said in ("跳过", "完成", "跳过", "公开"):
            await citizen.says(said)
        numbers.append(number_in(await citizen.says("提交")))
    for citizen, number in zip((an, bo), numbers, strict=True):
        case = await house.case(number)
        pictures = await rows(house, "SELECT key FROM inbound WHERE kind = 'image' ORDER BY received_at, key")
        sent = [key for key in pictures if citizen.openid in key]
        async with house.running.storage.read() as work:
            kept = [file.key for file in await work.attachments.of_petition(number)]
        filed = (await house.events(number))[0]
        assert (len(sent), list(filed.data["attachments"]), sorted(kept)) == (20, sent, sorted(sent))
        assert case.petition.content in {"和平路工地夜里一直施工到凌晨三点", "长江路的井盖丢了三天没有人管"}
        assert case.petition.citizen == citizen.key
