"""The ladder's reasons in words for staff."""

import pytest

from adapters.platform import Rung
from bot.console import words
from bot.console.reach_words import REASONS, RUNGS, reason
from bot.outbox.ladder import Why
from bot.petitions.outbox_ports import DeliveryOutcome


def test_every_reason_form_and_outcome_has_its_words() -> None:
    assert set(REASONS) == {why.value for why in Why}
    assert set(RUNGS) == {rung.value for rung in Rung}
    assert set(words.OUTCOMES) == set(DeliveryOutcome)


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        (
            "message: window_shut; template: not_following; subscription: no_grant",
            "客服消息：市民很久没联系，不在可发送时段；模板消息：市民没有关注；订阅通知：市民没有同意，或者已用掉",
        ),
        ("template: unclear", "模板消息：可能已经送到，不再自动重发"),
        ("/cgi-bin/message/template/send: errcode 47003", "/cgi-bin/message/template/send: errcode 47003"),
        ("message: hello", "message: hello"),
        ("", ""),
    ],
)
def test_a_stored_reason_is_said_and_anything_else_stays(stored: str, said: str) -> None:
    assert reason(stored) == said
