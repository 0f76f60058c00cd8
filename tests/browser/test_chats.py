"""A person in the chat: the citizen's phone and the console talk without a reload, at a desk and on a phone."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.chat import answered, type_in
from tests.browser.conftest import DESKTOP, PHONE, Room, picture
from tests.browser.test_pages import check


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
async def test_citizen_and_staff_talk_live(room: Room, size: tuple[int, int]) -> None:
    phone = await room.person("/sandbox/")
    await type_in(phone, "投诉")
    await answered(phone, "请用一段话写清楚")
    await type_in(phone, "楼下烧烤店每天油烟很大")
    await answered(phone, "请告诉我地点")
    await type_in(phone, "人工")
    await answered(phone, "正在为您找工作人员")
    page = await room.staff("admin", size)
    await check(page, "inbox-waiting", size)
    await page.goto("/console/chats")
    await check(page, "chats", size)
    await page.locator(".chats a").first.click()
    await check(page, "chat-queued", size)
    await page.get_by_role("button", name="接入").click()
    await expect(page.get_by_role("button", name="发送")).to_be_visible()
    lines = page.locator("#lines")
    await type_in(phone, "您好，有人吗")
    await expect(lines).to_contain_text("您好，有人吗")
    await page.locator(".canned button").first.click()
    await page.get_by_label("要对市民说的话").press("Control+Enter")
    await expect(lines).to_contain_text("我是工作人员")
    await expect(page.get_by_label("要对市民说的话")).to_have_value("")
    await answered(phone, "【工作人员】您好，我是工作人员")
    await expect(lines.locator(".sent").last).to_have_text("已发出")
    await page.get_by_label("要对市民说的话").fill("请把照片发来，谢谢。")
    await page.get_by_role("button", name="发送").click()
    await answered(phone, "请把照片发来")
    await type_in(phone, "楼里着火了")
    await answered(phone, "119")
    await expect(lines).to_contain_text("楼里着火了")
    await page.reload()
    await check(page, "chat-held", size)
    await page.goto("/console/")
    await check(page, "inbox-alarm", size)
    await page.get_by_label("怎么处置的").fill("已电话核实")
    await page.get_by_role("button", name="已处置").click()
    await expect(page.get_by_text("紧急情况")).to_have_count(0)
    await page.goto("/console/chats")
    await page.locator(".chats a").first.click()
    await page.get_by_role("button", name="结束，交回系统").click()
    await expect(page.get_by_text(re.compile("结束：已交回系统"))).to_be_visible()
    await check(page, "chat-ended", size)
    await answered(phone, "工作人员已结束这次对话")
    await picture(phone, f"chat-phone-{size[0]}")
    await type_in(phone, "继续")
    await answered(phone, "请告诉我地点")
    await type_in(phone, "取消")
    await answered(phone, "确定取消吗")
    await type_in(phone, "确定")
    await answered(phone, "已取消")
