"""What is said in public is tried at start: nothing that the gate would stop, and nobody's rival."""

import pytest

from bot.app.labels import public_problems
from bot.phrasing import Phrasing
from config.phrases import load_phrases
from tests.labels import PHRASING


def test_the_shipped_words_may_be_said():
    assert list(public_problems(PHRASING)) == []


@pytest.mark.parametrize(
    ("key", "text", "told"),
    [
        ("platform.rival", "WeChat", "platform.rival: names WeChat, whose name Weibo does not take"),
        ("platform.rival_address", "(wechat.com)", "platform.rival_address: names WeChat, whose name Weibo does"),
        ("date.moment", "{{ hour }}:{{ minute }} 12/31/2026", "public.news: is taken for personal data in public (num"),
        ("mention.bare", "{{ mark }} 0999-5550100", "mention.bare: is taken for personal data in public (number)"),
        ("mention.received", "{{ mark }}" + "x" * 125, "mention.received: has 133 characters with its values"),
    ],
)
def test_what_could_not_be_said_is_named(key, text, told):
    sources = {**load_phrases(), key: {"text": text}}
    (problem,) = public_problems(Phrasing(sources))
    assert str(problem).startswith(f"files.phrases: {told}")
