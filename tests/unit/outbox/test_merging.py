"""What waits for one citizen: which notices are merged away, and how many leave as one message."""

from datetime import UTC, datetime
from functools import partial

import pytest

from adapters.wechat import rendering as wechat_rendering
from adapters.wechat.rendering import LONGEST as WECHAT_BYTES
from adapters.weibo import rendering as weibo_rendering
from adapters.weibo.rendering import LONGEST as WEIBO_SIGNS
from adapters.weibo.rendering import length
from bot.messages import Choice, Outbound
from bot.outbox.merging import joinable, joined, merged, together
from bot.petitions.outbox_ports import OutboxMessage, OutboxState
from tests.labels import WECHAT, WEIBO

wechat = partial(wechat_rendering.render, more=WECHAT.more)
weibo = partial(weibo_rendering.render, labels=WEIBO)

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
RATING = (Choice(id="rate:1:satisfied", label="满意"), Choice(id="rate:1:dissatisfied", label="不满意"))
HINT = "要给结果打分，请回复“评价”。"


def notice(id_: int, kind: str, *, number: str = "WQ1", state: str = "waiting", note: str = "") -> OutboxMessage:
    return OutboxMessage(
        id=id_, key=str(id_), citizen="wechat:demo:o1", kind=kind, number=number, phrase=f"notice.{kind}",
        values={"note": note}, created_at=NOW, state=OutboxState(state), attempts=0, next_at=None,
    )  # fmt: skip


def into(*rows: OutboxMessage) -> dict[int, int]:
    return {one: later.id for one, later in merged(rows).items()}


def test_three_reminders_are_one() -> None:
    rows = notice(1, "response_overdue"), notice(2, "answer_due_soon"), notice(3, "answer_overdue")
    assert into(*rows) == {1: 3, 2: 3}


def test_the_newest_of_those_that_overtook_it_is_named() -> None:
    rows = notice(1, "accepted"), notice(2, "forwarded"), notice(3, "answered"), notice(4, "closed")
    assert into(*rows) == {1: 4, 2: 4}


def test_another_petition_overtakes_nothing() -> None:
    assert into(notice(1, "forwarded"), notice(2, "answered", number="WQ2")) == {}


def test_an_older_one_overtakes_nothing() -> None:
    assert into(notice(2, "forwarded"), notice(1, "answered")) == {}


@pytest.mark.parametrize(
    ("state", "overtakes"),
    [("pending", True), ("sending", True), ("sent", True), ("dead", False), ("unknown", False), ("dropped", False)],
)
def test_what_may_not_have_been_heard_overtakes_nothing(state: str, *, overtakes: bool) -> None:
    assert into(notice(1, "forwarded"), notice(2, "answered", state=state)) == ({1: 2} if overtakes else {})


@pytest.mark.parametrize("state", ["sent", "unknown", "dead", "merged"])
def test_only_what_is_unsent_is_merged(state: str) -> None:
    assert into(notice(1, "forwarded", state=state), notice(2, "answered")) == {}


def test_replies_and_answers_in_public_stay() -> None:
    assert into(notice(1, "reply"), notice(2, "mention"), notice(3, "answered")) == {}


@pytest.mark.parametrize(("kind", "expected"), [("accepted", True), ("reply", False), ("mention", False)])
def test_only_notices_share_a_message(kind: str, *, expected: bool) -> None:
    assert joinable(notice(1, kind)) is expected


def test_one_alone_is_left_as_it_is() -> None:
    closed = Outbound(text="请给结果打分", choices=RATING)
    assert joined([closed], hint=HINT) is closed


def test_the_last_question_keeps_its_choices() -> None:
    one = joined([Outbound(text="已受理。\n"), Outbound(text="请给结果打分", choices=RATING)], hint=HINT)
    assert one == Outbound(text="已受理。\n\n请给结果打分", choices=RATING)


@pytest.mark.parametrize("place", [0, 1])
def test_questions_that_are_not_the_only_last_one_are_asked_by_a_word(place: int) -> None:
    parts = [Outbound(text="甲", choices=RATING), Outbound(text="乙", choices=RATING if place else ())]
    assert joined(parts, hint=HINT) == Outbound(text=f"甲\n\n乙\n\n{HINT}")


def test_what_is_said_last() -> None:
    assert joined([Outbound(text="甲")], hint=HINT, tail="还有 3 条").text == "甲\n\n还有 3 条"


@pytest.mark.parametrize("render", [wechat, weibo])
def test_as_many_as_fit(render) -> None:  # type: ignore[no-untyped-def]
    parts = [Outbound(text=f"第{n}条：您的投诉已转给云溪市住房和城乡建设局办理，请放心等候。") for n in range(40)]

    def fits(some) -> bool:  # type: ignore[no-untyped-def]
        return not render(joined(some, hint=HINT))[1]

    left, messages = parts, []
    while left:
        count = together(left, fits)
        text, rest = render(joined(left[:count], hint=HINT))
        assert rest == ""
        messages.append(text)
        left = left[count:]
    assert "\n\n".join(messages) == "\n\n".join(part.text for part in parts)
    assert max(len(text.encode()) for text in messages) <= WECHAT_BYTES
    if render is weibo:
        assert max(map(length, messages)) <= WEIBO_SIGNS
    assert len(messages) == (5 if render is weibo else 3)


def test_one_that_is_too_long_goes_by_itself() -> None:
    long = Outbound(text="很长的答复。" * 500)
    assert together([long, Outbound(text="短")], lambda some: not wechat(joined(some, hint=HINT))[1]) == 1
