"""A mention turned while the calls of the day were spent is made whole later, with the draft or petition made of it."""

from dataclasses import replace

from bot.commands.showing import DEMO_CONFIG
from bot.intake.enriching import Enricher
from bot.petitions.vocabulary import EventType
from dialogs.engine import Engine
from tests.offices import office_at
from tests.web.gateway.conftest import House, until

from .test_weibo_mentions import answered, drafted, file_from_draft
from .weibo import blogger, weibo

PUSHED = {"WEIBO__0__MENTIONS": "push"}
SPENT = PUSHED | {"WEIBO__0__DAILY_CALLS": "3", "WEIBO__0__KEPT_FOR_ANSWERS": "2"}
"""One call a day to ask about a mention with."""


async def enriched(house: House, *keys: str) -> None:
    """Wait until nothing is asked about these mentions any more."""

    async def all_done() -> bool:
        async with house.running.storage.read() as work:
            found = [await work.mentions.get(key) for key in keys]
        return all(mention is not None and mention.next_at is None for mention in found)

    await until(all_done)


async def test_link_and_pictures_follow_when_there_are_calls_again(any_house: House) -> None:
    house = any_house
    await house.start(**SPENT)
    first = await blogger(house, "林晓")
    await first.mentions("@云溪问政 第一盏灯坏了", pictures=1)
    await drafted(house, 1)
    filer, waiter, gone = [await blogger(house, name) for name in ("安宁", "白露", "常青")]
    filed = await filer.mentions("和平路路灯坏了三天", pictures=2)
    waits = await waiter.mentions("人民路下水道堵了", pictures=1)
    lost = await gone.mentions("停水三天了", pictures=1)
    await drafted(house, 4)
    number = await file_from_draft(house, filer)
    assert "weibo.com" not in (await house.case(number)).petition.content
    await weibo(house, "delete", {"id": lost["post"]})
    await house.stop()
    house.advance(days=1)
    await house.start(**PUSHED)
    await enriched(house, *(f"weibo:demo:s{told['post']}" for told in (filed, waits, lost)))
    event = (await house.events(number))[-1]
    assert (event.type, event.data["text"], len(event.data["attachments"])) == (
        EventType.ENRICHED,
        f"原文：{filed['url']}",
        2,
    )
    async with house.running.storage.read() as work:
        files = await work.attachments.of_petition(number)
        assert [file.key for file in files] == event.data["attachments"]
    assert "补上了您公开微博的原文和图片" in await filer.says(number)
    assert waits["url"] in await waiter.says("你好")
    assert "停水三天了" in await gone.says("你好")
    async with house.running.storage.read() as work:
        mention = await work.mentions.get(f"weibo:demo:s{filed['post']}")
    assert mention is not None
    claimed = replace(mention, next_at=house.clock.now())
    mentions = Engine(office_at(DEMO_CONFIG, {}).catalogue).mentions
    again = await Enricher(house.running.storage, mentions).add(claimed, mention.inbound, now=house.clock.now())
    assert again is False  # a second process that had claimed it too adds nothing
    house.advance(days=2)
    await answered(house, 1)
    kinds = [event.type for event in await house.events(number)]
    assert kinds.count(EventType.ENRICHED) == 1


async def test_a_dead_token_holds_up_no_draft_and_what_was_missing_follows(new_house: House) -> None:
    house = new_house
    await house.start(**PUSHED)
    await weibo(house, "faults", {"oauth_token": "expired"})
    lin = await blogger(house, "林晓")
    told = await lin.mentions("@云溪问政", pictures=1)
    an = await blogger(house, "安宁")
    other = await an.mentions("和平路路灯坏了三天")
    await drafted(house, 1)
    assert "已存成草稿" in await an.says("你好")
    await weibo(house, "faults", {"oauth_token": None})
    house.advance(minutes=15)
    await enriched(house, f"weibo:demo:s{told['post']}", f"weibo:demo:s{other['post']}")
    await drafted(house, 2)  # a bare @ with a picture is a request, once the picture is there
    assert told["url"] in await lin.says("你好")


async def test_while_the_token_rests_no_question_of_the_day_is_counted(new_house: House) -> None:
    house = new_house
    await house.start(**PUSHED)
    await weibo(house, "faults", {"oauth_token": "expired"})
    for count, name in enumerate(("林晓", "安宁", "白露"), start=1):
        await (await blogger(house, name)).mentions("和平路路灯坏了三天")
        await drafted(house, count)
    async with house.running.storage.read() as work:
        asked = await work.calls.made("mentions:demo:asks", "2026-11-23")
    assert asked == 1  # by the first, which found out that the token is dead
