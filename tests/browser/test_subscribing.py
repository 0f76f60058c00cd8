"""A citizen answers the popup of 订阅通知 on the phone, leaves, and is told all the same."""

from playwright.async_api import expect

from tests.browser.chat import answered, file_with_clicks
from tests.browser.conftest import PHONE, Room, picture


async def test_who_consents_is_told_after_leaving(room: Room) -> None:
    phone = await room.person("/sandbox/", PHONE)
    number = await file_with_clicks(phone, "中山公园的长椅断了两条腿，没人来修。")
    await phone.get_by_role("button", name="订阅", exact=True).click()
    popup = phone.get_by_role("dialog", name="允许服务号发送以下通知")
    await expect(popup.get_by_text("未同意")).to_be_visible()
    await picture(phone, "subscribe-popup")
    await popup.get_by_role("button", name="允许").click()
    await expect(popup).to_be_hidden()
    await phone.get_by_role("button", name="照片、语音、视频、位置").click()
    await phone.get_by_role("button", name="订阅", exact=True).click()
    await expect(popup.get_by_text("已同意，还可发 1 条")).to_be_visible()
    await popup.get_by_role("button", name="关上").click()

    await phone.get_by_role("button", name="沙盒设置").click()
    await phone.get_by_role("button", name="取消关注").click()
    await phone.get_by_role("button", name="关闭设置").click()
    clerk = await room.staff("shouli")
    await clerk.get_by_role("link", name=number).click()
    await clerk.get_by_role("button", name="受理", exact=True).click()
    await answered(phone, "已受理，回复“查询”看进度")
    await clerk.reload()
    await expect(clerk.get_by_text("订阅通知：已同意订阅")).to_be_visible()
    await picture(phone, "subscribe-told")
    await picture(clerk, "subscribe-console")
    assert room.complaints == []
