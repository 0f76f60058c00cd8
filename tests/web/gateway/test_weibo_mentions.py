"""An @ in public becomes a draft, is answered in public, and goes on in private."""

import asyncio
from datetime import timedelta

from adapters.weibo.public import check_public
from bot.petitions.acts import Act
from bot.petitions.mention_ports import Mention, MentionState
from bot.petitions.vocabulary import Rating
from tests.web.gateway.conftest import House, number_in, until
from tests.web.gateway.databases import rows

from .weibo import Blogger, blogger, comments


async def listed(house: House, state: MentionState) -> tuple[Mention, ...]:
    async with house.running.storage.read() as work:
        return await work.mentions.listed(state, limit=1000)


async def drafted(house: House, count: int) -> tuple[Mention, ...]:
    async def enough() -> tuple[Mention, ...] | None:
        found = await listed(house, MentionState.DRAFTED)
        return found if len(found) >= count else None

    found: tuple[Mention, ...] = await until(enough)
    return found


async def answered(house: House, count: int) -> list[str]:
    """Wait for so many public answers."""

    async def enough() -> list[str] | None:
        said = await comments(house)
        return said if len(said) >= count else None

    said: list[str] = await until(enough)
    return said


async def file_from_draft(house: House, citizen: Blogger) -> str:
    assert "已存成草稿" in await citizen.says("你好")
    for text in ("投诉", "和平路", "完成", "跳过", "公开"):
        await citizen.says(text)
    return number_in(await citizen.says("提交"))


async def to_the_rating(house: House, citizen: Blogger, number: str) -> None:
    await house.act(Act.ACCEPT, number)
    await house.act(Act.FORWARD, number, unit="zhujian")
    await house.act(Act.ANSWER, number, text="路灯已修好。")
    await citizen.hears("路灯已修好")
    await house.act(Act.CLOSE, number)
    await citizen.hears("您满意吗")
    await citizen.says("1")
    assert (await house.case(number)).petition.rating is Rating.SATISFIED


async def test_a_filing_by_a_post_to_the_answer_and_the_rating(house: House) -> None:
    lin = await blogger(house, "林晓")
    told = await lin.mentions("和平路路灯坏了三天，电话13912345678", pictures=2)
    (said,) = await answered(house, 1)
    check_public(said)
    assert ("已收到" in said, await lin.messages()) == (True, [])
    number = await file_from_draft(house, lin)
    petition = (await house.case(number)).petition
    assert petition.content == f"@云溪问政 和平路路灯坏了三天，电话13912345678\n原文：{told['url']}"
    async with house.running.storage.read() as work:
        assert len(await work.attachments.of_petition(number)) == 2
    await to_the_rating(house, lin, number)
    assert len(await comments(house)) == 1


async def test_a_filing_by_a_comment_to_the_answer_and_the_rating(small_house: House) -> None:
    lin = await blogger(small_house, "林晓")
    await lin.mentions("这里的路灯坏了三天", **{"in": "comment"})
    (said,) = await answered(small_house, 1)
    check_public(said)
    number = await file_from_draft(small_house, lin)
    assert "评论所在的微博" in (await small_house.case(number)).petition.content
    await to_the_rating(small_house, lin, number)


async def test_no_request_is_no_draft_and_staff_see_it(small_house: House) -> None:
    lin = await blogger(small_house, "林晓")
    for text in ("办事真快，点赞", "@云溪问政"):
        await lin.mentions(text)
    (said,) = await answered(small_house, 1)
    assert ("私信我们" in said, await listed(small_house, MentionState.DRAFTED)) == (True, ())
    assert sorted(m.detail for m in await listed(small_house, MentionState.ASIDE)) == ["bare", "praise"]


async def test_when_the_window_is_shut_the_public_hears_that_there_is_news_and_the_words_wait(
    small_house: House,
) -> None:
    lin = await blogger(small_house, "林晓")
    await lin.mentions("和平路路灯坏了三天")
    await answered(small_house, 1)
    number = await file_from_draft(small_house, lin)
    small_house.advance(days=3)
    await small_house.act(Act.ACCEPT, number)
    await answered(small_house, 2)
    await small_house.act(Act.FORWARD, number, unit="zhujian")
    _, *news = await answered(small_house, 3)
    for text in news:
        check_public(text)
    assert [(number in text, "和平路" in text) for text in news] == [(True, False)] * 2
    await lin.says("你好")
    await lin.hears("已转给云溪市住房和城乡建设局")
    assert len(await comments(small_house)) == 3


async def test_two_hundred_mentions_by_push_and_by_looking_become_two_hundred_drafts(new_house: House) -> None:
    await new_house.start(WEIBO__0__POLL_MINUTES="10")
    people = [await blogger(new_house, f"市民{number}") for number in range(20)]
    for start in range(0, 200, 20):
        batch = range(start, start + 20)
        await asyncio.gather(
            *(people[n % 20].mentions(f"第{n}盏路灯坏了", push=n % 2 == 0, repeat=1 + n % 3) for n in batch)
        )
    new_house.advance(minutes=11)
    found = await drafted(new_house, 200)
    assert len({mention.inbound.key for mention in found}) == 200
    new_house.advance(minutes=11)
    await asyncio.sleep(0)
    assert len(await listed(new_house, MentionState.DRAFTED)) == 200


async def test_a_day_with_sixty_mentions_keeps_the_budget_and_loses_none(new_house: House) -> None:
    new_house.clock.advance(-timedelta(hours=9))
    await new_house.start(WEIBO__0__POLL_MINUTES="60")
    people = [await blogger(new_house, f"市民{number}") for number in range(60)]

    async def none_under_way() -> bool:  # the clock must not run past the lease of what is being sent
        return await rows(new_house, "SELECT count(*) FROM outbox WHERE state = 'sending'") == [0]

    for hour in range(20):
        for citizen in people[hour * 3 : hour * 3 + 3]:
            await citizen.mentions("和平路路灯坏了三天", pictures=1)
        await until(none_under_way)
        new_house.advance(hours=1, minutes=10)
        await drafted(new_house, hour * 3)
    await drafted(new_house, 60)

    async def all_answered() -> bool:
        new_house.advance(seconds=3)  # what was refused for a moment is tried again after some seconds
        private = [text for citizen in people for text in await citizen.messages()]
        return len(await comments(new_house)) + len(private) == 60

    await until(all_answered, seconds=60)
    async with new_house.running.storage.read() as work:
        assert await work.calls.made("weibo:demo:open", "2026-11-23") <= 100
    new_house.advance(hours=9)

    async def all_whole() -> bool:
        return [len(one.inbound.media) for one in await listed(new_house, MentionState.DRAFTED)] == [1] * 60

    await until(all_whole)


async def test_a_mention_of_danger_alarms_the_staff_and_is_answered_as_ever(small_house: House) -> None:
    lin = await blogger(small_house, "林晓")
    await lin.mentions("和平路12号楼上着火了，快来人")
    assert len(await answered(small_house, 1)) == 1
    async with small_house.running.storage.read() as work:
        [alarm] = await work.alarms.open()
    assert (alarm.danger, "着火了" in alarm.text, alarm.citizen) == ("fire", True, f"weibo:demo:{lin.uid}")
