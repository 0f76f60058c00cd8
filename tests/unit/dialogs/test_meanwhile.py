"""Another matter in the middle of a draft: it disturbs nothing, and is filed in its turn."""

import pytest

from bot.petitions.vocabulary import Kind
from dialogs.catalogue import DraftTimes
from dialogs.meanwhile import MOST_BESIDE
from dialogs.session import State

NAMES = {Kind.CONSULT: "咨询", Kind.COMPLAINT: "投诉"}
STORY = "楼上装修噪音太大了"
TO = {
    State.PLACE: (),
    State.EVIDENCE: ("和平路12号",),
    State.PHONE: ("和平路12号", "跳过"),
    State.PUBLIC: ("和平路12号", "跳过", "跳过"),
    State.SUMMARY: ("和平路12号", "跳过", "跳过", "不公开"),
}


def at(stage, state):
    for text in ("投诉", STORY, *TO[state]):
        stage.says(text)
    assert stage.session().state is state
    return stage


def waiting(stage):
    return [(one.kind, one.content) for one in stage.session().waiting]


@pytest.mark.parametrize("state", TO)
@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        ("咨询：灵活就业的社保怎么交？", Kind.CONSULT, "灵活就业的社保怎么交？"),
        ("投诉：长江路的井盖丢了三天", Kind.COMPLAINT, "长江路的井盖丢了三天"),
        ("我想咨询一下公积金怎么提取", Kind.CONSULT, "我想咨询一下公积金怎么提取"),
    ],
)
def test_another_matter_is_kept_and_the_same_is_asked_again(stage, state, said, kind, words):
    at(stage, state)
    before, offered = stage.session().parts, stage.choices
    told, _, asked = stage.says(said).partition("\n")
    assert told == f"这是另一件{NAMES[kind]}，先替您存着；这一件提交以后，回复“继续”接着登记那一件。"
    assert (asked != "", stage.choices) == (True, offered)
    assert (stage.session().parts, stage.session().state) == (before, state)
    assert waiting(stage) == [(kind, words)]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("咨询：养老保险断缴怎么补，电话13812345678", "养老保险断缴怎么补，电话13812345678"),
        ("我想咨询一下公积金怎么提取，我的电话是13812345678", "我想咨询一下公积金怎么提取，我的电话是13812345678"),
    ],
)
def test_a_question_with_a_number_in_it_is_not_lost_for_the_number(stage, said, words):
    at(stage, State.PHONE).says(said)
    assert (waiting(stage), stage.session().parts.phone) == ([(Kind.CONSULT, words)], "")
    stage.says("13812345678")
    assert stage.session().parts.phone == "13812345678"


def test_a_question_about_rules_is_no_place(stage):
    at(stage, State.PLACE).says("请问公积金怎么提取来付房租？")
    assert (waiting(stage), stage.session().parts.place) == ([(Kind.CONSULT, "请问公积金怎么提取来付房租？")], "")
    stage.says("和平路12号")
    stage.says("请问公积金怎么提取来付房租？")  # at another step it may belong to the story
    assert "公积金" in stage.session().parts.content


@pytest.mark.parametrize(
    "said",
    [
        "幸福小区：3号楼",
        "地点：和平路",
        f"投诉：{STORY}",
        "每天晚上十点以后最吵，没有人管",
        "电话：13812345678",
        "请问你们什么时候来人，天天这样没人管",
    ],
)
def test_what_belongs_to_the_draft_goes_into_it(stage, said):
    at(stage, State.PLACE).says(said)
    assert waiting(stage) == []


def test_both_are_filed_and_do_not_mix(stage):
    at(stage, State.PLACE).says("咨询：灵活就业的社保怎么交？")
    for text in ("和平路12号", "提交"):
        stage.says(text)
    assert stage.says("提交").endswith("您另一件咨询也存着，回复“继续”接着登记。")
    first = stage.cases[stage.last].petition
    assert (first.content, first.place) == (STORY, "和平路12号")
    assert "①类型：咨询\n②内容：灵活就业的社保怎么交？" in stage.says("继续")
    assert "编号" in stage.says("提交")
    second = stage.cases[stage.last].petition
    assert (second.kind, second.content, second.place) == (Kind.CONSULT, "灵活就业的社保怎么交？", "")
    assert stage.session().waiting == []


def test_what_waits_is_not_mixed_with_what_is_begun_anew(stage):
    at(stage, State.PLACE).says("咨询：灵活就业的社保怎么交？")
    for text in ("提交", "提交", "建议", "公园多放几把椅子吧"):
        stage.says(text)
    assert (stage.session().parts.kind, stage.session().parts.content) == (Kind.SUGGEST, "公园多放几把椅子吧")
    assert waiting(stage) == [(Kind.CONSULT, "灵活就业的社保怎么交？")]
    stage.attaches("图片")
    assert len(stage.session().parts.attachments) == 1


def test_so_many_and_no_more_wait(stage):
    at(stage, State.PLACE)
    for number in range(MOST_BESIDE + 1):
        stage.says(f"咨询：社保怎么交，丙{number}号")
    assert len(stage.session().waiting) == MOST_BESIDE
    parts = stage.session().parts
    assert f"丙{MOST_BESIDE}号" in parts.place + parts.content


def test_it_ends_as_other_drafts_do_and_that_is_told(stage):
    at(stage, State.PLACE).says("咨询：灵活就业的社保怎么交？")
    for text in ("提交", "提交"):
        stage.says(text)
    stage.now += DraftTimes().keep
    assert "已经过了 7 天，内容已删除" in stage.says("继续")
    assert waiting(stage) == []
