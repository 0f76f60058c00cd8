"""联名 on the real stack: counted once, kept over a restart, and told of the end in words that name nobody."""

from bot.petitions.acts import Act

from .conftest import House
from .databases import rows


async def test_joined_left_and_told_of_the_end(house: House) -> None:
    an = await house.citizen("安阿姨")
    number = await an.files("和平路工地夜里一直施工到凌晨三点")
    bo, li = await house.citizen("薄先生"), await house.citizen("李先生")
    assert "现在共 2 人" in await bo.says(f"联名 {number}")
    assert "已经在" in await bo.says(f"联名 {number}")
    assert "现在共 3 人" in await li.says(f"联名 {number}")
    assert "已退出" in await li.says(f"退出联名 {number}")
    await house.stop()
    await house.start()
    case = await house.case(number)
    assert (case.petition.joiners, [event.type.value for event in await house.events(number)][1:]) == (
        1,
        ["joined", "joined", "left"],
    )
    await house.act(Act.FORWARD, number, unit="zhujian")
    await house.act(Act.ANSWER, number, text="已责令停工，联系人王工。")
    await house.act(Act.CLOSE, number)
    [(_, told)] = await bo.gets(1)
    assert told.splitlines()[:2] == ["您联名的投诉有结果了：已办结。", f"编号：{number}"]
    assert ("和平路" in told, "王工" in told) == (False, False)
    assert [text for _, text in await li.notices()] == []
    assert len(await rows(house, "SELECT citizen FROM joinings")) == 1


async def test_withdrawn_by_its_representative(small_house: House) -> None:
    an = await small_house.citizen("安阿姨")
    number = await an.files()
    bo = await small_house.citizen("薄先生")
    await bo.says(f"联名 {number}")
    await an.says(f"撤回 {number}")
    await an.says("确定")
    [(_, told)] = await bo.gets(1)
    assert told.startswith("您联名的投诉有结果了：已撤回。")
