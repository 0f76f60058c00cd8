"""The database is away: the holding phrase, the spool, and everything in order and once when it is back."""

import shutil
from pathlib import Path

from .conftest import Citizen, House, number_in, until
from .databases import away, rows
from .test_callbacks import sealed
from .test_late import settled

HOLDING = "请放心，您的消息已收到。系统正在维护，恢复后马上在这里回复您。"
LATE = 'wenqiao_turns_total{result="late"}'


def spool_of(house: House) -> Path:
    (spool,) = house.data_dir.glob("spool*.jsonl")
    return spool


async def sets_aside(citizen: Citizen, text: str, *, repeat: int = 1) -> None:
    """Say something while the database is away: the holding phrase is the answer to every delivery.

    On SQLite each of the gateway's loops finds out for itself, one after the other, two seconds each: whoever comes
    last in the queue may be late, is counted as late, and answered with nothing.
    """
    before = await citizen.house.counter(LATE)
    answer = await citizen.does(text=text, repeat=repeat)
    late = int(await citizen.house.counter(LATE) - before)
    said = [reply["text"] for one in answer.get("answers", [answer]) for reply in one["replies"]]
    assert said == [HOLDING] * (repeat - late)


async def test_set_aside_and_worked_off_in_order(any_house: House) -> None:
    house = any_house
    await house.start()
    an, bo = await house.citizen("安阿姨"), await house.citizen("薄先生")
    for said in ("投诉", "路灯坏了三个星期没有人来修", "跳过", "跳过", "跳过", "公开"):
        await an.says(said)
    await bo.says("帮助")
    async with away(house):
        await sets_aside(an, "提交")
        await sets_aside(bo, "投诉")
        await sets_aside(an, "查询")
        await sets_aside(bo, "长江路的井盖丢了三天没有人管")
        assert await house.counter("wenqiao_spooled_messages") == 4.0
    first, second = await an.gets(2)
    (number,) = await house.numbers()
    assert number_in(first[1]) == number
    assert "您的诉求共 1 件" in second[1]
    notices = await bo.gets(2)
    assert ["投诉的事" in notices[0][1], "地点" in notices[1][1]] == [True, True]
    await settled(house)
    assert (len(await an.notices()), len(await bo.notices())) == (2, 2)
    assert "图片" in await bo.says("长江路口")


async def test_a_repeat_of_what_was_set_aside(any_house: House) -> None:
    house = any_house
    await house.start()
    an = await house.citizen("安阿姨")
    await an.says("帮助")
    async with away(house):
        await sets_aside(an, "投诉", repeat=3)
    await an.gets(1)
    await settled(house)
    assert len(await an.notices()) == 1
    assert await rows(house, "SELECT count(*) FROM inbound") == [2]


async def test_a_malformed_body_is_set_aside_too(postgres_house: House) -> None:
    house = postgres_house
    await house.start()
    async with away(house):
        assert await sealed("<xml><Content>")(house).send() == (200, "success")

    async def kept() -> bool:
        return await rows(house, "SELECT state FROM inbound") == ["malformed"]

    await until(kept)


async def test_killed_between_spool_and_replay(any_house: House) -> None:
    house = any_house
    await house.start()
    an = await house.citizen("安阿姨")
    for said in ("投诉", "路灯坏了三个星期没有人来修", "跳过", "跳过", "跳过", "公开"):
        await an.says(said)
    async with away(house):
        await sets_aside(an, "提交")
        await house.kill()
    await house.start()
    ((_, text),) = await an.gets(1)
    (number,) = await house.numbers()
    assert number_in(text) == number
    await settled(house)
    assert len(await an.notices()) == 1


async def test_killed_between_replay_and_drop(any_house: House) -> None:
    """The spool still holds what is committed already: it comes again, and nothing is done twice."""
    house = any_house
    await house.start()
    an = await house.citizen("安阿姨")
    for said in ("投诉", "路灯坏了三个星期没有人来修", "跳过", "跳过", "跳过", "公开"):
        await an.says(said)
    async with away(house):
        await sets_aside(an, "提交")
        shutil.copyfile(spool_of(house), house.data_dir / "kept.jsonl")
    await an.gets(1)
    await settled(house)
    spool = spool_of(house)
    await house.stop()
    shutil.copyfile(house.data_dir / "kept.jsonl", spool)
    await house.start()
    await settled(house)
    assert (len(await house.numbers()), len(await an.notices())) == (1, 1)


async def test_every_loop_outlives_it(any_house: House) -> None:
    house = any_house
    await house.start()
    an = await house.citizen("安阿姨")
    number = await an.files()
    await an.sends("image")
    async with away(house):
        await sets_aside(an, "帮助")
        house.advance(hours=9)  # the response clock passes meanwhile
    notices = await an.gets(2)
    overdue = [text for _, text in notices if text.startswith("很抱歉，您的投诉没有按时响应") and number in text]
    assert (len(overdue), len(notices)) == (1, 2)
