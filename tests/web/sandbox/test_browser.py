"""The page in a real Chromium: it sends, shows, taps, and runs nothing that anybody wrote."""

import shutil

import pytest
from playwright.async_api import async_playwright, expect

from .conftest import Rig

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.parametrize("width", [1280, 360])
async def test_chat_page(rig: Rig, width: int) -> None:
    link = '<a href="weixin://bizmsgmenu?msgmenucontent=投诉&msgmenuid=k3">3 投诉</a>'
    rig.gateway.says(f"<img src=x onerror=alert(1)>{link}")
    complaints: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = await browser.new_page(viewport={"width": width, "height": 740})
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        await page.goto(str(rig.client.make_url("/sandbox/")))
        await page.fill("#input", "<b>你好</b>")
        await page.press("#input", "Enter")
        await expect(page.locator(".msg.citizen .bubble")).to_have_text("<b>你好</b>")
        await expect(page.locator(".msg.account .bubble")).to_have_text("<img src=x onerror=alert(1)>3 投诉")
        await page.click(".choice")
        await expect(page.locator(".msg.citizen .bubble").last).to_have_text("投诉")
        await page.click("#menu [data-key=mine]")
        await expect(page.locator(".msg.account")).to_have_count(3)
        assert await page.evaluate("document.documentElement.scrollWidth") == width
        await browser.close()
    assert complaints == []
    assert [f.get("bizmsgmenuid", f.get("EventKey")) for f in rig.gateway.received] == [None, "k3", "mine"]
