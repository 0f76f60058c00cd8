"""Every forged, stale, replayed, malformed, oversized or odd push, and what it is taken for; and the answers."""

import hashlib
import json
from datetime import timedelta
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.platform import ForgedMessage, MalformedMessage
from adapters.weibo.errors import QuarantinedMessage, XmlMessage
from adapters.weibo.protocol import LARGEST_BODY, NOTHING, Codec
from adapters.weibo.replay import MemoryReplays
from adapters.weibo.signing import sign
from bot.messages import InboundKind
from tests.unit.weibo.pushes import CITIZEN, NOW, SECRET, TEXT, UID, body, codec, opened, sample, signed

QUERY, BODY = signed(), body()


def _without(query, name):
    return {key: value for key, value in query.items() if key != name}


FORGED = {
    "no query": ({}, BODY),
    "no signature": (_without(QUERY, "signature"), BODY),
    "empty signature": (QUERY | {"signature": ""}, BODY),
    "wrong signature": (QUERY | {"signature": "0" * 40}, BODY),
    "upper-case signature": (QUERY | {"signature": QUERY["signature"].upper()}, BODY),
    "signature not ASCII": (QUERY | {"signature": "签" * 40}, BODY),
    "signature a surrogate": (QUERY | {"signature": "\ud800"}, BODY),
    "not sorted": (QUERY | {"signature": hashlib.sha1(("57155157" + SECRET).encode()).hexdigest()}, BODY),  # noqa: S324
    "signed with nothing": (signed(secret=""), BODY),
    "signed with another secret": (signed(secret="demo"), BODY),
    "another nonce": (QUERY | {"nonce": "57155158"}, BODY),
    "nonce without its zero": (signed(nonce="05155157") | {"nonce": "5155157"}, BODY),
    "nonce a surrogate": (QUERY | {"nonce": "\udcff"}, BODY),
    "no nonce": (_without(QUERY, "nonce"), BODY),
    "empty nonce": (signed(nonce=""), BODY),
    "no timestamp": (_without(QUERY, "timestamp"), BODY),
    "timestamp moved": (QUERY | {"timestamp": "1763712000001"}, BODY),
    "timestamp stale": (signed(timestamp="1763711104999"), BODY),
    "timestamp of the future": (signed(timestamp="1763712905001"), BODY),
    "timestamp stale, in seconds": (signed(timestamp="1763711104"), BODY),
    "timestamp a word": (signed(timestamp="now"), BODY),
    "timestamp negative": (signed(timestamp="-176371200000"), BODY),
    "timestamp in other digits": (signed(timestamp="１７６３７１２０００"), BODY),
    "timestamp of eleven digits": (signed(timestamp="17637120000"), BODY),
    "timestamp endless": (signed(timestamp="1" * 5000), BODY),
    "another account": (QUERY, body(receiver_id=1902538058)),
    "another account, as text": (QUERY, body(receiver_id="1902538058")),
    "sender and receiver swapped": (QUERY, body(receiver_id=int(CITIZEN), sender_id=int(UID))),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_push_is_refused(name):
    query, content = FORGED[name]
    with pytest.raises(ForgedMessage):
        codec().open(query, content, now=NOW)


@pytest.mark.parametrize("stamp", ["1763712000000", "1763712000", "1763711105000", "1763712905000"])
def test_a_timestamp_may_be_milliseconds_or_seconds(stamp):
    assert codec().open(signed(timestamp=stamp), BODY, now=NOW).inbound.citizen.user == CITIZEN


def test_the_age_of_a_signature_is_the_accounts_own():
    later = NOW + timedelta(days=3)
    assert codec(max_age=None).open(QUERY, BODY, now=later).inbound.citizen.user == CITIZEN
    assert codec(max_age=60).open(QUERY, BODY, now=NOW + timedelta(seconds=55)).inbound.citizen.user == CITIZEN
    with pytest.raises(ForgedMessage):
        codec(max_age=60).open(QUERY, BODY, now=NOW + timedelta(seconds=56))


MALFORMED = {
    "empty": b"",
    "blank": b" \n",
    "not JSON": b"hello",
    "truncated": BODY[:-9],
    "junk after the object": BODY + b"x",
    "a list": b"[" + BODY + b"]",
    "a text": b'"text"',
    "a number": b"5",
    "null": b"null",
    "with a comment": BODY.replace(b"{", b"{ // type\n", 1),
    "with a trailing comma": BODY[:-1] + b",}",
    "not UTF-8": BODY.replace("私信".encode(), b"\xff\xfe\xff"),
    "GBK": json.dumps(TEXT, ensure_ascii=False).encode("gbk"),
    "UTF-16": json.dumps(TEXT).encode("utf-16"),
    "NaN": BODY.replace(b'"data": {}', b'"data": {"a": NaN}'),
    "Infinity": BODY.replace(b'"data": {}', b'"data": {"a": Infinity}'),
    "nested too deep": body(data={"a": json.loads("[" * 20 + "]" * 20)}),
    "nested much too deep": b'{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "percent-encoded junk": b"%7B%22type",
    "no receiver": body(receiver_id=None),
    "no sender": body(sender_id=None),
    "no type": body(type=None),
    "no time": body(created_at=None),
    "time in another form": body(created_at="2012-07-16 18:09:20"),
    "time decoded as a form": body(created_at="Mon Jul 16 18:09:20  0800 2012"),
    "data no JSON": body(data="{"),
    "image without a file": body(type="image"),
    "position nowhere": body(type="position", data={"longitude": "116", "latitude": "154.2"}),
    "mention of nothing": body(type="mention", data={"subtype": "status", "key": "x"}),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_signed_but_malformed_push_keeps_its_bytes(name):
    with pytest.raises(MalformedMessage) as caught:
        codec().open(QUERY, MALFORMED[name], now=NOW)
    assert (type(caught.value), caught.value.raw, caught.value.oversized) == (MalformedMessage, MALFORMED[name], False)
    assert str(caught.value)


def test_a_body_above_the_cap_is_not_looked_at():
    with pytest.raises(MalformedMessage) as caught:
        codec().open({}, b"x" * (LARGEST_BODY + 1), now=NOW)
    assert (caught.value.oversized, caught.value.raw, codec().largest_body) == (True, b"", LARGEST_BODY)


def test_a_push_near_the_cap_is_read():
    assert opened(text="诉" * 20_000).inbound.text == "诉" * 20_000


@pytest.mark.parametrize("start", [b"<xml>", b"\n <xml>", b"\xef\xbb\xbf<xml>", b"<?xml version='1.0'?><xml>"])
def test_xml_is_kept_and_says_that_the_account_was_switched(start):
    content = start + b"<ToUserName>1902538057</ToUserName></xml>"
    with pytest.raises(XmlMessage) as caught:
        codec().open(QUERY, content, now=NOW)
    assert (caught.value.raw, caught.value.switched_to_xml) == (content, True)
    assert str(caught.value) == "the account was switched to XML: set it back to JSON (2/eps/push/set_format)"
    assert codec().seal(None, "", now=NOW) == b""


# Replay


def test_a_retry_is_the_same_push_again():
    account = codec()
    assert len({account.open(QUERY, BODY, now=NOW).inbound.key for _ in range(3)}) == 1


def test_a_retry_signed_anew_is_the_same_push_again():
    account = codec()
    queries = [signed(timestamp=str(1763712000000 + 5000 * number), nonce=str(number)) for number in range(3)]
    assert len({account.open(query, BODY, now=NOW).inbound.key for query in queries}) == 1


@pytest.mark.parametrize("forged", [body(text="撤回"), body(sender_id=1), b"", b"junk", b"<xml/>", BODY + b" "])
def test_a_captured_query_with_another_body_is_quarantined(forged):
    account = codec()
    account.open(QUERY, BODY, now=NOW)
    with pytest.raises(QuarantinedMessage) as caught:
        account.open(QUERY, forged, now=NOW + timedelta(minutes=10))
    error = caught.value
    assert (error.raw, error.quarantined, error.oversized, isinstance(error, MalformedMessage)) == (
        forged,
        True,
        False,
        True,
    )
    assert account.open(QUERY, BODY, now=NOW).inbound.text == "私信或留言内容"  # the true one is not harmed


def test_a_query_whose_first_body_was_malformed_is_used_up_too():
    account = codec()
    with pytest.raises(MalformedMessage):
        account.open(QUERY, b"junk", now=NOW)
    with pytest.raises(QuarantinedMessage):
        account.open(QUERY, BODY, now=NOW)


def test_an_unsigned_query_leaves_no_trace():
    replays = MemoryReplays()
    account = codec(replays=replays)
    with pytest.raises(ForgedMessage):
        account.open(QUERY | {"signature": "0" * 40}, BODY, now=NOW)
    assert len(replays) == 0


def test_replays_forget_by_time_and_by_number():
    replays = MemoryReplays(keeps=timedelta(minutes=30), most=3)
    digest, other = "00" * 32, "11" * 32
    for number in range(5):
        assert replays.seen("1", str(number), digest, now=NOW) == "new"
    assert [replays.seen("1", str(number), other, now=NOW) for number in (4, 3, 2)] == ["other"] * 3
    assert (replays.seen("1", "4", digest, now=NOW + timedelta(minutes=30)), len(replays)) == ("same", 3)
    assert replays.seen("1", "4", other, now=NOW + timedelta(minutes=31)) == "new"
    assert len(replays) == 1


def test_replays_outlast_every_good_signature():
    account = codec(max_age=60)
    query = signed(timestamp="1763712065000")  # a minute ahead: good for two
    account.open(query, BODY, now=NOW)
    with pytest.raises(QuarantinedMessage):
        account.open(query, body(text="撤回"), now=NOW + timedelta(seconds=120))


def test_what_was_opened_can_be_compared_by_several_processes():
    push = codec().open(QUERY, BODY, now=NOW)
    fingerprint = push.fingerprint
    assert (fingerprint.timestamp, fingerprint.nonce, fingerprint.body_hash, push.raw) == (
        QUERY["timestamp"],
        QUERY["nonce"],
        hashlib.sha256(BODY).hexdigest(),
        BODY,
    )


# Odd but good


def test_a_percent_encoded_body_is_read_and_told_of():
    push = codec().open(QUERY, quote(BODY).encode(), now=NOW)
    assert (push.inbound.text, push.percent_encoded) == ("私信或留言内容", True)


@pytest.mark.parametrize("said", ["100%", "%41+%42", "1+1=2 &amp;", "a b", "\\", '"', "{}", "<b>", "\n\t", "😀𠮷"])
def test_a_citizens_signs_are_not_decoded(said):
    assert (opened(text=said).inbound.text, opened(text=said).percent_encoded) == (said, False)


@pytest.mark.parametrize("stray", ["\x00", "\x08", "\x0b", "\x1f", "\x7f", "\ufffe", "\uffff", "\ud83d"])
def test_what_is_no_character_is_dropped_and_the_rest_kept(stray):
    content = json.dumps(TEXT | {"text": f"路{stray}灯", "x" + stray: {"y": [stray]}}).encode()
    inbound = codec().open(QUERY, content, now=NOW).inbound
    assert (inbound.text, inbound.raw["x"]) == ("路灯", {"y": [""]})
    json.dumps(inbound.raw, ensure_ascii=False).encode()


def test_a_bom_and_a_bare_line_break_do_no_harm():
    content = b"\xef\xbb\xbf" + BODY.replace("留言".encode(), b"\n")
    assert codec().open(QUERY, content, now=NOW).inbound.text == "私信或\n内容"


def test_numbers_no_database_can_hold_are_kept_as_text():
    content = BODY.replace(b'"data": {}', b'"data": {"a": 12345678901234567890, "b": 1e999, "c": 5326071353316787}')
    data = codec().open(QUERY, content, now=NOW).inbound.raw["data"]
    assert data == {"a": "12345678901234567890", "b": "1e999", "c": 5326071353316787}


def test_the_query_names_nobody():
    assert codec().open(QUERY | {"sender_id": "1"}, BODY, now=NOW).inbound.citizen.user == CITIZEN


def test_another_automatic_account_is_kept_and_not_talked_to():
    push = codec(bots={CITIZEN}).open(QUERY, BODY, now=NOW)
    assert (push.inbound.kind, push.inbound.raw) == (InboundKind.UNKNOWN, TEXT)


@given(st.binary(max_size=300))
def test_any_body_is_read_or_told_why_not(content):
    try:
        codec().open(QUERY, content, now=NOW)
    except (MalformedMessage, ForgedMessage) as error:
        assert str(error)  # noqa: PT017  either is right, anything else is not


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*TEXT, "x"]), JSON), st.sampled_from(["text", "image", "event", "mention"]))
def test_any_fields_are_read_or_told_why_not(changes, kind):
    content = json.dumps(TEXT | {"type": kind} | changes, ensure_ascii=True).encode()
    try:
        codec().open(QUERY, content, now=NOW)
    except (MalformedMessage, ForgedMessage) as error:
        assert str(error)  # noqa: PT017  either is right, anything else is not


# The address check, settings, answers


def test_the_address_check():
    assert codec().verify_url(QUERY | {"echostr": "dnPdpTZz85"}, now=NOW) == "dnPdpTZz85"


@pytest.mark.parametrize(
    "query",
    [
        {},
        QUERY,
        QUERY | {"echostr": ""},
        QUERY | {"echostr": "<script>"},
        QUERY | {"echostr": 'a"b'},
        QUERY | {"echostr": "诉求"},
        QUERY | {"echostr": "a\n"},
        QUERY | {"echostr": "a" * 129},
        QUERY | {"echostr": "a", "signature": "0" * 40},
        signed(timestamp="1763711104999") | {"echostr": "a"},
    ],
)
def test_a_wrong_address_check_is_refused(query):
    with pytest.raises(ForgedMessage):
        codec().verify_url(query, now=NOW)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"app_secret": ""}, "the AppSecret is empty"),
        ({"app_secret": " "}, "the AppSecret is empty"),
        ({"uid": ""}, "the uid is no number"),
        ({"uid": "office"}, "the uid is no number"),
    ],
)
def test_settings_that_could_verify_nothing_stop_the_start(changes, said):
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the whole text is compared below
        codec(**changes)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    "text", ["已收到。", "您的 诉求+1 已办结 100%", 'a"b\\', "😀\n第二行", "a&b=c", "{}", "一\ud800二"]
)
def test_an_answer_says_exactly_its_text_to_who_wrote(text):
    account = codec()
    answer = json.loads(account.seal(account.open(QUERY, BODY, now=NOW), text, now=NOW))
    data = json.loads(unquote(answer.pop("data")))
    assert answer == {"result": True, "sender_id": UID, "receiver_id": CITIZEN, "type": "text"}
    assert data == {"text": text.replace("\ud800", "?")}


def test_a_space_in_an_answer_is_not_a_plus():
    account = codec()
    sealed = json.loads(account.seal(account.open(QUERY, BODY, now=NOW), "a b", now=NOW))
    assert sealed["data"] == "%7B%22text%22%3A%22a%20b%22%7D"


@pytest.mark.parametrize("text", ["", " \n"])
def test_nothing_to_say_is_an_empty_body(text):
    account = codec()
    assert account.seal(account.open(QUERY, BODY, now=NOW), text, now=NOW) == NOTHING == b""


def test_who_has_unfollowed_is_not_answered():
    account = codec()
    assert account.seal(account.open(QUERY, sample("unfollow"), now=NOW), "再见", now=NOW) == b""


def test_it_knows_its_account():
    assert (Codec(account="second", uid=UID, app_secret=SECRET).account, sign("b", "a")) == (
        "second",
        hashlib.sha1(b"ab").hexdigest(),  # noqa: S324  Weibo's choice
    )
