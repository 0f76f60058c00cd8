"""What stands on a choice can be typed as well, and what citizens are told to type is understood."""

import re
from dataclasses import replace

import pytest

from config.phrases import load_phrases
from dialogs.session import State
from dialogs.talk import Office
from dialogs.taps import TAPS
from tests.unit.dialogs.conftest import CATALOGUE, EAR

OFFICE = Office(CATALOGUE)
TEXTS = [source["text"] for source in load_phrases().values()]
TOLD = sorted({told for text in TEXTS for told in re.findall(r"“([^”{}]+)”", text) if told != "+"})


def test_every_choice_that_is_always_the_same_can_be_typed():
    typed = {identity for shown in OFFICE.labels.values() for identity in shown.values()}
    assert TAPS.keys() - typed == set()


@pytest.mark.parametrize(
    ("before", "label", "state"),
    [
        (["投诉", "取消"], "确定取消", State.MENU),
        (["投诉", "取消"], "继续填写。", State.CONTENT),
        (["撤回 {number}"], "确定撤回", State.IDLE),
        (["撤回 {number}"], "不撤回", State.IDLE),
        (["投诉", "楼下烧烤店每天油烟很大", "和平路12号", "跳过", "跳过", "公开", "修改"], "是否公开", State.PUBLIC),
    ],
)
def test_a_label_is_typed(filed, before, label, state):
    for text in before:
        filed.says(text.format(number=filed.last))
    assert label.strip("。") in {choice.label for choice in filed.choices}
    filed.says(label)
    assert filed.session().state is state


def test_a_label_of_nothing_but_signs_is_not_what_every_long_text_says():
    office = Office(
        replace(CATALOGUE, write=lambda reply: "→" if reply.phrase == "choice.place.skip" else reply.phrase)
    )
    assert "" not in office.labels
    assert office.labels["choice.phone.skip"] == {State.PHONE: "phone.skip"}


def test_a_label_is_nothing_where_it_is_not_shown(stage):
    for text in ("投诉", "楼下烧烤店每天油烟很大"):
        stage.says(text)
    stage.says("确定撤回")
    assert stage.session().parts.place == "确定撤回"


@pytest.mark.parametrize("told", TOLD)
def test_what_citizens_are_told_to_type_is_understood(told):
    heard = EAR.hear(told)
    number = told.replace("编号", "WQ20261121-0000019")
    assert (
        heard.word
        or heard.ordinal
        or OFFICE.kind_said(heard)
        or EAR.field_wanted(heard.plain)
        or EAR.act_on(number)
        or EAR.rated(told)
        or EAR.solved_said(told)
    )
