"""Headless Chromium at a running demo. What a page complains about, or asks of another host, fails the test."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, Request, async_playwright, expect

from tests.acceptance.processes import Running, demo

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
FRIDAY = "2026-11-20T10:00:00"
DESKTOP, PHONE = (1280, 900), (360, 800)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with demo(tmp_path_factory.mktemp("demo"), at=FRIDAY) as server:
        yield server


class Room:
    """People at browsers of their own, in one Chromium, in front of one demo."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser = browser
        self._url = url
        self.complaints: list[str] = []

    async def person(self, path: str, size: tuple[int, int] = DESKTOP) -> Page:
        """Return a page of a fresh browser at `path`."""
        context = await self._browser.new_context(
            base_url=self._url, viewport={"width": size[0], "height": size[1]}, locale="zh-CN"
        )
        page = await context.new_page()
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        page.on("request", self._on_request)
        await page.goto(path)
        return page

    async def staff(self, name: str, size: tuple[int, int] = DESKTOP) -> Page:
        """Return a page of somebody who has signed in."""
        page = await self.person("/console/", size)
        await page.get_by_label("用户名").fill(name)
        await page.get_by_label("密码").fill("wenqiao-demo")
        await page.get_by_role("button", name="登录").click()
        await expect(page.get_by_role("button", name="退出")).to_be_visible()
        return page

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:  # a violated Content-Security-Policy is an error here
            self.complaints.append(f"{message.type}: {message.text}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self._url, "data:", "blob:")):
            self.complaints.append(f"another host: {request.url}")


@pytest.fixture
async def room(running: Running) -> AsyncIterator[Room]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        people = Room(browser, running.url)
        yield people
        await browser.close()
    assert people.complaints == []


async def picture(page: Page, name: str) -> None:
    """Keep a screenshot when WENQIAO_SCREENSHOTS names a folder."""
    folder = os.environ.get("WENQIAO_SCREENSHOTS")
    if folder:
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
