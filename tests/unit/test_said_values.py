"""What a reply says, kept in JSON: what has no language yet keeps none, what is plain stays plain."""

import json
from datetime import UTC, date, datetime

import pytest

from bot.console.sheet import values_of
from bot.messages import Reply, dump_values, load_values
from bot.petitions.outbox_ports import OutboxMessage, OutboxState
from bot.petitions.vocabulary import Kind, State
from bot.petitions.wording import listed, provisional, word
from tests.phrasing import CHINESE

MOMENT = datetime(2026, 12, 1, 15, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "投诉",
        "",
        3,
        None,
        MOMENT,
        date(2026, 12, 1),
        word(Kind.COMPLAINT),
        provisional(MOMENT),
        listed([word(State.FILED), "甲单位", date(2026, 1, 1)]),
        (Reply(phrase="line", values={"a": (MOMENT, "x")}), "y"),
    ],
)
def test_values_survive_the_database(value):
    kept = json.loads(json.dumps(dump_values({"it": value, "also": "plain"})))
    assert load_values(kept) == {"it": value, "also": "plain"}


def test_what_was_stored_as_text_before_stays_as_it_is():
    old = {"kind": "投诉", "time": "2026年12月1日 23:59"}
    assert load_values(old) == old


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        (
            {"kind": word(Kind.COMPLAINT), "time": MOMENT, "note": "", "count": 3, "post": None},
            {"kind": "投诉", "time": "2026年12月1日 23:59", "note": "", "count": "3", "post": None},
        ),
        (
            {"kind": Reply(phrase="word.kind.gone"), "note": "请核实"},
            {"kind": {"say": "word.kind.gone", "with": {}}, "note": "请核实"},
        ),
    ],
)
def test_staff_see_what_a_message_holds_even_where_its_words_are_gone(values, shown):
    message = OutboxMessage(
        id=1,
        key="k",
        citizen="wechat:main:u1",
        kind="accepted",
        number=None,
        phrase="notice.accepted",
        values=values,
        created_at=MOMENT,
        state=OutboxState.DEAD,
        attempts=1,
        next_at=None,
    )
    assert values_of(message, CHINESE) == shown
