"""What a message can be, and sending to many, held against the published requests and answers."""

import json
import math
from urllib.parse import parse_qs, unquote, urlencode

import pytest

from adapters.platform import Refused, UnknownOutcome
from adapters.weibo.contents import (
    MOST_ARTICLES,
    Article,
    articles,
    passive_reply,
    position,
    queued,
    reply_form,
    to_group,
    to_users,
    words,
)
from tests.labels import WEIBO
from tests.unit.weibo.pushes import SAMPLES

OUTBOUND = json.loads((SAMPLES / "outbound.json").read_text())
PUBLISHED = OUTBOUND["articles"]["articles"][0]
CARD = Article(
    title=PUBLISHED["display_name"], summary=PUBLISHED["summary"], image=PUBLISHED["image"], url=PUBLISHED["url"]
)


def test_a_passive_reply_is_the_published_one():
    assert json.loads(passive_reply(words("中文消息"), sender="123", receiver="456")) == OUTBOUND["passive"]


@pytest.mark.parametrize("form", OUTBOUND["forms"], ids=lambda form: form["text"])
def test_a_private_message_is_the_published_form(form):
    sent = urlencode(reply_form(words(form["text"]), receiver="2489518277"))
    assert form["data"] in sent
    assert parse_qs(sent) == {
        "type": ["text"],
        "data": [json.dumps({"text": form["text"]}, ensure_ascii=False, separators=(",", ":"))],
        "receiver_id": ["2489518277"],
        "save_sender_box": ["1"],
    }


def test_cards_are_the_published_ones_in_both_ways():
    content = articles([CARD], labels=WEIBO)
    assert (content.type, content.data) == ("articles", OUTBOUND["articles"])
    assert json.loads(reply_form(content, receiver="1")["data"]) == OUTBOUND["articles"]
    body = json.loads(passive_reply(content, sender="1", receiver="2"))
    assert (body["type"], json.loads(unquote(body["data"]))) == ("articles", OUTBOUND["articles"])


@pytest.mark.parametrize(
    "cards",
    [
        [],
        [CARD] * (MOST_ARTICLES + 1),
        [Article(title="a", summary="b", image="/a.jpg", url="https://a.example")],
        [Article(title="a", summary="b", image="https://a.example/a.jpg", url="javascript:alert(1)")],
    ],
    ids=["none", "nine", "a picture without a host", "no link"],
)
def test_other_cards_are_refused(cards):
    with pytest.raises(ValueError, match=r"cards|addresses"):
        articles(cards, labels=WEIBO)


def test_cards_advertise_no_rival():
    card = Article(title="微信办", summary="加微信", image="https://a.example/a.jpg", url="https://a.example")
    (made,) = articles([card], labels=WEIBO).data["articles"]
    assert (made["display_name"], made["summary"]) == ("某信办", "加某信")


def test_a_place_is_the_published_one_and_longitude_is_not_latitude():
    content = position(longitude=123.01, latitude=154.2)
    assert (content.type, content.data) == ("position", OUTBOUND["position"])
    for wrong in (math.nan, math.inf):
        with pytest.raises(ValueError, match="not a place"):
            position(longitude=1.0, latitude=wrong)


def test_sending_to_subscribers_by_uid_and_by_group_is_as_published():
    made = to_users(["1404376560", "1430236477"], "CONTENT")
    assert made == OUTBOUND["sendall_users"]
    assert {**made, "touser": ["uid1", "uid2"]} == OUTBOUND["sendall_published_users"]
    assert to_group("123", "CONTENT") == OUTBOUND["sendall_group"]


@pytest.mark.parametrize("uids", [[], ["uid1"], ["1", ""]])
def test_what_is_no_uid_is_not_sent_to(uids):
    with pytest.raises(ValueError, match="uids"):
        to_users(uids, "CONTENT")


def test_an_answer_to_a_sending_is_an_id_or_an_error():
    taken, refused = OUTBOUND["sendall_answers"]
    assert queued(taken) == "123456"
    with pytest.raises(Refused) as error:
        queued(refused)
    assert error.value.code == "1000XX"
    for other in ({}, {"result": True}, {"result": True, "msg_id": True}, {"msg_id": 1}):
        with pytest.raises(UnknownOutcome):
            queued(other)
