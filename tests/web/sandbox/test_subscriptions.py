"""The sandbox grants 订阅通知 as the platform does: by popup, one at a time or for good, and takes nothing without."""

import asyncio
from typing import Any

import pytest

from .conftest import AN, Rig

ONCE, LASTING = "T-once", "T-lasting"
FIELDS = {"thing1": {"value": "路灯不亮"}, "time2": {"value": "2026年11月21日 09:00"}}


async def subscribe(rig: Rig, *, status: int = 200, **wish: Any) -> Any:
    answer = await rig.client.post("/sandbox/wechat/city/subscribe", json={"openid": AN} | wish)
    assert answer.status == status, await answer.text()
    return (await answer.json()).get("grants")


async def send(rig: Rig, template: str = ONCE, openid: str = AN, **changes: Any) -> int:
    body = {"touser": openid, "template_id": template, "data": FIELDS} | changes
    return int((await rig.call("message/subscribe/bizsend", body))["errcode"])


async def told(rig: Rig, count: int) -> list[dict[str, Any]]:
    """Wait until the gateway was told so many events; return them."""
    async with asyncio.timeout(10):
        while len(events := [one for one in rig.gateway.received if one["MsgType"] == "event"]) < count:
            await asyncio.sleep(0.005)
    return events


@pytest.fixture
async def known(rig: Rig) -> Rig:
    await rig.say(text="您好")
    return rig


async def test_a_one_time_consent_is_good_for_one_message(known: Rig) -> None:
    assert await send(known) == 43101
    assert await subscribe(known, accept=[ONCE]) == {ONCE: 1}
    assert await subscribe(known, accept=[ONCE]) == {ONCE: 2}
    assert [await send(known), await send(known), await send(known)] == [0, 0, 43101]


async def test_a_long_term_consent_is_good_for_many(known: Rig) -> None:
    assert await subscribe(known, accept=[LASTING], reject=[ONCE]) == {LASTING: "always"}
    assert [await send(known, LASTING) for _ in range(3)] == [0, 0, 0]
    assert await subscribe(known, settings=True, reject=[LASTING]) == {}
    assert await send(known, LASTING) == 43101


async def test_who_left_is_reached_and_who_never_was_is_not(known: Rig) -> None:
    await subscribe(known)
    await known.say(event="unsubscribe")
    assert [await send(known), await send(known, openid="oNobody")] == [0, 40003]
    shown = [m for m in (await known.get("wechat/city/messages", openid=AN))["messages"] if m["type"] == "template"]
    assert [(m["via"], [line["value"] for line in m["fields"]]) for m in shown] == [
        ("subscription", ["路灯不亮", "2026年11月21日 09:00"])
    ]


async def test_refusals_use_nothing_up(known: Rig) -> None:
    await subscribe(known, accept=[ONCE])
    refusals = [
        await send(known, "T-unknown"),
        await send(known, data={"thing1": {"value": "路" * 21}, "time2": FIELDS["time2"]}),
        await send(known, data={"thing1": {"value": "路灯"}}),
        await send(known, data=[]),
    ]
    assert refusals == [40037, 47003, 47003, 47001]
    assert (await known.get("wechat/city/messages", openid=AN))["grants"] == {ONCE: 1}


async def test_the_gateway_is_told_of_popup_settings_and_sending(known: Rig) -> None:
    await subscribe(known, accept=[ONCE], reject=[LASTING], scene="page")
    await send(known)
    await told(known, 2)
    await subscribe(known, settings=True, reject=[LASTING])
    popup, sent, change = await told(known, 3)
    assert popup["SubscribeMsgPopupEvent"]["List"] == [
        {"TemplateId": ONCE, "SubscribeStatusString": "accept", "PopupScene": "1"},
        {"TemplateId": LASTING, "SubscribeStatusString": "reject", "PopupScene": "1"},
    ]
    entry = sent["SubscribeMsgSentEvent"]["List"]
    assert (entry["TemplateId"], entry["ErrorCode"], entry["ErrorStatus"]) == (ONCE, "0", "success")
    assert entry["MsgID"].isdigit()
    assert change["SubscribeMsgChangeEvent"]["List"] == {"TemplateId": LASTING, "SubscribeStatusString": "reject"}


@pytest.mark.parametrize(
    "wish",
    [
        {"openid": "oNobody"},
        {"openid": ""},
        {"accept": ["T-unknown"]},
        {"accept": ONCE},
        {"scene": "street"},
        {"settings": "yes"},
        {"settings": True, "accept": [ONCE]},
        {"acept": [ONCE]},
    ],
)
async def test_what_cannot_be_understood(known: Rig, wish: dict[str, Any]) -> None:
    await subscribe(known, status=400, **wish)
