"""Private messages on Weibo go through the same dialog, and what happens to the petition comes back there."""

import hashlib
import json
from typing import Any

import structlog

from bot.petitions.acts import Act
from bot.petitions.vocabulary import Rating
from tests.web.gateway.conftest import House, until

from .weibo import UID, blogger

SECRET = "demo-weibo-secret-for-the-sandbox-only"
PATH = "/callback/weibo/demo"
QUARANTINED = 'wenqiao_callbacks_total{account="demo",channel="weibo",result="quarantined"}'


def signed(house: House, nonce: str = "4711") -> dict[str, str]:
    stamp = str(round(house.clock.now().timestamp() * 1000))
    joined = "".join(sorted((SECRET, stamp, nonce)))
    return {"timestamp": stamp, "nonce": nonce, "signature": hashlib.sha1(joined.encode()).hexdigest()}  # noqa: S324


def push(text: str, *, second: int = 10) -> dict[str, Any]:
    return {
        "type": "text", "receiver_id": int(UID), "sender_id": 1902538057, "text": text, "data": {},
        "created_at": f"Mon Nov 23 09:00:{second} +0800 2026",
    }  # fmt: skip


async def post(house: House, query: dict[str, str], body: dict[str, Any]) -> tuple[int, str, str]:
    async with house.client.post(house.url + PATH, params=query, data=json.dumps(body).encode()) as answer:
        return answer.status, answer.content_type, await answer.text()


async def test_a_filing_by_private_message_to_the_answer_and_the_rating(house: House) -> None:
    lin = await blogger(house, "林晓")
    number = await lin.files()
    assert (await house.case(number)).petition.citizen == lin.key
    await house.act(Act.ACCEPT, number)
    await lin.hears("已受理")
    await house.act(Act.FORWARD, number, unit="zhujian")
    await lin.hears("已转给云溪市住房和城乡建设局")
    await house.act(Act.ANSWER, number, text="已责令停工，夜间不再施工。")
    await lin.hears("夜间不再施工")
    await house.act(Act.CLOSE, number)
    await lin.hears("您满意吗")
    assert "和平路" in await lin.says(number)
    assert "满意" in await lin.says("评价")
    await lin.says("1")
    assert (await house.case(number)).petition.rating is Rating.SATISFIED
    assert [text for text in await lin.messages() if len(text) > 300 or "微信" in text] == []


async def test_a_subscription_by_keyword_is_welcomed_and_its_end_is_met_with_silence(small_house: House) -> None:
    lin = await blogger(small_house, "林晓")
    assert ((await lin.says("dy"))[:2], await lin.says("td")) == ("您好", "")


async def test_the_address_is_proved_without_a_mirror(house: House) -> None:
    query = signed(house) | {"echostr": "abc123"}
    async with house.client.get(house.url + PATH, params=query) as answer:
        shown = (answer.status, await answer.text(), answer.content_type, answer.headers["X-Content-Type-Options"])
    assert shown == (200, "abc123", "text/plain", "nosniff")


async def test_a_duplicate_push_three_times_acts_once(house: House) -> None:
    answers = [await post(house, signed(house, str(nonce)), push("投诉")) for nonce in range(3)]
    assert [answer[:2] for answer in answers] == [(200, "application/json")] * 3
    assert len({answer[2] for answer in answers}) == 1
    assert await house.counter('wenqiao_turns_total{result="turned"}') == 1.0


async def test_a_forged_body_on_a_captured_query_changes_nothing(house: House) -> None:
    query = signed(house)
    first = await post(house, query, push("投诉"))
    with structlog.testing.capture_logs() as logs:
        forged = await post(house, query, push("取消", second=11))
    async with house.running.storage.read() as work:
        kept = [
            (record.state.value, "取消" in json.loads(record.inbound.raw["body"])["text"])
            for record in await work.turns.troubled()
        ]
    assert (first[0], forged) == (200, (200, "text/plain", ""))
    assert kept == [("malformed", True)]
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["webhook.quarantined"]
    assert await house.counter(QUARANTINED) == 1.0
    assert (await post(house, signed(house, "9"), push("跳过", second=12)))[0] == 200


async def test_a_forged_body_is_known_after_a_restart(small_house: House) -> None:
    query = signed(small_house)
    await post(small_house, query, push("投诉"))
    await small_house.stop()
    await small_house.start()
    assert await post(small_house, query, push("取消", second=11)) == (200, "text/plain", "")
    again = await post(small_house, query, push("投诉"))
    assert again[:2] == (200, "application/json")
    assert await small_house.counter(QUARANTINED) == 1.0
    assert await small_house.counter('wenqiao_turns_total{result="turned"}') == 0.0


async def test_a_subscription_opens_the_window_for_what_waits(small_house: House) -> None:
    lin = await blogger(small_house, "林晓")
    number = await lin.files()
    small_house.advance(days=3)
    await small_house.act(Act.ACCEPT, number)

    async def waits() -> bool:
        return [state for _, state, _ in await small_house.outbox()] == ["waiting"]

    await until(waits)
    await lin.says("td")
    assert [text for text in await lin.messages() if "已受理" in text] == []
    await lin.says("dy")
    await lin.hears("已受理")


async def test_a_switch_to_xml_is_cried_out_and_kept_and_no_signature_is_logged(small_house: House) -> None:
    query = signed(small_house)
    xml = b"<xml><ToUserName>2233445566</ToUserName><MsgType>text</MsgType></xml>"
    with structlog.testing.capture_logs() as logs:
        async with small_house.client.post(small_house.url + PATH, params=query, data=xml) as answer:
            assert (answer.status, await answer.text()) == (200, "")
    async with small_house.running.storage.read() as work:
        (kept,) = await work.turns.troubled()
    assert (kept.state.value, kept.inbound.raw["body"]) == ("malformed", xml.decode())
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["webhook.switched_to_xml"]
    assert [entry for entry in logs if query["signature"] in str(entry)] == []
