"""The fake api.weixin.qq.com: tokens, windows, templates, media, faults."""

import asyncio
import io
import json
from typing import Any

import pytest
from aiohttp import web
from PIL import Image

from .conftest import AN, APP_ID, SECRET, TEMPLATE, Rig

VALUES = {
    "character_string1": "WQ20261121-0000019",
    "phrase2": "已转办",
    "thing3": "市城市管理局",
    "time4": "2026年11月21日 09:00",
}


def template(client_msg_id: str = "", openid: str = AN, template_id: str = TEMPLATE, **values: str) -> dict[str, Any]:
    data = {name: {"value": value} for name, value in (VALUES | values).items()}
    return {"touser": openid, "template_id": template_id, "client_msg_id": client_msg_id, "data": data}


# ---- tokens


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"appid": "wxother"}, 40013),
        ({"appid": ""}, 41002),
        ({"secret": "wrong"}, 40125),
        ({"secret": ""}, 41004),
        ({"grant_type": "other"}, 40002),
    ],
)
async def test_token_refusals(rig: Rig, changes: dict[str, str], errcode: int) -> None:
    assert (await rig.token_answer(**changes))["errcode"] == errcode


async def test_stable_token_stays_until_five_minutes_before_its_end(rig: Rig) -> None:
    first = await rig.token_answer()
    assert 7198 <= first["expires_in"] <= 7200
    await rig.move(advance="114m")
    second = await rig.token_answer()
    assert second["access_token"] == first["access_token"]
    assert 300 < second["expires_in"] <= 360
    await rig.move(advance="2m")
    third = await rig.token_answer()
    assert third["access_token"] != first["access_token"]
    await rig.say(text="你好")
    body = {"touser": AN, "msgtype": "text", "text": {"content": "x"}}
    assert (await rig.call("message/custom/send", body, token=first["access_token"]))["errcode"] == 0
    await rig.move(advance="5m")
    assert (await rig.call("message/custom/send", body, token=first["access_token"]))["errcode"] == 42001
    assert (await rig.call("message/custom/send", body, token="nonsense"))["errcode"] == 40001
    assert (await rig.call("message/custom/send", body, token=""))["errcode"] == 41001


async def test_forced_refresh_ends_the_old_token_and_is_rationed(rig: Rig) -> None:
    old = await rig.token()
    new = await rig.token(force_refresh=True)
    assert (await rig.call("message/custom/send", {}, token=old))["errcode"] == 40001
    assert await rig.token() == new
    assert (await rig.token_answer(force_refresh=True))["errcode"] == 45011
    for _ in range(19):
        await rig.move(advance="31s")
        await rig.token(force_refresh=True)
    await rig.move(advance="31s")
    assert (await rig.token_answer(force_refresh=True))["errcode"] == 45009


async def test_older_token_replaces_its_predecessor_and_leaves_the_stable_one(rig: Rig) -> None:
    stable = await rig.token()
    query = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET}
    first = (await rig.get("wechat/cgi-bin/token", **query))["access_token"]
    await rig.get("wechat/cgi-bin/token", **query)
    await rig.move(advance="6m")
    menu = {"button": [{"type": "click", "name": "帮助", "key": "help"}]}
    codes = [(await rig.call("menu/create", menu, token=token))["errcode"] for token in (first, stable)]
    assert codes == [42001, 0]


# ---- the window


async def test_message_opens_five_within_48_hours(rig: Rig) -> None:
    await rig.say(text="你好")
    assert [await rig.send(f"第{n}条") for n in range(6)] == [0, 0, 0, 0, 0, 45047]
    await rig.say(text="再来")
    await rig.move(advance="47h59m")
    assert await rig.send("还来得及") == 0
    await rig.move(advance="2m")
    assert await rig.send("晚了") == 45015


@pytest.mark.parametrize(
    "act",
    [
        {"event": {"type": "CLICK", "key": "mine"}},
        {"event": {"type": "subscribe"}},
        {"event": {"type": "SCAN", "key": "7"}},
        {"event": {"type": "scancode_push", "key": "q"}},
        {"choice": {"id": "k3", "label": "投诉"}},
    ],
    ids=["click", "follow", "scan", "scancode", "tapped choice"],
)
async def test_contact_opens_three_within_a_minute(rig: Rig, act: dict[str, Any]) -> None:
    await rig.say(**act)
    assert [await rig.send(f"第{n}条") for n in range(4)] == [0, 0, 0, 45047]
    await rig.say(**act)
    await rig.move(advance="61s")
    assert await rig.send("晚了") == 45015


async def test_windows_do_not_add_up_and_the_smaller_does_not_replace(rig: Rig) -> None:
    await rig.say(text="你好")
    await rig.say(event={"type": "CLICK", "key": "mine"})
    assert [await rig.send(f"第{n}条") for n in range(6)] == [0, 0, 0, 0, 0, 45047]


async def test_view_opens_nothing(rig: Rig) -> None:
    await rig.say(event={"type": "VIEW", "key": "http://example.invalid"})
    assert await rig.send("不行") == 45015


async def test_who_left_and_who_never_was(rig: Rig) -> None:
    await rig.say(text="你好")
    await rig.say(event="unsubscribe")
    assert await rig.send("还在吗") == 45015
    assert (await rig.call("message/template/send", template()))["errcode"] == 43004
    assert await rig.send("谁", openid="oNobody") == 40003
    await rig.say(event="subscribe")
    assert await rig.send("欢迎回来") == 0


# ---- 客服消息


async def test_custom_message_refusals(rig: Rig) -> None:
    await rig.say(text="你好")
    assert await rig.send("长" * 683) == 45002
    assert await rig.send("长" * 682) == 0
    assert await rig.send(" ") == 44004
    assert await rig.send("a literal \\u4f60 and a \x01") == 0
    path, escaped = "message/custom/send", json.dumps({"touser": AN, "msgtype": "text", "text": {"content": "你好"}})
    assert (await rig.call(path, escaped.encode()))["errcode"] == 40033
    assert (await rig.call(path, b"not json"))["errcode"] == 47001
    assert (await rig.call(path, {"touser": AN, "msgtype": "hologram", "hologram": {}}))["errcode"] == 40008
    image = {"touser": AN, "msgtype": "image", "image": {"media_id": "none"}}
    assert (await rig.call(path, image))["errcode"] == 40007


async def test_menu_message_shows_choices(rig: Rig) -> None:
    await rig.say(text="你好")
    menu = {"head_content": "满意吗？", "list": [{"id": "r1", "content": "满意"}, {"id": "r3", "content": "不满意"}]}
    await rig.call(
        "message/custom/send", {"touser": AN, "msgtype": "msgmenu", "msgmenu": menu | {"tail_content": "谢谢"}}
    )
    shown = (await rig.messages())[-1]
    assert (shown["type"], shown["via"], shown["text"]) == ("text", "custom", "满意吗？\n满意\n不满意\n谢谢")
    assert shown["choices"] == [{"id": "r1", "label": "满意"}, {"id": "r3", "label": "不满意"}]


# ---- template messages


async def test_template_card_and_its_report(rig: Rig) -> None:
    await rig.say(text="你好")
    await rig.move(advance="30d")
    sent = await rig.call("message/template/send", template(thing3="城管局😀"))
    assert sent["errcode"] == 0
    shown = (await rig.messages())[-1]
    assert (shown["type"], shown["from"], shown["time"][:10]) == ("template", "account", "2026-12-21")
    assert shown["fields"] == [
        {"name": "character_string1", "label": "诉求编号", "value": "WQ20261121-0000019"},
        {"name": "phrase2", "label": "办理进度", "value": "已转办"},
        {"name": "thing3", "label": "承办单位", "value": "城管局□"},
        {"name": "time4", "label": "时间", "value": "2026年11月21日 09:00"},
    ]
    assert "诉求编号：WQ20261121-0000019" in shown["text"]
    async with asyncio.timeout(20):
        while len(rig.gateway.received) < 2:
            await asyncio.sleep(0)
    report = rig.gateway.received[1]
    assert (report["Event"], report["MsgID"], report["Status"]) == (
        "TEMPLATESENDJOBFINISH",
        str(sent["msgid"]),
        "success",
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("thing3", "一" * 21),
        ("thing3", "换\n行"),
        ("thing3", " "),
        ("phrase2", "已经转办给了"),
        ("phrase2", "done"),
        ("character_string1", "编号1"),
        ("character_string1", "A" * 33),
        ("time4", "明天"),
    ],
)
async def test_template_limits_name_the_field(rig: Rig, field: str, value: str) -> None:
    await rig.say(text="你好")
    answer = await rig.call("message/template/send", template(**{field: value}))
    assert answer["errcode"] == 47003
    assert f"data.{field}.value" in answer["errmsg"]
    assert [m["type"] for m in await rig.messages()] == ["text"]


async def test_template_repeats(rig: Rig) -> None:
    await rig.say(text="你好")
    first = await rig.call("message/template/send", template("abc"))
    again = await rig.call("message/template/send", template("abc", thing3="另一个单位"))
    assert again == first
    assert (await rig.call("message/template/send", template("def")))["errcode"] == 40241
    await rig.move(advance="10m1s")
    later = await rig.call("message/template/send", template("abc"))
    assert (later["errcode"], later["msgid"] != first["msgid"]) == (0, True)
    assert [m["type"] for m in await rig.messages()] == ["text", "template", "template"]
    assert (await rig.call("message/template/send", template(template_id="other")))["errcode"] == 40037


# ---- media


async def test_media_are_real_and_die_after_three_days(rig: Rig) -> None:
    for kind in ("image", "voice", "video"):
        await rig.say(**{kind: "sample"})
    image, voice, video = rig.gateway.received
    url, token = "/sandbox/wechat/cgi-bin/media/get", await rig.token()

    async def fetch(media_id: str) -> tuple[str, bytes]:
        answer = await rig.client.get(url, params={"access_token": token, "media_id": media_id})
        assert answer.status == 200
        return answer.headers.get("Content-disposition", ""), await answer.read()

    disposition, picture = await fetch(image["MediaId"])
    assert disposition == f'attachment; filename="{image["MediaId"]}.jpg"'
    with Image.open(io.BytesIO(picture)) as opened:
        assert opened.format == "JPEG"
    assert (await fetch(voice["MediaId16K"]))[1][:6] == b"#!AMR\n"
    assert voice["Format"] == "amr"
    address = json.loads((await fetch(video["MediaId"]))[1])["video_url"]
    assert (await (await rig.client.session.get(address)).read())[4:8] == b"ftyp"
    assert (await fetch(video["ThumbMediaId"]))[1][:2] == b"\xff\xd8"
    assert json.loads((await fetch("none"))[1])["errcode"] == 40007
    await rig.move(advance="1h")
    await rig.move(advance="71h")
    token = await rig.token()
    assert json.loads((await fetch(image["MediaId"]))[1])["errcode"] == 40007
    kept = await rig.client.get(f"/sandbox/wechat/city/media/{image['MediaId']}")
    assert (kept.status, await kept.read()) == (200, picture)
    token = "wrong"
    assert json.loads((await fetch(image["MediaId"]))[1])["errcode"] == 40001


# ---- menu and the rest


async def test_menu_and_addresses(rig: Rig) -> None:
    token, menu = await rig.token(), {"button": [{"type": "click", "name": "帮助", "key": "help"}]}
    assert (await rig.get("wechat/cgi-bin/menu/get", access_token=token))["errcode"] == 46003
    assert (await rig.call("menu/create", menu))["errcode"] == 0
    assert await rig.get("wechat/cgi-bin/menu/get", access_token=token) == {"menu": menu}
    assert (await rig.call("menu/create", {"button": []}))["errcode"] == 40016
    assert await rig.get("wechat/cgi-bin/getcallbackip", access_token=token) == {"ip_list": ["127.0.0.1/32"]}
    assert (await rig.call("nothing/here", {}))["errcode"] == 40066


# ---- faults


async def order(rig: Rig, **faults: Any) -> None:
    answer = await rig.client.post("/sandbox/wechat/city/faults", json=faults)
    assert answer.status == 200


async def test_faults_strike_as_often_as_planned(rig: Rig) -> None:
    await rig.say(text="你好")
    await order(rig, custom_send={"mode": "errcode", "errcode": 45009, "times": 2})
    assert [await rig.send(f"第{n}条") for n in range(3)] == [45009, 45009, 0]
    await order(rig, token={"mode": "errcode", "errcode": 40243})
    assert (await rig.token_answer())["errcode"] == 40243


async def test_server_error_and_html_do_nothing(rig: Rig) -> None:
    await rig.say(text="你好")
    url, query = "/sandbox/wechat/cgi-bin/message/custom/send", {"access_token": await rig.token()}
    body = {"touser": AN, "msgtype": "text", "text": {"content": "x"}}
    seen = []
    for mode in ("500", "html"):
        await order(rig, custom_send={"mode": mode})
        answer = await rig.client.post(url, params=query, data=json.dumps(body).encode())
        seen.append((answer.status, answer.content_type))
    assert seen == [(500, "text/plain"), (200, "text/html")]
    assert [m["type"] for m in await rig.messages()] == ["text"]


@pytest.mark.parametrize(("mode", "arrived"), [("timeout_before", 0), ("timeout_after", 1)])
async def test_timeouts_before_and_after_acceptance(rig: Rig, mode: str, arrived: int) -> None:
    await rig.say(text="你好")
    token = await rig.token()
    await order(rig, custom_send={"mode": mode, "seconds": 20})
    message = {"touser": AN, "msgtype": "text", "text": {"content": "x"}}
    sending = asyncio.create_task(rig.call("message/custom/send", message, token=token))
    assert (await asyncio.wait((sending,), timeout=0.1))[0] == set()
    async with asyncio.timeout(10):
        while len([m for m in await rig.messages() if m["from"] == "account"]) < arrived:
            await asyncio.sleep(0.01)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    assert len([m for m in await rig.messages() if m["from"] == "account"]) == arrived


@pytest.mark.parametrize("faults", [{"nothing": {"mode": "500"}}, {"custom_send": {"mode": "odd"}}, {"custom_send": 1}])
async def test_faults_that_cannot_be_understood(rig: Rig, faults: dict[str, Any]) -> None:
    assert (await rig.client.post("/sandbox/wechat/city/faults", json=faults)).status == 400


async def test_a_share_of_the_calls_fails_the_same_way_under_the_same_seed(rig: Rig) -> None:
    await rig.say(text="你好")
    shares = [{"mode": "errcode", "errcode": -1, "share": 0.3}, {"mode": "html", "share": 0.2}]

    async def outcomes() -> list[str]:
        await order(rig, seed=7, menu_get=shares)
        token = await rig.token()
        seen = []
        for _ in range(40):
            answer = await rig.client.get("/sandbox/wechat/cgi-bin/menu/get", params={"access_token": token})
            seen.append("html" if answer.content_type == "text/html" else str((await answer.json())["errcode"]))
        return seen

    first = await outcomes()
    assert first == await outcomes()
    assert {kind: first.count(kind) for kind in set(first)} == {"-1": 16, "html": 6, "46003": 18}
    planned = (await rig.get("wechat/city/faults"))["faults"]["menu_get"]
    assert [(fault["mode"], fault["share"]) for fault in planned] == [("errcode", 0.3), ("html", 0.2)]
    await order(rig, menu_get=None)
    assert (await rig.get("wechat/city/faults"))["faults"] == {}


@pytest.mark.parametrize(
    "faults",
    [
        {"seed": "x"},
        {"custom_send": {"mode": "500", "share": 1.1}},
        {"custom_send": {"mode": "500", "share": 0.5, "times": 2}},
        {"custom_send": [{"mode": "500", "share": 0.6}, {"mode": "html", "share": 0.6}]},
        {"custom_send": [{"mode": "500"}]},
    ],
)
async def test_shares_that_cannot_be(rig: Rig, faults: dict[str, Any]) -> None:
    assert (await rig.client.post("/sandbox/wechat/city/faults", json=faults)).status == 400


async def test_calls_are_judged(rig: Rig) -> None:
    """A closed window, a citizen who left and a wrong call are forbidden; a replaced token and a fault are not."""
    await rig.say(text="你好")
    assert await rig.send("收到") == 0
    await order(rig, custom_send={"mode": "errcode", "errcode": 45015})
    assert await rig.send("没有发出") == 45015
    await rig.move(advance="2d1m")
    assert await rig.send("太迟") == 45015
    await rig.say(event="unsubscribe")
    assert (await rig.call("message/template/send", {"touser": AN, "template_id": TEMPLATE, "data": {}}))[
        "errcode"
    ] == 43004
    assert (await rig.call("menu/get", {}, token="gone"))["errcode"] == 40066
    assert (await rig.call("message/custom/send", {}, token="gone"))["errcode"] == 40001
    assert await rig.get("wechat/city/verdicts") == {
        "taken": {"custom_send": 1, "passive": 2, "token": 4},
        "planned": {"custom_send": 1},
        "refused": [
            {"call": "custom_send", "rule": "unforeseen", "code": 40001, "count": 1},
            {"call": "custom_send", "rule": "window", "code": 45015, "count": 1},
            {"call": "menu/get", "rule": "form", "code": 40066, "count": 1},
            {"call": "template_send", "rule": "following", "code": 43004, "count": 1},
        ],
        "forbidden": [
            {"call": "custom_send", "rule": "window", "code": 45015, "count": 1},
            {"call": "menu/get", "rule": "form", "code": 40066, "count": 1},
            {"call": "template_send", "rule": "following", "code": 43004, "count": 1},
        ],
    }


async def test_an_answer_that_cannot_be_read_is_forbidden(rig: Rig) -> None:
    rig.gateway.answer = lambda _: web.Response(text="not a reply")
    await rig.say(text="你好")
    assert (await rig.get("wechat/city/verdicts"))["forbidden"] == [
        {"call": "passive", "rule": "form", "code": -1, "count": 1}
    ]


async def test_the_calls_of_a_day_end(rig: Rig) -> None:
    await rig.say(text="你好")
    answer = await rig.client.post("/sandbox/wechat/city/limits", json={"custom_send": 2})
    assert (await answer.json())["limits"]["custom_send"] == {"limit": 2, "used": 0}
    assert [await rig.send("一"), await rig.send("二"), await rig.send("三")] == [0, 0, 45009]
    told = await rig.call("openapi/quota/get", {"cgi_path": "/cgi-bin/message/custom/send"})
    assert told["quota"] == {"daily_limit": 2, "used": 3, "remain": 0}
    assert (await rig.call("openapi/quota/get", {"cgi_path": "/cgi-bin/nothing"}))["errcode"] == 76021
    await rig.move(advance="15h")  # 9 o'clock and 15 hours: the next day of Beijing
    assert await rig.send("四") == 0
    for wish in ({"custom_send": -1}, {"nothing": 1}, {"custom_send": True}):
        assert (await rig.client.post("/sandbox/wechat/city/limits", json=wish)).status == 400


@pytest.mark.parametrize("event", ["CLICK", "SCAN", "VIEW", "LOCATION"])
async def test_who_does_not_follow_has_no_chat(rig: Rig, event: str) -> None:
    await rig.say(event="unsubscribe")
    answer = await rig.client.post("/sandbox/wechat/city/say", json={"openid": AN, "event": event})
    assert answer.status == 400
