"""One person's flood: told in a sentence, kept on record, and never in the way of a word of danger."""

from .conftest import House
from .databases import rows


async def test_too_fast_is_told_kept_and_costs_the_draft_nothing(new_house: House) -> None:
    house = new_house
    await house.start(DIALOG__MESSAGES_PER_MINUTE="4")
    an, bo = await house.citizen("安阿姨"), await house.citizen("薄先生")
    for text in ("投诉", "楼下烧烤店每天油烟很大", "和平路12号", "跳过"):
        await an.says(text)
    assert (await an.says("还有一句话")).startswith("请慢一点，过一分钟再接着说。")
    assert "请慢一点" not in await an.says("家里煤气味很重")
    assert "请慢一点" not in await bo.says("你好")
    assert len(await rows(house, "SELECT key FROM inbound WHERE payload LIKE '%还有一句话%'")) == 1
    house.advance(minutes=1)
    await an.says("跳过")
    assert "楼下烧烤店每天油烟很大" in await an.says("不公开")


async def test_too_many_petitions_of_a_day_wait_for_the_next(new_house: House) -> None:
    house = new_house
    await house.start(DIALOG__PETITIONS_PER_DAY="1")
    an = await house.citizen("安阿姨")
    await an.files()
    for text in ("投诉", "长江路的井盖丢了三天没有人管", "长江路", "跳过", "跳过", "公开"):
        await an.says(text)
    assert (await an.says("提交")).startswith("请明天再提交：今天您已经登记了 1 件。")
    assert len(await house.numbers()) == 1
    house.advance(days=1)
    await an.says("继续")
    assert "已登记" in await an.says("提交")
    assert len(await house.numbers()) == 2
