"""What the transcripts cannot show: intents, silence, lookups and what stays hidden."""

import pytest

from adapters.wechat import rendering as wechat
from bot.messages import InboundKind, Outbound
from bot.petitions.petition import Draft, Event
from bot.petitions.vocabulary import EventType, Kind, Rating, Role, Solved
from config.phrases import check_phrases, load_phrases
from dialogs.intents import File, Rate, Redo, Withdraw
from dialogs.lookups import Mine, One
from dialogs.needed import NEEDED
from dialogs.session import State
from dialogs.spoken import SPOKEN
from dialogs.turn import Turn


def test_the_shipped_phrases_are_exactly_those_that_are_said():
    assert check_phrases(load_phrases(), SPOKEN, needed=NEEDED) == ()


def test_filing_yields_the_whole_draft(stage):
    for text in ("投诉", "楼下烧烤店每天油烟很大"):
        stage.says(text)
    stage.pins("和平路12号")
    stage.attaches("图片")
    for text in ("完成", "0991 2223333", "公开", "提交"):
        stage.says(text)
    draft = Draft(
        kind=Kind.COMPLAINT,
        content="楼下烧烤店每天油烟很大",
        place="和平路12号",
        latitude=43.8,
        longitude=87.6,
        attachments=("wechat:main:甲:4",),
        phone="0991-2223333",
        public=True,
    )
    assert stage.turn.intents == (File(draft=draft),)
    assert stage.session().parts is None


@pytest.mark.parametrize("kind", [InboundKind.REPORT, InboundKind.IGNORED, InboundKind.UNKNOWN])
def test_what_is_no_message_changes_nothing(stage, kind):
    stage.says("投诉")
    before = stage.sessions["甲"]
    assert stage.sends(kind, text="x") == ""
    assert stage.turn == Turn(reply=None, session=before)


def test_leaving_forgets_the_draft_and_following_keeps_the_scene(stage):
    stage.says("楼下烧烤店每天油烟很大没人管")
    assert stage.sends(InboundKind.UNFOLLOW) == ""
    assert stage.turn == Turn(reply=None, session="")
    stage.sends(InboundKind.FOLLOW, text="street_7")
    assert (stage.session().scene, stage.session().state, stage.session().parts) == ("street_7", State.MENU, None)


def test_leaving_does_not_give_a_guesser_new_tries(filed):
    for _ in range(5):
        filed.says(f"查询 {filed.last} 000000", who="乙")
    rests = filed.says(f"查询 {filed.last} 000000", who="乙")
    filed.sends(InboundKind.UNFOLLOW, who="乙")
    assert filed.says(f"查询 {filed.last} 000000", who="乙") == rests


def test_a_foreign_and_an_unknown_number_are_answered_alike(filed):
    foreign = filed.says(f"查询 {filed.last}", who="乙")
    unknown = filed.says("查询 WQ20261121-0000027", who="丙")
    assert foreign.replace(filed.last, "N") == unknown.replace("WQ20261121-0000027", "N")
    assert filed.says("999999", who="乙") == filed.says("999999", who="丙")


def test_ratings_are_filed_at_once_and_again_with_words(filed):
    filed.acts("转办")
    filed.acts("答复", "已处理")
    filed.acts("办结")
    filed.says("不满意")
    assert filed.turn.intents == (Rate(number=filed.last, rating=Rating.DISSATISFIED),)
    filed.says("没解决")
    assert filed.turn.intents == (Rate(number=filed.last, solved=Solved.UNSOLVED),)
    filed.says("还是吵")
    assert filed.turn.intents == (Rate(number=filed.last, rating=Rating.DISSATISFIED, words="还是吵"),)
    petition = filed.cases[filed.last].petition
    assert (petition.rating, petition.solved) == (Rating.DISSATISFIED, Solved.UNSOLVED)
    filed.says("1")
    assert filed.turn.intents == (Redo(number=filed.last),)
    petition = filed.cases[filed.last].petition
    assert (petition.state.value, petition.rating, petition.solved, petition.redos) == ("forwarded", None, None, 1)


def test_nobody_is_asked_to_have_it_done_again_when_the_time_is_over(filed):
    filed.acts("转办")
    filed.acts("答复", "已处理")
    filed.waits(24 * 30)
    filed.says("不满意")
    filed.says("没解决")
    assert "评价已记下" in filed.says("还是吵")
    assert filed.session().state is State.IDLE


def test_a_rating_tapped_in_a_notice_does_not_disturb_a_draft(filed):
    filed.acts("转办")
    filed.acts("答复", "已处理")
    filed.acts("办结")
    for text in ("建议", "公园多放几把椅子"):
        filed.says(text)
    read = filed.says("满意", choice=f"rate:{filed.last}:satisfied")
    assert filed.turn.intents == (Rate(number=filed.last, rating=Rating.SATISFIED),)
    assert "请告诉我地点" in read
    filed.says("人民公园")
    assert filed.session().parts.place == "人民公园"


def test_a_forged_tap_on_a_foreign_petition_does_nothing(filed):
    filed.acts("转办")
    filed.acts("答复", "已处理")
    read = filed.says("满意", who="乙", choice=f"rate:{filed.last}:satisfied")
    assert filed.turn.intents == ()
    assert "只能评价您自己登记的诉求" in read


def test_a_second_tap_does_not_answer_the_next_question(stage):
    for text in ("投诉", "楼下烧烤店每天油烟很大"):
        stage.says(text)
    stage.says("跳过", choice="place.skip")
    stage.says("跳过", choice="place.skip")
    assert stage.session().state is State.EVIDENCE


def test_withdrawing_asks_for_the_present_state_before_it_acts(filed):
    filed.says("撤回")
    filed.acts("转办")
    filed.acts("答复", "已处理")
    assert "不能撤回了" in filed.says("确定")
    assert filed.turn.intents == ()


def test_withdrawing_yields_the_intent(filed):
    filed.says("撤回")
    filed.says("确定")
    assert filed.turn.intents == (Withdraw(number=filed.last),)


def test_a_number_hours_after_the_menu_is_no_answer_to_it(filed):
    filed.acts("转办")
    filed.acts("答复", "已处理")
    filed.says("你好")
    filed.says("1")
    assert filed.session().state is State.CONTENT
    filed.says("取消")
    filed.says("确定")
    filed.waits(1)
    assert "您的评价：满意" in filed.says("1")


def test_lookups_are_asked_for_by_their_full_number(stage, filed):
    message_numbers = ("20261121 0000019", "查询wq202611210000019")
    for text in message_numbers:
        filed.facts = None
        filed.says(text)
    seen = []
    find = filed.find
    filed.find = lambda lookup, citizen: seen.append(lookup) or find(lookup, citizen)
    filed.says("202611210000019")
    filed.says("查询")
    filed.says("下雨天这条路总是积水没有人来管")
    assert seen == [One(number="WQ20261121-0000019"), Mine(), Mine()]  # the last: does a petition wait for words?


def test_the_own_petitions_are_listed_page_by_page_with_their_lamps(stage):
    for place in range(7):
        for text in ("投诉", f"楼下第{place}家烧烤店油烟很大", "跳过", "跳过", "跳过", "公开", "提交"):
            stage.says(text)
    read = stage.says("查询")
    assert "共 7 件，这是第 1 到 4 件" in read
    assert [choice.label for choice in stage.choices[:1]] == ["投诉 楼下第… 待受理 ●期限内"]
    assert "这是第 5 到 7 件" in stage.says("5")
    assert len(stage.choices) == 3
    assert "第2家" in stage.says("1")
    stage.says("查询")
    assert "这是第 5 到 7 件" in stage.says("更多")
    assert "这是第 1 到 4 件" in stage.says("更多")
    assert "这是第 5 到 7 件" in stage.taps("看更早的")


@pytest.mark.parametrize(
    ("hours", "label"),
    [(1, "●期限内"), (7, "▲快到期"), (9, "■已超期")],
)
def test_a_lamp_is_a_shape_and_a_word(filed, hours, label):
    filed.waits(hours)
    filed.says("查询")
    assert filed.choices[0].label.endswith(label)


def test_a_page_of_the_list_is_small_enough_to_be_tapped_on_wechat(stage):
    for place in range(9):
        for text in ("投诉", f"楼下的第{place}家烧烤店油烟很大", "跳过", "跳过", "跳过", "公开", "提交"):
            stage.says(text)
    stage.says("查询")
    text, rest = wechat.render(Outbound(text="x", choices=stage.choices), more="更多")
    assert (text.count("<a href"), rest) == (5, "")


def test_below_the_details_stands_what_can_be_done(filed):
    filed.says(f"查询 {filed.last}")
    assert [choice.label for choice in filed.choices] == ["为什么是这一天", "催办", "补充", "撤回"]
    assert "是这样算的" in filed.says("1")
    filed.says("查询")
    filed.says("1")
    assert "已为您催办" in filed.taps("催办")
    filed.acts("转办")
    filed.acts("答复", "已处理")
    filed.says(filed.last)
    assert [choice.label for choice in filed.choices] == ["评价"]
    assert "请给答复打分" in filed.says("1")


MOVED = {
    "milestone": "answer",
    "from": "2026-12-02T15:59:59+00:00",
    "due": "2026-12-07T15:59:59+00:00",
    "computed": "2026-12-07T15:59:59+00:00",
    "provisional": False,
}


@pytest.mark.parametrize(
    ("kind", "now", "before", "line"),
    [
        (EventType.SUPERVISED, {"ground": "chased", "reason": ""}, {"ground": "chased", "reason": "多次催办"},
         "多次催办"),
        (EventType.REVIEW_ASKED, {"level": "review"}, {"level": "复查"}, "复查"),
        (EventType.REVIEWED, {"level": "recheck"}, {"level": "复核"}, "复核"),
        (EventType.EXTENDED, {"clocks": [MOVED]},
         {"clocks": [MOVED], "changes": "由12月2日（星期三）延长到12月7日（星期一）"},
         "延期：忙\n  答复期限由12月2日（星期三）延长到12月7日（星期一）\n"),
        (EventType.RESCHEDULED, {"clocks": [MOVED], "sources": ["甲通知", "乙通知"]},
         {"clocks": [MOVED], "changes": "答复期限由12月2日（星期三）改为12月7日（星期一）", "kept": "",
          "reason": "甲通知、乙通知"},
         "工作日历有更新（甲通知、乙通知）\n  答复期限由12月2日（星期三）改为12月7日（星期一）"),
    ],
)  # fmt: skip
def test_an_event_from_before_is_told_as_one_of_now(filed, kind, now, before, line):
    told = []
    for own in (now, before):
        data = {"text": "维持原答复", "unit_name": "市信访局", "reason": "忙", **own}
        event = Event(number=filed.last, seq=2, type=kind, at=filed.now, role=Role.CLERK, actor="wang", data=data)
        filed.events[filed.last] = (*filed.events[filed.last][:1], event)
        told.append(filed.says(f"查询 {filed.last}"))
    assert told[0] == told[1]
    assert line in told[0]
