"""What scripts rely on: say, messages, clock, citizens, traffic, and the page's own data."""

import re
from typing import Any

import pytest

from .conftest import AN, Rig


@pytest.mark.parametrize(
    "body",
    [
        {"openid": AN},
        {"text": "谁"},
        {"openid": "", "text": "谁"},
        {"openid": AN, "text": ""},
        {"openid": AN, "text": 5},
        {"openid": AN, "text": "一", "image": "sample"},
        {"openid": AN, "image": "not base64!"},
        {"openid": AN, "choice": "none such"},
        {"openid": AN, "event": {}},
        {"openid": AN, "location": {"latitude": "north"}},
        {"openid": AN, "location": {"latitude": 91}},
        {"openid": AN, "text": "一", "repeat": 0},
        {"openid": AN, "text": "一", "msgid": "seven"},
        {"openid": AN, "text": "一", "surprise": True},
        ["not an object"],
    ],
)
async def test_say_refuses_what_it_cannot_understand(rig: Rig, body: Any) -> None:
    answer = await rig.client.post("/sandbox/wechat/city/say", json=body)
    assert (answer.status, list(await answer.json())) == (400, ["error"])
    assert rig.gateway.received == []


async def test_unknown_account_and_no_json(rig: Rig) -> None:
    assert (await rig.client.post("/sandbox/wechat/none/say", json={})).status == 400
    assert (await rig.client.post("/sandbox/wechat/city/say", data=b"{")).status == 400


async def test_messages_in_both_directions(rig: Rig) -> None:
    rig.gateway.says("您好")
    await rig.say(text="你好")
    await rig.move(advance="1h")
    await rig.send("进度")
    first, second, third = await rig.messages()
    assert first | {"time": ""} == {
        "id": 1, "from": "citizen", "type": "text", "time": "", "text": "你好", "choices": [],
    }  # fmt: skip
    assert (second["from"], second["via"], second["text"], second["raw"]) == ("account", "passive", "您好", "您好")
    assert (third["from"], third["via"], third["text"]) == ("account", "custom", "进度")
    assert [m["time"][:14] for m in (first, second, third)] == ["2026-11-21T09:", "2026-11-21T09:", "2026-11-21T10:"]
    assert first["time"].endswith("+08:00")
    later = await rig.get("wechat/city/messages", openid=AN, after="2")
    assert ([m["id"] for m in later["messages"]], later["following"], later["window_left"]) == ([3], True, 4)
    assert (await rig.get("wechat/city/messages", openid="oNobody"))["messages"] == []


@pytest.mark.parametrize(
    ("body", "now"),
    [
        ({"advance": "8h"}, "2026-11-21T17:00"),
        ({"advance": "1d2h30m"}, "2026-11-22T11:30"),
        ({"advance": "-1h"}, "2026-11-21T08:00"),
        ({"set": "2026-12-31T23:00:00+08:00"}, "2026-12-31T23:00"),
        ({"set": "2026-12-31T23:00"}, "2026-12-31T23:00"),
        ({"set": "2026-12-31T15:00:00Z"}, "2026-12-31T23:00"),
    ],
)
async def test_clock_moves(rig: Rig, body: dict[str, str], now: str) -> None:
    moved = await rig.move(**body)
    assert (moved[:16], moved[-6:]) == (now, "+08:00")
    assert (await rig.get("clock"))["now"][:16] == now


@pytest.mark.parametrize(
    "body",
    [{}, {"advance": "soon"}, {"advance": "8"}, {"advance": 8}, {"set": "yesterday"}, {"advance": "1h", "set": "x"},
     {"advance": "99999999999999d"}, {"set": "9999-12-31T00:00"}, {"advance": "900000d"}],
)  # fmt: skip
async def test_clock_refuses(rig: Rig, body: dict[str, Any]) -> None:
    answer = await rig.client.post("/sandbox/clock", json=body)
    assert (answer.status, list(await answer.json())) == (400, ["error"])
    assert (await rig.get("clock"))["now"][:16] == "2026-11-21T09:00"


async def test_citizens(rig: Rig) -> None:
    names = [c["name"] for c in (await rig.get("wechat/city/citizens"))["citizens"]]
    assert names == ["王阿姨", "李先生", "小张"]
    answer = await rig.client.post("/sandbox/wechat/city/citizens", json={"name": "赵师傅"})
    added = await answer.json()
    assert (re.fullmatch(r"o[\w-]{27}", added["openid"]) is not None, added["following"]) == (True, True)
    await rig.say(openid=added["openid"], event="unsubscribe")
    assert (await rig.get("wechat/city/citizens"))["citizens"][-1] == added | {"following": False}


async def test_traffic_shows_both_directions_plain(rig: Rig) -> None:
    rig.gateway.says("收到")
    await rig.say(text="井盖坏了")
    await rig.token()
    callback, api = (await rig.get("wechat/city/traffic"))["exchanges"]
    assert (callback["direction"], api["direction"], api["name"]) == ("callback", "api", "stable_token")
    assert "井盖坏了" in callback["request"]["plain"]
    assert "井盖坏了" not in callback["request"]["body"]
    assert "收到" in callback["response"]["plain"]
    assert (await rig.get("wechat/city/traffic", after=str(api["id"])))["exchanges"] == []


async def test_changes_are_streamed(rig: Rig) -> None:
    async with rig.client.get("/sandbox/events") as stream:
        assert stream.content_type == "text/event-stream"
        assert await stream.content.readline() == b"retry: 2000\n"
        await rig.move(advance="1h")
        await stream.content.readline()
        assert await stream.content.readline() == b'data: {"kind": "clock", "account": "", "openid": ""}\n'


async def test_page_has_a_strict_policy_and_nothing_inline(rig: Rig) -> None:
    answer = await rig.client.get("/sandbox/")
    html = await answer.text()
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:")
    assert re.findall(r"<script[^>]*>", html) == ['<script type="module" src="static/chat.js">']
    assert re.findall(r"<style|\son\w+=|\sstyle=|https?://", html) == []
    assert '<a class="button" id="console-link" href="/console/">' in html
    for name in ("parts.js", "chat.js", "chat.css"):
        served = await rig.client.get(f"/sandbox/static/{name}")
        assert (served.status, "Content-Security-Policy" in served.headers) == (200, True)
    assert (await rig.client.get("/sandbox/static/other.js")).status == 404
    script = await (await rig.client.get("/sandbox/static/chat.js")).text()
    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", script) == []


async def test_hostile_text_stays_text(rig: Rig) -> None:
    hostile = "<script>alert(1)</script><a href='javascript:alert(1)'>点</a>]]></Content><MsgType>x"
    rig.gateway.says(hostile.replace("]]>", "]]]]><![CDATA[>"))
    seen = await rig.say(text=hostile)
    assert rig.gateway.received[0]["Content"] == hostile
    assert seen["replies"][0] == {
        "type": "text", "text": hostile, "choices": [], "parts": [{"text": hostile}], "raw": hostile,
    }  # fmt: skip
    answer = await rig.client.get("/sandbox/wechat/city/messages", params={"openid": AN})
    assert (answer.content_type, answer.headers["X-Content-Type-Options"]) == ("application/json", "nosniff")
