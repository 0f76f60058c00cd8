"""Every forged, stale, malformed, oversized or odd callback, and what it is taken for; and the answers."""

from datetime import timedelta

import pytest

from adapters.platform import ForgedMessage, MalformedMessage
from adapters.wechat.crypto import MessageCipher, same, sign
from adapters.wechat.protocol import LARGEST_BODY, SUCCESS, Codec
from tests.unit.wechat.envelopes import (
    APP_ID,
    KEY,
    NOW,
    OLD_KEY,
    OUR_ID,
    TEXT,
    TOKEN,
    codec,
    element,
    envelope,
    sealed,
    signed,
    signed_plain,
)

QUERY, BODY = sealed(TEXT)
ENCRYPTED = MessageCipher(KEY, APP_ID).encrypt(TEXT.encode())


def _without(query, name):
    return {key: value for key, value in query.items() if key != name}


FORGED = {
    "no query": ({}, BODY),
    "no msg_signature": (_without(QUERY, "msg_signature"), BODY),
    "plain signature only": (signed_plain(), BODY),
    "empty msg_signature": (QUERY | {"msg_signature": ""}, BODY),
    "wrong msg_signature": (QUERY | {"msg_signature": "0" * 40}, BODY),
    "upper-case msg_signature": (QUERY | {"msg_signature": QUERY["msg_signature"].upper()}, BODY),
    "msg_signature not ASCII": (QUERY | {"msg_signature": "签" * 40}, BODY),
    "msg_signature a surrogate": (QUERY | {"msg_signature": "\ud800"}, BODY),
    "another nonce": (QUERY | {"nonce": "133"}, BODY),
    "nonce a surrogate": (QUERY | {"nonce": "\udcff"}, BODY),
    "no timestamp": (_without(QUERY, "timestamp"), BODY),
    "timestamp moved": (QUERY | {"timestamp": "1763712001"}, BODY),
    "timestamp stale": (signed(ENCRYPTED, timestamp="1763711404"), envelope(ENCRYPTED)),
    "timestamp of the future": (signed(ENCRYPTED, timestamp="1763712606"), envelope(ENCRYPTED)),
    "timestamp a word": (signed(ENCRYPTED, timestamp="now"), envelope(ENCRYPTED)),
    "timestamp empty": (signed(ENCRYPTED, timestamp=""), envelope(ENCRYPTED)),
    "timestamp negative": (signed(ENCRYPTED, timestamp="-1763712000"), envelope(ENCRYPTED)),
    "timestamp in other digits": (signed(ENCRYPTED, timestamp="１７６３７１２０００"), envelope(ENCRYPTED)),
    "timestamp endless": (signed(ENCRYPTED, timestamp="1" * 5000), envelope(ENCRYPTED)),
    "another body": (QUERY, sealed(TEXT)[1]),
    "plain body": (signed_plain(), TEXT.encode()),
    "plain body, secure query": (QUERY, TEXT.encode()),
    "empty body": (QUERY, b""),
    "not XML": (QUERY, b"\xff\x00junk"),
    "JSON": (QUERY, b'{"Encrypt": "x"}'),
    "Encrypt missing": (QUERY, b"<xml><ToUserName>x</ToUserName></xml>"),
    "Encrypt nested": (QUERY, b"<xml><Encrypt><a>x</a></Encrypt></xml>"),
    "root not xml": (QUERY, b"<yml><Encrypt>x</Encrypt></yml>"),
    "another app id": sealed(TEXT, app_id="wxother"),
    "app id with a tail": sealed(TEXT, app_id=APP_ID + "x"),
    "no app id": sealed(TEXT, app_id=""),
    "another account": sealed(TEXT.replace(OUR_ID, "gh_other")),
    "account repeated": sealed(TEXT.replace("<MsgType>", "<ToUserName>gh_other</ToUserName><MsgType>")),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_callback_is_refused(name):
    query, body = FORGED[name]
    with pytest.raises(ForgedMessage):
        codec().open(query, body, now=NOW)


def _xml(inner: str) -> str:
    return TEXT.replace("<MsgType>", inner + "<MsgType>")


MALFORMED = {
    "empty": "",
    "blank": " \n",
    "not XML": "hello",
    "JSON": '{"ToUserName":"gh_10f6c3c3ac5a"}',
    "truncated": TEXT[:-20],
    "junk after the root": TEXT + "x",
    "unknown entity": _xml("<A>&nbsp;</A>"),
    "control character by reference": _xml("<A>&#x0B;</A>"),
    "root not xml": TEXT.replace("<xml>", "<yml>").replace("</xml>", "</yml>"),
    "no fields": "<xml></xml>",
    "only text": "<xml>abc</xml>",
    "DOCTYPE": '<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd">' + TEXT,
    "entity": '<!DOCTYPE xml [<!ENTITY a "b">]>' + TEXT,
    "entity bomb": '<!DOCTYPE xml [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>' + _xml("<A>&c;</A>"),
    "nested too deep": _xml("<a>" * 40 + "</a>" * 40),
    "nested much too deep": _xml("<a>" * 5000 + "</a>" * 5000),
    "no sender": TEXT.replace("FromUserName", "Sender"),
    "no receiver and no sender": "<xml><MsgType>text</MsgType></xml>",
    "time a word": TEXT.replace("1763712000", "soon"),
    "id a word": TEXT.replace("6054768590064713728", "abc"),
    "id endless": TEXT.replace("6054768590064713728", "9" * 5000),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_signed_but_malformed_message_keeps_its_text(name):
    with pytest.raises(MalformedMessage) as caught:
        codec().open(*sealed(MALFORMED[name]), now=NOW)
    assert (caught.value.raw, caught.value.oversized) == (MALFORMED[name], False)


def test_a_signed_message_that_is_not_utf8_keeps_its_bytes():
    message = TEXT.encode().replace("烧烤".encode(), b"\xff\xfe\xff")
    with pytest.raises(MalformedMessage) as caught:
        codec().open(*sealed(message), now=NOW)
    assert caught.value.raw == message


def _encrypted_by_hand(plain: bytes) -> str:
    import base64  # noqa: PLC0415  only this maker of broken cipher texts needs them

    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: PLC0415

    key = base64.b64decode(KEY + "=")
    return base64.b64encode(Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor().update(plain)).decode()


def _framed(length: int, message: bytes = b"<xml/>") -> bytes:
    plain = bytes(16) + length.to_bytes(4, "big") + message + APP_ID.encode()
    return plain + bytes([32 - len(plain) % 32]) * (32 - len(plain) % 32)


UNDECRYPTABLE = {
    "empty": "",
    "not base64": "***",
    "one character": "A",
    "not ASCII": "密文",
    "not whole blocks": "AAAA",
    "another key": MessageCipher("B" * 43, APP_ID).encrypt(TEXT.encode()),
    "pad of zero": _encrypted_by_hand(bytes(64)),
    "pad above 32": _encrypted_by_hand(bytes([33]) * 64),
    "pad bytes differ": _encrypted_by_hand(bytes(62) + b"\x01\x02"),
    "shorter than its head": _encrypted_by_hand(bytes(10) + bytes([22]) * 22),
    "length beyond the end": _encrypted_by_hand(_framed(5000)),
    "length of four gigabytes": _encrypted_by_hand(_framed(2**32 - 1)),
    "pad longer than the text": _encrypted_by_hand(bytes([32]) * 32),
}


@pytest.mark.parametrize("name", UNDECRYPTABLE)
def test_a_signed_cipher_text_that_no_key_opens_keeps_the_body(name):
    encrypted = UNDECRYPTABLE[name]
    with pytest.raises(MalformedMessage) as caught:
        codec(previous_aes_key=OLD_KEY).open(signed(encrypted), envelope(encrypted), now=NOW)
    assert caught.value.raw == envelope(encrypted)


@pytest.mark.parametrize("length", [0, 2, 7])
def test_a_wrong_length_field_moves_the_app_id_and_is_refused(length):
    encrypted = _encrypted_by_hand(_framed(length))
    with pytest.raises(ForgedMessage):
        codec().open(signed(encrypted), envelope(encrypted), now=NOW)


def test_a_body_above_the_cap_is_not_looked_at():
    with pytest.raises(MalformedMessage) as caught:
        codec().open({}, b"x" * (LARGEST_BODY + 1), now=NOW)
    assert (caught.value.oversized, caught.value.raw) == (True, b"")
    assert codec().largest_body == LARGEST_BODY


def test_a_message_near_the_cap_is_read():
    text = "诉" * 15_000
    assert codec().open(*sealed(TEXT.replace("楼下烧烤店", text)), now=NOW).inbound.text == f" 我要投诉 😀\n{text} "


@pytest.mark.parametrize("stray", ["\x01", "\x08", "\x0b", "\x0c", "\x1f", "\x00", "\ufffe", "\uffff", "\ud83d"])
def test_a_character_xml_forbids_is_dropped_and_the_rest_kept(stray):
    opened = codec().open(*sealed(TEXT.replace("楼下", f"楼{stray}下")), now=NOW)
    assert opened.inbound.text == " 我要投诉 😀\n楼下烧烤店 "


@pytest.mark.parametrize("said", ["<!DOCTYPE html>", "<!ENTITY x>", "&lt;", "<b>"])
def test_markup_inside_a_citizens_words_is_words(said):
    assert codec().open(*sealed(TEXT.replace("楼下", said)), now=NOW).inbound.text == f" 我要投诉 😀\n{said}烧烤店 "


def test_the_outer_body_may_be_written_otherwise():
    body = f"<xml>\n <Encrypt>{ENCRYPTED}</Encrypt>\n</xml>".encode()
    assert codec().open(signed(ENCRYPTED), body, now=NOW).inbound.citizen.user == "oCitizen"


def test_in_a_compatible_body_only_the_signed_part_counts():
    plain = b"<xml><FromUserName>oForged</FromUserName><Content>forged</Content>"
    body = plain + envelope(ENCRYPTED).removeprefix(b"<xml>")
    assert codec().open(signed(ENCRYPTED), body, now=NOW).inbound.citizen.user == "oCitizen"


def test_the_openid_of_the_query_is_nobody():
    assert QUERY["openid"] == "oSomeoneElse"
    assert codec().open(QUERY, BODY, now=NOW).inbound.citizen.user == "oCitizen"
    assert codec().open(_without(QUERY, "openid"), BODY, now=NOW).inbound.citizen.user == "oCitizen"


def test_the_window_of_a_timestamp_is_the_accounts_own():
    later = NOW + timedelta(days=3)
    assert codec(max_age=None).open(QUERY, BODY, now=later).inbound.citizen.user == "oCitizen"
    assert codec().open(QUERY, BODY, now=NOW + timedelta(seconds=595)).inbound.citizen.user == "oCitizen"
    with pytest.raises(ForgedMessage):
        codec().open(QUERY, BODY, now=NOW + timedelta(seconds=596))


def test_a_plain_account_takes_plain_and_encrypted_callbacks():
    account = codec(plain=True)
    assert account.open(signed_plain(), TEXT.encode(), now=NOW).inbound.citizen.user == "oCitizen"
    assert account.open(QUERY, BODY, now=NOW).inbound.citizen.user == "oCitizen"


@pytest.mark.parametrize("query", [{}, signed_plain() | {"nonce": "x"}, signed_plain(timestamp="1763711404")])
def test_a_plain_account_still_checks_the_plain_signature(query):
    with pytest.raises(ForgedMessage):
        codec(plain=True, aes_key="").open(query, TEXT.encode(), now=NOW)


def test_a_plain_account_keeps_malformed_text():
    with pytest.raises(MalformedMessage) as caught:
        codec(plain=True).open(signed_plain(), b"<xml>", now=NOW)
    assert caught.value.raw == "<xml>"


def test_the_address_check():
    assert codec().verify_url(signed_plain() | {"echostr": "4375"}, now=NOW) == "4375"


@pytest.mark.parametrize(
    "query",
    [
        {},
        signed_plain(),
        signed_plain() | {"echostr": "1", "signature": "0" * 40},
        signed_plain() | {"echostr": "1", "nonce": "0"},
        signed_plain(timestamp="1763711404") | {"echostr": "1"},
        _without(signed_plain(), "signature") | {"echostr": "1", "msg_signature": sign(TOKEN, "1763712000", "132")},
    ],
)
def test_a_wrong_address_check_is_refused(query):
    with pytest.raises(ForgedMessage):
        codec().verify_url(query, now=NOW)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"token": ""}, "the token is empty"),
        ({"token": " "}, "the token is empty"),
        ({"app_id": ""}, "the app id is empty"),
        ({"original_id": ""}, "the original id (gh_…) is empty"),
        ({"aes_key": ""}, "an EncodingAESKey has 43 characters, this one has 0"),
        ({"aes_key": "A" * 42}, "an EncodingAESKey has 43 characters, this one has 42"),
        ({"aes_key": "A" * 42 + "="}, "an EncodingAESKey holds only letters, digits, + and /"),
        ({"aes_key": "A" * 42 + "钥"}, "an EncodingAESKey holds only letters, digits, + and /"),
        ({"previous_aes_key": "short"}, "an EncodingAESKey has 43 characters, this one has 5"),
        ({"aes_key": "short", "plain": True}, "an EncodingAESKey has 43 characters, this one has 5"),
    ],
)
def test_settings_that_could_verify_nothing_stop_the_start(changes, said):
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the whole text is compared below
        codec(**changes)
    assert str(caught.value) == said


def test_signatures_are_compared_whole():
    assert [same("ab", given) for given in ("ab", "a", "abc", "", "签")] == [True, False, False, False, False]


def _answer(account: Codec, key: str, text: str) -> tuple[str | None, ...]:
    """What WeChat reads in the sealed answer to a message that came under `key`."""
    query, body = sealed(TEXT, key=key)
    outer = element(account.seal(account.open(query, body, now=NOW), text, now=NOW))
    encrypted, stamp, nonce = (outer.findtext(name) or "" for name in ("Encrypt", "TimeStamp", "Nonce"))
    assert outer.findtext("MsgSignature") == sign(TOKEN, stamp, nonce, encrypted)
    inner = element(MessageCipher(key, APP_ID).decrypt(encrypted))
    names = ("ToUserName", "FromUserName", "CreateTime", "MsgType", "Content")
    return (nonce, stamp, *(inner.findtext(name) for name in names))


@pytest.mark.parametrize("key", [KEY, OLD_KEY])
def test_an_answer_is_sealed_with_the_key_that_opened_the_request(key):
    expected = ("132", "1763712005", "oCitizen", OUR_ID, "1763712005", "text", "已收到。")
    assert _answer(codec(previous_aes_key=OLD_KEY), key, "已收到。") == expected


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a]]></Content><MsgType>x", "a]]></Content><MsgType>x"),
        ("]]>]]>]]", "]]>]]>]]"),
        ("一\x00\x08\x0b\x1f\ufffe\uffff\ud800二", "一二"),
        ("A & B < C > D", "A & B < C > D"),
        ("😀\n第二行", "😀\n第二行"),
    ],
)
def test_an_answer_says_exactly_its_text(text, shown):
    assert _answer(codec(), KEY, text)[-1] == shown


@pytest.mark.parametrize("text", ["", " \n"])
def test_nothing_to_say_is_the_bare_word(text):
    assert codec().seal(codec().open(QUERY, BODY, now=NOW), text, now=NOW) == SUCCESS == b"success"


def test_a_plain_callback_is_answered_plainly():
    account = codec(plain=True, aes_key="")
    opened = account.open(signed_plain(), TEXT.encode(), now=NOW)
    assert element(account.seal(opened, "好的", now=NOW)).findtext("Content") == "好的"
