"""Whatever a citizen sends, whenever: no turn raises, each says one thing, and what was given is kept."""

import json
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.messages import InboundKind
from bot.petitions.number import make_number
from dialogs.session import dump_session, load_session
from dialogs.turn import File

SAYINGS = (
    "投诉",
    "举报",
    "我想咨询一下",
    "表扬",
    "和平路工地夜里一直施工到凌晨三点",
    "路灯坏了",
    "和平路12号",
    "跳过",
    "完成",
    "没有",
    "13812345678",
    "0991-2223333",
    "12",
    "公开",
    "不公开",
    "提交",
    "好的",
    "确定",
    "取消",
    "重新开始",
    "联名",
    "联名 WQ20261121-0000019",
    "退出联名 WQ20261121-0000019",
    "简单",
    "详细",
    "没解决",
    "下一页",
    "继续",
    "返回",
    "修改",
    "改3",
    "修改 电话",
    "修改类型",
    "1",
    "２",
    "第三个",
    "七",
    "99",
    "帮助",
    "人工",
    "查询",
    "更多",
    "催办",
    "催办 WQ20261121-0000019",
    "补充",
    "补充 WQ20261121-0000019 三号楼",
    "为什么是这一天",
    "申请复查",
    "撤回",
    "评价",
    "满意",
    "不满意 没解决",
    "基本满意",
    "你好",
    "？？",
    "😀",
    "123456",
    "查询 WQ20261121-0000019",
    "WQ20261121-0000019 000001",
    "202611210000018",
    "撤回 WQ20261121-0000019",
    "评价 WQ20261121-0000019 不满意 还是吵",
    "清空",
    "菜单",
    "",
    " ",
    "投诉：小区停水三天了没人管",
    "<a href='x'>{{ 7 }}</a> {% x %}",
    "改",
    "评价 WQ",
    "撤回 12345",
    "\u0000\ud7ff",
    "很" * 300,
    "很" * 2500,
    "很" * 7001,
)
TAPS = (
    "kind:complaint",
    "kind:report",
    "place.skip",
    "evidence.done",
    "phone.skip",
    "public.yes",
    "summary.submit",
    "summary.edit",
    "summary.cancel",
    "cancel.yes",
    "cancel.no",
    "withdraw.yes",
    "words.skip",
    "menu.mine",
    "more",
    "field.place",
    "field.public",
    "look:WQ20261121-0000019",
    "rate:WQ20261121-0000019:fair",
    "rate:x:y",
    "field.x",
    ":",
    ".",
    "withdraw:WQ20261121-0000019",
    "kind:",
    "look:",
    "chase:WQ20261121-0000019",
    "supplement:WQ20261121-0000019",
    "supplement.done",
    "supplement:",
)
EVENTS = (
    InboundKind.FOLLOW,
    InboundKind.SCAN,
    InboundKind.MENU,
    InboundKind.LINK,
    InboundKind.REPORT,
    InboundKind.IGNORED,
    InboundKind.UNKNOWN,
    InboundKind.MENTION,
    InboundKind.LOCATION,
)
ACTS = (("受理", ""), ("转办", ""), ("待补充", "是哪一栋？"), ("答复", "已处理"), ("办结", ""))

steps = st.one_of(
    st.tuples(st.just("says"), st.sampled_from(SAYINGS)),
    st.tuples(st.just("says"), st.sampled_from(SAYINGS)),
    st.tuples(st.just("taps"), st.sampled_from(TAPS)),
    st.tuples(st.just("attaches"), st.sampled_from(["图片", "语音", "视频"])),
    st.tuples(st.just("pins"), st.sampled_from(["人民路", ""])),
    st.tuples(st.just("event"), st.sampled_from(EVENTS)),
    st.tuples(st.just("waits"), st.sampled_from([0.1, 1.0, 7.0, 30.0, 170.0])),
    st.tuples(st.just("acts"), st.sampled_from(ACTS)),
    st.tuples(st.just("picks"), st.integers(0, 8)),
    st.tuples(st.just("says"), st.text(max_size=30)),
)


def kept(before, after, stage):
    """What must still be there: every word, picture and place given, unless it was filed, replaced or asked away."""
    filed = [intent.draft for intent in stage.turn.intents if isinstance(intent, File)]
    if filed:
        assert filed[0].content == before.content
        assert filed[0].attachments == tuple(before.attachments)
        return
    assert after is not None
    assert set(before.attachments) <= set(after.attachments)
    assert before.place == "" or after.place != ""
    assert before.content == "" or after.content != ""
    assert before.phone == "" or after.phone != ""
    assert before.kind is None or after.kind is not None


def perform(stage, what, detail):
    match what:
        case "says":
            return stage.says(detail)
        case "taps":
            return stage.says("点了", choice=detail)
        case "picks":
            picked = stage.choices[detail % len(stage.choices)] if stage.choices else None
            return stage.says(picked.label, choice=picked.id) if picked else stage.says("在吗")
        case "attaches":
            return stage.attaches(detail)
        case "pins":
            return stage.pins(detail)
        case _:
            return stage.sends(detail, text="file" if detail is InboundKind.MENU else "看看这个 https://example.com")


def act(stage, verb, text):
    possible = {
        "受理": {"filed"},
        "转办": {"filed", "accepted"},
        "答复": {"accepted", "forwarded"},
        "待补充": {"accepted", "forwarded"},
        "办结": {"answered"},
    }
    if stage.last and stage.cases[stage.last].petition.state in possible[verb]:
        stage.acts(verb, text)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(walk=st.lists(steps, min_size=10, max_size=40), answered=st.integers(0, 2))
def test_any_walk_keeps_what_was_given(new_stage, walk, answered):
    stage = new_stage()
    stage.sessions["甲"] = ""
    for _ in range(answered):
        for text in ("投诉", "楼下烧烤店每天油烟很大", "跳过", "跳过", "跳过", "公开", "提交"):
            stage.says(text)
        stage.acts("转办")
        stage.acts("答复", "已处理")
    for what, detail in walk:
        if what == "waits":
            stage.now += timedelta(hours=detail)
            continue
        if what == "acts":
            act(stage, *detail)
            continue
        before = load_session(stage.sessions["甲"])
        seen = stage.seen.get("甲", stage.now)
        read = perform(stage, what, detail)
        after = load_session(stage.sessions["甲"])
        silent = what == "event" and detail in {InboundKind.REPORT, InboundKind.IGNORED, InboundKind.UNKNOWN}
        assert (read == "") == silent
        assert stage.sessions["甲"] == "" or json.loads(stage.sessions["甲"])["v"] == 1
        if not silent:
            assert dump_session(after) == stage.sessions["甲"]
        asked_away = before.state.value in {"filing.cancel", "draft.offer"} or detail in {"清空", "重新开始"}
        asked_away |= before.held is not None or stage.now - seen >= timedelta(days=7)
        if before.parts is not None and not asked_away:
            kept(before.parts, after.parts, stage)


def test_every_number_of_the_walk_is_a_real_one(stage):
    assert make_number(stage.now.date(), 1) == "WQ20261121-0000019"
