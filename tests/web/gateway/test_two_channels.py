"""One citizen, two platforms: number and 查询码 are enough to follow a petition on the other one."""

from bot.petitions.lifecycle import Act
from tests.web.gateway.conftest import House

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
    assert "已转给云溪市住房和城乡建设局" in (await an.gets(1))[0][1]
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
