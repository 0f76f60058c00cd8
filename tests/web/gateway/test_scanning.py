"""From a unit's QR code to the clerk's suggestion, on both platforms; and the bottom menu at the platform."""

from adapters.transport import Transport
from adapters.wechat.storefront import menu_body, menu_lines
from adapters.wechat.tokens import MemoryTokens
from bot.app.accounts import build_accounts

from .conftest import House, number_in, shown
from .weibo import blogger


async def test_a_code_of_a_unit_on_wechat(house: House) -> None:
    transport = await Transport.create()
    try:
        accounts = build_accounts(
            house.office.settings,
            phrasing=house.office.phrasing,
            transport=transport,
            tokens=MemoryTokens(),
            clock=house.clock,
        )
        platform = accounts.wechat["demo"]
        address = await platform.scene_address("unit:zhujian:政务大厅")
        before = await platform.menu()
        await platform.put_menu(house.office.menu)
        after = await platform.menu()
    finally:
        await transport.close()
    assert (before, after) == ((), menu_lines(menu_body(house.office.menu)))
    an = await house.citizen("安阿姨")
    await an.does(event="unsubscribe")
    assert "您正在向市住建局（政务大厅）反映" in shown(await an.does(scan=address))
    number = await an.files()
    (filed, *_) = await house.events(number)
    assert filed.data["scene"] == "unit:zhujian:政务大厅"
    other = await an.files("长江路的井盖丢了三天没有人管")
    assert "scene" not in (await house.events(other))[0].data


async def test_a_code_of_a_unit_on_weibo(small_house: House) -> None:
    house = small_house
    lin = await blogger(house, "林晓")
    answer = await lin.does(event={"type": "scan_follow", "key": "QR_LIMIT_SCENE_101"})
    assert "您正在向市住建局反映" in answer["replies"][0]["text"]
    for text in ("投诉", "和平路工地夜里一直施工到凌晨三点", "跳过", "跳过", "跳过"):
        await lin.says(text)
    assert "反映给：市住建局" in await lin.says("公开")
    number = number_in(await lin.says("提交"))
    assert (await house.events(number))[0].data["scene"] == "unit:zhujian"
