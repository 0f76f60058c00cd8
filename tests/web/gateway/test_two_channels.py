"""One citizen, two platforms: number and 查询码 are enough to follow a petition on the other one."""

from bot.petitions.acts import Act
from bot.petitions.vocabulary import EventType, Kind, State
from tests.web.gateway.conftest import House, number_in

from .weibo import blogger


async def test_notices_go_to_where_the_citizen_wrote_last(house: House) -> None:
    an = await house.citizen("安宁")
    number = await an.files()
    code = (await house.case(number)).petition.code
    lin = await blogger(house, "林晓")
    house.advance(minutes=1)
    assert "和平路" in await lin.says(f"{number} {code}")
    await house.act(Act.ACCEPT, number)
    await lin.hears("已受理")
    assert "和平路" in await lin.says(number)
    house.advance(minutes=1)
    await an.says("查询")
    await house.act(Act.FORWARD, number, unit="zhujian")
    assert "已转给云溪市住房和城乡建设局" in (await an.gets(2))[1][1]
    assert [text for text in await lin.messages() if "已转给云溪市住房和城乡建设局办理" in text] == []


async def test_what_waits_is_delivered_where_the_citizen_turns_up(small_house: House) -> None:
    lin = await blogger(small_house, "林晓")
    number = await lin.files()
    code = (await small_house.case(number)).petition.code
    small_house.advance(days=3)
    await small_house.act(Act.ACCEPT, number)
    an = await small_house.citizen("安宁")
    await an.says(f"{number} {code}")
    assert "已受理" in (await an.gets(1))[0][1]


async def test_a_wrong_code_follows_nothing(small_house: House) -> None:
    an = await small_house.citizen("安宁")
    number = await an.files()
    code = (await small_house.case(number)).petition.code
    lin = await blogger(small_house, "林晓")
    small_house.advance(minutes=1)
    assert "和平路" not in await lin.says(f"{number} {(int(code) + 1) % 1_000_000:06d}")
    await small_house.act(Act.ACCEPT, number)
    assert "已受理" in (await an.gets(1))[0][1]


async def test_who_follows_a_petition_lists_chases_supplements_and_rates_it(house: House) -> None:
    an = await house.citizen("安宁")
    number = await an.files()
    code = (await house.case(number)).petition.code
    lin = await blogger(house, "林晓")
    house.advance(minutes=1)
    await lin.says(f"{number} {code}")
    assert "投诉 和平路" in await lin.says("查询")
    await lin.says("取消")
    assert number in await lin.says("催办")
    await house.act(Act.FORWARD, number, unit="zhujian")
    await house.act(Act.ASK, number, text="请说是哪个工地")
    await lin.hears("请说是哪个工地")
    assert "继续办理" in await lin.says("人民医院旁边的工地")
    await lin.does(image="sample")
    await house.act(Act.ANSWER, number, text="已责令停工。")
    await lin.hears("已责令停工")
    await lin.says(f"评价 {number} 满意")
    events = await house.events(number)
    done = [event.type for event in events]
    assert [done.count(one) for one in (EventType.CHASED, EventType.SUPPLEMENTED)] == [1, 2]
    assert {event.actor for event in events if event.type in {EventType.CHASED, EventType.SUPPLEMENTED}} == {an.key}
    async with house.running.storage.read() as work:
        (file,) = await work.attachments.of_petition(number)
    assert file.citizen == lin.key
    assert (await house.case(number)).petition.rating is not None


async def test_taking_back_is_for_the_account_that_filed(small_house: House) -> None:
    an = await small_house.citizen("安宁")
    number = await an.files()
    lin = await blogger(small_house, "林晓")
    await lin.says(f"{number} {(await small_house.case(number)).petition.code}")
    assert "登记诉求的那个账号" in await lin.says(f"撤回 {number}")
    await lin.says("撤回")
    await lin.says("确认")
    assert (await small_house.case(number)).petition.state is State.FILED


async def test_the_account_that_filed_hears_of_it_once(small_house: House) -> None:
    an = await small_house.citizen("安宁")
    number = await an.files()
    code = (await small_house.case(number)).petition.code
    lin = await blogger(small_house, "林晓")
    for _ in range(2):
        await lin.says(f"{number} {code}")
    told = [text for _, text in await an.gets(1)]
    assert [("在另一个平台" in text, number in text) for text in told] == [(True, True)]


async def test_a_report_is_shown_and_followed_but_its_news_stay_where_it_was_filed(small_house: House) -> None:
    house = small_house
    an = await house.citizen("安宁")
    for text in ("举报", "某局工作人员收受购物卡", "跳过", "跳过"):
        await an.says(text)
    number = number_in(await an.says("提交"))
    case = await house.case(number)
    assert case.petition.kind is Kind.REPORT
    lin = await blogger(house, "林晓")
    house.advance(minutes=1)
    assert "收受购物卡" in await lin.says(f"{number} {case.petition.code}")
    assert "举报" in await lin.says("查询")
    before = await lin.messages()
    await house.act(Act.ACCEPT, number)
    assert "已受理" in (await an.gets(2))[1][1]
    assert await lin.messages() == before
