"""The sandbox's own reading of Weibo's rules: signatures, ids, times, windows, quotas, lengths."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.sandbox.errors import ApiError
from adapters.sandbox.weibo.content import check_comment
from adapters.sandbox.weibo.identities import Numbers, post_address, shorten, uid_of, write_moment
from adapters.sandbox.weibo.payloads import signature_of
from adapters.sandbox.weibo.quotas import Quotas
from adapters.sandbox.weibo.square import names_in
from adapters.sandbox.weibo.windows import Windows

VECTORS = json.loads((Path(__file__).parents[2] / "samples/weibo/vectors.json").read_text())
NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize("vector", VECTORS["signatures"], ids=lambda vector: vector["name"])
def test_signature(vector):
    assert signature_of(vector["app_secret"], vector["timestamp"], vector["nonce"]) == vector["signature"]


@pytest.mark.parametrize("vector", VECTORS["ids"], ids=lambda vector: vector["base62"])
def test_base62(vector):
    mid, short = int(vector["mid"]), vector["base62"]
    assert (shorten(mid), post_address("1", mid)) == (short, f"https://weibo.com/1/{short}")


def test_moments_are_english_and_of_beijing():
    assert write_moment(datetime.fromtimestamp(1342433360, UTC)) == "Mon Jul 16 18:09:20 +0800 2012"
    assert write_moment(datetime(2026, 12, 31, 16, 0, 5, tzinfo=UTC)) == "Fri Jan 01 00:00:05 +0800 2027"


def test_ids_have_sixteen_digits_and_grow_whatever_the_clock_does():
    numbers = Numbers()
    ids = [numbers.next(now=NOW + timedelta(hours=hours)) for hours in (0, 0, 5, -5)]
    assert (ids == sorted(set(ids)), {len(str(one)) for one in ids}) == (True, {16})
    assert (uid_of("a") == uid_of("a"), uid_of("a") != uid_of("b")) == (True, True)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@问桥 路灯", {"问桥"}),
        ("喂@问桥，@a_b-c!", {"问桥", "a_b-c"}),
        ("@问桥路灯坏了", {"问桥路灯坏了"}),
        ("@ 问桥 a@b", set()),
        ("回复@问桥:好", {"问桥"}),
    ],
)
def test_names(text, names):
    assert names_in(text) == names


def code_of(act, **arguments):
    try:
        act(**arguments)
    except ApiError as error:
        return error.errcode
    return 0


def test_windows():
    windows, later = Windows(), NOW + timedelta(hours=48)
    assert code_of(windows.spend, now=NOW) == 26401
    windows.open_mention(now=NOW)
    windows.open_mention(now=NOW)
    assert [code_of(windows.spend, now=NOW) for _ in range(2)] == [0, 26402]
    windows.open_contact(now=NOW)
    assert [code_of(windows.spend, now=NOW) for _ in range(150)] == [0] * 150
    assert [code_of(windows.spend, now=moment) for moment in (later - timedelta(seconds=1), later)] == [0, 26401]
    windows.open_contact(now=NOW)
    windows.close()
    assert code_of(windows.spend, now=NOW) == 20301
    windows.open_mention(now=NOW)
    assert [code_of(windows.spend, now=NOW), windows.as_json(now=NOW)["kind"]] == [0, "mention"]


def test_quotas_begin_anew_at_midnight_of_beijing_and_on_the_hour():
    quotas = Quotas()
    evening = datetime(2026, 11, 21, 15, 59, tzinfo=UTC)
    assert [code_of(quotas.count_call, now=evening) for _ in range(101)] == [0] * 100 + [10023]
    assert code_of(quotas.count_call, now=evening + timedelta(minutes=1)) == 0
    assert [code_of(quotas.count_post, now=evening) for _ in range(31)] == [0] * 30 + [20016]
    assert code_of(quotas.count_post, now=evening + timedelta(minutes=1)) == 0


@pytest.mark.parametrize(
    ("comment", "prefix", "code"),
    [("一" * 140, "", 0), ("一" * 141, "", 20012), ("x" * 280, "", 0), ("一" * 139, "@ab", 20012), (" ", "@ab", 20008)],
)
def test_comment_lengths(comment, prefix, code):
    assert code_of(check_comment, comment=comment, prefix=prefix) == code
