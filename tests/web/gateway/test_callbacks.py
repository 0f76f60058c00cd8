"""Every bad callback: its status, what is kept of it, what is counted, and that nothing of it is logged."""

import base64
import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import text as sql

from adapters.wechat.crypto import MessageCipher, sign

from .callbacks import APP_ID, KEY, MARK, OPENID, OTHER_KEY, PATH, TOKEN, Post, text_xml
from .conftest import House, Logs

COUNTED = 'wenqiao_callbacks_total{{account="demo",channel="wechat",result="{}"}}'


@dataclass(frozen=True)
class Bad:
    """A bad callback: how it is made, and what must come of it."""

    make: Callable[[House], Post]
    status: int
    answer: str
    result: str
    """The counter that goes up by one."""
    kept: str = ""
    """The state of the one row that is stored, '' for none."""


def changed(change: Callable[[Post], object], **options: Any) -> Callable[[House], Post]:
    def make(house: House) -> Post:
        post = Post(house, text_xml(), **options)
        change(post)
        return post

    return make


def sealed(xml: str | bytes, **options: Any) -> Callable[[House], Post]:
    def make(house: House) -> Post:
        post = Post(house, text_xml(), **options)
        content = xml.encode() if isinstance(xml, str) else xml
        post.signed(MessageCipher(options.get("key", KEY), APP_ID).encrypt(content))
        return post

    return make


def plain(post: Post) -> None:
    post.body = text_xml().encode()


def chunked(size: int) -> Callable[[Post], None]:
    async def pieces():
        for _ in range(size // 1024):
            yield b" " * 1024

    def change(post: Post) -> None:
        post.body = pieces()

    return change


def bomb(post: Post) -> None:
    post.body = gzip.compress(b" " * 30_000_000)
    post.headers["Content-Encoding"] = "gzip"


def put(**query: str) -> Callable[[Post], None]:
    return lambda post: post.query.update(query)


def drop(name: str) -> Callable[[Post], object]:
    return lambda post: post.query.pop(name)


FORGED = {"status": 403, "answer": "forbidden", "result": "forged"}
MALFORMED = {"status": 200, "answer": "success", "result": "malformed", "kept": "malformed"}

BAD = {
    "wrong signature": Bad(changed(put(msg_signature="0" * 40)), **FORGED),
    "signature of another kind": Bad(changed(lambda p: p.query.update(msg_signature=p.query["signature"])), **FORGED),
    "no msg_signature": Bad(changed(drop("msg_signature")), **FORGED),
    "empty msg_signature": Bad(changed(put(msg_signature="")), **FORGED),
    "non-ASCII signature": Bad(changed(put(msg_signature="签" * 40)), **FORGED),
    "other timestamp": Bad(changed(put(timestamp="1795000001")), **FORGED),
    "other nonce": Bad(changed(put(nonce="x")), **FORGED),
    "no query": Bad(changed(lambda p: p.query.clear()), **FORGED),
    "replayed after the window": Bad(changed(lambda _: None, age=601), **FORGED),
    "from the future": Bad(changed(lambda _: None, age=-601), **FORGED),
    "body in the clear": Bad(changed(plain), **FORGED),
    "body in the clear, aes dropped": Bad(changed(lambda p: (plain(p), p.query.pop("encrypt_type"))), **FORGED),
    "empty body": Bad(changed(lambda p: setattr(p, "body", b"")), **FORGED),
    "not XML": Bad(changed(lambda p: setattr(p, "body", b"\xff\x00{}")), **FORGED),
    "for another app id": Bad(changed(lambda _: None, app_id="wx0000000000000000"), **FORGED),
    "for another account": Bad(sealed(text_xml(to="gh_somebodyelse")), **FORGED),
    "too large": Bad(changed(lambda p: setattr(p, "body", b" " * 65537)), 413, "too large", "oversized"),
    "too large in pieces": Bad(changed(chunked(131072)), 413, "too large", "oversized"),
    "too large unpacked": Bad(changed(bomb), 413, "too large", "oversized"),
    "sealed with another key": Bad(changed(lambda _: None, key=OTHER_KEY), **MALFORMED),
    "signed, not base64": Bad(changed(lambda p: p.signed("!!!")), **MALFORMED),
    "signed, cut short": Bad(changed(lambda p: p.signed(p.encrypted[:64])), **MALFORMED),
    "signed, random bytes": Bad(changed(lambda p: p.signed(base64.b64encode(b"x" * 64).decode())), **MALFORMED),
    "not UTF-8 inside": Bad(sealed(b"<xml>\xff\xfe</xml>"), **MALFORMED),
    "broken XML inside": Bad(sealed(f"<xml><Content>{MARK}</xml>"), **MALFORMED),
    "JSON inside": Bad(sealed(json.dumps({"Content": MARK})), **MALFORMED),
    "empty inside": Bad(sealed(""), **MALFORMED),
    "DOCTYPE": Bad(sealed('<!DOCTYPE a [<!ENTITY b "c">]>' + text_xml()), **MALFORMED),
    "no sender": Bad(sealed(text_xml().replace("FromUserName", "Nobody")), **MALFORMED),
    "no MsgId": Bad(sealed(text_xml().replace("MsgId", "Nothing")), **MALFORMED),
    "no type": Bad(sealed(text_xml().replace("MsgType", "Nothing")), **MALFORMED),
    "NUL inside": Bad(sealed(text_xml().replace("MsgId", "Nothing") + "\x00"), **MALFORMED),
    "unknown event": Bad(
        sealed(text_xml(more="<Event>brand_new</Event>").replace("[text]", "[event]")),
        200,
        "success",
        "answered",
        kept="ignored",
    ),
    "known and of no use": Bad(
        sealed(text_xml(more="<Event>VIEW</Event><EventKey>u</EventKey>").replace("[text]", "[event]")),
        200,
        "success",
        "ignored",
    ),
}


async def stored(house: House) -> list[tuple[str, str]]:
    """Return (state, all that is kept) of every stored message."""
    async with house.running.storage._reader.connect() as connection:
        rows = (await connection.execute(sql("SELECT * FROM inbound ORDER BY received_at, key"))).mappings()
        return [(row["state"], json.dumps([str(value) for value in row.values()], ensure_ascii=False)) for row in rows]


@pytest.mark.parametrize("name", BAD)
async def test_bad_callback(new_house: House, logged: Logs, name: str) -> None:
    bad = BAD[name]
    await new_house.start(INTAKE__MAX_AGE="600")
    post = bad.make(new_house)
    assert await post.send() == (bad.status, bad.answer)
    assert [state for state, _ in await stored(new_house)] == ([bad.kept] if bad.kept else [])
    assert await new_house.counter(COUNTED.format(bad.result)) == 1.0
    told = [entry["event"] for entry in logged if entry["event"].startswith("webhook.")]
    assert told == ([f"webhook.{bad.result}"] if bad.result in {"forged", "malformed"} else [])
    secrets = {OPENID, MARK, post.encrypted, post.query.get("signature"), post.query.get("msg_signature"), TOKEN}
    said = json.dumps(logged, ensure_ascii=False, default=str)
    assert [secret for secret in secrets if secret and secret in said] == []


async def test_a_good_one_after_the_bad_ones(new_house: House) -> None:
    await new_house.start(INTAKE__MAX_AGE="600")
    for bad in BAD.values():
        await bad.make(new_house).send()
    status, body = await Post(new_house, text_xml("投诉", msgid="8")).send()
    assert (status, body.startswith("<xml><Encrypt>")) == (200, True)


async def test_a_message_of_an_unknown_type_is_kept_and_answered(new_house: House) -> None:
    await new_house.start(INTAKE__MAX_AGE="600")
    status, body = await Post(new_house, text_xml().replace("[text]", "[file]")).send()
    assert (status, body.startswith("<xml><Encrypt>")) == (200, True)
    [(state, kept)] = await stored(new_house)
    assert (state, "刚才发来的我打不开" in kept) == ("turned", True)


@pytest.mark.parametrize("raw", [f"<xml><Content>{MARK}</xml>", '<!DOCTYPE a [<!ENTITY b "c">]><xml>&b;</xml>'])
async def test_malformed_is_kept_whole_and_once(house: House, raw: str) -> None:
    for _ in range(3):
        assert await sealed(raw)(house).send() == (200, "success")
    async with house.running.storage.read() as work:
        kept = await work.turns.troubled()
    assert [record.inbound.raw["body"] for record in kept] == [raw]


async def test_control_characters_are_dropped(house: House) -> None:
    status, _ = await sealed(text_xml("投\x00\x0b诉\x1f\ufffe"))(house).send()
    assert status == 200
    async with house.running.storage.read() as work:
        citizen = await work.turns.citizen(f"wechat:demo:{OPENID}")
    assert citizen is not None
    assert '"s":"filing.content"' in citizen.session


async def test_fresh_enough(new_house: House) -> None:
    await new_house.start(INTAKE__MAX_AGE="600")
    assert [(await Post(new_house, text_xml("投诉"), age=age).send())[0] for age in (599, -599)] == [200, 200]


async def verify(house: House, **changes: str) -> tuple[int, str]:
    stamp = str(int(house.clock.now().timestamp()))
    query = {"timestamp": stamp, "nonce": "n", "echostr": "5837397576500011341"}
    query |= {"signature": sign(TOKEN, stamp, "n")} | changes
    async with house.client.get(house.url + PATH, params={k: v for k, v in query.items() if v}) as answer:
        return answer.status, await answer.text()


async def test_verification(small_house: House) -> None:
    house = small_house
    assert await verify(house) == (200, "5837397576500011341")
    assert await verify(house, signature="0" * 40) == (403, "forbidden")
    assert await verify(house, nonce="m") == (403, "forbidden")
    assert await verify(house, signature="") == (403, "forbidden")
    assert await verify(house, echostr="") == (403, "forbidden")
    assert await house.counter(COUNTED.format("forged")) == 4.0


async def test_verification_echoes_as_plain_text(small_house: House) -> None:
    stamp = str(int(small_house.clock.now().timestamp()))
    query = {"timestamp": stamp, "nonce": "n", "echostr": "<script>", "signature": sign(TOKEN, stamp, "n")}
    async with small_house.client.get(small_house.url + PATH, params=query) as answer:
        assert (answer.content_type, await answer.text()) == ("text/plain", "<script>")


@pytest.mark.parametrize("path", ["wechat/other", "weibo/other", "telegram/demo", "wechat/"])
async def test_unknown_account(small_house: House, path: str) -> None:
    post = Post(small_house, text_xml())
    post.path = f"/callback/{path}"
    assert (await post.send())[0] == 404
    async with small_house.client.get(f"{small_house.url}/callback/{path}") as answer:
        assert answer.status == 404
    assert await stored(small_house) == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD"])
async def test_other_methods(small_house: House, method: str) -> None:
    async with small_house.client.request(method, small_house.url + PATH) as answer:
        assert answer.status == 405


async def test_the_key_is_changed_without_a_gap(new_house: House) -> None:
    await new_house.start(WECHAT__0__AES_KEY=OTHER_KEY, WECHAT__0__PREVIOUS_AES_KEY=KEY)
    for key in (KEY, OTHER_KEY):
        post = Post(new_house, text_xml("投诉", msgid=str(len(key + key[0]))), key=key)
        status, body = await post.send()
        assert status == 200
        encrypted = body.partition("<Encrypt><![CDATA[")[2].partition("]]>")[0]
        assert "投诉的事" in MessageCipher(key, APP_ID).decrypt(encrypted).decode()
