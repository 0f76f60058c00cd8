"""The vectors Tencent published, and wechatpy as a second opinion on thousands of random messages, both ways."""

import json
import random
from datetime import UTC, datetime

import pytest

from adapters.platform import ForgedMessage
from adapters.wechat import reference
from adapters.wechat.crypto import MessageCipher, UndecryptableError, WrongReceiverError, decode_key, sign
from adapters.wechat.inbound import to_inbound
from adapters.wechat.parsing import parse
from adapters.wechat.rendering import reply_xml
from bot.messages import InboundKind
from tests.unit.wechat.envelopes import APP_ID, KEY, NOW, OUR_ID, SAMPLES, TEXT, TOKEN, codec, element, sealed

VECTORS = json.loads((SAMPLES / "vectors.json").read_text())
ENCRYPTED = {vector["name"]: vector for vector in VECTORS["encrypted"]}
SIGNED = {vector["name"]: vector for vector in VECTORS["signatures"]}


@pytest.mark.parametrize("name", ENCRYPTED)
def test_a_published_message_opens_to_its_exact_text(name):
    vector = ENCRYPTED[name]
    cipher = MessageCipher(vector["aes_key"], vector["app_id"])
    assert cipher.decrypt(vector["encrypt"]).decode().strip() == vector["plain"].strip()


@pytest.mark.parametrize("name", ENCRYPTED)
def test_a_published_message_is_encrypted_to_its_exact_cipher_text(name):
    vector = ENCRYPTED[name]
    cipher = MessageCipher(vector["aes_key"], vector["app_id"])
    plain = cipher.decrypt(vector["encrypt"])
    assert cipher.encrypt(plain, salt=vector["salt"].encode()) == vector["encrypt"]


@pytest.mark.parametrize("name", ENCRYPTED)
def test_a_published_message_signature_is_ours(name):
    vector = ENCRYPTED[name]
    parts = (vector["token"], vector["timestamp"], vector["nonce"], vector["encrypt"])
    assert sign(*parts) == vector["msg_signature"]


@pytest.mark.parametrize("name", SIGNED)
def test_a_published_plain_signature_is_ours(name):
    vector = SIGNED[name]
    assert sign(vector["token"], vector["timestamp"], vector["nonce"]) == vector["signature"]


def test_the_published_address_check_is_answered_with_its_echo():
    vector = SIGNED["S1"]
    query = {name: vector[name] for name in ("timestamp", "nonce", "echostr", "signature")}
    now = datetime.fromtimestamp(int(vector["timestamp"]), UTC)
    assert codec(token=vector["token"]).verify_url(query, now=now) == "4375120948345356249"


def test_the_plain_signature_of_a_secure_url_is_not_taken_for_the_message_signature():
    vector, url = ENCRYPTED["V1-official-push-json"], SIGNED["S3"]
    account = codec(token="AAAAA", app_id=vector["app_id"], aes_key=vector["aes_key"], max_age=None)
    query = {"timestamp": url["timestamp"], "nonce": url["nonce"], "msg_signature": url["signature"]}
    body = f"<xml><Encrypt><![CDATA[{vector['encrypt']}]]></Encrypt></xml>".encode()
    with pytest.raises(ForgedMessage):
        account.open(query, body, now=NOW)


def test_the_published_xml_message_becomes_an_inbound():
    vector = ENCRYPTED["V3-official-sample-demo"]
    query = {name: vector[name] for name in ("timestamp", "nonce", "msg_signature")}
    body = f"<xml><Encrypt><![CDATA[{vector['encrypt']}]]></Encrypt></xml>".encode()
    opened = codec().open(query, body, now=datetime.fromtimestamp(int(vector["timestamp"]), UTC))
    assert (opened.inbound.key, opened.inbound.kind, opened.inbound.text, opened.nonce) == (
        "wechat:main:6054768590064713728:oyORnuP8q7ou2gfYjqLzSIWZf0rs",
        InboundKind.TEXT,
        "abcdteT",
        "1320562132",
    )


@pytest.mark.parametrize("changes", [{"aes_key": "B" * 43}, {"app_id": "wxother"}])
def test_another_key_or_receiver_does_not_open_it(changes):
    vector = ENCRYPTED["V3-official-sample-demo"] | changes
    expected = WrongReceiverError if "app_id" in changes else UndecryptableError
    with pytest.raises(expected):
        MessageCipher(vector["aes_key"], vector["app_id"]).decrypt(vector["encrypt"])


def test_four_spellings_of_a_key_decode_alike():
    assert {decode_key("A" * 42 + last) for last in "ABCD"} == {bytes(32)}


PIECES = [
    "诉求",
    "a",
    " ",
    "😀",
    "&",
    "<b>",
    "]]",
    ">",
    "\n",
    "路灯坏了，",
    "'",
    '"',
    "𠮷",
    "&amp;",
    "%",
    "\u200b",
    "0",
]


def _random_text(chance: random.Random) -> str:
    text = "".join(chance.choices(PIECES, k=chance.randint(1, 60)))
    return "x" + text.replace("]]>", "]] >") + "x"  # wechatpy strips, and cannot write a closed CDATA section


def test_ours_and_wechatpys_codec_understand_each_other():
    chance = random.Random(20261121)  # noqa: S311  the same messages every time
    second = reference.Reference(token=TOKEN, aes_key=KEY, app_id=APP_ID)
    ours = codec(max_age=None)
    for number in range(1500):
        text = _random_text(chance)
        message = TEXT.replace(" 我要投诉 😀\n楼下烧烤店 ", text).replace("6054768590064713728", str(number))
        # from our side's cipher to wechatpy
        query, body = sealed(message)
        parts = {"signature": query["msg_signature"], "timestamp": query["timestamp"], "nonce": query["nonce"]}
        assert second.decrypt(body.decode(), **parts) == message
        # from wechatpy's cipher to us, and the answer back
        theirs = second.encrypt(message, timestamp="1763712000", nonce=str(number))
        outer = element(theirs)
        query = {
            "timestamp": "1763712000",
            "nonce": str(number),
            "msg_signature": outer.findtext("MsgSignature") or "",
        }
        opened = ours.open(query, theirs.encode(), now=NOW)
        assert (opened.inbound.text, opened.inbound.key) == (text, f"wechat:main:{number}:oCitizen")
        answer = ours.seal(opened, text, now=NOW).decode()
        outer = element(answer)
        reply = second.decrypt(
            answer,
            signature=outer.findtext("MsgSignature") or "",
            timestamp=outer.findtext("TimeStamp") or "",
            nonce=outer.findtext("Nonce") or "",
        )
        assert element(reply).findtext("Content") == text


def test_ours_and_wechatpys_reading_and_rendering_are_equal():
    chance = random.Random(7)  # noqa: S311  the same messages every time
    for number in range(1500):
        text = _random_text(chance)
        message = TEXT.replace(" 我要投诉 😀\n楼下烧烤店 ", text).replace("6054768590064713728", str(number + 1))
        theirs, fields = reference.read(message), parse(message)
        assert dict(theirs._data) == fields
        inbound = to_inbound(fields, account="main")
        assert (theirs.content, theirs.source, theirs.id) == (inbound.text, inbound.citizen.user, number + 1)
        assert parse(reference.render_text(text, to="oC", sender=OUR_ID, seconds=7)) == parse(
            reply_xml(to="oC", sender=OUR_ID, seconds=7, text=text)
        )


@pytest.mark.parametrize("path", sorted((SAMPLES / "inbound").glob("*.xml")), ids=lambda path: path.stem)
def test_every_sample_has_the_fields_wechatpy_reads(path):
    def plain(value):
        if isinstance(value, dict):
            return {name: plain(item) for name, item in value.items()}
        return [plain(item) for item in value] if isinstance(value, list) else (value or "").strip()

    ours = parse(path.read_text())
    if path.stem == "event_subscribe_scene":  # wechatpy rewrites these two
        ours |= {"Event": "subscribe_scan", "EventKey": "receipt-7"}
    assert plain(dict(reference.read(path.read_text())._data)) == plain(ours)
