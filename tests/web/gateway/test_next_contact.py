"""What waited goes out when the citizen writes: first, in order, in as few messages as fit, each on record."""

from datetime import timedelta

from adapters.wechat.rendering import LONGEST as WECHAT_BYTES
from adapters.weibo.rendering import LONGEST as WEIBO_SIGNS
from adapters.weibo.rendering import length
from bot.petitions.acts import Act
from bot.petitions.outbox_ports import OutboxState
from bot.petitions.turn_ports import CitizenRow, LateReply, TurnWrites
from tests.contract.petitioning import filing

from .conftest import House, until
from .test_outbox import attempts
from .weibo import Blogger, blogger

FORTY = 40


async def forty(house: House, citizen: str) -> list[str]:
    """File forty petitions for a citizen and accept them; return their numbers."""
    now = house.clock.now()
    outcomes = [
        filing(900 + n, citizen=citizen, now=now, content=f"第{n}号楼的路灯坏了三天看不见路") for n in range(FORTY)
    ]
    async with house.running.storage.begin() as work:
        await work.turns.save(TurnWrites(outcomes=outcomes))
        await work.commit()
    numbers = [outcome.case.petition.number for outcome in outcomes]
    for number in numbers:
        await house.act(Act.ACCEPT, number)
    return numbers


async def all_in(house: House, numbers: list[str], state: str) -> None:
    async def there() -> bool:
        return {row[1] for number in numbers for row in await attempts(house, number)} == {state}

    await until(there)


def said(texts: list[str]) -> list[str]:
    """Return the numbers in the order in which they were said."""
    return [part[:18] for text in texts for part in text.split("编号：")[1:]]


async def carried_by(house: House, numbers: list[str]) -> list[tuple[int, int]]:
    """Return by which attempt of which message each notice went."""
    found = [await house.about(number) for number in numbers]
    return [(d.outbox_id, d.attempt) for ((_, deliveries),) in found for d in deliveries[-1:]]


async def test_forty_notices_on_wechat(house: House) -> None:
    an = await house.citizen("安阿姨")
    await an.says("帮助")
    house.advance(hours=49)
    await house.fault(template_send={"mode": "errcode", "errcode": 43004})
    numbers = await forty(house, an.key)
    await all_in(house, numbers, "waiting")
    assert await an.notices() == []
    await an.says("帮助")
    await all_in(house, numbers, "sent")
    notices = await an.notices()
    texts = [text for _, text in notices]
    assert [way for way, _ in notices] == ["custom"] * len(notices)
    assert len(notices) <= 5
    assert said(texts) == numbers
    assert max(len(text.encode()) for text in texts) <= WECHAT_BYTES
    by = await carried_by(house, numbers)
    assert len(by) == FORTY
    assert by == sorted(by)
    assert len(set(by)) == len(notices) == await house.calls("message/custom/send")
    async with house.running.storage.read() as work:
        row = await work.turns.citizen(an.key)
    assert row is not None
    assert row.window_left == 5 - len(notices)


async def test_forty_notices_on_weibo(small_house: House) -> None:
    house = small_house
    lin = await blogger(house, "林晓")
    await lin.says("帮助")
    house.advance(hours=49)
    numbers = await forty(house, lin.key)
    await all_in(house, numbers, "waiting")
    before = len(await lin.messages())
    await lin.says("帮助")
    await all_in(house, numbers, "sent")
    texts = [text for text in (await lin.messages())[before:] if "编号" in text]
    assert said(texts) == numbers
    assert max(map(length, texts)) <= WEIBO_SIGNS
    assert len(texts) == len(set(await carried_by(house, numbers))) < FORTY // 2


async def promised(lin: Blogger, times: int) -> bool:
    """Tell whether so many messages said that more is left, and all are on record."""
    texts = [text for text in await lin.messages() if "条没发完，请回复任意一句话接着看" in text]
    return len(texts) == times and not await lin.house.sending(lin.key)


async def test_what_one_window_cannot_hold_is_promised_for_the_next(new_house: House) -> None:
    house = new_house
    await house.start(WEIBO__0__WINDOW_MESSAGES="3")
    lin = await blogger(house, "林晓")
    await lin.says("帮助")
    house.advance(hours=49)
    numbers = await forty(house, lin.key)
    await all_in(house, numbers, "waiting")
    for round_ in range(1, 3):
        before = len(await lin.messages())
        await lin.says("帮助")
        await until(lambda wanted=round_: promised(lin, wanted))
        texts = [text for text in (await lin.messages())[before:] if "编号" in text]
        assert len(texts) == 3
        assert [("没发完" in text) for text in texts] == [False, False, True]
        heard = said([text for text in await lin.messages() if "编号" in text])
        assert heard == numbers[: len(heard)]
        assert f"还有 {FORTY - len(heard)} 条没发完" in texts[-1]
        assert round_ * 9 <= len(heard) < FORTY


async def test_one_that_is_refused_holds_up_none_of_those_it_left_with(small_house: House) -> None:
    """Whose words the platform did not take is not known: each is sent by itself."""
    house = small_house
    an = await house.citizen("安阿姨")
    numbers = [await an.files(f"第{n}号楼的电梯坏了没有人来修") for n in range(3)]
    await an.does(event="unsubscribe")
    for number in numbers:
        await house.act(Act.ACCEPT, number)
    await all_in(house, numbers, "waiting")
    await house.fault(custom_send={"mode": "errcode", "errcode": 45002, "times": 2})
    await an.does(event="subscribe")
    await all_in(house, numbers, "sent")
    tries = [[(rung, outcome) for rung, outcome, _ in (await attempts(house, one))[0][2]] for one in numbers]
    refused, accepted = ("message", "refused"), ("message", "accepted")
    assert tries[0][:2] == [refused, refused]
    assert tries[0][2][0] == "template"
    assert tries[1:] == [[refused, accepted]] * 2


async def test_a_slow_platform_keeps_no_other_account_waiting(small_house: House) -> None:
    """A hundred messages for WeChat, each stuck for seconds, and one for Weibo leaves at once."""
    house = small_house
    lin = await blogger(house, "林晓")
    number = await lin.files()
    await house.fault(custom_send={"mode": "slow", "seconds": 4, "times": 200})
    now, keys = house.clock.now(), [f"wechat:demo:o{n:027}" for n in range(100)]
    rows = [CitizenRow(key=key, window_left=5, window_until=now + timedelta(hours=48)) for key in keys]
    late = [LateReply(key=f"reply:{key}", citizen=key, text="让您久等了", at=now) for key in keys]
    async with house.running.storage.begin() as work:
        await work.turns.load([], keys)
        await work.turns.save(TurnWrites(citizens=rows, late=late))
        await work.commit()

    async def stuck() -> bool:
        return await house.calls("message/custom/send") > 0

    await until(stuck)
    await house.act(Act.ACCEPT, number)
    await lin.hears("已受理")
    async with house.running.storage.read() as work:
        wechat = next(one for one in await work.outbox.standing(since=now) if one.account[1:] == ("demo",))
    assert wechat.states[OutboxState.PENDING] >= 50
    await house.fault(custom_send=None)
