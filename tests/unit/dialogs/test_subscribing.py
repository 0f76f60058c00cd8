"""After filing the citizen is asked for a consent, where the office needs one and they have given none."""

from dataclasses import replace

import pytest

from bot.messages import Channel
from dialogs.catalogue import Subscribing
from dialogs.engine import Engine
from dialogs.hearing import Word
from dialogs.intents import File
from dialogs.lookups import Consented, Facts

from .conftest import CATALOGUE, EAR, Stage

LINK = "https://mp.weixin.qq.com/s/x"
ASKED = f"请点开链接，同意接收一次进展通知：\n{LINK}"


class Asking(Stage):
    """An office whose notices need a consent."""

    def __init__(self, account: str = f"{Channel.WECHAT}:main") -> None:
        super().__init__()
        subscribing = Subscribing(link=LINK, templates=frozenset({"t1", "t2"}))
        self.engine = Engine(replace(CATALOGUE, subscribing={account: subscribing}))
        self.consented = False
        self.looked = []

    def find(self, lookup, citizen):
        if isinstance(lookup, Consented):
            self.looked.append(lookup.templates)
            return Facts(lookup=lookup, consented=self.consented)
        return super().find(lookup, citizen)

    def fills_in(self) -> None:
        for text in ("投诉", "和平路工地夜里施工到凌晨三点", "跳过", "跳过", "跳过", "公开"):
            self.says(text)


@pytest.mark.parametrize("words", ["提交", "1", "好的", "可以", "完成", "确认"])
def test_the_last_words_after_filing_ask_for_a_consent(words):
    stage = Asking()
    stage.fills_in()
    assert stage.looked == []  # no message before it pays for the question
    said = stage.says(words)
    assert ASKED in said
    assert said.startswith("已登记，请记好编号。")
    assert ([type(intent) for intent in stage.turn.intents], stage.looked) == ([File], [frozenset({"t1", "t2"})])


def test_a_tap_files_and_asks_too():
    stage = Asking()
    stage.fills_in()
    assert ASKED in stage.taps("summary.submit")


def test_who_has_consented_is_not_asked():
    stage = Asking()
    stage.consented = True
    stage.fills_in()
    said = stage.says("提交")
    assert (LINK in said, said.startswith("已登记")) == (False, True)


def test_of_another_account_nothing_is_asked_nor_looked_up():
    stage = Asking(account=f"{Channel.WECHAT}:second")
    stage.fills_in()
    assert LINK not in stage.says("提交")
    assert stage.looked == []


def test_a_second_submit_is_told_that_it_is_filed_and_not_asked_again():
    stage = Asking()
    stage.fills_in()
    stage.says("提交")
    assert LINK not in stage.says("提交")
    assert len(stage.looked) == 1


def test_no_word_that_submits_is_a_rating_too():
    """A turn looks up one thing: a word that could be a rating would want the petitions first."""
    agreeing = [text for text, word in EAR.words.items() if word in {Word.SUBMIT, Word.YES, Word.DONE}]
    assert [text for text in agreeing if EAR.rated(text) is not None] == []
