"""人工 end to end: the real gateway, a phone and the staff; takeover and hand-back while the citizen types."""

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.chats.errors import ChatTaken
from bot.clock import SHANGHAI
from bot.petitions.chat_ports import ChatEnd, ChatState, LineBy
from dialogs.session import Person
from dialogs.session_json import load_session

OPEN = datetime(2026, 11, 23, 11, 0, tzinfo=SHANGHAI)


async def the_chat(house, citizen):
    async with house.running.storage.read() as work:
        found = await work.chats.listed()
        ended = await work.chats.ended()
        row = await work.turns.citizen(citizen.key)
        [chat] = [one for one in (*found, *ended) if one.citizen == citizen.key]
        lines = await work.chats.lines(chat.id)
    return chat, lines, load_session(row.session)


def words(lines, by=LineBy.CITIZEN):
    return [line.text for line in lines if line.by is by]


@pytest.fixture
async def house(any_house):
    any_house.clock.set(OPEN)
    await any_house.start()
    return any_house


async def test_a_person_takes_over_talks_and_hands_back(house):
    me = await house.citizen("甲")
    for text in ("投诉", "楼下烧烤店油烟很大"):
        await me.says(text)
    assert (await me.says("人工")).startswith("正在为您找工作人员")
    assert (await me.says("就是油烟的事")).startswith("已记下")
    chat, lines, _ = await the_chat(house, me)
    assert [line.text for line in lines if line.by is LineBy.BEFORE] == ["投诉", "楼下烧烤店油烟很大"]
    assert (chat.state, chat.about) == (ChatState.QUEUED, "楼下烧烤店油烟很大")
    service = house.running.chats
    await service.take(chat.id, by="clerk", now=house.clock.now())
    with pytest.raises(ChatTaken):
        await service.take(chat.id, by="boss", now=house.clock.now())
    assert await me.says("您好") == ""
    await service.say(chat.id, "您好，请说地址", by="clerk", once="1", now=house.clock.now())
    assert await me.says("投诉") == ""
    await service.hand_back(chat.id, by="clerk", now=house.clock.now())
    assert "请告诉我地点" in await me.says("继续")
    notices = await me.gets(3)
    assert [text.split("，")[0] for _, text in notices] == [
        "工作人员来了",
        "【工作人员】您好",
        "工作人员已结束这次对话",
    ]
    chat, lines, session = await the_chat(house, me)
    assert words(lines) == ["人工", "就是油烟的事", "您好", "投诉"]
    assert (chat.ended_how, session.person, session.parts.content) == (
        ChatEnd.OFFICER,
        Person.NONE,
        "楼下烧烤店油烟很大",
    )


@pytest.mark.parametrize("round_", range(3))
async def test_nothing_is_lost_or_answered_twice_while_it_changes_hands(house, round_):
    me = await house.citizen("甲")
    await me.says("人工")
    chat, _, _ = await the_chat(house, me)
    service, now = house.running.chats, house.clock.now()
    answers: dict[str, str] = {}

    async def types(first: int, count: int) -> None:
        for number in range(first, first + count):
            answers[f"第{number}句话"] = await me.says(f"第{number}句话")

    async def both() -> list[object]:
        for _ in range(round_ * 40):
            await asyncio.sleep(0)
        return await asyncio.gather(
            *(service.take(chat.id, by=name, now=now) for name in ("clerk", "boss")), return_exceptions=True
        )

    _, results = await asyncio.gather(types(0, 12), both())
    assert [type(result) for result in results].count(ChatTaken) == 1
    held, _, _ = await the_chat(house, me)
    await asyncio.gather(types(12, 6), service.hand_back(chat.id, by=held.officer, now=now))
    chat, lines, session = await the_chat(house, me)
    spoken = [f"第{number}句话" for number in range(18)]
    heard = words(lines)[1:]
    assert heard == spoken[: len(heard)]  # in order, none missing in between
    assert session.person is Person.NONE
    told = [answers[text] for text in spoken]
    noted = [text for text in told if text.startswith("已记下")]
    silent = told[len(noted) : len(heard)]
    assert told[: len(noted)] == noted  # first those who wait are told …
    assert silent == [""] * len(silent)  # … then the person has it …
    assert all(text and not text.startswith("已记下") for text in told[len(heard) :])  # … then the dialog again
    async with house.running.storage.read() as work:
        for text in spoken[len(heard) :]:
            assert text in (session.parts.content if session.parts else text)
        assert await work.turns.troubled() == ()
    assert len([text for _, text in await me.gets(2) if text.startswith("工作人员来了")]) == 1


async def test_nobody_comes_and_the_citizen_is_told(house):
    me = await house.citizen("甲")
    await me.says("人工")
    house.clock.advance(timedelta(minutes=11))
    [(_, text)] = await me.gets(1)
    assert text.startswith("对不起，让您久等了")
    assert "我就按它帮您登记" in await me.says("我们小区停水三天了没有人管")


async def test_at_night_it_says_when_somebody_is_there(house):
    house.clock.set(OPEN.replace(hour=22))
    me = await house.citizen("甲")
    assert "2026年11月24日 10:00 起有人" in await me.says("人工")


async def test_danger_raises_an_alarm_and_marks_the_chat(house):
    me = await house.citizen("甲")
    await me.says("人工")
    chat, _, _ = await the_chat(house, me)
    await house.running.chats.take(chat.id, by="clerk", now=house.clock.now())
    assert "119" in await me.says("楼里着火了")
    chat, lines, _ = await the_chat(house, me)
    async with house.running.storage.read() as work:
        [alarm] = await work.alarms.open()
    assert (chat.urgent, words(lines)[-1], alarm.danger, alarm.text) == (True, "楼里着火了", "fire", "楼里着火了")
