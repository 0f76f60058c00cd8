"""What the events of a petition say: by their ids now, as they stand where they were stored as words before."""

from datetime import UTC, datetime

import pytest

from bot.console.history import event_words
from bot.petitions.petition import Event
from bot.petitions.recorded import level_of, rating_of, reason_of
from bot.petitions.vocabulary import EventType, Role
from bot.phrasing import Phrasing
from config.phrases import load_phrases
from tests.phrasing import CHINESE

NOW = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)
ENGLISH = Phrasing(
    {
        **load_phrases(),
        "word.clock.review": {"text": "review"},
        "word.ground.chased": {"text": "pressed for often"},
        "word.rating.dissatisfied": {"text": "not satisfied"},
        "word.solved.unsolved": {"text": "unsolved"},
        "list.and": {"text": "{{ head }} and {{ last }}"},
        "rating.both": {"text": "{{ rating }}; {{ solved }}"},
    }
)


def event(kind, **data):
    return Event(number="WQ1", seq=2, type=kind, at=NOW, role=Role.CITIZEN, actor="wechat:main:u1", data=data)


@pytest.mark.parametrize(
    ("data", "chinese", "english"),
    [
        ({"level": "review"}, "复查", "review"),
        ({"level": "recheck"}, "复核", "复核"),
        ({"level": "复查"}, "复查", "复查"),
        ({"level": "复核"}, "复核", "复核"),
        ({}, "", ""),
    ],
)
def test_at_which_level_a_reply_is_looked_at(data, chinese, english):
    assert (CHINESE.text(level_of(data)), ENGLISH.text(level_of(data))) == (chinese, english)


BY_HAND = {"ground": "hand", "reason": "市长热线转来"}


@pytest.mark.parametrize(
    ("kind", "data", "chinese", "english"),
    [
        (EventType.SUPERVISED, BY_HAND, "市长热线转来", "市长热线转来"),
        (EventType.SUPERVISED, {"ground": "chased", "reason": ""}, "多次催办", "pressed for often"),
        (EventType.SUPERVISED, {"ground": "chased", "reason": "多次催办"}, "多次催办", "pressed for often"),
        (EventType.SUPERVISED, {"ground": "overdue", "reason": ""}, "答复超时", "答复超时"),
        (EventType.SUPERVISED, {"ground": "dissatisfied", "reason": ""}, "再次评价不满意", "再次评价不满意"),
        (EventType.RESCHEDULED, {"sources": ["甲通知", "乙通知"]}, "甲通知、乙通知", "甲通知 and 乙通知"),
        (EventType.RESCHEDULED, {"sources": ["甲通知"]}, "甲通知", "甲通知"),
        (EventType.RESCHEDULED, {"reason": "甲通知、乙通知"}, "甲通知、乙通知", "甲通知、乙通知"),
        (EventType.REDONE, {"reason": "", "rating": "dissatisfied", "solved": "unsolved"}, "不满意、没解决",
         "not satisfied and unsolved"),
        (EventType.REDONE, {"reason": "", "solved": "unsolved"}, "没解决", "unsolved"),
        (EventType.REDONE, {"reason": "不满意、没解决"}, "不满意、没解决", "不满意、没解决"),
        (EventType.REDONE, {"reason": "请再去现场", "rating": "dissatisfied"}, "请再去现场", "请再去现场"),
        (EventType.REFUSED, {"reason": "在诉讼中"}, "在诉讼中", "在诉讼中"),
        (EventType.CLOSED, {}, "", ""),
    ],
)  # fmt: skip
def test_why_something_was_done(kind, data, chinese, english):
    reason = reason_of(event(kind, **data))
    assert (CHINESE.text(reason), ENGLISH.text(reason)) == (chinese, english)


@pytest.mark.parametrize(
    ("data", "chinese", "english"),
    [
        ({"rating": "dissatisfied", "solved": "unsolved"}, "不满意，没解决", "not satisfied; unsolved"),
        ({"rating": "dissatisfied", "solved": None}, "不满意", "not satisfied"),
        ({"rating": None, "solved": "unsolved"}, "没解决", "unsolved"),
        ({"rating": "satisfied"}, "满意", "满意"),  # stored before anybody was asked whether it is solved
        ({"rating": None, "solved": None}, "", ""),
    ],
)
def test_what_a_rating_said(data, chinese, english):
    assert (CHINESE.text(rating_of(data)), ENGLISH.text(rating_of(data))) == (chinese, english)


@pytest.mark.parametrize(
    ("kind", "now", "before", "title"),
    [
        (EventType.REVIEW_ASKED, {"level": "review"}, {"level": "复查"}, "市民申请复查"),
        (EventType.REVIEWED, {"level": "recheck"}, {"level": "复核"}, "复核意见"),
        (EventType.SUPERVISED, {"ground": "overdue", "reason": ""}, {"ground": "overdue", "reason": "答复超时"},
         "督办，须书面反馈"),
        (EventType.RESCHEDULED, {"sources": ["甲通知", "乙通知"], "clocks": []},
         {"reason": "甲通知、乙通知", "clocks": []}, "工作日历更新，重算期限"),
        (EventType.REDONE, {"reason": "", "rating": "dissatisfied"}, {"reason": "不满意"},
         "市民要求重办，答复期限重新计算"),
    ],
)  # fmt: skip
def test_staff_read_the_same_of_an_event_from_before(kind, now, before, title):
    common = {"text": "", "unit_name": ""}
    shown, old = (
        event_words(event(kind, **common, **data), channel="微信", say=CHINESE.text) for data in (now, before)
    )
    assert (shown.title, shown) == (title, old)
