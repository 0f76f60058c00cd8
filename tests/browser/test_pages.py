"""Every page at a desk and on a phone: it fits, can be read aloud, and shows where the keyboard is."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Room, picture

CONSOLE = {
    "inbox": "/console/",
    "all": "/console/?scope=all",
    "none": "/console/?q=nothing-at-all",
    "mentions": "/console/mentions",
    "mentions-all": "/console/mentions?shown=all",
    "trouble": "/console/trouble",
    "accounts": "/console/accounts",
    "users": "/console/users",
    "audit": "/console/audit",
    "password": "/console/password",
}
NAMED = "input, select, textarea, button, a, img, audio, video"
NAMELESS = """named => [...document.querySelectorAll(named)].filter(one => {
    if (one.type === 'hidden' || !one.checkVisibility()) return false;
    if (one.matches('img')) return !one.hasAttribute('alt');
    const label = one.getAttribute('aria-label') || one.getAttribute('aria-labelledby');
    if (one.matches('button, a')) {
        return !(label || one.textContent.trim() || one.querySelector('img:not([alt=""])')?.alt);
    }
    return !(label || one.labels?.length);
}).map(one => one.outerHTML)"""
TWICE = """() => {
    const ids = [...document.querySelectorAll('[id]')].map(one => one.id);
    return ids.filter((id, at) => ids.indexOf(id) !== at);
}"""
WIDE = """() => [document.documentElement.scrollWidth, innerWidth]"""
BROKEN = """() => [...document.images].filter(one => one.complete && !one.naturalWidth).map(one => one.src)"""


async def check(page: Page, name: str, size: tuple[int, int]) -> None:
    await page.wait_for_load_state()
    await picture(page, f"{name}-{size[0]}")
    width, window = await page.evaluate(WIDE)
    assert (name, width) == (name, window), "scrolls sideways"
    assert await page.evaluate("document.documentElement.lang") == "zh-CN"
    assert await page.title() != ""
    assert await page.locator("main").count() == 1
    assert await page.locator("h1").count() == 1
    assert (name, await page.evaluate(NAMELESS, NAMED)) == (name, [])
    assert (name, await page.evaluate(TWICE)) == (name, [])
    assert (name, await page.evaluate(BROKEN)) == (name, [])
    for stop in range(8):
        await page.keyboard.press("Tab")
        seen = await page.evaluate(
            "(one => one === document.body || getComputedStyle(one).outlineStyle !== 'none'"
            " || getComputedStyle(one).boxShadow !== 'none')(document.activeElement)"
        )
        assert seen, (name, stop, await page.evaluate("document.activeElement.outerHTML"))


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
async def test_console(room: Room, size: tuple[int, int]) -> None:
    door = await room.person("/console/", size)
    await check(door, "login", size)
    page = await room.staff("admin", size)
    for name, path in CONSOLE.items():
        await page.goto(path)
        await check(page, name, size)
    for lamp in ("红灯", "待受理"):
        await page.goto("/console/")
        await page.locator(".tally", has_text=lamp).click()
        await page.locator("#list a.number").first.click()
        await check(page, f"petition-{lamp}", size)
    await page.goto("/console/")
    await page.locator("#list .row", has_text="已答复").first.locator("a.number").click()
    await check(page, "petition-answered", size)


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
async def test_sandbox(room: Room, size: tuple[int, int]) -> None:
    page = await room.person("/sandbox/", size)
    await page.get_by_role("button", name="我要诉求").click()
    await page.locator(".msg.account").first.wait_for()
    await check(page, "sandbox", size)
    await page.get_by_label("照片、语音、视频、位置").click()
    await check(page, "sandbox-attach", size)
    await page.locator("#traffic-toggle").click()
    await check(page, "sandbox-traffic", size)
    await page.keyboard.press("Escape")
    if size == PHONE:
        await page.locator("#panel-open").click()
        await expect(page.get_by_role("button", name="+8小时")).to_be_in_viewport(ratio=1)
        await check(page, "sandbox-panel", size)


@pytest.mark.parametrize("path", ["/sandbox/", "/sandbox/weibo/"])
async def test_troubles_are_switched_on_and_off(room: Room, path: str) -> None:
    page = await room.person(path, DESKTOP)
    await expect(page.locator("#verdicts")).to_have_text("没有违反平台规则的调用")
    name = "weibo" if "weibo" in path else "wechat"
    for planned in (True, False):
        async with page.expect_response(lambda answer: answer.request.method == "POST") as told:
            await page.get_by_label("发送接口时好时坏").set_checked(planned)
        faults = (await (await told.value).json())["faults"]
        first = faults.get("messages_reply" if name == "weibo" else "custom_send", [])
        assert [fault["share"] for fault in first] == ([0.05] * (10 if name == "weibo" else 9) if planned else [])
