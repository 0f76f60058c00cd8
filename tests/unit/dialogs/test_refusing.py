"""What the office does not take on: told before it is filed, by rule; who insists files all the same."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app.office import load_office
from bot.messages import InboundKind
from bot.petitions.vocabulary import Kind
from dialogs.intents import File
from dialogs.refusals import RefusalRules
from dialogs.session import State
from tests.unit.dialogs.conftest import CATALOGUE, Engine, Stage


@pytest.fixture(scope="module")
def rules():
    return load_office(Path("config/demo.toml"), environ={}).catalogue.refusals


@pytest.fixture(scope="module")
def city(rules):
    return RefusalRules(rules)


@pytest.fixture
def stage(rules):
    stage = Stage()
    stage.engine = Engine(replace(CATALOGUE, refusals=rules))
    return stage


@pytest.mark.parametrize(
    ("text", "kind", "rule"),
    [
        ("你们这帮废物，都去死吧", Kind.COMPLAINT, "abuse"),
        ("他妈的", None, "abuse"),
        ("一群废物！物业三个月不修电梯，老人下不了楼", Kind.COMPLAINT, None),
        ("代开发票加微信123456，诚信经营", Kind.COMPLAINT, "advert"),
        ("有人让我加微信刷单，被骗了两万块", Kind.HELP, None),
        ("楼道里全是办证刻章的小广告", Kind.COMPLAINT, None),
        ("法院判决下来一年了，对方一直不给钱", Kind.COMPLAINT, "court"),
        ("欠薪的事劳动仲裁委说要等", Kind.HELP, "court"),
        ("信访局已经给了答复，我不服", Kind.COMPLAINT, "petitioned"),
        ("村主任贪污修路的钱", Kind.REPORT, "discipline"),
        ("村主任贪污修路的钱", Kind.COMPLAINT, None),
        ("杭州市西湖边的路灯坏了", Kind.COMPLAINT, "othercity"),
        ("从杭州市转移社保到云溪怎么办", Kind.CONSULT, None),
        ("小区停水三天了没有人管", Kind.COMPLAINT, None),
        ("垃圾没人清运", Kind.COMPLAINT, None),
        ("建议统一审批，以上诉求请尽快答复", Kind.SUGGEST, None),
        ("", None, None),
    ],
)
def test_which_words_fall_under_which_rule(city, text, kind, rule):
    found = city.found(text, kind)
    assert (found and found.id) == rule


def test_no_petition_of_the_sample_is_barred(city):
    petitions = tomllib.loads(Path("config/sample/petitions.toml").read_text())["petition"]
    assert [one["content"][:20] for one in petitions if city.found(one["content"], final=True)] == []
    found = {rule.id for one in petitions if (rule := city.found(one["content"], Kind(one["kind"])))}
    assert found <= {"discipline", "court"}


def filled(stage, content):
    for text in ("投诉", content, "跳过", "跳过", "跳过", "不公开"):
        read = stage.says(text)
    return read


@pytest.mark.parametrize("insist", ["仍要提交", "提交", "1"])
def test_who_insists_files_all_the_same(stage, insist):
    filled(stage, "法院判决下来一年了，对方一直不给钱")
    read = stage.says("提交")
    for part in ("12368", "仍要提交", "1. 仍要提交", "3. 取消"):
        assert part in read
    assert stage.turn.intents == ()
    assert stage.says(insist).startswith("已登记")
    assert [type(intent) for intent in stage.turn.intents] == [File]


def test_the_petition_keeps_what_its_citizen_was_told_of(stage):
    filled(stage, "法院判决下来一年了，对方一直不给钱")
    stage.says("提交")
    stage.says("仍要提交")
    assert [intent.draft.warned for intent in stage.turn.intents] == ["court"]


def test_who_was_not_told_or_wrote_something_else_since_has_nothing_kept(stage):
    filled(stage, "电梯坏了")
    stage.says("提交")
    assert [intent.draft.warned for intent in stage.turn.intents] == [""]
    filled(stage, "法院判决下来一年了，对方一直不给钱")
    stage.says("提交")
    stage.says("修改 内容")
    stage.says("楼道灯坏了三天了")
    assert stage.says("提交").startswith("已登记")
    assert [intent.draft.warned for intent in stage.turn.intents] == [""]


def test_a_change_that_falls_under_another_rule_is_told_of_too(stage):
    filled(stage, "法院判决下来一年了，对方一直不给钱")
    assert "12368" in stage.says("提交")
    stage.says("修改 内容")
    stage.says("已经信访受理了，公司还是不发工资")
    assert "信访部门" in stage.says("提交")
    assert stage.turn.intents == ()
    stage.says("仍要提交")
    assert [intent.draft.warned for intent in stage.turn.intents] == ["petitioned"]


def test_a_tap_insists_too_and_the_draft_can_still_be_changed_or_dropped(stage):
    filled(stage, "法院判决下来一年了，对方一直不给钱")
    stage.says("提交")
    assert "请选要改的一项" in stage.says("2")
    stage.says("返回")
    assert "确定取消吗" in stage.says("3")
    stage.says("继续")
    assert stage.says("仍要提交", choice="refusal.insist").startswith("已登记")


def test_mere_abuse_is_no_petition_and_costs_nothing_that_was_given(stage):
    assert "请说说具体的事" in stage.says("你们这帮废物，都去死吧，狗官")
    assert stage.session().parts is None
    stage.says("投诉")
    assert "请说说具体的事" in stage.says("你们这帮废物，都去死吧")
    assert (stage.session().state, stage.session().parts.content) == (State.CONTENT, "")
    stage.says("一群废物！物业三个月不修电梯，老人下不了楼")
    for text in ("跳过", "跳过", "跳过", "不公开"):
        stage.says(text)
    assert stage.says("提交").startswith("已登记")


def test_advertising_cannot_be_filed(stage):
    assert "不登广告" in stage.says("代开发票加微信123456，诚信经营")
    assert stage.session().parts is None


def test_what_would_become_abuse_by_a_change_is_not_taken(stage):
    filled(stage, "电梯坏了")
    stage.says("修改 内容")
    assert "请说说具体的事" in stage.says("你们这帮废物")
    assert stage.session().parts.content == "电梯坏了"


def test_danger_comes_before_a_refusal(stage):
    read = stage.says("法院判决的那家现在着火了快来人")
    assert read.startswith("⚠ 着火请马上打119。")


@pytest.mark.parametrize(
    "steps", [(), ("投诉",), ("投诉", "电梯坏了"), ("投诉", "电梯坏了", "和平路", "跳过", "跳过", "不公开")]
)
def test_a_file_is_refused_kindly_at_any_step_and_costs_nothing(stage, steps):
    for text in steps:
        stage.says(text)
    before = stage.session() if steps else None
    read = stage.sends(InboundKind.DOCUMENT, text="材料.docx")
    assert read.startswith("刚才发来的我打不开，没能收下。想说的请用文字写给我，文件请拍成照片发来")
    assert "\n请" in read  # what was asked is asked again
    if before:
        assert (stage.session().parts, stage.session().state) == (before.parts, before.state)


def test_a_file_does_not_end_a_side_question(stage):
    filled(stage, "电梯坏了")
    stage.says("提交")
    stage.says("补充")
    assert stage.session().state is State.SUPPLEMENT
    assert stage.sends(InboundKind.DOCUMENT).startswith("刚才发来的我打不开")
    assert stage.session().state is State.SUPPLEMENT
