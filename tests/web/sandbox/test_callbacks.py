"""What the sandbox posts, how often, and how strictly it reads the answer."""

import asyncio
from typing import Any

import pytest
from aiohttp import web

from .conftest import AN, ORIGINAL, Rig, reply_xml

ADDRESSED = {"ToUserName": ORIGINAL, "FromUserName": AN}
FAILURE = "该公众号提供的服务出现故障，请稍后再试"


async def test_text_arrives_with_all_fields_and_the_answer_is_shown(rig: Rig) -> None:
    link = '<a href="weixin://bizmsgmenu?msgmenucontent=%E6%8A%95%E8%AF%89&msgmenuid=kind%3A3">投诉</a>'
    rig.gateway.says(f"请选择：\n{link}")
    seen = await rig.say(text="你好 ]]> <b>&")
    sent = rig.gateway.received
    assert [(f["ToUserName"], f["FromUserName"], f["MsgType"], f["Content"], f["MsgId"]) for f in sent] == [
        (ORIGINAL, AN, "text", "你好 ]]> <b>&", seen["msgid"])
    ]
    assert seen["replies"] == [
        {
            "type": "text",
            "text": "请选择：\n投诉",
            "choices": [{"id": "kind:3", "label": "投诉"}],
            "parts": [{"text": "请选择：\n"}, {"text": "投诉", "choice": {"id": "kind:3", "label": "投诉"}}],
            "raw": f"请选择：\n{link}",
        }
    ]
    assert (seen["failed"], seen["deliveries"]) == (False, 1)
    assert sorted(rig.gateway.queries[0]) == [
        "encrypt_type", "msg_signature", "nonce", "openid", "signature", "timestamp",
    ]  # fmt: skip


async def test_tapped_choice_sends_label_and_id(rig: Rig) -> None:
    rig.gateway.says('<a href="weixin://bizmsgmenu?msgmenucontent=投诉&msgmenuid=k3">3 投诉</a>')
    await rig.say(text="你好")
    await rig.say(choice="k3")
    await rig.say(choice="投诉")
    await rig.say(choice={"id": "own", "label": "自己"})
    tapped = [(f["Content"], f["bizmsgmenuid"]) for f in rig.gateway.received[1:]]
    assert tapped == [("投诉", "k3"), ("投诉", "k3"), ("自己", "own")]


async def test_silence_is_tried_three_times_and_then_shown_as_failure(rig: Rig) -> None:
    rig.gateway.delays = [1.0, 1.0, 1.0]
    seen = await rig.say(text="有人吗")
    assert (seen["failed"], seen["deliveries"], seen["replies"]) == (True, 3, [])
    assert {f["MsgId"] for f in rig.gateway.received} == {seen["msgid"]}
    assert len({q["nonce"] for q in rig.gateway.queries}) == 3
    assert [(m["from"], m["type"], m["text"]) for m in await rig.messages()] == [
        ("citizen", "text", "有人吗"),
        ("system", "failure", FAILURE),
    ]


async def test_late_first_answer_is_dropped_and_the_second_shown(rig: Rig) -> None:
    rig.gateway.delays = [1.0]
    rig.gateway.says("收到")
    seen = await rig.say(text="有人吗")
    assert (seen["failed"], seen["deliveries"], seen["replies"][0]["text"]) == (False, 2, "收到")


@pytest.mark.parametrize("body", ["", "success"])
async def test_success_and_empty_show_nothing(rig: Rig, body: str) -> None:
    rig.gateway.answer = lambda _: web.Response(text=body)
    seen = await rig.say(text="你好")
    assert (seen["replies"], seen["failed"], seen["deliveries"]) == ([], False, 1)
    assert [m["type"] for m in await rig.messages()] == ["text"]


@pytest.mark.parametrize(
    "changes",
    [
        {"Content": ""},
        {"Content": "  "},
        {"Content": "长" * 683},
        {"FromUserName": "wx0123456789abcdef"},
        {"ToUserName": ORIGINAL},
        {"MsgType": "html"},
        {"CreateTime": "now"},
    ],
)
async def test_abnormal_reply_is_a_failure(rig: Rig, changes: dict[str, str]) -> None:
    rig.gateway.answer = lambda fields: reply_xml(fields, "好", **changes)
    seen = await rig.say(text="你好")
    assert (seen["failed"], seen["deliveries"], seen["replies"]) == (True, 1, [])


async def test_longest_text_is_shown(rig: Rig) -> None:
    rig.gateway.says("长" * 682 + "xy")
    assert (await rig.say(text="你好"))["failed"] is False


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: web.Response(text=reply_xml(ADDRESSED, "明文")),
        lambda _: web.Response(text="success\n"),
        lambda _: web.json_response({"ok": True}),
        lambda _: web.Response(status=403, text="success"),
        lambda _: "success",
    ],
    ids=["plain", "white space", "json", "http 403", "encrypted success"],
)
async def test_abnormal_body_is_a_failure(rig: Rig, answer: Any) -> None:
    rig.gateway.answer = answer
    seen = await rig.say(text="你好")
    assert (seen["failed"], seen["deliveries"]) == (True, 1)


async def test_wrong_signature_of_the_answer_is_a_failure(rig: Rig) -> None:
    def forged(fields: dict[str, Any]) -> web.Response:
        sealed = rig.gateway.crypto.encrypt_message(reply_xml(fields, "好"), "1", "2")
        return web.Response(text=sealed.replace("<TimeStamp>2<", "<TimeStamp>3<"))

    rig.gateway.answer = forged
    assert (await rig.say(text="你好"))["answers"][0]["reason"].endswith("InvalidSignatureException")


async def test_server_error_is_tried_again(rig: Rig) -> None:
    answers: list[Any] = [web.Response(status=500), web.Response(status=503)]
    rig.gateway.answer = lambda f: answers.pop() if answers else reply_xml(f, "好了")
    seen = await rig.say(text="你好")
    assert (seen["deliveries"], seen["replies"][0]["text"]) == (3, "好了")


async def test_repeats_carry_the_same_id_and_one_bubble(rig: Rig) -> None:
    rig.gateway.says("一份")
    seen = await rig.say(text="同一条", msgid="77", repeat=3, at_once=True)
    assert [a["replies"][0]["text"] for a in seen["answers"]] == ["一份"] * 3
    await rig.say(text="同一条", msgid="77", repeat=2)
    assert [f["MsgId"] for f in rig.gateway.received] == ["77"] * 5
    assert [(m["from"], m["text"]) for m in await rig.messages()] == [("citizen", "同一条"), ("account", "一份")] * 2


async def test_events(rig: Rig) -> None:
    await rig.say(event={"type": "CLICK", "key": "mine"})
    await rig.say(event="SCAN", key="office-7")
    await rig.say(event={"type": "subscribe", "key": "qrscene_9"})
    await rig.say(event="unsubscribe")
    nested = {"SubscribeMsgPopupEvent": {"List": [{"TemplateId": "T1"}, {"TemplateId": "T2"}]}}
    await rig.say(event={"type": "subscribe_msg_popup_event", "fields": nested})
    sent = [(f["MsgType"], f["Event"], f["EventKey"], "MsgId" in f, "Ticket" in f) for f in rig.gateway.received]
    assert sent == [
        ("event", "CLICK", "mine", False, False),
        ("event", "SCAN", "office-7", False, True),
        ("event", "subscribe", "qrscene_9", False, True),
        ("event", "unsubscribe", None, False, False),
        ("event", "subscribe_msg_popup_event", None, False, False),
    ]
    popup = rig.gateway.received[4]["SubscribeMsgPopupEvent"]
    assert popup == {"List": [{"TemplateId": "T1"}, {"TemplateId": "T2"}]}


async def test_who_left_cannot_write_and_sees_no_failure(rig: Rig) -> None:
    rig.gateway.answer = lambda _: web.Response(text="oops")
    assert (await rig.say(event="unsubscribe"))["failure"] == ""
    answer = await rig.client.post("/sandbox/wechat/city/say", json={"openid": AN, "text": "还在吗"})
    assert answer.status == 400


async def test_standard_messages(rig: Rig) -> None:
    await rig.say(location={"latitude": 29.5, "longitude": 106.5, "label": "人民路 8 号"})
    await rig.say(link={"title": "新闻", "url": "http://example.invalid/"})
    await rig.say(other={"type": "miniprogrampage", "fields": {"Title": "页"}})
    await rig.say(file="情况说明.docx")
    await rig.say(sticker="谢谢")
    place, link, other, file, sticker = rig.gateway.received
    assert (place["Location_X"], place["Location_Y"], place["Label"]) == ("29.5", "106.5", "人民路 8 号")
    assert (link["Title"], link["Url"]) == ("新闻", "http://example.invalid/")
    assert (other["MsgType"], other["Title"]) == ("miniprogrampage", "页")
    assert (file["MsgType"], file["Title"], file["FileTotalLen"]) == ("file", "情况说明.docx", "230895")
    assert (sticker["MsgType"], sticker["Content"]) == ("text", "【收到不支持的消息类型，暂无法显示】")


async def test_concurrent_citizens(rig: Rig) -> None:
    rig.gateway.answer = lambda f: reply_xml(f, "给" + f["FromUserName"])
    seen = await asyncio.gather(*(rig.say(openid=f"oMany{n:024}", text="你好") for n in range(20)))
    assert [s["replies"][0]["text"] for s in seen] == [f"给oMany{n:024}" for n in range(20)]
