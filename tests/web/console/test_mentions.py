"""The list of mentions: what waits for its citizen, what became a petition, what is none; pages, counts and cost."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event

from bot.console.views.mentions import Query, read_query
from bot.messages import Channel, CitizenRef, Inbound, InboundKind, MediaKind, MediaRef
from bot.petitions.mention_ports import Mention, MentionState, Shown

PICTURE = MediaRef(kind=MediaKind.IMAGE, media_id="https://a.example/1")


async def mentioned(
    office, number: int, text: str, *, state=MentionState.DRAFTED, detail="request", petition="", **fields
):
    """Keep a mention in this state."""
    now = office.clock.now()
    inbound = Inbound(
        key=f"weibo:demo:s{number}",
        citizen=CitizenRef(channel=Channel.WEIBO, account="demo", user="1902538057"),
        kind=InboundKind.MENTION,
        sent_at=now,
        text=text,
        raw={"context": {"url": f"https://weibo.com/1/K3f{number}"}},
    )
    inbound = replace(inbound, **fields)
    async with office.storage.begin() as work:
        await work.mentions.add([inbound], now=now)
        await work.mentions.update(Mention(inbound=inbound, state=state, found_at=now, detail=detail))
        if petition:
            await work.mentions.filed(inbound.key, petition)
        await work.commit()


async def some(office) -> str:
    """Keep one mention of each sort; return the number of the petition among them."""
    number = await office.file("路灯坏了")
    await mentioned(office, 1, "@云溪问政 等着的<b>事</b>", media=(PICTURE,))
    await mentioned(office, 2, "@云溪问政 刚来的事", state=MentionState.FOUND, detail="")
    await mentioned(office, 3, "@云溪问政 办成的事", petition=number)
    await mentioned(office, 4, "@云溪问政 真棒", state=MentionState.ASIDE, detail="praise")
    return number


def texts(html: str) -> list[str]:
    return re.findall(r'<p class="words">@云溪问政 (.*?)</p>', html)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["刚来的事", "等着的&lt;b&gt;事&lt;/b&gt;"]),
        ("?shown=filed", ["办成的事"]),
        ("?shown=aside", ["真棒"]),
        ("?shown=all", ["真棒", "办成的事", "刚来的事", "等着的&lt;b&gt;事&lt;/b&gt;"]),
        ("?shown=nonsense&page=-1", ["刚来的事", "等着的&lt;b&gt;事&lt;/b&gt;"]),
        ("?page=9", []),
    ],
)
async def test_each_list_shows_its_own(office, query, found):
    await some(office)
    html = await (await office.browser("clerk")).page(f"/console/mentions{query}")
    assert texts(html) == found
    counts = re.findall(r"<span>(等市民私信|已成诉求|不是诉求|全部)</span> <b>(\d+)</b>", html)
    assert counts == [("等市民私信", "2"), ("已成诉求", "1"), ("不是诉求", "1"), ("全部", "4")]
    assert "1902538057" not in html


async def test_a_row_says_how_long_it_waits_and_where_it_stands(office):
    number = await some(office)
    office.clock.advance(timedelta(hours=5))
    clerk = await office.browser("clerk")
    html = await clerk.page("/console/mentions?shown=all")
    for part in ("等了5小时", "刚收到", "1 张图", "https://weibo.com/1/K3f1", f"/console/petitions/{number}", "表扬"):
        assert part in html
    assert "没有当成诉求的@" not in await clerk.page("/console/trouble")


async def test_forty_a_page_at_the_same_cost(office):
    seen: list[str] = []
    event.listen(office.storage._reader.sync_engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    clerk = await office.browser("clerk")
    costs, shown = [], []
    for numbers in (range(1), range(1, 45)):
        for number in numbers:
            await mentioned(office, number, f"@云溪问政 第{number}件事")
        seen.clear()
        shown.append(len(texts(await clerk.page("/console/mentions"))))
        costs.append(len(seen))
    assert (shown, costs[0]) == ([1, 40], costs[1])
    html = await clerk.page("/console/mentions?page=2")
    assert (len(texts(html)), "第 2 / 2 页" in html, 'rel="prev"' in html, 'rel="next"' in html) == (
        5,
        True,
        True,
        False,
    )


def test_nonsense_in_the_address_is_taken_as_nothing():
    assert [read_query(given) for given in ({}, {"shown": "x", "page": "0"}, {"page": "٣"})] == [Query()] * 3
    assert read_query({"shown": "all", "page": "99999999"}) == Query(shown=Shown.ALL, page=10_000)
    assert Query(page=3).address(page=2) == {"shown": "waiting", "page": "2"}
