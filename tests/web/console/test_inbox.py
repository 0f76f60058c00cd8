"""The inbox: order, lamps, filters, search, pages, counts, and a cost that does not grow with its rows."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from bot.console import words
from bot.console.views.inbox import read_query
from bot.petitions.acts import Act
from bot.petitions.vocabulary import Kind, State

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def numbers(html: str) -> list[str]:
    return re.findall(r'<a class="number" href="/console/petitions/(WQ[0-9-]+)"', html)


async def filled(office) -> dict[str, str]:
    """Fill the inbox with one petition of each sort."""
    made = {}
    made["late"] = await office.file("停水了", place="青年路5号")
    office.clock.advance(timedelta(hours=3))
    made["soon"] = await office.file("路灯坏了", kind=Kind.HELP, place="人民公园")
    office.clock.advance(timedelta(hours=6, minutes=30))
    made["new"] = await office.file("怎么办医保", kind=Kind.CONSULT, place="")
    made["water"] = await office.forwarded("水管漏水", place="北京路")
    made["done"] = await office.file("表扬小王", kind=Kind.PRAISE)
    await office.act(made["done"], Act.REFUSE, text="已记下", elsewhere="无须再办")
    return made


async def test_the_most_urgent_comes_first(office):
    made = await filled(office)
    html = await (await office.browser("clerk")).page("/console/")
    assert numbers(html) == [made["late"], made["soon"], made["new"], made["water"]]
    lamps = re.findall(r'class="c-lamp"><span class="lamp (\w+)"><i aria-hidden="true">(.)</i>(..)</span>', html)
    assert lamps == [("red", "■", "红灯"), ("yellow", "▲", "黄灯"), ("green", "●", "绿灯"), ("green", "●", "绿灯")]
    assert re.findall(r'<span class="left">(.+?)</span>', html)[:2] == ["超 1小时30分", "剩 1小时29分"]
    assert 'title="2026-11-20 18:00到期"' in html
    assert re.findall(r'class="tally \w+" href="[^"]+"><span>(.+?)</span> <b>(\d+)</b>', html) == [
        ("待受理", "3"),
        ("▲ 黄灯", "1"),
        ("■ 红灯", "1"),
    ]
    assert "13812341234" not in html


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?scope=all", ["late", "soon", "new", "water", "done"]),
        ("?state=filed", ["late", "soon", "new"]),
        ("?state=refused", ["done"]),
        ("?kind=help", ["soon"]),
        ("?unit=water", ["water"]),
        ("?lamp=red", ["late"]),
        ("?lamp=yellow", ["soon"]),
        ("?lamp=green&state=filed", ["new"]),
        ("?q=水", ["late", "water"]),
        ("?q=人民公园", ["soon"]),
        ("?q=表扬", ["done"]),
        ("?q=表扬&scope=open", []),
        ("?q=%25", []),
        ("?state=nonsense&kind=x&lamp=none&page=x&scope=x", ["late", "soon", "new", "water"]),
    ],
)
async def test_filters(office, query, found):
    made = await filled(office)
    html = await (await office.browser("clerk")).page(f"/console/{query}")
    wanted = [made[name] for name in found]
    if "lamp=none" in query:
        wanted = []
    assert numbers(html) == wanted


async def test_a_number_is_found_with_and_without_dash(office):
    made = await filled(office)
    browser = await office.browser("clerk")
    number = made["done"]
    for typed in (
        number,
        number.removeprefix("WQ"),
        number.replace("-", ""),
        number.removeprefix("WQ").replace("-", ""),
        number.lower(),
    ):
        assert numbers(await browser.page(f"/console/?q={typed}")) == [number]
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert "这个编号的校验位不对" in await browser.page(f"/console/?q={wrong}")
    assert "没有符合条件的诉求" in await browser.page("/console/?q=没有这样的话&scope=open")


async def test_an_officer_finds_the_own_unit_whatever_is_asked_for(office):
    made = await filled(office)
    browser = await office.browser("officer")
    for query in ("", "?unit=roads", "?scope=all", "?q=水"):
        assert numbers(await browser.page(f"/console/{query}")) == [made["water"]]
    html = await browser.page("/console/")
    assert 'name="unit"' not in html


async def test_pages(office):
    made = [await office.file(f"第{n}件") for n in range(45)]
    browser = await office.browser("clerk")
    first = numbers(await browser.page("/console/"))
    second = numbers(await browser.page("/console/?page=2"))
    assert (len(first), len(second), sorted(first + second)) == (40, 5, sorted(made))
    assert "第 2 / 2 页" in await browser.page("/console/?page=2")
    assert numbers(await browser.page("/console/?page=99999999999999999999")) == []


async def test_the_counts_tell_that_something_came(office):
    browser = await office.browser("clerk")
    before = await (await browser.get("/console/counts")).json()
    await office.file()
    after = await (await browser.get("/console/counts")).json()
    assert before == {"signed_in": True, "total": 0, "filed": 0, "yellow": 0, "red": 0, "alarms": 0, "chats": 0}
    assert after == {"signed_in": True, "total": 1, "filed": 1, "yellow": 0, "red": 0, "alarms": 0, "chats": 0}


async def test_the_list_costs_the_same_for_one_row_and_for_thirty(office):
    seen: list[str] = []
    for engine in (office.storage._reader, office.storage._writer):
        event.listen(engine.sync_engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    browser = await office.browser("clerk")
    number = await office.forwarded()
    costs = []
    for more in (0, 29):
        for _ in range(more):
            await office.forwarded()
        for path in ("/console/", f"/console/petitions/{number}"):
            seen.clear()
            await browser.page(path)
            costs.append(len(seen))
    assert costs[:2] == costs[2:]


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(hours=5, minutes=20), "剩 5小时20分"),
        (timedelta(days=2), "剩 2天"),
        (timedelta(minutes=8, seconds=59), "剩 8分"),
        (timedelta(seconds=3), "剩 不到1分"),
        (timedelta(), "剩 不到1分"),
        (-timedelta(days=1, hours=3, minutes=59), "超 1天3小时"),
        (-timedelta(hours=8), "超 8小时"),
    ],
)
def test_time_left(left, said):
    assert words.time_left(NOW + left, NOW) == said


@pytest.mark.parametrize(
    ("phone", "masked"), [("13812341234", "138****1234"), ("0991-1234567", "099*****4567"), ("1234", "****"), ("", "")]
)
def test_masked_phone(phone, masked):
    assert words.masked_phone(phone) == masked


def test_an_ended_state_is_looked_for_everywhere():
    assert read_query({"state": State.CLOSED.value, "scope": "open"}).scope == "all"
    assert read_query({"state": State.FILED.value}).scope == "open"


async def test_personal_id_numbers_stand_on_the_page_of_the_petition_alone(office):
    words = "我叫王五，身份证11010519491231002X，低保没发"
    number = await office.file(words, place="身份证 11010519491231002X 所在小区")
    await office.failed_message(words)
    clerk = await office.browser("clerk")
    for path in ("/console/", "/console/trouble"):
        html = await clerk.page(path)
        assert ("1101**********002X" in html, "11010519491231002X" in html) == (True, False), path
    assert words in await clerk.page(f"/console/petitions/{number}")
