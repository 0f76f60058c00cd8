"""A scanned code: the dialog knows the unit, the petition carries it, and a 举报 is not said to go there."""

import pytest

from bot.messages import InboundKind
from bot.petitions.scenes import Scene, read_scene, write_scene
from bot.petitions.vocabulary import Kind
from dialogs.commands import MENU_KEYS
from dialogs.session import State

FILING = ("楼下烧烤店每天油烟很大", "跳过", "跳过", "跳过", "公开")


@pytest.mark.parametrize("event", [InboundKind.FOLLOW, InboundKind.SCAN])
@pytest.mark.parametrize(
    ("text", "words"),
    [("unit:chengguan", "河滩区城管局"), ("unit:chengguan:政务大厅 3号窗口", "河滩区城管局（政务大厅 3号窗口）")],
)
def test_a_scan_says_whom_one_talks_to_and_the_petition_carries_it(stage, event, text, words):
    assert stage.sends(event, text=text).startswith(f"您正在向{words}反映。请选一项")
    for one in ("投诉", *FILING):
        shown = stage.says(one)
    assert f"反映给：{words}" in shown
    stage.says("提交")
    assert stage.turn.intents[0].draft.scene == text
    assert next(iter(stage.events.values()))[0].data["scene"] == text
    assert stage.session().scene == ""  # the next petition is another matter
    for one in ("投诉", *FILING, "提交"):
        stage.says(one)
    assert stage.turn.intents[0].draft.scene == ""


@pytest.mark.parametrize(
    "text", ["", "street_7", "unit:", "unit:nobody", "unit:nobody:大厅", "last_trade_no_1", "4", "unit:" + "x" * 90]
)
@pytest.mark.parametrize("event", [InboundKind.FOLLOW, InboundKind.SCAN])
def test_any_other_scene_is_a_plain_welcome(stage, event, text):
    shown = stage.sends(event, text=text)
    assert ("您正在向" in shown, stage.session().state) == (False, State.MENU)
    for one in ("投诉", *FILING, "提交"):
        stage.says(one)
    assert stage.turn.intents[0].draft.scene == ""


def test_a_draft_goes_on_with_the_unit_of_the_code(stage):
    stage.says("投诉")
    stage.says("楼下烧烤店每天油烟很大")
    shown = stage.sends(InboundKind.SCAN, text="unit:chengguan")
    assert shown.startswith("您正在向河滩区城管局反映，前面填的都还在")
    assert (stage.session().state, stage.session().parts.content) == (State.PLACE, "楼下烧烤店每天油烟很大")


def test_a_report_keeps_where_it_came_from_and_is_not_said_to_go_there(stage):
    stage.sends(InboundKind.SCAN, text="unit:chengguan:大厅")
    said = [stage.says(one) for one in ("举报", "执法人员收了商户的钱", "跳过", "跳过")]
    assert [shown for shown in said if "反映给" in shown] == []
    stage.says("提交")
    draft = stage.turn.intents[0].draft
    assert (draft.kind, draft.scene) == (Kind.REPORT, "unit:chengguan:大厅")
    stage.says("举报")
    assert "您正在向" not in stage.sends(InboundKind.SCAN, text="unit:chengguan")


def test_a_scene_is_read_as_it_was_written():
    scene = Scene(unit="zhujian", hall="政务大厅")
    assert read_scene(write_scene(scene), {}) == scene
    assert read_scene("101", {"101": "zhujian"}) == Scene(unit="zhujian")
    assert read_scene("102", {"101": "zhujian"}) is None
    with pytest.raises(ValueError, match="at most 64"):
        write_scene(Scene(unit="zhujian", hall="很长的名字" * 12))


@pytest.mark.parametrize("key", sorted(MENU_KEYS))
def test_every_button_of_the_menu_is_understood(stage, key):
    stage.says("你好")
    before = stage.says("你好")
    assert stage.sends(InboundKind.MENU, text=key) not in {"", before}


def test_a_button_of_a_kind_begins_with_it(stage):
    assert "投诉" in stage.sends(InboundKind.MENU, text="kind:complaint")
    assert (stage.session().parts.kind, stage.session().state) == (Kind.COMPLAINT, State.CONTENT)
