"""Intake remembers who wrote last; whoever else writes to the database meanwhile is believed before it."""

import asyncio

from sqlalchemy import text as sql

from bot.petitions.number import make_number

from .conftest import MONDAY, House, Logs, events_of, number_in
from .databases import rows

MENU = "请选一项，或者直接用一段话"
PLACE = "请告诉我地点"


async def behind_its_back(house: House, statement: str, **values: str) -> None:
    """Write as another process would: this one is not told."""
    async with house.running.storage._writer.begin() as connection:
        await connection.execute(sql(statement), values)


async def test_a_session_that_another_process_wrote_counts(house: House, logged: Logs) -> None:
    an, bao = await house.citizen("安阿姨"), await house.citizen("包先生")
    for one in (an, bao):
        await one.says("投诉")
    theirs = "UPDATE citizens SET session = '', version = version + 1 WHERE key = :key"
    await behind_its_back(house, theirs, key=an.key)
    answers = await asyncio.gather(an.says("你好"), bao.says("路灯坏了三个星期没有人来修"))
    assert answers[0].startswith(MENU)
    assert answers[1].startswith(PLACE)
    assert await rows(house, "SELECT version FROM citizens ORDER BY version") == [2, 3]
    assert await rows(house, "SELECT count(*) FROM inbound") == [4]
    assert events_of(logged, "intake.batch_failed") == []


async def test_a_citizen_whose_row_is_gone_is_a_newcomer(house: House) -> None:
    an = await house.citizen("安阿姨")
    await an.says("投诉")
    await behind_its_back(house, "DELETE FROM citizens")
    assert (await an.says("你好")).startswith(MENU)
    assert await rows(house, "SELECT version FROM citizens") == [1]


async def test_a_number_that_another_process_took_is_not_given_twice(house: House) -> None:
    an = await house.citizen("安阿姨")
    assert [await an.files(), await an.files()] == [make_number(MONDAY.date(), 1), make_number(MONDAY.date(), 2)]
    await behind_its_back(house, "UPDATE counters SET last = last + 5")
    assert await an.files() == make_number(MONDAY.date(), 8)
    assert await an.files() == make_number(MONDAY.date(), 9)


async def test_filings_alone_and_together_share_their_numbers(house: House) -> None:
    """Whoever asks something in the same batch goes on alone, with the filing that follows."""
    an, bao = await house.citizen("安阿姨"), await house.citizen("包先生")
    await bao.files()
    for said in ("投诉", "路灯坏了三个星期没有人来修", "跳过", "跳过", "跳过", "公开"):
        await an.says(said)
    await asyncio.gather(an.says("查询"), an.says("提交"))
    await bao.files()
    assert set(await house.numbers()) == {make_number(MONDAY.date(), sequence) for sequence in (1, 2, 3)}


async def test_after_a_kill_nothing_is_remembered_and_nothing_is_lost(any_house: House) -> None:
    house = any_house
    await house.start()
    an = await house.citizen("安阿姨")
    await an.says("投诉")
    await house.kill()
    await house.start()
    assert (await an.says("路灯坏了三个星期没有人来修")).startswith(PLACE)
    for said in ("跳过", "跳过", "跳过", "公开"):
        await an.says(said)
    assert number_in(await an.says("提交")) == make_number(MONDAY.date(), 1)


async def test_with_redis_nothing_is_remembered(any_house: House, redis_url: str) -> None:
    house = any_house
    await house.start(REDIS__URL=redis_url)
    an = await house.citizen("安阿姨")
    await an.says("投诉")
    async with house.running.storage.batch() as batch:
        assert batch.remembered([an.key]) == {}
