"""The words of the closed sets: each has a phrase, and the office's own phrases say what citizens know."""

from itertools import chain

import pytest

from bot.messages import Reply
from bot.petitions.vocabulary import Ground, Kind, Lamp, MilestoneName, NoticeKind, Rating, Solved, State
from bot.petitions.wording import JOINT, WORDS, listed, status, statuses, word
from tests.phrasing import said

SAID = {
    Kind: "咨询 求助 投诉 举报 建议 表扬",
    State: "待受理 已受理 办理中 待补充 已答复 复查中 复核中 已办结 不予受理 已撤回",
    Rating: "满意 基本满意 不满意",
    Solved: "解决了 部分解决 没解决",
    MilestoneName: "响应 答复 签收 协办 补充 延期审批 督办反馈 复查 复核",
    Lamp: "●期限内 ▲快到期 ■已超期",
    Ground: "答复超时 多次催办 再次评价不满意",
}
UNSAID = {Lamp.NONE, Ground.HAND}
STATUS = {
    "response_overdue": "响应超时",
    "answer_due_soon": "临近期限",
    "answer_overdue": "答复超时",
    "rescheduled": "期限调整",
    "signed": "已签收",
    "returned": "重新转办",
    "cohandled": "多方协办",
    "resumed": "恢复办理",
    "extended": "已延期",
    "supervised": "已督办",
    "redone": "重新办理",
    "reviewed": "复查答复",
    "review_overdue": "复查超时",
}


@pytest.mark.parametrize("members", list(SAID))
def test_every_member_has_its_word(members):
    assert said(*(word(one) for one in members if one not in UNSAID)) == tuple(SAID[members].split())


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_a_notice_shows_its_own_status_or_the_state(kind):
    shown = said(*(status(kind, state) for state in State))
    assert shown == ((STATUS[kind],) * len(State) if kind in STATUS else tuple(SAID[State].split()))
    assert said(*statuses(kind)) == tuple(dict.fromkeys(shown))


def test_the_phrases_that_are_words_are_those_that_are_asked_for():
    asked = [word(one).phrase for one in chain.from_iterable(SAID) if one not in UNSAID]
    own = [f"word.status.{kind}" for kind in NoticeKind if kind in STATUS]
    assert sorted(WORDS) == sorted([*asked, *own, JOINT.phrase])


def test_an_enumeration_is_one_value():
    assert listed([]) == ""
    assert listed(["甲"]) == "甲"
    assert said(Reply(phrase="verbatim", values={"text": listed(["甲", word(Kind.HELP), "丙"])})) == ("甲、求助、丙",)
