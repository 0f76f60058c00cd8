"""The whole story with real clicks on the two pages, the second window beside the first."""

import re

from playwright.async_api import Page, expect

from tests.browser.chat import answered, file_with_clicks, tap, type_in
from tests.browser.conftest import Room, picture

CONTENT = "柳荫路路口的红绿灯坏了三天，过马路很危险。"
XSS = "<script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}\"'><b>路灯坏了</b>"


async def press(page: Page, button: str) -> None:
    await page.get_by_role("button", name=button, exact=True).click()
    await expect(page.get_by_role("status")).to_be_visible()


async def test_citizen_clerk_and_officer(room: Room) -> None:
    citizen = await room.person("/sandbox/")
    number = await file_with_clicks(citizen, CONTENT)
    await picture(citizen, "story-1-filed")

    clerk = await room.staff("shouli")
    await clerk.get_by_role("link", name=number).click()
    await expect(clerk.get_by_text(CONTENT)).to_be_visible()
    await expect(clerk.get_by_alt_text(re.compile("市民上传的第1个附件"))).to_be_visible()
    await picture(clerk, "story-2-petition")
    await press(clerk, "受理")
    await answered(citizen, "您的投诉已受理")
    await clerk.get_by_label("责任单位", exact=True).select_option("jiaotong")
    await press(clerk, "转办")
    await answered(citizen, "您的投诉已转给云溪市交通运输局办理，要问详情可以打 0999-5550203")

    officer = await room.staff("jiaotong")
    units = await officer.locator("#list .c-unit").all_inner_texts()
    assert set(units) == {"市交通局"}
    await officer.get_by_role("link", name=number).click()
    await expect(officer.get_by_role("button", name="受理")).to_have_count(0)
    await officer.get_by_label("答复内容，原文发给市民").fill("红绿灯已修好，今天恢复。")
    await press(officer, "答复")
    await answered(citizen, "红绿灯已修好，今天恢复。")

    await clerk.reload()
    await press(clerk, "办结")
    await picture(clerk, "story-3-closed")
    await answered(citizen, "请给结果打分")
    await tap(citizen, "满意")
    await answered(citizen, "事情解决了吗？")
    await tap(citizen, "解决了")
    await answered(citizen, "请用一句话说说办得怎么样")
    await tap(citizen, "跳过")
    await answered(citizen, f"谢谢，{number}的评价已记下。")
    await picture(citizen, "story-4-rated")


async def test_the_clock_is_moved_past_the_deadlines(room: Room) -> None:
    citizen = await room.person("/sandbox/#demo/")
    await citizen.get_by_role("button", name="李先生").click()
    number = await file_with_clicks(citizen, "楼下的窨井盖松了，晚上车一过就响。")
    await citizen.get_by_role("button", name="+8小时").click()
    await answered(citizen, "您的投诉没有按时响应，已经上报督办")
    for step in ("+7天", "+7天"):
        await citizen.get_by_role("button", name=step).click()
    await expect(citizen.locator(".card").last).to_contain_text("答复超时")
    await expect(citizen.locator(".card").last).to_contain_text(number)
    await citizen.get_by_role("button", name="原始报文").first.click()
    await expect(citizen.locator("#traffic details").first).to_be_visible()
    await picture(citizen, "story-5-overdue")
    clerk = await room.staff("shouli")
    await clerk.get_by_role("link", name=re.compile("红灯")).click()
    await expect(clerk.get_by_role("link", name=number)).to_be_visible()
    await picture(clerk, "story-6-red")


async def test_words_of_a_citizen_are_only_words(room: Room) -> None:
    citizen = await room.person("/sandbox/")
    await citizen.get_by_role("button", name="小张").click()
    for words in ("投诉", XSS, XSS, "跳过", "跳过", "公开"):
        await type_in(citizen, words)
        await expect(citizen.locator("#typing")).to_be_hidden()
    await answered(citizen, "请核对")
    await type_in(citizen, "提交")
    await answered(citizen, "已登记")
    [number] = re.findall(r"WQ\d{8}-\d{7}", await citizen.locator(".msg.account").last.inner_text())
    await expect(citizen.locator(".msg.citizen .bubble", has_text="onerror").first).to_have_text(XSS)
    clerk = await room.staff("shouli")
    row = clerk.locator("#list .row", has_text=str(number))
    await expect(row).to_contain_text("{{7*7}}")
    await row.get_by_role("link", name=number).click()
    await expect(clerk.locator("p.words").first).to_have_text(XSS)
    assert await clerk.locator("main script, main img[src=x], main b:text('路灯坏了')").count() == 0
    await clerk.get_by_label("备注，市民会看到").first.fill(XSS)
    await press(clerk, "受理")
    await answered(citizen, f"说明：{XSS.replace('<', '＜')}")  # no markup of the office's own can be made either
    await picture(clerk, "story-7-inert")


async def test_a_clerk_needs_no_mouse(room: Room) -> None:
    citizen = await room.person("/sandbox/")
    number = await file_with_clicks(citizen, "公交站牌倒了，挡住盲道。")
    clerk = await room.staff("shouli")
    await clerk.keyboard.press("/")
    await expect(clerk.get_by_label("搜索")).to_be_focused()
    await clerk.keyboard.type(number)
    await clerk.keyboard.press("Enter")
    await expect(clerk.locator("#list .row")).to_have_count(1)
    await clerk.keyboard.press("j")
    await expect(clerk.get_by_role("link", name=number)).to_be_focused()
    await clerk.keyboard.press("Enter")
    await expect(clerk.get_by_role("heading", name=number)).to_be_visible()
    accept = clerk.get_by_role("button", name="受理", exact=True)
    for stop in range(40):
        await clerk.keyboard.press("Tab")
        assert await clerk.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", stop
        if await accept.evaluate("button => button === document.activeElement"):
            break
    await expect(accept).to_be_focused()
    await clerk.keyboard.press("Enter")
    await expect(clerk.get_by_role("status")).to_have_text("已受理，市民会收到通知。")
