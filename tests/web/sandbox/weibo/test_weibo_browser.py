"""The page in a real Chromium: posts, comments, private messages, and nothing runs that anybody wrote."""

import json
import os
import shutil
from urllib.parse import quote

import pytest
from playwright.async_api import async_playwright, expect

from .conftest import NAME, Rig, passive

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SHOTS = os.environ.get("WENQIAO_SCREENSHOTS", "")


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.parametrize("width", [1280, 360])
async def test_timeline_and_private_messages(rig: Rig, width: int) -> None:
    rig.gateway.answer = passive("<img src=x onerror=alert(1)>请选择：\n1. 投诉\n2. 求助")
    complaints: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = await browser.new_page(viewport={"width": width, "height": 800})
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        await page.goto(str(rig.client.make_url("/sandbox/weibo/")))
        await page.fill("#post-text", "<b>人民路</b> 8 号路灯坏了三天，晚上一片漆黑，老人出门很危险。")
        await page.click("#post-at")
        await page.click("#post-sample")
        await page.click("#post-sample")
        await page.click("#publish")
        await expect(page.locator(".post .words")).to_have_text(
            f"@{NAME} <b>人民路</b> 8 号路灯坏了三天，晚上一片漆黑，老人出门很危险。"
        )
        await expect(page.locator(".post .pictures img")).to_have_count(2)
        post = rig.gateway.received[0]["data"]["key"]
        assert await rig.comment(post, "您好，您反映的问题已收到，编号 WQ20261121-0000019。请私信继续办理。") == 0
        await expect(page.locator(".comments li.account")).to_have_count(1)
        await page.click(".comments li.account button")
        await page.fill(".answer input", "谢谢，还要多久？")
        await page.press(".answer input", "Enter")
        await expect(page.locator(".comments li.citizen")).to_contain_text(f"回复@{NAME}:谢谢，还要多久？")
        await _shoot(page, f"timeline-{width}")
        await page.click("#tab-chat")
        await expect(page.locator(".msg.account .bubble").first).to_contain_text("<img src=x onerror=alert(1)>")
        await page.fill("#input", "1")
        await page.press("#input", "Enter")
        await page.click("#menu [data-key=mine]")
        await page.click("#more")
        await page.click("[data-sample=image]")
        await expect(page.locator(".msg.account")).to_have_count(5)
        await expect(page.locator(".msg.citizen img")).to_have_count(1)
        assert await page.evaluate("document.documentElement.scrollWidth") == width
        await _shoot(page, f"chat-{width}")
        await page.reload()
        await expect(page.locator("#talk")).to_be_visible()
        if width < 1100:
            await page.click("#panel-open")
        await page.check("[data-condition=captcha]")
        await expect(page.locator("#quota")).to_have_text("今天的接口调用 1 / 100")
        await page.wait_for_timeout(250)
        await _shoot(page, f"panel-{width}")
        assert await rig.send("要验证码") == 20031
        await page.click(".platforms a >> nth=0")
        await expect(page.locator(".platforms [aria-current]")).to_have_text("微信")
        await browser.close()
    assert complaints == []
    assert [push["type"] for push in rig.gateway.received] == ["mention", "mention", "text", "event", "image"]


async def _shoot(page, name: str) -> None:
    """Keep a screenshot where the environment asks for them."""
    if SHOTS:
        await page.screenshot(path=f"{SHOTS}/{name}.png")


async def test_names_with_marks_are_shown_as_they_are(rig: Rig) -> None:
    hostile = "<script>alert(1)</script>"
    added = await rig.post("citizens", {"name": hostile})
    data = quote(json.dumps({"text": hostile}), safe="")
    rig.gateway.answer = passive("", data=data)
    seen = await rig.say(uid=added["uid"], text=hostile)
    assert (added["name"], seen["replies"]) == (hostile[:20], [{"type": "text", "text": hostile}])
