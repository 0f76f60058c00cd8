"""The phone of the sandbox, used as a person does: typing and tapping."""

import re

from playwright.async_api import Page, expect


async def answered(page: Page, words: str) -> None:
    """Wait until the newest bubble of the office says `words`."""
    await expect(page.locator(".msg.account, .card").last).to_contain_text(words)


async def type_in(page: Page, text: str) -> None:
    await page.get_by_label("输入消息").fill(text)
    await page.get_by_role("button", name="发送", exact=True).click()


async def tap(page: Page, label: str) -> None:
    """Tap a choice of the newest bubble."""
    await page.locator(".msg.account").last.get_by_role("button", name=re.compile(rf"^\d+\. {label}$")).click()


async def file_with_clicks(page: Page, content: str) -> str:
    """File a complaint by menu, taps, a sample picture and a place; return its number."""
    await page.get_by_role("button", name="我要诉求").click()
    await answered(page, "请选您要办的事")
    await tap(page, "投诉")
    await answered(page, "请用一段话写清楚您要投诉的事")
    await type_in(page, content)
    await answered(page, "请告诉我地点")
    await page.get_by_role("button", name="照片、语音、视频、位置").click()
    await page.get_by_role("button", name="位置", exact=True).click()
    await page.get_by_label("地址").fill("东湖区柳荫路 18 号")
    await page.locator("#place-form").get_by_role("button", name="发送").click()
    await answered(page, "位置收到了：东湖区柳荫路 18 号")
    await page.get_by_role("button", name="示例照片").click()
    await answered(page, "已收到 1 份材料")
    await tap(page, "完成")
    await answered(page, "请留一个联系电话")
    await tap(page, "跳过")
    await answered(page, "办理结果可以公开吗")
    await tap(page, "公开")
    await answered(page, "请核对")
    await tap(page, "提交")
    await answered(page, "已登记，请记好编号")
    [number] = re.findall(r"WQ\d{8}-\d{7}", await page.locator(".msg.account").last.inner_text())
    return str(number)
