"""The thirty traps that others fell into, one test each, by their numbers in the order in which they are told.

Not of the adapter, and so not here: 10, 14, 15 and 29; `docs/weibo-traps.md` says what holds us out of those.
"""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest

from adapters.platform import ForgedMessage, Refused, RetryAfter, UnknownOutcome
from adapters.transport import Answer
from adapters.weibo.budget import KEPT_FOR_ANSWERS, MemoryBudget
from adapters.weibo.calls import Lane
from adapters.weibo.errcodes import DELAYED, error_for
from adapters.weibo.errors import QuarantinedMessage
from adapters.weibo.inbound import to_inbound
from adapters.weibo.moments import parse_created_at
from adapters.weibo.public import check_public, public_text
from adapters.weibo.rendering import render
from adapters.weibo.signing import sign
from adapters.weibo.tokens import TokenSlot
from adapters.weibo.windows import window_of
from bot.clock import MovableClock
from bot.messages import Choice, InboundKind, Outbound, dump_inbound
from tests.labels import WEIBO
from tests.unit.weibo.pushes import CITIZEN, NOW, SECRET, UID, body, codec, opened, sample, signed

BODY = body()


def _inbound(name: str, **changes):
    return to_inbound(json.loads(sample(name)) | changes, account="main")


def _sealed(name: str, text: str = "好的") -> dict:
    account = codec()
    return json.loads(account.seal(account.open(signed(), sample(name), now=NOW), text, now=NOW) or "{}")


def test_1_a_push_is_verified_too():
    with pytest.raises(ForgedMessage):
        codec().open({}, BODY, now=NOW)


def test_2_the_parts_are_sorted():
    assert sign("b", "1", "a") == sign("a", "b", "1") == sign("1", "a", "b")


def test_3_a_timestamp_is_milliseconds_or_seconds():
    for stamp in ("1763712000000", "1763712000"):
        assert codec().open(signed(timestamp=stamp), BODY, now=NOW).inbound.citizen.user == CITIZEN


def test_4_the_body_is_not_covered_so_a_query_is_good_for_one():
    account = codec()
    account.open(signed(), BODY, now=NOW)
    with pytest.raises(QuarantinedMessage):
        account.open(signed(), body(text="撤回"), now=NOW)


def test_5_a_passive_reply_is_percent_encoded_once():
    assert json.loads(unquote(_sealed("text", "100%")["data"])) == {"text": "100%"}


def test_6_sender_and_receiver_are_swapped():
    sealed = _sealed("text")
    assert (sealed["sender_id"], sealed["receiver_id"]) == (UID, CITIZEN)


def test_7_longitude_is_not_latitude():
    location = _inbound("position").location
    assert location is not None
    assert (location.latitude, location.longitude) == (39.982525, 116.308586)


def test_8_ids_in_data_are_numbers_or_texts():
    media = [_inbound("image", data={"tovfid": number}).media[0].media_id for number in (821804469, "821804469")]
    assert media == ["821804469"] * 2


def test_9_an_unknown_type_is_kept_and_no_error():
    assert _inbound("video").kind is InboundKind.DOCUMENT


def test_11_two_messages_of_one_second_are_two():
    assert len({opened(text=text).inbound.key for text in ("甲", "乙")}) == 2


def test_12_who_unfollows_is_not_answered():
    assert (_sealed("unfollow"), window_of(_inbound("unfollow"))) == ({}, None)


def test_13_bots_do_not_talk_to_each_other():
    bot = codec(bots={CITIZEN}).open(signed(), BODY, now=NOW).inbound
    assert [bot.kind, _inbound("text", sender_id=int(UID)).kind] == [InboundKind.UNKNOWN, InboundKind.IGNORED]


def test_16_the_end_of_a_token_is_spoken_of_in_time():
    slot = TokenSlot(token="t", expires=NOW + timedelta(days=365))
    assert [slot.warning(NOW + timedelta(days=day)) for day in (334, 335, 351, 358, 364, 365)] == [
        None,
        30,
        14,
        7,
        1,
        0,
    ]


async def test_17_looking_for_mentions_cannot_burn_the_day():
    budget = MemoryBudget()
    looks = [await budget.spend("a", 1, reserve=KEPT_FOR_ANSWERS, now=NOW) for _ in range(1440)]
    answers = [await budget.spend("a", 1, reserve=0, now=NOW) for _ in range(50)]
    assert (looks.count(True), answers.count(True)) == (60, 40)


def test_18_personal_data_does_not_leave_in_public():
    with pytest.raises(Refused):
        check_public("张先生，13800138000，已办结")


def test_19_the_same_words_are_never_said_twice():
    numbers = ("WQ20261121-0000019", "WQ20261122-0000022")
    assert len({public_text("已办结", number=number, labels=WEIBO) for number in numbers}) == 2


def test_20_the_rival_is_not_advertised():
    outbound = Outbound(text="请关注微信 https://mp.weixin.qq.com/x", choices=(Choice(id="a", label="微信"),))
    page, _ = render(outbound, labels=WEIBO)
    assert page == "请关注某信 （网址略）\n1. 某信"


def test_21_an_event_is_its_subtype_and_not_its_text():
    assert _inbound("unfollow", text="关注事件消息").kind is InboundKind.UNFOLLOW


def test_22_to_subscribe_is_not_to_follow():
    assert [_inbound(name).kind for name in ("subscribe", "follow")] == [InboundKind.MENU, InboundKind.FOLLOW]


def test_23_a_date_does_not_depend_on_the_locale(monkeypatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert parse_created_at("Mon Jul 16 18:09:20 +0800 2012") == datetime(2012, 7, 16, 10, 9, 20, tzinfo=UTC)


def test_24_ids_are_texts_wherever_others_read_them():
    inbound = _inbound("mention_comment")
    assert (inbound.citizen.user, inbound.key) == ("2489518277", "weibo:main:c4607741009594609")
    assert dump_inbound(inbound)["citizen"] == "weibo:main:2489518277"


def test_25_a_token_stands_in_no_repr_and_no_error():
    assert SECRET not in repr(TokenSlot(token=SECRET))
    assert SECRET not in str(error_for("21327", call="messages/reply.json", now=NOW))


def test_26_the_samples_are_valid_json():
    names = ("text", "scan_follow", "mention_other", "position_as_string")
    assert [json.loads(sample(name))["receiver_id"] in {int(UID), UID} for name in names] == [True] * 4


class Told:
    """A transport that counts, and answers as told."""

    def __init__(self, *answers: Answer | Exception) -> None:
        self.answers, self.calls = list(answers), 0

    async def request(self, *_, **__) -> Answer:
        self.calls += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def _lane(transport) -> Lane:
    slot, clock = TokenSlot(token="t"), MovableClock(start=NOW)
    return Lane(
        name="a", slot=slot, transport=transport, clock=clock, budget=None, timeout=1.0, repeat_after=0.0
    )  # fmt: skip


def _answer(fields: dict) -> Answer:
    return Answer(status=400, headers={}, body=json.dumps(fields).encode())


async def test_27_a_message_without_answer_is_not_repeated():
    transport = Told(UnknownOutcome("no answer in time"))
    with pytest.raises(UnknownOutcome):
        await _lane(transport).write("http://x/2/messages/reply.json", {})
    assert transport.calls == 1


async def test_28_a_delayed_success_is_a_success():
    transport = Told(_answer({"error_code": 20032}))
    assert (await _lane(transport).write("http://x/2/comments/create.json", {}), DELAYED) == (
        {"error_code": 20032},
        "20032",
    )


@pytest.mark.parametrize("name", ["text", "follow", "unfollow", "mention_other", "video", "view", "unsubscribe"])
def test_30_every_branch_has_an_answer(name):
    account = codec()
    push = account.open(signed(), sample(name), now=NOW)
    assert (account.seal(push, "", now=NOW), account.seal(None, "", now=NOW)) == (b"", b"")


async def test_a_connection_refused_may_be_tried_again_later():
    transport = Told(RetryAfter("no connection"))
    with pytest.raises(RetryAfter):
        await _lane(transport).write("http://x/2/messages/reply.json", {})
    assert transport.calls == 1
