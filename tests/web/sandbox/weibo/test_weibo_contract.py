"""What scripts rely on: say, mention, messages, comments, posts, citizens, faults, traffic, and the page's own data."""

import asyncio
import re
from typing import Any

import pytest
from aiohttp import web

from adapters.sandbox.app import sandbox_app
from adapters.sandbox.weibo.accounts import SandboxWeibo
from bot.clock import MovableClock

from .conftest import AN, FANS, NAME, UID, Rig, passive


@pytest.mark.parametrize(
    "body",
    [
        {"uid": AN},
        {"text": "谁"},
        {"uid": "", "text": "谁"},
        {"uid": "o123", "text": "谁"},
        {"uid": "0123", "text": "谁"},
        {"uid": True, "text": "谁"},
        {"uid": UID, "text": "自己"},
        {"uid": AN, "text": ""},
        {"uid": AN, "text": 5},
        {"uid": AN, "text": "一", "image": "sample"},
        {"uid": AN, "image": "not base64!"},
        {"uid": AN, "event": {}},
        {"uid": AN, "event": {"type": "click", "data": 1}},
        {"uid": AN, "position": {"latitude": "north"}},
        {"uid": AN, "position": {"latitude": 91}},
        {"uid": AN, "other": {"type": "video", "data": 1}},
        {"uid": AN, "text": "一", "repeat": 0},
        {"uid": AN, "text": "一", "gap": "long"},
        {"uid": AN, "text": "一", "surprise": True},
        ["not an object"],
    ],
)
async def test_say_refuses_what_it_cannot_understand(rig: Rig, body: Any) -> None:
    answer = await rig.client.post("/sandbox/weibo/city/say", json=body)
    assert (answer.status, list(await answer.json())) == (400, ["error"])
    assert rig.gateway.received == []


@pytest.mark.parametrize(
    "body",
    [
        {"text": "谁"},
        {"uid": AN},
        {"uid": AN, "text": ""},
        {"uid": AN, "text": "一", "in": "story"},
        {"uid": AN, "text": "一", "post": "1"},
        {"uid": AN, "text": "一", "in": "comment", "post": "1"},
        {"uid": AN, "text": "一", "in": "comment", "post": "x"},
        {"uid": AN, "text": "一", "in": "comment", "reply_to": "1"},
        {"uid": AN, "text": "一", "in": "comment", "pictures": 1},
        {"uid": AN, "text": "一", "pictures": 19},
        {"uid": AN, "text": "一", "pictures": "sample"},
        {"uid": AN, "text": "一", "push": "yes"},
        {"uid": AN, "text": "一", "comments": "nobody"},
        {"uid": AN, "text": "长" * 5001},
        {"uid": AN, "text": "一", "surprise": True},
    ],
)
async def test_mention_refuses_what_it_cannot_understand(rig: Rig, body: Any) -> None:
    answer = await rig.client.post("/sandbox/weibo/city/mention", json=body)
    assert (answer.status, list(await answer.json())) == (400, ["error"])
    assert (rig.gateway.received, (await rig.get("posts"))["posts"]) == ([], [])


@pytest.mark.parametrize(
    "body",
    [
        {"nothing": None},
        {"messages_reply": {"mode": "sulk"}},
        {"captcha": "yes"},
        {"no_grant": ["everything"]},
        {"no_grant": "statuses_mentions"},
        {"fans_token": "old"},
        {"fans_token": 3},
        {"push_form": "yaml"},
        {"calls_a_day": -1},
        {"calls_a_day": True},
        {"captcha": True, "messages_reply": 5},
    ],
)
async def test_faults_are_all_ordered_or_none(rig: Rig, body: Any) -> None:
    before = await rig.get("faults")
    answer = await rig.client.post("/sandbox/weibo/city/faults", json=body)
    assert (answer.status, await rig.get("faults")) == (400, before)


async def test_faults_at_the_start_and_after(rig: Rig) -> None:
    told = await rig.post("faults", {"messages_reply": {"mode": "errcode", "errcode": 10001, "times": 2}})
    conditions = told["conditions"]
    assert told["faults"] == {"messages_reply": {"mode": "errcode", "times": 2, "errcode": 10001, "seconds": 30.0}}
    assert {name: value for name, value in conditions.items() if not isinstance(value, dict)} == {
        "no_grant": [],
        "captcha": False,
        "mention_push": True,
        "resign": True,
        "push_form": "json",
    }
    assert (conditions["calls_a_day"], conditions["fans_token"]) == (
        {"limit": 100, "used": 0},
        {"state": "good", "until": "2027-11-21T09:00:00+08:00"},
    )
    assert (await rig.post("faults", {"messages_reply": None}))["faults"] == {}


async def test_messages_in_both_directions(rig: Rig) -> None:
    rig.gateway.answer = passive("您好")
    assert (await rig.get("messages", uid=AN)) == {
        "uid": AN,
        "following": False,
        "subscribed": False,
        "window": {"kind": "closed", "until": "", "left": 0},
        "messages": [],
    }
    seen = await rig.say(text="你好")
    assert seen["replies"] == [{"type": "text", "text": "您好"}]
    await rig.move(advance="1h")
    await rig.send("进度")
    told = await rig.get("messages", uid=AN)
    assert [(m["from"], m["type"], m["text"], m.get("via")) for m in told["messages"]] == [
        ("citizen", "text", "你好", None),
        ("account", "text", "您好", "passive"),
        ("account", "text", "进度", "reply"),
    ]
    assert told["window"] == {"kind": "contact", "until": "2026-11-23T09:00:00+08:00", "left": None}
    assert [m["time"][:14] for m in told["messages"]] == ["2026-11-21T09:", "2026-11-21T09:", "2026-11-21T10:"]
    later = await rig.get("messages", uid=AN, after=told["messages"][1]["id"])
    assert [m["text"] for m in later["messages"]] == ["进度"]
    assert (await rig.client.get("/sandbox/weibo/city/messages")).status == 400


async def test_posts_and_comments(rig: Rig) -> None:
    plain = await rig.post("posts", {"uid": AN, "text": "今天天气好"})
    told = await rig.mention("路灯坏了", pictures=["sample"])
    await rig.comment(told["post"], "已收到，编号 1")
    office = (await rig.get("comments", post=told["post"]))["comments"][0]
    back = await rig.post("posts", {"uid": AN, "in": "comment", "text": "谢谢", "reply_to": office["id"]})
    assert [(found["mentioned"], found["pushed"]) for found in (plain, told, back)] == [
        (False, False),
        (True, True),
        (False, False),
    ]
    newest, oldest = (await rig.get("posts"))["posts"]
    assert (oldest["id"], oldest["comments"], newest["url"]) == (plain["post"], [], told["url"])
    assert re.fullmatch(rf"https://weibo\.com/{AN}/[0-9a-zA-Z]{{9}}", told["url"]) is not None
    assert [(c["from"], c["name"], c["text"], c["reply_to"]) for c in newest["comments"]] == [
        ("account", NAME, "已收到，编号 1", ""),
        ("citizen", f"用户{AN}", "谢谢", office["id"]),
    ]
    assert newest["comments"] == (await rig.get("comments", post=told["post"]))["comments"]
    assert [c["text"] for c in (await rig.get("comments", uid=UID))["comments"]] == ["已收到，编号 1"]
    assert [c["text"] for c in (await rig.get("comments", after=office["id"]))["comments"]] == ["谢谢"]
    await rig.post("delete", {"id": told["post"]})
    assert ([post["id"] for post in (await rig.get("posts"))["posts"]], (await rig.get("comments"))["comments"]) == (
        [plain["post"]],
        [],
    )
    assert (await rig.client.post("/sandbox/weibo/city/delete", json={"id": "12"})).status == 400


async def test_citizens(rig: Rig) -> None:
    first = (await rig.get("citizens"))["citizens"]
    assert [(c["name"], c["following"], c["subscribed"]) for c in first] == [
        ("江边早起的老陈", True, False),
        ("豆豆妈在路上", True, True),
        ("半山听雨", True, False),
    ]
    added = await rig.post("citizens", {"name": "赵师傅"})
    assert (re.fullmatch(r"[1-7][0-9]{9}", added["uid"]) is not None, added["following"]) == (True, False)
    assert (await rig.client.post("/sandbox/weibo/city/citizens", json={"name": "赵师傅"})).status == 400
    await rig.say(uid=added["uid"], event="follow")
    await rig.say(uid=added["uid"], text="dy")
    assert (await rig.get("citizens"))["citizens"][-1] == added | {"following": True, "subscribed": True}


async def test_files_as_the_phone_has_them(rig: Rig) -> None:
    await rig.say(image="sample")
    shown = (await rig.messages())[0]
    answer = await rig.client.get(f"/sandbox/weibo/city/files/{shown['fid']}")
    assert (answer.status, answer.content_type) == (200, "image/jpeg")
    for missing in ("city/files/1", "city/files/x", "pictures/large/x.jpg", "pictures/huge/x.jpg"):
        assert (await rig.client.get(f"/sandbox/weibo/{missing}")).status == 404


async def test_traffic_shows_both_directions(rig: Rig) -> None:
    rig.gateway.answer = passive("收到")
    await rig.say(text="井盖坏了")
    await rig.send("进度")
    await rig.call("api/2/statuses/show.json", token="nobody's", id="1")
    callback, api, stray = (await rig.get("traffic"))["exchanges"]
    assert (callback["direction"], callback["name"], api["direction"], api["name"]) == (
        "callback", "text", "api", "2/messages/reply.json",
    )  # fmt: skip
    assert ("井盖坏了" in callback["request"]["body"], callback["response"]["plain"]) == (True, '{"text": "收到"}')
    assert (stray["response"]["line"], FANS in api["request"]["body"]) == ("HTTP 403", True)
    assert (await rig.get("traffic", after=str(stray["id"])))["exchanges"] == []


async def test_changes_are_streamed(rig: Rig) -> None:
    async with rig.client.get("/sandbox/events") as stream:
        assert await stream.content.readline() == b"retry: 2000\n"
        await rig.mention(push=False)
        seen = [await stream.content.readline() for _ in range(5)]
    assert seen[1::2] == [
        b'data: {"kind": "weibo_people", "account": "", "openid": ""}\n',
        b'data: {"kind": "weibo_post", "account": "city", "openid": ""}\n',
    ]


@pytest.mark.parametrize("place", ["", "chat"])
async def test_page_has_a_strict_policy_and_nothing_inline(rig: Rig, place: str) -> None:
    answer = await rig.client.get(f"/sandbox/weibo/{place}")
    html = await answer.text()
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:")
    assert re.findall(r"<script[^>]*>", html) == ['<script type="module" src="../static/weibo.js">']
    assert re.findall(r"<style|\son\w+=|\sstyle=|https?://", html) == []
    assert re.findall(r'<a href="([^"]*)"(.*)>(.*)</a>', html) == [
        ("../", "", "微信"),
        ("../weibo/", ' aria-current="page"', "微博"),
    ]
    for name in ("parts.js", "weibo.js", "weibo.css"):
        served = await rig.client.get(f"/sandbox/static/{name}")
        text = await served.text()
        assert (served.status, re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text)) == (
            200,
            [],
        )


async def test_state_of_the_page(rig: Rig) -> None:
    answer = await rig.client.get("/sandbox/weibo/state")
    state = await answer.json()
    assert [(one["account"], one["uid"], one["name"], len(one["citizens"])) for one in state["accounts"]] == [
        ("city", UID, NAME, 3)
    ]


async def test_unknown_account_and_no_json(rig: Rig) -> None:
    assert (await rig.client.post("/sandbox/weibo/none/say", json={})).status == 400
    assert (await rig.client.post("/sandbox/weibo/city/say", data=b"{")).status == 400


@pytest.mark.parametrize("name", ["api", "m", "upload", "pictures"])
async def test_names_that_are_paths_are_refused(clock: MovableClock, name: str) -> None:
    account = SandboxWeibo(
        account=name, uid=UID, name=NAME, app_key="1", app_secret="s", fans_token="f", oauth_token="o", callback_url=""
    )
    with pytest.raises(ValueError, match="account names"):
        sandbox_app(accounts=[], weibo=[account], clock=clock)


async def test_two_offices_are_told_each(rig: Rig, aiohttp_client: Any, clock: MovableClock) -> None:
    offices = [
        SandboxWeibo(
            account=f"office{n}",
            uid=f"100000000{n}",
            name=f"第{n}办公室",
            app_key="1",
            app_secret="s",
            fans_token=f"f{n}",
            oauth_token=f"o{n}",
            callback_url="http://127.0.0.1:1/",
        )
        for n in range(2)
    ]
    root = web.Application()
    root.add_subapp("/sandbox", sandbox_app(accounts=[], weibo=offices, clock=clock, retry_seconds=0.01))
    client = await aiohttp_client(root)
    body = {"uid": AN, "text": "@第0办公室 @第1办公室 看看", "push": False}
    await client.post("/sandbox/weibo/office0/posts", json=body)
    listed = await asyncio.gather(
        *(client.get("/sandbox/weibo/api/2/statuses/mentions.json", params={"access_token": f"o{n}"}) for n in (0, 1))
    )
    assert [len((await answer.json())["statuses"]) for answer in listed] == [1, 1]
