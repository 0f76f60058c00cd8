"""人工: waiting for a person, talking with one, and going on with the dialog afterwards."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.messages import InboundKind
from dialogs.intents import Alarm, AskPerson, Leave, Say
from dialogs.lookups import Attendance, Attended, Facts
from dialogs.session import Person
from dialogs.session_json import with_person
from tests.unit.dialogs.conftest import CATALOGUE, Engine, Stage

STORY = "楼下烧烤店每天油烟很大"


class Manned(Stage):
    """A stage with a desk: `opens` after so many hours, and a chat that follows what the turns want done."""

    def __init__(self):
        super().__init__()
        self.engine = Engine(replace(CATALOGUE, attended=True))
        self.opens_in = timedelta()
        self.chat = ""
        self.ahead = 0
        self.lines = []

    def find(self, lookup, citizen):
        if isinstance(lookup, Attended):
            opens = None if self.opens_in is None else self.now + self.opens_in
            return Facts(lookup=lookup, attendance=Attendance(opens=opens, chat=self.chat, ahead=self.ahead))
        return super().find(lookup, citizen)

    def do(self, intent, citizen):
        match intent:
            case AskPerson():
                self.chat = "q"
            case Leave():
                self.chat = ""
            case Say(message=message):
                self.lines.append(message)
        return super().do(intent, citizen)

    def taken(self):
        self.chat = "h"
        self.sessions["甲"] = with_person(self.sessions["甲"], Person.HELD)


@pytest.fixture
def stage():
    return Manned()


@pytest.fixture
def queued(stage):
    stage.says("人工")
    return stage


@pytest.fixture
def held(stage):
    stage.says("投诉")
    stage.says(STORY)
    stage.says("人工")
    stage.taken()
    return stage


def intents(stage):
    return [type(intent) for intent in stage.turn.intents]


@pytest.mark.parametrize("steps", [(), ("投诉",), ("投诉", STORY), ("投诉", STORY, "和平路", "跳过", "跳过", "不公开")])
def test_a_person_is_asked_for_at_any_step_and_the_draft_stays(stage, steps):
    for text in steps:
        stage.says(text)
    before = stage.session() if steps else None
    assert stage.says("转人工").startswith("正在为您找工作人员。请直接说您的事")
    assert intents(stage) == [AskPerson]
    after = stage.session()
    assert after.person is Person.QUEUED
    if before:
        assert (after.parts, after.state) == (before.parts, before.state)
        assert stage.turn.intents[0].about == before.parts.content


def test_who_waits_is_told_how_many_are_before_them(stage):
    stage.ahead = 3
    assert "前面还有 3 位" in stage.says("人工")
    assert "前面还有 3 位" in stage.says("我的房产证三年没办下来")


@pytest.mark.parametrize(
    ("opens", "told"), [(timedelta(hours=2), "14:00 起有人"), (None, "现在没有工作人员在线。急事请打电话 0991-12345")]
)
def test_outside_opening_hours_it_says_when_and_offers_to_file(stage, opens, told):
    stage.opens_in = opens
    read = stage.says("人工")
    assert told in read
    assert "我现在就帮您登记" in read
    assert intents(stage) == []
    assert stage.session().person is Person.NONE
    assert "我就按它帮您登记" in stage.says("我们小区停水三天了没有人管")


def test_outside_opening_hours_a_draft_is_not_disturbed(stage):
    stage.opens_in = timedelta(hours=2)
    stage.says("投诉")
    before = stage.session()
    assert "您正在填写的内容都还在" in stage.says("人工")
    assert stage.session() == before


def test_what_is_said_while_waiting_is_noted_for_the_person_and_is_no_petition(queued):
    assert queued.says("我们小区停水三天了没有人管").startswith("已记下，工作人员接入就能看到。")
    assert queued.attaches("图片").startswith("已记下")
    assert queued.pins("和平路").startswith("已记下")
    assert queued.lines == [f"wechat:main:甲:{n}" for n in (2, 3, 4)]
    assert queued.session().parts is None


def test_asking_again_while_waiting_does_not_queue_twice(queued):
    assert queued.says("人工").startswith("已记下")
    assert intents(queued) == [Say]
    assert queued.turn.intents[0].about == ""


@pytest.mark.parametrize("text", ["结束", "退出人工", "取消", "返回", "不等了", " 结束！"])
def test_who_waits_may_leave(queued, text):
    assert queued.says(text).startswith("已结束人工，由我接着为您服务。")
    assert intents(queued) == [Leave]
    assert queued.session().person is Person.NONE


@pytest.mark.parametrize("text", ["反映", "投诉", "我要投诉", "继续", "菜单"])
def test_who_waits_may_go_on_filing_instead(queued, text):
    queued.says(text)
    assert intents(queued) == [Leave]
    assert queued.session().person is Person.NONE


def test_who_waits_may_look_up_and_stays_in_the_queue(queued):
    assert "还没有" in queued.says("查询")
    assert intents(queued) == []
    assert queued.session().person is Person.QUEUED
    assert queued.says("我等着").startswith("已记下")


def test_the_gateway_is_silent_while_a_person_talks(held):
    before = held.session()
    for text in ("您好，我家油烟的事", "投诉", "查询", "取消", "人工", "提交", "1", "好的", "？"):
        assert held.says(text) == ""
        assert intents(held) == [Say]
    assert held.attaches("语音") == ""
    assert held.pins("和平路") == ""
    assert held.sends(InboundKind.LINK, text="标题\nhttps://a.example") == ""
    assert len(held.lines) == 12
    assert held.session() == before


@pytest.mark.parametrize("text", ["结束", "退出人工", "结束对话"])
def test_the_citizen_ends_it_and_the_draft_goes_on_where_it_was(held, text):
    before = held.session()
    read = held.says(text)
    assert read.startswith("已结束人工，由我接着为您服务。")
    assert "请告诉我地点" in read
    assert (held.session().parts, held.session().state) == (before.parts, before.state)
    assert "请发图片" in held.says("和平路12号")


def test_danger_is_answered_even_while_a_person_talks(held):
    assert held.says("现在楼里着火了") == "⚠ 着火请马上打119。"
    assert held.turn.intents == (
        Say(message=f"wechat:main:甲:{held.count}", about="现在楼里着火了", urgent=True),
        Alarm(danger="fire", label="着火", message=f"wechat:main:甲:{held.count}"),
    )
    assert held.says("去年着火的那家") == "⚠ 着火请马上打119。"
    assert intents(held) == [Say]


def test_danger_is_answered_while_waiting(queued):
    read = queued.says("现在楼里着火了")
    assert read.startswith("⚠ 着火请马上打119。")
    assert "已记下" in read


def test_buttons_and_taps_are_answered_even_while_a_person_talks(held):
    assert held.sends(InboundKind.MENU, text="mine") != ""
    assert held.says("跳过", choice="place.skip") != ""
    assert held.session().person is Person.HELD


def test_a_chat_that_is_gone_does_not_leave_the_citizen_unanswered(held):
    held.chat = ""
    assert held.says("还在吗").startswith("人工对话已经结束，由我接着为您服务。")
    assert held.session().person is Person.NONE


def test_a_session_that_forgot_its_chat_finds_it_again(held):
    held.sessions["甲"] = with_person(held.sessions["甲"], Person.NONE)
    held.says("人工")
    assert intents(held) == []
    assert held.session().person is Person.HELD


def test_unfollowing_ends_the_chat(held):
    held.sends(InboundKind.UNFOLLOW)
    assert held.turn.intents == (Leave(message=f"wechat:main:甲:{held.count}", unfollowed=True),)
    assert held.turn.session == ""


def test_without_a_desk_the_number_is_told(new_stage):
    stage = new_stage()
    assert "请直接打电话 0991-12345" in stage.says("人工")
    assert stage.turn.intents == ()
