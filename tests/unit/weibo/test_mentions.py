"""Posts and comments that mention the office: what each becomes, and how looking goes on until nothing is missed."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from adapters.weibo.inbound import MentionKind, to_inbound
from adapters.weibo.mentions import (
    COUNT,
    MentionBatch,
    MentionContext,
    MentionCursor,
    PublicPlace,
    batch_of,
    completed,
    context_of,
    mention_of,
    place_of,
    read_mention,
)
from bot.messages import Channel, CitizenRef, InboundKind, MediaKind, MediaRef
from tests.unit.weibo.pushes import CITIZEN, SAMPLES, TEXT, UID, sample

POST = {
    "id": 4607741009594608,
    "idstr": "4607741009594608",
    "created_at": "Mon Jul 16 18:09:20 +0800 2012",
    "text": "@某某发布 小区路灯坏了三天没人修",
    "user": {"id": 2489518277, "screen_name": "小明", "location": "北京"},
    "pic_urls": [
        {"thumbnail_pic": "http://wx1.sinaimg.cn/thumbnail/a1.jpg"},
        {"thumbnail_pic": "http://wx2.sinaimg.cn/thumbnail/a2.jpg"},
    ],
}
COMMENT = {
    "id": 4607741009594609,
    "created_at": "Mon Jul 16 18:10:20 +0800 2012",
    "text": "@某某发布 请看看",
    "user": {"id": 1404376560, "screen_name": "zaku"},
    "status": POST,
}
PICTURES = tuple(
    MediaRef(
        kind=MediaKind.IMAGE,
        media_id=f"https://wx{n}.sinaimg.cn/bmiddle/a{n}.jpg",
        better_id=f"https://wx{n}.sinaimg.cn/large/a{n}.jpg",
    )
    for n in (1, 2)
)


def _read(entry, kind=MentionKind.STATUS):
    inbound = read_mention(entry, kind=kind, account="main")
    assert inbound is not None
    return inbound


def _pushed(name: str):
    return to_inbound(json.loads(sample(name)), account="main")


def test_a_post_becomes_a_mention_with_its_pictures():
    inbound = _read(POST)
    assert (inbound.key, inbound.kind, inbound.text, inbound.media, inbound.sent_at) == (
        "weibo:main:s4607741009594608",
        InboundKind.MENTION,
        "@某某发布 小区路灯坏了三天没人修",
        PICTURES,
        datetime.fromtimestamp(1_342_433_360, UTC),
    )
    assert inbound.citizen == CitizenRef(channel=Channel.WEIBO, account="main", user=CITIZEN)
    assert context_of(inbound) == MentionContext(
        status_id="4607741009594608",
        author=CITIZEN,
        nickname="小明",
        url="https://weibo.com/2489518277/K3fnuEfZK",
        post_text="",
        whole=True,
    )
    assert "北京" not in json.dumps(inbound.raw, ensure_ascii=False)  # no more of a person than a petition needs


def test_a_comment_becomes_a_mention_with_the_post_around_it():
    inbound = _read(COMMENT, MentionKind.COMMENT)
    assert (inbound.key, inbound.text, inbound.media, inbound.citizen.user) == (
        "weibo:main:c4607741009594609",
        "@某某发布 请看看",
        PICTURES,
        "1404376560",
    )
    assert context_of(inbound) == MentionContext(
        status_id="4607741009594608",
        author=CITIZEN,
        nickname="zaku",
        url="https://weibo.com/2489518277/K3fnuEfZK?type=comment#comment-4607741009594609",
        post_text="@某某发布 小区路灯坏了三天没人修",
        whole=True,
    )


def test_a_published_comment_is_read():
    answer = json.loads((SAMPLES / "answers" / "comments_mentions.json").read_text())
    inbound = _read(answer["comments"][0], MentionKind.COMMENT)
    assert (inbound.key, inbound.text, place_of(inbound)) == (
        "weibo:main:c12438492184",
        "love your work.......",
        PublicPlace(status_id="11488058246", comment_id="12438492184"),
    )


@pytest.mark.parametrize(
    ("name", "entry", "kind"),
    [("mention_status", POST, MentionKind.STATUS), ("mention_comment", COMMENT, MentionKind.COMMENT)],
)
def test_pushed_and_found_it_is_one_mention(name, entry, kind):
    assert _pushed(name).key == _read(entry, kind).key


def test_a_pushed_mention_is_completed_by_what_was_found():
    pushed, long = _pushed("mention_status"), POST | {"text": "@某某发布 小区路灯坏了三天没人修，晚上很黑"}
    whole = completed(pushed, _read(long))
    assert (whole.text, whole.media, whole.key) == (long["text"], PICTURES, pushed.key)
    assert (whole.raw, place_of(whole)) == (
        pushed.raw | {"context": _read(long).raw["context"]},
        PublicPlace(status_id="4607741009594608"),
    )
    assert completed(pushed, _read(POST | {"text": "短"})).text == pushed.text
    assert completed(pushed, _read(POST | {"id": 5})) == pushed
    assert completed(pushed, _read(POST | {"user": {"id": 5}})) == pushed


def test_where_a_pushed_mention_is_answered():
    places = [place_of(_pushed(name)) for name in ("mention_status", "mention_comment", "mention_other", "text")]
    assert places == [
        PublicPlace(status_id="4607741009594608"),
        PublicPlace(status_id="", comment_id="4607741009594609"),
        None,
        None,
    ]
    assert [mention_of(_pushed("text")), context_of(_pushed("mention_status"))] == [None, None]


@pytest.mark.parametrize(
    ("changes", "text", "whole"),
    [
        ({"isLongText": True}, POST["text"], False),
        ({"isLongText": True, "longText": {"longTextContent": "全文"}}, "全文", True),
        ({"isLongText": False}, POST["text"], True),
    ],
)
def test_a_long_post_is_known_to_be_cut(changes, text, whole):
    inbound = _read(POST | changes)
    context = context_of(inbound)
    assert context is not None
    assert (inbound.text, context.whole) == (text, whole)


NOBODYS = [
    {"user": None},
    {"user": {}},
    {"user": {"id": "x"}},
    {"deleted": "1"},
    {"deleted": 1},
    {"created_at": ""},
    {"created_at": "soon"},
]


@pytest.mark.parametrize("changes", NOBODYS, ids=str)
def test_what_is_nobodys_any_more_is_none(changes):
    assert read_mention(POST | changes, kind=MentionKind.STATUS, account="main") is None


@pytest.mark.parametrize("changes", [{"text": None}, {"text": 5}, {"pic_urls": "x"}, {"pic_urls": [1, {}]}, {"x": 1}])
def test_odd_fields_of_a_post_do_no_harm(changes):
    assert _read(POST | changes).citizen.user == CITIZEN


def test_a_comment_under_a_deleted_post_is_still_a_mention():
    for status in (None, {}, {"id": 5, "deleted": "1"}):
        inbound = _read(COMMENT | {"status": status}, MentionKind.COMMENT)
        assert (inbound.text, inbound.media, context_of(inbound).url) == ("@某某发布 请看看", (), "")


@pytest.mark.parametrize(
    ("pictures", "ids"),
    [
        ({"pic_urls": [], "original_pic": "http://ww1.sinaimg.cn/large/b.jpg"}, ["https://ww1.sinaimg.cn/large/b.jpg"]),
        ({"pic_urls": [{"thumbnail_pic": "http://127.0.0.1:8/p/1.jpg"}]}, ["http://127.0.0.1:8/p/1.jpg"]),
        ({"pic_urls": [{"thumbnail_pic": "http://127.0.0.1/a/b/thumbnail/1.jpg"}]},
         ["http://127.0.0.1/a/b/bmiddle/1.jpg"]),
        ({"pic_urls": [{"thumbnail_pic": "http://127.0.0.1"}]}, ["http://127.0.0.1"]),
        ({"pic_urls": [{"thumbnail_pic": "http://ww1.sinaimg.cn/orj360/b.jpg"}] * 30},
         ["https://ww1.sinaimg.cn/bmiddle/b.jpg"] * 18),
    ],
)  # fmt: skip
def test_the_addresses_of_pictures(pictures, ids):
    assert [media.media_id for media in _read(POST | pictures).media] == ids


def test_an_end_of_text_is_cleaned():
    assert _read(POST | {"text": "路\x00灯\ud83d"}).text == "路灯"


# Looking on


def _entry(number: int, **changes) -> dict:
    return POST | {"id": number} | changes


def _batch(entries, cursor=None, oldest=None) -> MentionBatch:
    cursor = cursor or MentionCursor()
    return batch_of(entries, kind=MentionKind.STATUS, account="main", uid=UID, cursor=cursor, oldest=oldest)


def _numbers(batch: MentionBatch) -> list[int]:
    return [int(inbound.key.removeprefix("weibo:main:s")) for inbound in batch.found]


def test_a_short_page_ends_the_look_at_one_call():
    batch = _batch([_entry(12), _entry(11)], MentionCursor(since="10"))
    assert (_numbers(batch), batch.cursor, batch.complete) == ([11, 12], MentionCursor(since="12"), True)


def test_an_empty_page_ends_the_look_and_moves_nothing_back():
    cursor = MentionCursor(since="10", top="99", below="49")
    assert [_batch([]), _batch([], cursor)] == [
        MentionBatch(found=(), cursor=MentionCursor(), complete=True),
        MentionBatch(found=(), cursor=MentionCursor(since="99"), complete=True),
    ]


class Timeline:
    """Mentions as the interface gives them: newest first, at most `most` a page, some of them filtered away."""

    def __init__(self, numbers, *, most=COUNT, hidden=()):
        self.numbers, self.most, self.hidden, self.calls = sorted(numbers, reverse=True), most, set(hidden), 0

    def page(self, cursor: MentionCursor) -> list[dict]:
        self.calls += 1
        below = int(cursor.below)
        shown = [n for n in self.numbers if n > int(cursor.since) and (not below or n <= below)][: self.most]
        return [_entry(number) for number in shown if number not in self.hidden]


def _look(timeline: Timeline, cursor: MentionCursor) -> tuple[list[int], MentionCursor]:
    found: list[int] = []
    while True:
        batch = _batch(timeline.page(cursor), MentionCursor.load(cursor.dump()))
        found += _numbers(batch)
        cursor = batch.cursor
        if batch.complete:
            return found, cursor


@pytest.mark.parametrize("most", [20, 50, 100])
@pytest.mark.parametrize("count", [0, 1, 9, 10, 20, 49, 50, 51, 200, 333])
def test_every_mention_is_found_once_whatever_a_page_holds(most, count):
    numbers = range(1000, 1000 + count)
    found, cursor = _look(Timeline(numbers, most=most), MentionCursor(since="999"))
    assert (sorted(found), len(found), cursor.since) == (list(numbers), count, str(999 + count))


def test_two_hundred_take_five_calls_and_a_quiet_hour_one():
    busy, quiet = Timeline(range(1001, 1201)), Timeline([1201])
    _, cursor = _look(busy, MentionCursor())
    assert _look(quiet, cursor) == ([1201], MentionCursor(since="1201"))
    assert (busy.calls, quiet.calls) == (5, 1)


def test_filtered_posts_do_not_end_the_look():
    found, _ = _look(Timeline(range(1, 201), hidden=range(10, 40)), MentionCursor())
    assert len(found) == 170


def test_a_look_broken_off_goes_on_below_and_misses_nothing():
    timeline, cursor = Timeline(range(1, 121)), MentionCursor()
    first = _batch(timeline.page(cursor), cursor)
    assert (first.complete, first.cursor) == (False, MentionCursor(since="0", top="120", below="70"))
    timeline.numbers = [*range(130, 120, -1), *timeline.numbers]  # written while we waited for the next day's calls
    rest, cursor = _look(timeline, first.cursor)
    later, cursor = _look(timeline, cursor)
    assert (sorted([*_numbers(first), *rest, *later]), cursor.since) == (list(range(1, 131)), "130")


def test_what_was_seen_before_ends_the_look_without_being_found_again():
    batch = _batch([_entry(number) for number in range(60, 10, -1)], MentionCursor(since="40"))
    assert (_numbers(batch), batch.complete, batch.cursor.since) == (list(range(41, 61)), True, "60")


def test_what_is_older_than_wanted_ends_the_first_look():
    since = datetime.fromtimestamp(1_342_433_360, UTC)
    old = [_entry(number, created_at="Mon Jul 16 18:09:19 +0800 2012") for number in range(130, 100, -1)]
    batch = _batch([*(_entry(number) for number in range(150, 130, -1)), *old], oldest=since)
    assert (_numbers(batch), batch.complete, batch.cursor.since) == (list(range(131, 151)), True, "150")
    assert _batch(old, oldest=since - timedelta(seconds=1)).complete is False


def test_deleted_own_and_odd_entries_are_skipped_and_counted():
    entries = [_entry(5), _entry(4, user=None), _entry(3, user={"id": int(UID)}), {"id": "x"}, "junk", None, _entry(2)]
    batch = _batch(entries)
    assert (_numbers(batch), batch.skipped, batch.cursor.since) == ([2, 5], 5, "5")


def test_a_cursor_survives_the_store():
    cursor = MentionCursor(since="5", top="9", below="7")
    assert (MentionCursor.load(cursor.dump()), MentionCursor.load("")) == (cursor, MentionCursor())
    assert TEXT["sender_id"] != int(UID)
