"""A draft left lying, on the real stack: reminded of once by a permitted way, offered, ended, over a restart too."""

from .conftest import House, until
from .databases import rows
from .test_weibo_mentions import answered, drafted
from .weibo import blogger

STORY = "楼下烧烤店每天油烟很大"
REMINDED = "您有一件没写完的诉求"


async def looked_after(house: House) -> None:
    """Wait until nobody's draft is due to be looked at."""

    async def done() -> bool:
        moment = house.clock.now().strftime("%Y-%m-%d %H:%M:%S")
        return await rows(house, f"SELECT key FROM citizens WHERE draft_at <= '{moment}'") == []  # noqa: S608

    await until(done)


async def test_left_reminded_restarted_and_taken_up_six_days_later(house: House) -> None:
    an = await house.citizen("安阿姨")
    await an.says("投诉")
    await an.says(STORY)
    house.advance(hours=39)
    await looked_after(house)
    assert await an.notices() == []
    house.advance(hours=1, minutes=1)
    [(_, reminder)] = await an.gets(1)
    assert reminder.splitlines()[0] == f"{REMINDED}，回复“1”接着写，回复“2”重新开始。"
    assert STORY in reminder
    house.advance(days=4)
    await house.stop()
    await house.start()
    await looked_after(house)
    assert len(await an.notices()) == 1
    assert "您上次写到一半的投诉还在" in await an.says("和平路12号")
    assert "请发图片" in await an.says("1")
    for text in ("跳过", "跳过", "公开"):
        await an.says(text)
    assert "已登记" in await an.says("提交")
    [number] = await house.numbers()
    petition = (await house.case(number)).petition
    assert (petition.content, petition.place) == (STORY, "和平路12号")


async def test_after_seven_days_it_is_gone_and_what_was_said_is_on_record(house: House) -> None:
    an = await house.citizen("安阿姨")
    await an.says("投诉")
    await an.says(STORY)
    house.advance(hours=41)
    await an.gets(1)
    house.advance(days=6)
    await looked_after(house)
    assert await rows(house, f"SELECT key FROM citizens WHERE session LIKE '%{STORY}%'") == []  # noqa: S608
    assert await rows(house, "SELECT key FROM citizens WHERE draft_at IS NOT NULL") == []
    assert len(await rows(house, f"SELECT key FROM inbound WHERE payload LIKE '%{STORY}%'")) == 1  # noqa: S608
    assert "已经过了 7 天" in await an.says("继续")
    assert "已经过了" not in await an.says("你好")


async def test_nobody_is_reminded_whom_nothing_may_be_sent(small_house: House) -> None:
    """One unfollowed, one filed, and one came too late to be found before the window closed."""
    house = small_house
    gone, done, late = [await house.citizen(name) for name in ("安阿姨", "薄先生", "李先生")]
    for citizen in (gone, done, late):
        await citizen.says("投诉")
        await citizen.says(STORY)
    await gone.does(event={"type": "unsubscribe", "key": ""})
    for text in ("跳过", "跳过", "跳过", "公开", "提交"):
        await done.says(text)
    house.advance(hours=48)
    await looked_after(house)
    house.advance(hours=1)
    await looked_after(house)
    assert await rows(house, "SELECT kind FROM outbox WHERE kind = 'draft'") == []


async def test_a_reminder_that_cannot_leave_is_dropped(small_house: House) -> None:
    house = small_house
    an = await house.citizen("安阿姨")
    await an.says("投诉")
    await an.says(STORY)
    await house.fault(custom_send={"mode": "errcode", "errcode": 45015})
    house.advance(hours=41)

    async def lapsed() -> bool:
        return await rows(house, "SELECT state FROM outbox WHERE kind = 'draft'") == ["lapsed"]

    await until(lapsed)
    assert "接着写" in await an.says("你好")
    assert await an.notices() == []


async def test_weibo_is_reminded_within_its_window(small_house: House) -> None:
    lin = await blogger(small_house, "林晓")
    await lin.says("投诉")
    await lin.says(STORY)
    small_house.advance(hours=41)
    assert STORY in await lin.hears(REMINDED)
    assert "请告诉我地点" in await lin.says("1")


async def test_a_mention_nobody_took_up_ends_and_stays_on_record(house: House) -> None:
    lin = await blogger(house, "林晓")
    await lin.mentions(STORY)
    await drafted(house, 1)
    await answered(house, 1)
    house.advance(days=6)
    await looked_after(house)
    assert len(await rows(house, f"SELECT key FROM citizens WHERE session LIKE '%{STORY}%'")) == 1  # noqa: S608
    house.advance(days=1, minutes=1)
    await looked_after(house)
    assert await rows(house, f"SELECT key FROM citizens WHERE session LIKE '%{STORY}%'") == []  # noqa: S608
    assert await rows(house, "SELECT key FROM citizens WHERE draft_at IS NOT NULL") == []
    assert len(await rows(house, "SELECT kind FROM outbox")) == 1  # the answer in public, and nothing since
    (mention,) = await drafted(house, 1)  # what the page of mentions shows
    assert (STORY in mention.inbound.text, mention.number) == (True, "")
    read = await lin.says("你好")
    assert ("请选一项" in read, STORY in read) == (True, False)
