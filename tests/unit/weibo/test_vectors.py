"""The published signatures, ids and dates, and the ones derived from the documented rules."""

import json
from datetime import UTC, datetime

import pytest

from adapters.platform import ForgedMessage
from adapters.weibo.links import (
    account_url,
    comment_url,
    is_id,
    mobile_post_url,
    post_url,
    to_base62,
    to_mid,
)
from adapters.weibo.moments import next_day, next_hour, parse_created_at
from adapters.weibo.signing import same, sign
from tests.unit.weibo.pushes import SAMPLES, codec

VECTORS = json.loads((SAMPLES / "vectors.json").read_text())
OUTBOUND = json.loads((SAMPLES / "outbound.json").read_text())
SIGNED = {vector["name"]: vector for vector in VECTORS["signatures"]}


def _at(vector) -> datetime:
    return datetime.fromtimestamp(int(vector["timestamp"]) / 1000, UTC)


@pytest.mark.parametrize("name", SIGNED)
def test_a_signature_is_ours(name):
    vector = SIGNED[name]
    parts = (vector["app_secret"], vector["timestamp"], vector["nonce"])
    assert ("".join(sorted(parts)), sign(*parts)) == (vector["joined"], vector["signature"])


@pytest.mark.parametrize("name", ["S1", "S2"])
def test_a_published_address_check_is_answered_with_its_echo(name):
    vector = SIGNED[name]
    query = {key: vector[key] for key in ("timestamp", "nonce", "signature", "echostr")}
    assert codec(app_secret=vector["app_secret"]).verify_url(query, now=_at(vector)) == vector["echostr"]


@pytest.mark.parametrize(
    "changes",
    [
        {"signature": SIGNED["S1"]["signature"].upper()},
        {"nonce": "57155158"},
        {"timestamp": "1397022061824"},
        {"timestamp": None},
        {"nonce": None},
        {"signature": None},
        {"signature": sign("", "1397022061823", "57155157")},
    ],
)
def test_a_changed_address_check_is_refused(changes):
    query = {key: SIGNED["S1"][key] for key in ("timestamp", "nonce", "signature", "echostr")} | changes
    query = {key: value for key, value in query.items() if value is not None}
    with pytest.raises(ForgedMessage):
        codec().verify_url(query, now=_at(SIGNED["S1"]))


def test_signatures_are_compared_whole():
    assert [same("ab", given) for given in ("ab", "a", "abc", "", "签", "\ud800")] == [True] + [False] * 5


@pytest.mark.parametrize("vector", VECTORS["ids"], ids=lambda vector: vector["base62"])
def test_an_id_is_written_both_ways(vector):
    assert (to_base62(vector["mid"]), to_mid(vector["base62"])) == (vector["base62"], vector["mid"])


@pytest.mark.parametrize("mid", ["0", "1", "61", "62", "9999999", "10000000", "100000000000000", "9223372036854775807"])
def test_any_id_comes_back(mid):
    assert to_mid(to_base62(mid)) == mid


@pytest.mark.parametrize("text", ["", "-1", "1.5", "abc", "１２", "9" * 21, " 1"])
def test_what_is_no_id_is_refused(text):
    assert is_id(text) is False
    for write in (to_base62, mobile_post_url):
        with pytest.raises(ValueError, match="not a decimal id"):
            write(text)


@pytest.mark.parametrize("text", ["", "K3fn-EfZK", "诉", "ZZZZ", "a b"])
def test_what_is_no_base62_id_is_refused(text):
    with pytest.raises(ValueError, match="not a base 62 id"):
        to_mid(text)


def test_the_pages_of_posts_and_comments():
    assert [
        post_url("2489518277", "4607741009594608"),
        mobile_post_url("4607741009594608"),
        comment_url("2489518277", "4607741009594608", "4607741009594609"),
        account_url("1902538057"),
    ] == [
        "https://weibo.com/2489518277/K3fnuEfZK",
        "https://m.weibo.cn/status/4607741009594608",
        "https://weibo.com/2489518277/K3fnuEfZK?type=comment#comment-4607741009594609",
        "https://weibo.com/u/1902538057",
    ]


@pytest.mark.parametrize("vector", VECTORS["times"], ids=lambda vector: vector["iso"])
def test_a_date_is_read_without_a_locale(vector):
    moment = parse_created_at(vector["created_at"])
    assert (moment, moment.timestamp(), moment.tzinfo) == (
        datetime.fromisoformat(vector["iso"]),
        vector["unix"],
        UTC,
    )


def test_the_offset_of_a_date_is_read():
    dates = ["Mon Jul 16 18:09:20 +0800 2012", "Mon Jul 16 10:09:20 +0000 2012", "Mon Jul 16 04:39:20 -0530 2012"]
    assert {parse_created_at(text).timestamp() for text in dates} == {1342433360}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Mon Jul 16 18:09:20 2012",
        "周一 七月 16 18:09:20 +0800 2012",
        "Mon Jux 16 18:09:20 +0800 2012",
        "Mon Feb 30 18:09:20 +0800 2012",
        "Mon Jul 16 25:09:20 +0800 2012",
        "Mon Jul 16 18:09:20 +9900 2012",
        "Mon Jan 01 00:00:00 +0800 0001",
        "Mon Jul 16 18:09:20  0800 2012",
        "2012-07-16T18:09:20+08:00",
        "1342433360",
    ],
)
def test_what_is_no_date_of_weibo_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        parse_created_at(text)


def test_counters_start_again_at_beijings_midnight_and_at_the_full_hour():
    now = datetime(2026, 11, 21, 15, 59, 30, tzinfo=UTC)
    assert [next_day(now), next_day(datetime(2026, 11, 21, 16, tzinfo=UTC)), next_hour(now)] == [
        datetime(2026, 11, 21, 16, tzinfo=UTC),
        datetime(2026, 11, 22, 16, tzinfo=UTC),
        datetime(2026, 11, 21, 16, tzinfo=UTC),
    ]
