"""The gateway's own codec and client against the sandbox: neither knows the other."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from PIL import Image

from adapters.platform import CredentialsError, Refused, RetryAfter, UnreachableCitizen, WindowClosed
from adapters.transport import Transport
from adapters.weibo.client import WeiboPlatform
from adapters.weibo.inbound import MentionKind
from adapters.weibo.mentions import MentionCursor, context_of, place_of
from adapters.weibo.protocol import Codec
from adapters.weibo.tokens import TokenSlot
from bot.messages import InboundKind, MediaKind, Outbound
from tests.labels import WEIBO

from .conftest import AN, FANS, KEY, NAME, OAUTH, SECRET, UID, Rig

WINDOW_CODES = ("26401", "26402")


@pytest.fixture
async def platform(rig: Rig) -> AsyncIterator[WeiboPlatform]:
    transport = await Transport.create()
    base = str(rig.client.make_url("/sandbox/weibo"))
    yield WeiboPlatform(
        account="city",
        uid=UID,
        app_key=KEY,
        fans=TokenSlot(token=FANS),
        oauth=TokenSlot(token=OAUTH),
        rip="203.0.113.7",
        labels=WEIBO,
        transport=transport,
        clock=rig.clock,
        window_codes=WINDOW_CODES,
        repeat_after=0,
        api_base=f"{base}/api",
        messages_base=f"{base}/m",
        upload_base=f"{base}/upload",
    )
    await transport.close()


def opening(rig: Rig, codec: Codec, seen: list[Any], text: str = "") -> None:
    def answer(_: dict[str, Any]) -> web.Response:
        now = rig.clock.now()
        opened = codec.open(rig.gateway.queries[-1], rig.gateway.bodies[-1], now=now)
        seen.append(opened.inbound)
        return web.Response(body=codec.seal(opened, text, now=now))

    rig.gateway.answer = answer


async def test_codec_and_sandbox_agree(rig: Rig) -> None:
    seen: list[Any] = []
    opening(rig, Codec(account="city", uid=UID, app_secret=SECRET), seen, "好 +1 100%")
    answer = await rig.say(text="你好 ]]> & +0800 %41")
    assert (answer["replies"], answer["failed"]) == ([{"type": "text", "text": "好 +1 100%"}], False)
    await rig.post("faults", {"push_form": "strings"})
    for act in ({"image": "sample"}, {"voice": "sample"}, {"position": "人民路"}, {"event": "click", "key": "mine"}):
        await rig.say(**act)
    left = await rig.say(event="unfollow")
    await rig.mention()
    assert [inbound.kind for inbound in seen] == [
        InboundKind.TEXT,
        InboundKind.IMAGE,
        InboundKind.VOICE,
        InboundKind.LOCATION,
        InboundKind.MENU,
        InboundKind.UNFOLLOW,
        InboundKind.MENTION,
    ]
    assert (seen[0].text, seen[0].citizen.user, seen[4].text) == ("你好 ]]> & +0800 %41", AN, "mine")
    assert (left["replies"], left["failed"]) == ([], False)


async def test_private_messages(rig: Rig, platform: WeiboPlatform) -> None:
    await rig.say(text="你好")
    await platform.send_message(AN, Outbound(text="进度 🙂 +1 100%"))
    assert [m["text"] for m in await rig.messages()] == ["你好", "进度 🙂 +1 100%"]
    await rig.move(advance="3d")
    with pytest.raises(WindowClosed):
        await platform.send_message(AN, Outbound(text="晚了"))
    await rig.say(event="unfollow")
    with pytest.raises(UnreachableCitizen):
        await platform.send_message(AN, Outbound(text="还在吗"))


async def test_a_mention_is_found_answered_in_public_and_once_in_private(rig: Rig, platform: WeiboPlatform) -> None:
    post = await rig.mention("长" * 200, pictures=2)
    comment = await rig.mention("请看看", **{"in": "comment"})
    found = []
    for kind in MentionKind:
        batch = await platform.mentions(kind, MentionCursor())
        found += batch.found
        assert batch.complete is True
    assert [inbound.citizen.user for inbound in found] == [AN, AN]
    whole = await platform.with_context(found[0])
    context = context_of(whole)
    assert (whole.text, len(whole.media), context and context.url) == (f"@{NAME} " + "长" * 200, 2, post["url"])
    for number, inbound in enumerate((whole, found[1])):
        place = place_of(inbound)
        assert place is not None
        await platform.comment(place, f"您好，您反映的问题已收到，第 {number} 号。请私信继续办理。")
    said = [(c["post"], c["reply_to"], c["text"]) for c in (await rig.get("comments", uid=UID))["comments"]]
    assert said == [
        (post["post"], "", "您好，您反映的问题已收到，第 0 号。请私信继续办理。"),
        (comment["post"], comment["comment"], "您好，您反映的问题已收到，第 1 号。请私信继续办理。"),
    ]
    await platform.reply_mention(AN, Outbound(text="请在这里继续。"))
    with pytest.raises(WindowClosed):
        await platform.reply_mention(AN, Outbound(text="再说一句。"))


async def test_files(rig: Rig, platform: WeiboPlatform, tmp_path: Path) -> None:
    seen: list[Any] = []
    opening(rig, Codec(account="city", uid=UID, app_secret=SECRET), seen)
    await rig.say(image="sample")
    await rig.say(voice="sample")
    types = [(await platform.fetch(i.media[0], tmp_path / i.media[0].kind)).content_type for i in seen]
    assert (types, [i.media[0].kind for i in seen]) == (
        ["image/jpeg", "audio/amr"],
        [MediaKind.IMAGE, MediaKind.VOICE],
    )
    await rig.mention(pictures=1)
    picture = (await platform.mentions(MentionKind.STATUS, MentionCursor())).found[0].media[0]
    assert (await platform.fetch(picture, tmp_path / "picture")).content_type == "image/jpeg"
    with Image.open(tmp_path / "picture") as fetched:
        assert fetched.size == (480, 360)
    await rig.move(advance="8d")
    with pytest.raises(Refused):
        await platform.fetch(seen[0].media[0], tmp_path / "late")


@pytest.mark.parametrize(
    ("conditions", "error"),
    [
        ({"oauth_token": "expired"}, CredentialsError),
        ({"oauth_token": "revoked"}, CredentialsError),
        ({"no_grant": ["statuses_mentions"]}, CredentialsError),
        ({"calls_a_day": 0}, RetryAfter),
        ({"calls_an_hour": 0}, RetryAfter),
        ({"statuses_mentions": {"mode": "500"}}, RetryAfter),
        ({"statuses_mentions": {"mode": "html"}}, RetryAfter),
    ],
)
async def test_looking_for_mentions_fails(
    rig: Rig, platform: WeiboPlatform, conditions: dict[str, Any], error: type[Exception]
) -> None:
    await rig.post("faults", conditions)
    with pytest.raises(error):
        await platform.mentions(MentionKind.STATUS, MentionCursor())


async def test_captcha_and_delayed_success(rig: Rig, platform: WeiboPlatform) -> None:
    await rig.say(text="你好")
    await rig.post("faults", {"captcha": True})
    with pytest.raises(CredentialsError):
        await platform.send_message(AN, Outbound(text="一"))
    await rig.post("faults", {"captcha": False, "messages_reply": {"mode": "errcode", "errcode": 20032}})
    await rig.move(advance="6m")  # what needs a person rests for five minutes
    await platform.send_message(AN, Outbound(text="二"))
    assert [m["text"] for m in await rig.messages()] == ["你好", "二"]


async def test_token_info(rig: Rig, platform: WeiboPlatform) -> None:
    info = await platform.token_info()
    assert (info.uid, info.app_key, (info.expires - rig.clock.now()).days in {1824, 1825}) == (UID, KEY, True)
    await platform.check()
