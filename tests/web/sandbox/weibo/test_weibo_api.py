"""The fake open API: windows, comments, mentions, files, quotas, tokens, faults."""

import asyncio
import io
from typing import Any

import aiohttp
import pytest
from PIL import Image
from yarl import URL

from .conftest import AN, BO, FANS, KEY, NAME, OAUTH, UID, Rig

NOTED = "您好，您反映的问题已收到，编号 WQ20261121-0000019。请私信继续办理。"


# ---- private messages


@pytest.mark.parametrize(
    "act",
    [
        {"text": "你好"},
        {"image": "sample"},
        {"event": "follow"},
        {"event": "subscribe"},
        {"event": {"type": "click", "key": "mine"}},
        {"event": "scan"},
        {"text": "dy"},
    ],
)
async def test_contact_opens_48_hours_without_a_count(rig: Rig, act: dict[str, Any]) -> None:
    await rig.say(**act)
    assert [await rig.send(f"第{n}条") for n in range(20)] == [0] * 20
    await rig.move(advance="47h59m")
    assert await rig.send("还来得及") == 0
    await rig.move(advance="2m")
    assert await rig.send("晚了") == 26401


@pytest.mark.parametrize(
    "act", [{"event": "view", "key": "http://x.invalid"}, {"event": "unsubscribe"}, {"text": "td"}]
)
async def test_what_opens_nothing(rig: Rig, act: dict[str, Any]) -> None:
    await rig.say(**act)
    assert await rig.send("不行") == 26401


async def test_a_mention_permits_one_message(rig: Rig) -> None:
    await rig.mention()
    assert [await rig.send("一"), await rig.send("二")] == [0, 26402]
    await rig.mention("又一次", push=False)
    assert (await rig.get("messages", uid=AN))["window"] | {"until": ""} == {"kind": "mention", "until": "", "left": 1}
    await rig.move(advance="49h")
    assert await rig.send("晚了") == 26401


async def test_nothing_after_unfollowing_until_the_next_contact(rig: Rig) -> None:
    await rig.say(event="follow")
    await rig.say(event="unfollow")
    assert await rig.send("还在吗") == 20301
    await rig.say(text="我又来了")
    assert await rig.send("欢迎") == 0


async def test_private_message_refusals(rig: Rig) -> None:
    await rig.say(text="你好")
    assert await rig.send("谁", uid="999") == 20003
    assert [await rig.send("长" * 299), await rig.send("长" * 300), await rig.send("😀" * 150)] == [0, 20013, 20013]
    assert await rig.send(" ") == 20008
    assert [await rig.send("请加微信"), await rig.send("WeChat"), await rig.send("违禁测试词")] == [20020, 20020, 21602]
    assert [await rig.send("同样的话"), await rig.send("同样的话")] == [0, 20306]
    await rig.move(advance="61s")
    assert await rig.send("同样的话") == 0
    assert [await rig.send("x", type="image"), await rig.send("x", data="%7B%22text%22%3A%22x%22%7D")] == [10017, 10017]
    assert await rig.send("x", uid="") == 10016
    assert len(await rig.messages()) == 4


async def test_private_message_answer_and_other_types(rig: Rig) -> None:
    await rig.say(text="你好")
    articles = '{"articles":[{"display_name":"两个故事","summary":"好","image":"http://a.invalid/1.jpg","url":"http://a.invalid/"}]}'
    place = '{"longitude":"123.01","latitude":"23.2"}'
    data = {"receiver_id": AN, "type": "articles", "data": articles}
    status, body = await rig.form("m/2/messages/reply.json", token=FANS, **data)
    assert (status, body["sender_id"], body["recipient_id"], body["text"]) == (200, int(UID), int(AN), "两个故事")
    assert await rig.send("", type="position", data=place, save_sender_box="0") == 0
    shown = (await rig.messages())[1:]
    assert [(m["type"], m["via"], m["saved"]) for m in shown] == [
        ("articles", "reply", True),
        ("position", "reply", False),
    ]


async def test_json_body_brings_no_parameters(rig: Rig) -> None:
    answer = await rig.client.post(
        "/sandbox/weibo/m/2/messages/reply.json", json={"receiver_id": AN}, headers={"Authorization": f"OAuth2 {FANS}"}
    )
    assert await answer.json() == {
        "error": "miss required parameter (receiver_id) , see doc for more info",
        "error_code": "10016",
        "request": "/2/messages/reply.json",
    }


# ---- comments


async def test_comment_on_a_post(rig: Rig) -> None:
    post = (await rig.mention())["post"]
    assert await rig.comment(post, NOTED) == 0
    found = (await rig.get("comments", post=post))["comments"]
    assert [(c["from"], c["name"], c["text"], c["reply_to"]) for c in found] == [("account", NAME, NOTED, "")]
    assert [await rig.comment(post, NOTED), await rig.comment(post, "另一句"), await rig.comment(post, NOTED)] == [
        20019, 0, 0,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "params", "code"),
    [
        ("一" * 140, {}, 0),
        ("一" * 141, {}, 20012),
        ("ab" * 140, {}, 0),
        (" ", {}, 20008),
        ("x", {"rip": ""}, 10016),
        ("x", {"rip": "::1"}, 10017),
        ("x", {"id": ""}, 10016),
        ("x", {"id": "abc"}, 10017),
        ("x", {"id": "99"}, 20101),
        ("加微信", {}, 20020),
    ],
)
async def test_comment_refusals(rig: Rig, text: str, params: dict[str, str], code: int) -> None:
    post = (await rig.mention())["post"]
    assert await rig.comment(post, text, **params) == code


async def test_whose_comments_a_post_takes(rig: Rig) -> None:
    posts = [(await rig.mention(str(n), comments=who))["post"] for n, who in enumerate(("followed", "trusted"))]
    assert [await rig.comment(post, "您好") for post in posts] == [20206, 20207]
    gone = (await rig.mention("删掉"))["post"]
    await rig.post("delete", {"id": gone})
    assert await rig.comment(gone, "您好") == 20101


async def test_answer_to_a_comment_has_the_name_before_it(rig: Rig) -> None:
    told = await rig.mention(**{"in": "comment"})
    post, cid = told["post"], told["comment"]
    _, body = await rig.answer(post, cid, NOTED)
    assert body["text"] == f"回复@用户{AN}:{NOTED}"
    assert (body["reply_comment"]["idstr"], body["status"]["idstr"]) == (cid, post)
    assert [(await rig.answer(post, cid, "一" * n))[1].get("error_code") for n in (130, 131)] == [
        None, "20012",
    ]  # fmt: skip
    assert (await rig.answer(post, cid, "一" * 140, without_mention="1"))[0] == 200
    other = (await rig.mention("别处"))["post"]
    assert (await rig.answer(other, cid, "x"))[1]["error_code"] == "20201"
    await rig.post("delete", {"id": cid})
    assert (await rig.answer(post, cid, "x"))[1]["error_code"] == "20201"


# ---- posts, comments, mentions


async def test_a_post_with_pictures_and_a_long_text(rig: Rig) -> None:
    told = await rig.mention("长" * 300, pictures=2)
    _, cut = await rig.call("api/2/statuses/show.json", id=told["post"])
    _, whole = await rig.call("api/2/statuses/show.json", id=told["post"], isGetLongText="1")
    text = f"@{NAME} " + "长" * 300
    assert (cut["isLongText"], cut["text"][:140], len(cut["text"]) < 200) == (True, text[:140], True)
    assert (whole["text"], whole["longText"]["longTextContent"]) == (text, text)
    assert (whole["user"]["idstr"], whole["user"]["verified_type"], whole["idstr"]) == (AN, -1, told["post"])
    sizes = []
    for address in (*(picture["thumbnail_pic"] for picture in cut["pic_urls"]), cut["original_pic"]):
        answer = await rig.client.get(URL(address).path)
        sizes.append(Image.open(io.BytesIO(await answer.read())).size)
    assert sizes == [(180, 135), (180, 135), (480, 360)]
    assert (await rig.call("api/2/statuses/show.json", id="5"))[1]["error_code"] == "20101"


async def test_comments_in_batch(rig: Rig) -> None:
    first, second = [(await rig.mention(str(n), **{"in": "comment"}))["comment"] for n in range(2)]
    await rig.post("delete", {"id": second})
    _, found = await rig.call("api/2/comments/show_batch.json", cids=f"{first},{second},77,x")
    assert [(c["idstr"], c["text"], c["status"]["user"]["name"]) for c in found] == [
        (first, f"@{NAME} 0", "江边早起的老陈")
    ]


@pytest.mark.parametrize(("place", "listed"), [("post", "statuses"), ("comment", "comments")])
async def test_mentions_are_paged_newest_first(rig: Rig, place: str, listed: str) -> None:
    name = "comment" if place == "comment" else "post"
    ids = [(await rig.mention(str(n), push=False, **{"in": place}))[name] for n in range(7)]

    async def page(**params: str) -> list[str]:
        _, body = await rig.call(f"api/2/{listed}/mentions.json", **params)
        return [entry["idstr"] for entry in body[listed]]

    newest = ids[::-1]
    assert await page() == newest
    assert await page(count="3") == newest[:3]
    assert await page(count="3", page="2") == newest[3:6]
    assert await page(count="3", max_id=newest[2]) == newest[2:5]
    assert await page(count="3", since_id=ids[4]) == newest[:2]
    assert await page(since_id=ids[6]) == []
    assert await page(since_id="0", max_id="0") == newest


async def test_deleted_posts_stay_in_the_list_without_their_author(rig: Rig) -> None:
    kept, gone = [(await rig.mention(str(n)))["post"] for n in range(2)]
    await rig.post("delete", {"id": gone})
    _, body = await rig.call("api/2/statuses/mentions.json")
    assert [(entry["idstr"], entry.get("deleted"), "user" in entry) for entry in body["statuses"]] == [
        (gone, "1", False),
        (kept, None, True),
    ]


async def test_a_page_holds_a_hundred_at_most(rig: Rig) -> None:
    await asyncio.gather(*(rig.mention(str(n), push=False) for n in range(120)))
    lengths = [
        len((await rig.call("api/2/statuses/mentions.json", **params))[1]["statuses"])
        for params in ({}, {"count": "50"}, {"count": "200"})
    ]
    assert lengths == [20, 50, 100]


# ---- files and people


async def test_files_by_our_own_id(rig: Rig) -> None:
    await rig.say(image="sample")
    await rig.say(voice="sample")
    types = []
    for push in rig.gateway.received:
        query = {"access_token": FANS, "fid": str(push["data"]["tovfid"])}
        answer = await rig.client.get("/sandbox/weibo/upload/2/mss/msget", params=query)
        types.append((answer.content_type, (await answer.read())[:3]))
        assert answer.headers["Content-Disposition"].startswith('attachment;filename="20261121')
    assert types == [("image/jpeg", b"\xff\xd8\xff"), ("audio/amr", b"#!A")]
    data = rig.gateway.received[0]["data"]
    codes = [
        (await rig.call("upload/2/mss/msget", token=FANS, fid=str(fid)))[1]["error_code"]
        for fid in (data["vfid"], 5, "x")
    ]
    assert codes == ["20303", "20305", "10017"]
    await rig.move(advance="8d")
    gone = await rig.call("upload/2/mss/msget", token=FANS, fid=str(data["tovfid"]))
    assert (gone[0], gone[1]["error_code"]) == (200, "20305")


async def test_user_info_and_quota(rig: Rig) -> None:
    await rig.say(event="follow")
    await rig.say(event="subscribe")
    _, info = await rig.call("api/2/eps/user/info.json", token=FANS, uid=AN)
    assert (info["follow"], info["subscribe"], info["nickname"]) == (1, 1, f"用户{AN}")
    await rig.call("api/2/statuses/mentions.json")
    _, left = await rig.call("api/2/account/rate_limit_status.json")
    assert (left["user_limit"], left["remaining_user_hits"]) == (100, 99)


# ---- tokens, quotas, conditions, faults


async def test_tokens(rig: Rig) -> None:
    path = "api/2/statuses/mentions.json"
    assert (await rig.call(path, token=""))[1]["error_code"] == "10006"
    assert [(await rig.call(path, token=token))[1]["error_code"] for token in ("other", FANS)] == [21332, 21332]
    _, info = await rig.form("api/oauth2/get_token_info")
    assert (info["uid"], info["appkey"], 1824 * 86400 < info["expire_in"] <= 1825 * 86400) == (int(UID), KEY, True)
    await rig.post("faults", {"oauth_token": "30d", "fans_token": "revoked"})
    assert 29 * 86400 < (await rig.form("api/oauth2/get_token_info"))[1]["expire_in"] <= 30 * 86400
    await rig.say(text="你好")
    assert await rig.send("x") == 21317
    await rig.move(advance="30d")
    assert await rig.call(path) == (
        403,
        {"error": "expired_token", "error_code": 21327, "request": "/2/statuses/mentions.json"},
    )
    await rig.post("faults", {"oauth_token": "good", "fans_token": None})
    assert (await rig.call(path))[0] == 200


async def test_a_hundred_calls_a_day(rig: Rig) -> None:
    codes = [(await rig.call("api/2/statuses/mentions.json"))[1].get("error_code") for _ in range(102)]
    assert codes == [None] * 100 + [10023] * 2
    await rig.say(text="你好")
    assert await rig.send("私信另算") == 0
    await rig.move(set="2026-11-21T23:59")
    assert (await rig.call("api/2/statuses/mentions.json"))[0] == 403
    await rig.move(set="2026-11-22T00:00")
    assert (await rig.call("api/2/statuses/mentions.json"))[0] == 200


async def test_limits_can_be_set(rig: Rig) -> None:
    post = (await rig.mention())["post"]
    await rig.post("faults", {"posts_an_hour": 2, "calls_an_hour": 4})
    assert [await rig.comment(post, str(n)) for n in range(5)] == [0, 0, 20016, 20016, 10022]
    await rig.move(advance="1h")
    assert await rig.comment(post, "又可以了") == 0


async def test_grants_and_captcha(rig: Rig) -> None:
    post = (await rig.mention())["post"]
    await rig.say(text="你好")
    await rig.post("faults", {"no_grant": ["statuses_mentions"], "captcha": True})
    status, body = await rig.call("api/2/statuses/mentions.json")
    assert (status, body["error_code"]) == (403, "10014")
    assert [await rig.comment(post, "x"), await rig.send("x")] == [20031, 20031]
    assert (await rig.call("api/2/comments/mentions.json"))[0] == 200
    told = await rig.post("faults", {"no_grant": None, "captcha": None})
    assert (told["conditions"]["no_grant"], told["conditions"]["captcha"]) == ([], False)
    assert [await rig.comment(post, "x"), await rig.send("x")] == [0, 0]


async def test_delayed_is_done_all_the_same(rig: Rig) -> None:
    post = (await rig.mention())["post"]
    await rig.post("faults", {"comments_create": {"mode": "errcode", "errcode": 20032}})
    assert [await rig.comment(post, "一"), await rig.comment(post, "一"), await rig.comment(post, "二")] == [
        20032, 20019, 0,
    ]  # fmt: skip
    assert [c["text"] for c in (await rig.get("comments", post=post))["comments"]] == ["一", "二"]


@pytest.mark.parametrize(
    ("fault", "status", "done"),
    [
        ({"mode": "500"}, 500, 0),
        ({"mode": "html"}, 200, 0),
        ({"mode": "errcode", "errcode": 10001}, 400, 0),
        ({"mode": "slow", "seconds": 0.01}, 200, 1),
        ({"mode": "timeout_after", "seconds": 0.01}, 0, 1),
        ({"mode": "timeout_before", "seconds": 0.01}, 0, 0),
    ],
)
async def test_planned_faults(rig: Rig, fault: dict[str, Any], status: int, done: int) -> None:
    await rig.say(text="你好")
    await rig.post("faults", {"messages_reply": fault})
    params = {"receiver_id": AN, "type": "text", "data": '{"text":"x"}', "access_token": FANS}
    try:
        answered = (await rig.client.post("/sandbox/weibo/m/2/messages/reply.json", data=params)).status
    except aiohttp.ServerDisconnectedError:
        answered = 0
    assert (answered, len(await rig.messages()) - 1) == (status, done)


async def test_calls_are_judged(rig: Rig) -> None:
    await rig.say(text="你好")
    assert [await rig.send("收到"), await rig.send("收到"), await rig.send("x", uid=BO)] == [0, 20306, 20003]
    await rig.post("faults", {"messages_reply": {"mode": "errcode", "errcode": 20032}})
    assert await rig.send("好了") == 20032
    await rig.post("faults", {"messages_reply": {"mode": "errcode", "errcode": 10001}})
    assert await rig.send("又来") == 10001
    await rig.move(advance="2d1m")
    assert await rig.send("太迟") == 26401
    verdicts = await rig.get("verdicts")
    assert (verdicts["taken"]["messages_reply"], verdicts["planned"]) == (2, {"messages_reply": 1})
    assert verdicts["forbidden"] == [
        {"call": "messages_reply", "rule": "form", "code": 20003, "count": 1},
        {"call": "messages_reply", "rule": "repeat", "code": 20306, "count": 1},
        {"call": "messages_reply", "rule": "window", "code": 26401, "count": 1},
    ]


async def test_what_is_not_there(rig: Rig) -> None:
    assert (await rig.call("api/2/statuses/update.json"))[1]["error_code"] == "10020"
    assert (await rig.call("m/2/comments/create.json"))[1]["error_code"] == "10020"
    assert (await rig.call("api/2/comments/create.json"))[1]["error_code"] == "10021"
    assert (await rig.form("api/2/statuses/mentions.json"))[1]["error_code"] == "10021"
    assert (await rig.call("api/2/statuses/mentions.json", token=OAUTH, since_id="-1"))[1]["error_code"] == "10017"
    assert await rig.send("x", uid=BO) == 20003
