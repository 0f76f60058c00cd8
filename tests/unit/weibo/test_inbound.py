"""Every message, event and mention type, as a sample file, with what it becomes."""

import json
from datetime import UTC, datetime

import pytest

from adapters.weibo.inbound import UnusableFieldsError, to_inbound
from bot.messages import (
    Channel,
    CitizenRef,
    Inbound,
    InboundKind,
    Location,
    MediaKind,
    MediaRef,
    dump_inbound,
    load_inbound,
)
from tests.unit.weibo.pushes import CITIZEN, NOW, SAMPLES, TEXT, UID, codec, opened, sample, signed

FOLDER = SAMPLES / "inbound"
EXPECTED = json.loads((FOLDER / "expected.json").read_text())
REF = CitizenRef(channel=Channel.WEIBO, account="main", user=CITIZEN)


def _fields(name: str) -> dict:
    return json.loads(sample(name))


def _inbound(expected, fields) -> Inbound:
    place, data = expected.get("location"), fields["data"]
    return Inbound(
        key=expected["key"],
        citizen=REF,
        kind=InboundKind(expected["kind"]),
        sent_at=datetime.fromtimestamp(1_342_433_360, UTC),
        text=expected.get("text", ""),
        media=tuple(MediaRef(kind=MediaKind(kind), media_id=number) for kind, number in expected.get("media", [])),
        location=Location(latitude=place[0], longitude=place[1], label=place[2]) if place else None,
        raw=fields | {"data": json.loads(data) if isinstance(data, str) else data},
    )


def test_every_sample_has_its_expectation():
    assert sorted(EXPECTED) == sorted(path.stem for path in FOLDER.glob("*.json") if path.stem != "expected")


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_becomes_its_inbound(name):
    opened = codec().open(signed(), sample(name), now=NOW)
    assert (opened.inbound, opened.percent_encoded) == (_inbound(EXPECTED[name], _fields(name)), False)


@pytest.mark.parametrize("name", EXPECTED)
def test_an_inbound_survives_the_store(name):
    inbound = to_inbound(_fields(name), account="main")
    assert load_inbound(json.loads(json.dumps(dump_inbound(inbound)))) == inbound


@pytest.mark.parametrize("name", EXPECTED)
def test_ids_may_be_numbers_or_texts(name):
    fields = _fields(name)
    texts = fields | {"receiver_id": UID, "sender_id": CITIZEN}
    numbers = fields | {"receiver_id": int(UID), "sender_id": int(CITIZEN)}
    one, other = (to_inbound(form, account="main") for form in (texts, numbers))
    assert (one.key, one.citizen) == (other.key, other.citizen) == (EXPECTED[name]["key"], REF)


@pytest.mark.parametrize("name", EXPECTED)
def test_data_may_be_an_object_or_its_text(name):
    fields = _fields(name)
    data = fields["data"] if isinstance(fields["data"], dict) else json.loads(fields["data"])
    one, other = (to_inbound(fields | {"data": form}, account="main") for form in (data, json.dumps(data)))
    assert one == other


@pytest.mark.parametrize("key", [4607741009594608, "4607741009594608"])
def test_a_mention_is_the_same_by_number_or_text(key):
    fields = _fields("mention_status") | {"data": {"subtype": "status", "key": key}}
    assert to_inbound(fields, account="main").key == "weibo:main:s4607741009594608"


@pytest.mark.parametrize("kind", ["video", "share", "group_chat", "表情", "TEXTS"])
def test_an_unknown_type_is_kept_as_it_came_and_will_be_answered(kind):
    fields = TEXT | {"type": kind, "extra": {"deep": [1, None, 1.5]}}
    inbound = to_inbound(fields, account="main")
    assert (inbound.kind, inbound.raw) == (InboundKind.DOCUMENT, fields)


@pytest.mark.parametrize("subtype", ["location", "", "something_new", None, 5])
def test_an_unknown_event_is_kept_as_it_came(subtype):
    fields = _fields("follow") | {"data": {"subtype": subtype}}
    inbound = to_inbound(fields, account="main")
    assert (inbound.kind, inbound.raw) == (InboundKind.UNKNOWN, fields)


def test_an_event_is_told_by_its_subtype_and_not_by_its_text():
    fields = _fields("follow") | {"text": "取消关注事件消息"}
    assert to_inbound(fields, account="main").kind is InboundKind.FOLLOW


@pytest.mark.parametrize(("key", "scene"), [("QR_SCENE_123", "123"), ("QR_LIMIT_SCENE_9", "9"), ("other_7", "other_7")])
def test_a_scene_loses_the_name_of_its_action(key, scene):
    for name in ("scan", "scan_follow"):
        fields = _fields(name)
        assert to_inbound(fields | {"data": fields["data"] | {"key": key}}, account="main").text == scene


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("我在这里: http://t.cn/zQgLLYO", ""),
        ("我在这里：幸福路12号 http://t.cn/zQgLLYO", "幸福路12号"),
        ("幸福路口", "幸福路口"),
        ("发送了一个位置", ""),
        ("", ""),
    ],
)
def test_a_position_is_labelled_with_its_address_only(text, label):
    location = to_inbound(_fields("position") | {"text": text}, account="main").location
    assert location == Location(latitude=39.982525, longitude=116.308586, label=label)


def test_what_we_say_ourselves_is_ignored():
    assert to_inbound(TEXT | {"sender_id": int(UID)}, account="main").kind is InboundKind.IGNORED
    mention = to_inbound(_fields("mention_status") | {"sender_id": int(UID)}, account="main")
    assert (mention.kind, mention.key.startswith("weibo:main:1342433360:")) == (InboundKind.IGNORED, True)


DIFFERENT = [
    {"text": "别的话"},
    {"created_at": "Mon Jul 16 18:09:21 +0800 2012"},
    {"sender_id": 2489518278},
    {"type": "video"},
    {"data": {"a": 1}},
]


@pytest.mark.parametrize("changes", DIFFERENT, ids=str)
def test_what_differs_has_another_key(changes):
    keys = {to_inbound(fields, account="main").key for fields in (TEXT, TEXT | changes)}
    assert len(keys) == 2


def test_fields_cannot_be_shifted_into_one_another():
    keys = {opened(type=kind, text=text).inbound.key for kind, text in (("new", "a\x1fb"), ("new\x1fa", "b"))}
    assert len(keys) == 2


def test_the_same_push_to_two_accounts_is_two():
    assert len({to_inbound(TEXT, account=account).key for account in ("main", "second")}) == 2


def test_keys_grow_with_time():
    later = [f"Mon Jul 16 18:09:{second} +0800 2012" for second in range(20, 60)]
    keys = [to_inbound(TEXT | {"created_at": text}, account="main").key for text in later]
    assert keys == sorted(keys)


BROKEN = [
    {"receiver_id": None},
    {"receiver_id": ""},
    {"receiver_id": True},
    {"receiver_id": 1.5},
    {"receiver_id": "-1"},
    {"receiver_id": -1},
    {"sender_id": None},
    {"sender_id": "小明"},
    {"sender_id": "9" * 21},
    {"sender_id": [1]},
    {"type": None},
    {"type": ""},
    {"type": 5},
    {"type": ["text"]},
    {"created_at": None},
    {"created_at": 1342433360},
    {"created_at": "昨天"},
    {"data": "{"},
    {"data": "[1]"},
    {"data": "5"},
    {"type": "image", "data": {}},
    {"type": "image", "data": {"vfid": 821804459}},
    {"type": "voice", "data": {"tovfid": "a/../b"}},
    {"type": "voice", "data": {"tovfid": True}},
    {"type": "position", "data": {}},
    {"type": "position", "data": {"longitude": "123.01", "latitude": "154.2"}},
    {"type": "position", "data": {"longitude": "north", "latitude": "1"}},
    {"type": "position", "data": {"longitude": "nan", "latitude": "1"}},
    {"type": "position", "data": {"longitude": True, "latitude": "1"}},
    {"type": "position", "data": {"longitude": "181", "latitude": "1"}},
    {"type": "mention", "data": {"subtype": "status"}},
    {"type": "mention", "data": {"subtype": "comment", "key": "MENTION_KEY"}},
]


@pytest.mark.parametrize("changes", BROKEN, ids=lambda changes: str(changes)[:60])
def test_a_push_without_what_it_needs_is_unusable(changes):
    with pytest.raises(UnusableFieldsError):
        to_inbound(TEXT | changes, account="main")


@pytest.mark.parametrize("name", ["receiver_id", "sender_id", "type", "created_at"])
def test_a_push_lacking_a_field_is_unusable(name):
    with pytest.raises(UnusableFieldsError):
        to_inbound({key: value for key, value in TEXT.items() if key != name}, account="main")


@pytest.mark.parametrize(("text", "kept"), [(None, ""), (["a"], ""), (12, "12"), (True, ""), ("  ", "  ")])
def test_an_odd_text_does_no_harm(text, kept):
    assert to_inbound(TEXT | {"text": text}, account="main").text == kept


def test_coordinates_may_be_numbers():
    data = {"longitude": 116.5, "latitude": 39}
    location = to_inbound(TEXT | {"type": "position", "data": data}, account="main").location
    assert location is not None
    assert (location.latitude, location.longitude) == (39.0, 116.5)
