"""What the sandbox pushes, how often, and how strictly it reads the answer."""

import asyncio
import json
from typing import Any

import pytest
from aiohttp import web

from .conftest import AN, BO, NAME, UID, Rig, passive

HEAD = {"receiver_id": int(UID), "sender_id": int(AN), "created_at": "Sat Nov 21 09:00:00 +0800 2026"}


async def test_pushes_of_every_type(rig: Rig) -> None:
    await rig.move(set="2026-11-21T09:00:00+08:00")
    await rig.say(text="你好 +1 100% </>")
    await rig.say(position={"latitude": 39.982525, "longitude": 116.308586, "label": "人民路 8 号"})
    await rig.say(position={"latitude": 39.982525, "longitude": 116.308586})
    await rig.say(image="sample")
    await rig.say(voice="sample")
    await rig.say(other={"type": "video", "text": "发了一个视频", "data": {"vfid": 1}})
    await rig.say(file="情况说明.docx")
    await rig.say(sticker="谢谢")
    shapes = [(push["type"], push["text"], push["data"]) for push in rig.gateway.received]
    image, voice = shapes[3][2], shapes[4][2]
    assert [push | HEAD == push for push in rig.gateway.received] == [True] * 8
    assert shapes == [
        ("text", "你好 +1 100% </>", {}),
        ("position", "我在这里: 人民路 8 号 http://t.cn/zQgLLYO", {"longitude": "116.308586", "latitude": "39.982525"}),
        ("position", "发送了一个位置", {"longitude": "116.308586", "latitude": "39.982525"}),
        ("image", "发了一张图片", image),
        ("voice", "发了一个语音消息", voice),
        ("video", "发了一个视频", {"vfid": 1}),
        ("file", "情况说明.docx", {}),
        ("emoticon", "谢谢", {}),
    ]
    assert [sorted(map(len, map(str, files.values()))) for files in (image, voice)] == [[16, 16], [16, 16]]


async def test_events(rig: Rig) -> None:
    for event in ("follow", "unfollow", "subscribe", "unsubscribe"):
        await rig.say(event=event)
    await rig.say(event={"type": "click", "key": "mine"})
    await rig.say(event="view", key="http://www.example.invalid/")
    await rig.say(event="scan_follow", key="QR_SCENE_7")
    await rig.say(event={"type": "location", "data": {"latitude": "1"}})
    await rig.say(text="dy")
    await rig.say(text="TD")
    told = [(push["type"], push["text"], push["data"]["subtype"]) for push in rig.gateway.received]
    assert told == [
        ("event", "关注事件消息", "follow"),
        ("event", "取消关注事件消息", "unfollow"),
        ("event", "订阅事件消息", "subscribe"),
        ("event", "取消订阅事件消息", "unsubscribe"),
        ("event", "自定义菜单事件消息", "click"),
        ("event", "自定义菜单跳转链接事件消息", "view"),
        ("event", "扫描二维码", "scan_follow"),
        ("event", "", "location"),
        ("event", "dy", "subscribe"),
        ("event", "TD", "unsubscribe"),
    ]
    keys = [sorted(push["data"]) for push in rig.gateway.received[4:8]]
    assert keys == [
        ["key", "subtype"],
        ["key", "subtype"],
        ["key", "subtype", "ticket"],
        ["latitude", "subtype"],
    ]
    assert rig.gateway.received[6]["data"]["key"] == "QR_SCENE_7"


async def test_mentions_are_pushed_with_the_key_of_post_or_comment(rig: Rig) -> None:
    post = await rig.mention("路灯坏了", pictures=2)
    comment = await rig.mention("请看看", **{"in": "comment"})
    answer = await rig.mention(f"回复@{NAME}:还没修", **{"in": "comment"}, reply_to=comment["comment"])
    quiet = await rig.mention("不被信任的人", push=False)
    assert [(push["type"], push["text"], push["data"]) for push in rig.gateway.received] == [
        ("mention", f"@{NAME} 路灯坏了", {"subtype": "status", "key": post["post"]}),
        ("mention", f"@{NAME} 请看看", {"subtype": "comment", "key": int(comment["comment"])}),
        ("mention", f"回复@{NAME}:还没修", {"subtype": "comment", "key": int(answer["comment"])}),
    ]
    assert [told["pushed"] for told in (post, comment, answer, quiet)] == [True, True, True, False]
    assert (post["comment"], comment["post"] != post["post"], answer["post"]) == ("", True, comment["post"])


async def test_a_name_ends_where_letters_end(rig: Rig) -> None:
    run_on = await rig.post("posts", {"uid": AN, "text": f"@{NAME}小区路灯坏了"})
    apart = await rig.post("posts", {"uid": AN, "text": f"喂@{NAME}，路灯坏了"})
    assert [told["mentioned"] for told in (run_on, apart)] == [False, True]
    assert len(rig.gateway.received) == 1


@pytest.mark.parametrize("anew", [True, False])
async def test_silence_is_tried_three_times(rig: Rig, anew: bool) -> None:
    await rig.post("faults", {"resign": anew})
    rig.gateway.delays = [1.0, 1.0, 1.0]
    seen = await rig.say(text="有人吗")
    assert (seen["failed"], seen["lost"], seen["deliveries"], seen["replies"]) == (True, True, 3, [])
    assert len(set(rig.gateway.bodies)) == 1
    assert len({query["signature"] for query in rig.gateway.queries}) == (3 if anew else 1)
    assert [(m["from"], m["text"]) for m in await rig.messages()] == [("citizen", "有人吗")]


@pytest.mark.parametrize("status", [201, 204, 302, 403, 404, 500, 503])
async def test_all_but_200_is_tried_again(rig: Rig, status: int) -> None:
    answers = [web.Response(status=status), web.Response(status=status)]
    rig.gateway.answer = lambda push: answers.pop() if answers else passive("好了")(push)
    seen = await rig.say(text="你好")
    assert (seen["deliveries"], seen["replies"][0]["text"], seen["failed"]) == (3, "好了", False)


async def test_answers_are_shown_each(rig: Rig) -> None:
    rig.gateway.answer = passive("收到 100%+1")
    seen = await rig.say(text="同一条", repeat=3, at_once=True)
    assert [reply["text"] for reply in seen["replies"]] == ["收到 100%+1"] * 3
    assert [(m["from"], m.get("via", "")) for m in await rig.messages()] == [("citizen", "")] + [
        ("account", "passive")
    ] * 3
    assert len(set(rig.gateway.bodies)) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"result": "true"},
        {"sender_id": AN, "receiver_id": UID},
        {"data": '{"text":"明文"}'},
        {"data": {"text": "对象"}},
        {"data": "%257B%2522text%2522%253A%2522x%2522%257D"},
        {"data": "%7B%22text%22%3A%22%FF%22%7D"},
        {"type": "image"},
        {"type": "articles"},
        {"data": "%7B%22text%22%3A%22" + "x" * 300 + "%22%7D"},
        {"data": "%7B%22text%22%3A%22%E5%BE%AE%E4%BF%A1%22%7D"},
    ],
)
async def test_abnormal_answers_show_nothing(rig: Rig, changes: dict[str, Any]) -> None:
    rig.gateway.answer = passive("好", **changes)
    seen = await rig.say(text="你好")
    assert (seen["failed"], seen["lost"], seen["deliveries"], seen["replies"]) == (True, False, 1, [])
    assert len(await rig.messages()) == 1


@pytest.mark.parametrize("body", ['""', "success", "[]", " ", "\ufeff{}"])
async def test_a_body_that_is_neither_empty_nor_an_answer(rig: Rig, body: str) -> None:
    rig.gateway.answer = lambda _: web.Response(text=body)
    assert (await rig.say(text="你好"))["failed"] is True


async def test_plus_is_a_space_too_and_ids_may_be_numbers(rig: Rig) -> None:
    rig.gateway.answer = passive("", data="%7B%22text%22%3A%22a+b%22%7D", sender_id=int(UID), receiver_id=int(AN))
    assert (await rig.say(text="你好"))["replies"] == [{"type": "text", "text": "a b"}]


async def test_nothing_may_be_said_to_who_leaves(rig: Rig) -> None:
    rig.gateway.answer = passive("别走")
    await rig.say(text="你好")
    seen = await rig.say(event="unfollow")
    assert (seen["replies"], seen["failed"], seen["reason"].startswith("not shown: 20301")) == ([], True, True)


async def test_passive_answer_to_a_mention_is_the_one_reply(rig: Rig) -> None:
    rig.gateway.answer = passive("已收到")
    seen = await rig.mention(repeat=2)
    assert [len(answer["replies"]) for answer in seen["answers"]] == [1, 0]
    assert await rig.send("再说一句") == 26402
    assert [m["text"] for m in await rig.messages()] == ["已收到"]


async def test_other_forms_of_the_same_push(rig: Rig) -> None:
    await rig.post("faults", {"push_form": "strings"})
    await rig.say(position={"latitude": 1, "longitude": 2})
    await rig.post("faults", {"push_form": "xml"})
    await rig.say(text="]]>你好")
    await rig.mention()
    texts, xml, mention = rig.gateway.received
    assert (texts["receiver_id"], texts["sender_id"]) == (UID, AN)
    assert json.loads(texts["data"]) == {"longitude": "2.000000", "latitude": "1.000000"}
    assert xml.startswith(f"<xml><ToUserName><![CDATA[{UID}]]></ToUserName>")
    assert "<MsgType><![CDATA[mention]]></MsgType>" in mention


async def test_without_the_grant_no_mention_is_pushed(rig: Rig) -> None:
    await rig.post("faults", {"mention_push": False})
    seen = await rig.mention()
    assert (seen["mentioned"], seen["pushed"], rig.gateway.received) == (True, False, [])
    assert await rig.send("您好") == 26401


async def test_concurrent_citizens(rig: Rig) -> None:
    rig.gateway.answer = lambda push: passive(f"给{push['sender_id']}")(push)
    uids = [str(int(BO) + n) for n in range(20)]
    seen = await asyncio.gather(*(rig.say(uid=uid, text="你好") for uid in uids))
    assert [s["replies"][0]["text"] for s in seen] == [f"给{uid}" for uid in uids]
