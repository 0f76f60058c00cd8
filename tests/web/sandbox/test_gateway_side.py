"""The gateway's own codec and client against the sandbox: neither knows the other."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from adapters.platform import Refused, UnreachableCitizen, WindowClosed
from adapters.transport import Transport
from adapters.wechat.client import TemplateSpec, WeChatPlatform
from adapters.wechat.protocol import Codec
from adapters.wechat.rendering import render
from adapters.wechat.tokens import MemoryTokens
from bot.messages import Choice, InboundKind, MediaKind, MediaRef, Outbound
from tests.labels import WECHAT

from .conftest import AN, APP_ID, KEY, ORIGINAL, SECRET, TEMPLATE, TOKEN, Rig


@pytest.fixture
async def platform(rig: Rig) -> AsyncIterator[WeChatPlatform]:
    transport = await Transport.create()

    def fields(values: Any) -> dict[str, str]:
        return {
            "character_string1": values["number"],
            "phrase2": "已转办",
            "thing3": values["unit"],
            "time4": "2026年11月21日 09:00",
        }

    yield WeChatPlatform(
        account="city",
        app_id=APP_ID,
        app_secret=SECRET,
        labels=WECHAT,
        transport=transport,
        tokens=MemoryTokens(),
        clock=rig.clock,
        templates={"progress": TemplateSpec(id=TEMPLATE, fields=fields)},
        api_base=str(rig.client.make_url("/sandbox/wechat")),
    )
    await transport.close()


def answering(rig: Rig, outbound: Outbound, seen: list[Any]) -> Callable[[dict[str, Any]], web.Response]:
    codec = Codec(account="city", app_id=APP_ID, token=TOKEN, aes_key=KEY, original_id=ORIGINAL)

    def answer(_: dict[str, Any]) -> web.Response:
        now = rig.clock.now()
        opened = codec.open(rig.gateway.queries[-1], rig.gateway.bodies[-1], now=now)
        seen.append(opened.inbound)
        return web.Response(body=codec.seal(opened, render(outbound, more=WECHAT.more)[0], now=now))

    return answer


async def test_codec_and_phone_agree(rig: Rig) -> None:
    seen: list[Any] = []
    outbound = Outbound(text="请选择：<b>", choices=(Choice(id="kind:3", label="投诉"),))
    rig.gateway.answer = answering(rig, outbound, seen)
    answer = await rig.say(text="你好 ]]> & <xml>")
    assert answer["replies"][0]["choices"] == [{"id": "kind:3", "label": "投诉"}]
    assert (await rig.say(choice="kind:3"))["failed"] is False
    await rig.say(voice="sample")
    await rig.say(event={"type": "CLICK", "key": "mine"})
    await rig.say(location={"latitude": 29.5, "longitude": 106.5, "label": "人民路"})
    assert [inbound.kind for inbound in seen] == [
        InboundKind.TEXT,
        InboundKind.TEXT,
        InboundKind.VOICE,
        InboundKind.MENU,
        InboundKind.LOCATION,
    ]
    assert (seen[0].text, seen[1].choice, seen[3].text) == ("你好 ]]> & <xml>", "kind:3", "mine")


async def test_client_sends_and_is_refused(rig: Rig, platform: WeChatPlatform) -> None:
    await rig.say(text="你好")
    await platform.send_message(AN, Outbound(text="进度 🙂"))
    await rig.move(advance="3d")
    with pytest.raises(WindowClosed):
        await platform.send_message(AN, Outbound(text="晚了"))
    receipt = await platform.send_template(AN, "progress", {"number": "WQ1", "unit": "市" * 30}, unique="n1")
    again = await platform.send_template(AN, "progress", {"number": "WQ1", "unit": "市" * 30}, unique="n1")
    assert (receipt == again, receipt.message_id.isdecimal()) == (True, True)
    assert [m["type"] for m in await rig.messages()] == ["text", "text", "template"]
    await rig.say(event="unsubscribe")
    with pytest.raises(UnreachableCitizen):
        await platform.send_template(AN, "progress", {"number": "WQ2", "unit": "市"}, unique="n2")


async def test_client_fetches_media(rig: Rig, platform: WeChatPlatform, tmp_path: Path) -> None:
    types = []
    for kind in MediaKind:
        await rig.say(**{kind: "sample"})
        media = MediaRef(kind=kind, media_id=rig.gateway.received[-1]["MediaId"])
        types.append((await platform.fetch(media, tmp_path / kind)).content_type)
    assert types == ["image/jpeg", "audio/amr", "video/mp4"]
    await rig.move(advance="3d")
    with pytest.raises(Refused):
        await platform.fetch(media, tmp_path / "late")
