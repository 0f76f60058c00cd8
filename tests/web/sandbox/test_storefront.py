"""The menu and the QR codes of the fake WeChat: what it refuses, and what a scan is."""

from typing import Any

import pytest

from .conftest import AN, Rig


def click(**changes: Any) -> dict[str, Any]:
    return {"type": "click", "name": "帮助", "key": "help"} | changes


@pytest.mark.parametrize(
    ("buttons", "errcode"),
    [
        ([], 40016),
        ([click()] * 4, 40016),
        (["no"], 40015),
        ([click(name="六个汉字的名")], 40018),
        ([click(name="")], 40018),
        ([click(key="")], 40019),
        ([click(key="k" * 129)], 40019),
        ([{"type": "view", "name": "网站"}], 40020),
        ([click(type="media_id")], 40017),
        ([{"name": "甲", "sub_button": [click()] * 6}], 40023),
        ([{"name": "甲", "sub_button": ["no"]}], 40024),
        ([{"name": "甲", "sub_button": [click(name="乙" * 21)]}], 40025),
        ([{"name": "甲", "sub_button": [click(name="乙" * 20)] * 5}, click(), click()], 0),
    ],
)
async def test_a_menu(rig: Rig, buttons: list[Any], errcode: int) -> None:
    assert (await rig.call("menu/create", {"button": buttons}))["errcode"] == errcode


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({"action_name": "QR_SCENE", "action_info": {"scene": {"scene_id": 1}}}, 40052),
        ({"action_name": "QR_LIMIT_STR_SCENE"}, 40052),
        ({"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": ""}}}, 40053),
        ({"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "x" * 65}}}, 40053),
    ],
)
async def test_a_code_that_cannot_be(rig: Rig, body: dict[str, Any], errcode: int) -> None:
    assert (await rig.call("qrcode/create", body))["errcode"] == errcode


async def test_a_scan_is_an_event_with_the_scene(rig: Rig) -> None:
    body = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "unit:zhujian"}}}
    code = await rig.call("qrcode/create", body)
    assert await rig.call("qrcode/create", body) == code
    await rig.say(scan=code["url"])
    await rig.say(event="unsubscribe")
    await rig.say(scan="unit:zhujian")
    events = [(fields["Event"], fields["EventKey"]) for fields in rig.gateway.received]
    assert events == [("SCAN", "unit:zhujian"), ("unsubscribe", None), ("subscribe", "qrscene_unit:zhujian")]
    state = await rig.get("state")
    assert state["accounts"][0]["codes"] == [{"url": code["url"], "scene": "unit:zhujian"}]
    refused = await rig.client.post("/sandbox/wechat/city/say", json={"openid": AN, "scan": "unit:nobody"})
    assert refused.status == 400
