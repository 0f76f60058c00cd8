"""Every message and event type, as a sample file, with what it becomes."""

import json
from datetime import UTC, datetime

import pytest

from adapters.wechat.inbound import IGNORED_EVENTS, UnusableFieldsError, to_inbound
from adapters.wechat.parsing import parse
from bot.messages import (
    Channel,
    CitizenRef,
    Consent,
    DeliveryReport,
    Inbound,
    InboundKind,
    Location,
    MediaKind,
    MediaRef,
)
from tests.unit.wechat.envelopes import NOW, SAMPLES, TEXT, codec, sealed

FOLDER = SAMPLES / "inbound"
EXPECTED = json.loads((FOLDER / "expected.json").read_text())
REPORTS = {"sent": DeliveryReport, "consent": Consent}
CITIZEN = CitizenRef(channel=Channel.WECHAT, account="main", user="oCitizen")


def _inbound(expected, raw) -> Inbound:
    place = expected.get("location")
    return Inbound(
        key=expected["key"],
        citizen=CITIZEN,
        kind=InboundKind(expected["kind"]),
        sent_at=datetime.fromtimestamp(1_763_712_000, UTC),
        text=expected.get("text", ""),
        choice=expected.get("choice", ""),
        media=tuple(
            MediaRef(kind=MediaKind(kind), media_id=plain, better_id=better)
            for kind, plain, better in expected.get("media", [])
        ),
        location=Location(latitude=place[0], longitude=place[1], label=place[2]) if place else None,
        reports=tuple(REPORTS[kind](**values) for kind, values in expected.get("reports", ())),
        raw=raw,
    )


def test_every_sample_has_its_expectation():
    assert sorted(EXPECTED) == sorted(path.stem for path in FOLDER.glob("*.xml"))


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_becomes_its_inbound(name):
    message = (FOLDER / f"{name}.xml").read_text()
    opened = codec().open(*sealed(message), now=NOW)
    assert opened.inbound == _inbound(EXPECTED[name], parse(message))


@pytest.mark.parametrize("name", EXPECTED)
def test_what_is_kept_of_a_sample_is_json(name):
    fields = parse((FOLDER / f"{name}.xml").read_text())
    assert json.loads(json.dumps(fields)) == fields


@pytest.mark.parametrize("event", ["SubScribe", "SUBSCRIBE", "subscribe"])
def test_an_event_name_is_compared_without_case(event):
    fields = parse((FOLDER / "event_subscribe.xml").read_text()) | {"Event": event}
    inbound = to_inbound(fields, account="main")
    assert (inbound.kind, inbound.key) == (InboundKind.FOLLOW, EXPECTED["event_subscribe"]["key"])


@pytest.mark.parametrize("event", sorted(IGNORED_EVENTS))
def test_a_known_event_of_no_use_is_ignored(event):
    fields = parse((FOLDER / "event_unknown.xml").read_text()) | {"Event": event}
    assert to_inbound(fields, account="main").kind == InboundKind.IGNORED


def test_two_reports_of_one_second_have_two_keys():
    first = parse((FOLDER / "event_template_success.xml").read_text())
    keys = {to_inbound(first | {"MsgID": str(number)}, account="main").key for number in (1, 2)}
    assert len(keys) == 2


def test_two_consents_of_one_second_have_two_keys_and_a_repeat_has_none_of_its_own():
    fields = parse((FOLDER / "event_subscribe_msg_popup_one.xml").read_text())

    def key(template: str, status: str) -> str:
        entry = {"TemplateId": template, "SubscribeStatusString": status}
        return to_inbound(fields | {"SubscribeMsgPopupEvent": {"List": entry}}, account="main").key

    assert len({key("t1", "accept"), key("t1", "reject"), key("t2", "accept"), key("t1", "accept")}) == 3


@pytest.mark.parametrize("entries", ["", {}, [], "text", {"List": ""}, {"List": "text"}, ["", {"List": ["", "x"]}]])
def test_a_popup_in_which_nothing_was_decided_is_ignored(entries):
    fields = parse((FOLDER / "event_subscribe_msg_popup.xml").read_text())
    assert to_inbound(fields | {"SubscribeMsgPopupEvent": entries}, account="main").kind == InboundKind.IGNORED


def test_a_long_event_key_still_makes_a_short_distinct_key():
    fields = parse((FOLDER / "event_view.xml").read_text())
    urls = [f"https://example.invalid/{'a' * 5000}{end}" for end in "xy"]
    keys = {to_inbound(fields | {"EventKey": url}, account="main").key for url in urls}
    assert sorted(map(len, keys)) == [102, 102]


def test_the_same_number_from_two_citizens_or_accounts_is_two_messages():
    fields = parse(TEXT)
    keys = {
        to_inbound(fields, account="main").key,
        to_inbound(fields, account="second").key,
        to_inbound(fields | {"FromUserName": "oOther"}, account="main").key,
    }
    assert len(keys) == 3


BROKEN = [
    {"FromUserName": ""},
    {"FromUserName": ["oA", "oB"]},
    {"FromUserName": {"b": "oA"}},
    {"CreateTime": ""},
    {"CreateTime": "soon"},
    {"CreateTime": "-1"},
    {"CreateTime": "１２"},
    {"CreateTime": "1" * 11},
    {"CreateTime": "9" * 5000},
    {"MsgId": "x"},
    {"MsgId": ""},
    {"MsgId": "1.5"},
    {"MsgId": "9" * 5000},
    {"MsgType": ""},
    {"MsgType": ["text", "text"]},
    {"MsgType": {"b": "text"}},
    {"MsgType": "event", "Event": ["subscribe", "subscribe"]},
    {"MsgType": "event", "Event": {"b": "subscribe"}},
    {"MsgType": "event", "Event": "TEMPLATESENDJOBFINISH"},
    {"MsgType": "event", "Event": "subscribe_msg_sent_event", "SubscribeMsgSentEvent": ""},
    {"MsgType": "event", "Event": "subscribe_msg_sent_event", "SubscribeMsgSentEvent": {"List": {"TemplateId": "t"}}},
    {"MsgType": "event", "Event": "subscribe_msg_popup_event", "SubscribeMsgPopupEvent": {"List": {"PopupScene": "2"}}},
    {"MsgType": "image"},
    {"MsgType": "location"},
    {"MsgType": "location", "Location_X": "north", "Location_Y": "1"},
    {"MsgType": "location", "Location_X": "nan", "Location_Y": "1"},
    {"MsgType": "location", "Location_X": "113.3", "Location_Y": "23.1"},
]


@pytest.mark.parametrize("changes", BROKEN, ids=lambda changes: str(changes)[:60])
def test_a_message_without_what_it_needs_is_unusable(changes):
    with pytest.raises(UnusableFieldsError):
        to_inbound(parse(TEXT) | changes, account="main")


@pytest.mark.parametrize("name", ["FromUserName", "CreateTime", "MsgType", "MsgId"])
def test_a_message_lacking_a_field_is_unusable(name):
    fields = parse(TEXT)
    del fields[name]
    with pytest.raises(UnusableFieldsError):
        to_inbound(fields, account="main")


@pytest.mark.parametrize(
    ("content", "text"),
    [(["一", "二"], "一\n二"), ({"b": "x"}, ""), (["一", {"b": "x"}], "一"), ("", ""), ("   ", "   ")],
)
def test_a_repeated_nested_or_blank_content_does_no_harm(content, text):
    assert to_inbound(parse(TEXT) | {"Content": content}, account="main").text == text
