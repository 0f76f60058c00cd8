"""What an event says of the dates it moved: events of now by their rows, those of before as they stand."""

from datetime import UTC, datetime

import pytest

from bot.console.history import event_words
from bot.petitions.moved_dates import changes_of, kept_of
from bot.petitions.petition import Event
from bot.petitions.vocabulary import EventType, Role
from bot.phrasing import Phrasing
from tests.phrasing import CHINESE

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
DAY_30, DAY_31, DAY_4 = "2026-12-30T15:59:59+00:00", "2026-12-31T15:59:59+00:00", "2027-01-04T15:59:59+00:00"
HOUR_8, HOUR_10 = "2026-12-30T00:00:00+00:00", "2026-12-30T02:00:00+00:00"
ENGLISH = {
    "date.moment": "{{ day }}/{{ month }} {{ hour }}:{{ minute }}",
    "date.day": "{{ day }}/{{ month }}",
    "date.provisional": "{{ date }}?",
    "list.then": "{{ head }}; {{ last }}",
    "word.clock.response": "response",
    "word.clock.answer": "answer",
    "moved.later": "{{ clock }}: {{ new }} instead of {{ old }}",
    "moved.kept": "{{ clock }}: still {{ old }}, not {{ new }}",
    "moved.extended": "{{ old }} to {{ new }}",
}


def row(key, promised, due, *, computed="", provisional=False):
    dates = {"from": promised, "due": due, "computed": computed or due, "warn": None}
    return {"milestone": key, **dates, "provisional": provisional}


def event(kind, **data):
    return Event(number="n", seq=3, type=kind, at=NOW, actor="x", role=Role.ADMIN, data=data)


def rescheduled(*clocks, **data):
    return event(EventType.RESCHEDULED, calendar="v", sources=["通知"], clocks=list(clocks), **data)


def extended(*clocks, **data):
    fields = {"amount": 3, "measure": "workdays", "reason": "忙", "note": "", "clocks": list(clocks)}
    return event(EventType.EXTENDED, **fields, **data)


MOVED = row("answer", DAY_31, DAY_4)
UNSURE = row("answer:4", DAY_31, DAY_4, provisional=True)
MOMENTS = row("response", HOUR_8, HOUR_10)
KEPT = row("answer", DAY_31, DAY_31, computed=DAY_30)
CONFIRMED = row("answer", DAY_31, DAY_31)
INSIDE = row("feedback:3", DAY_30, DAY_31, computed=DAY_30)
LONGER = {name: MOVED[name] for name in ("milestone", "from", "due", "warn", "provisional")}
_LATER = "答复期限由12月31日（星期四）改为1月4日（星期一）"
_EARLIER = "答复期限按新日历是12月30日（星期三），承诺不提前，仍为12月31日（星期四）"


@pytest.mark.parametrize(
    ("event", "changes", "kept"),
    [
        (rescheduled(MOVED), _LATER, ""),
        (rescheduled(UNSURE), f"{_LATER}（暂定）", ""),
        (rescheduled(MOMENTS, MOVED),
         f"响应期限由2026年12月30日 08:00改为2026年12月30日 10:00；{_LATER}", ""),
        (rescheduled(KEPT), "", _EARLIER),
        (rescheduled(CONFIRMED), "", ""),
        (rescheduled(INSIDE), "", ""),
        (rescheduled(MOVED, changes="由甲改为乙", kept=""), "由甲改为乙", ""),
        (rescheduled(KEPT, changes="", kept="仍为丙"), "", "仍为丙"),
        (extended(LONGER), "由12月31日（星期四）延长到1月4日（星期一）", ""),
        (extended(), "", ""),
        (extended(LONGER, changes="由甲延长到乙"), "由甲延长到乙", ""),
        (event(EventType.RESUMED, clocks=[LONGER], note=""), "", ""),
        (event(EventType.FILED), "", ""),
    ],
)  # fmt: skip
def test_what_is_said_of_moved_dates(event, changes, kept):
    assert (CHINESE.text(changes_of(event)), CHINESE.text(kept_of(event))) == (changes, kept)


def test_nothing_of_it_is_chinese_in_another_language():
    book = Phrasing({key: {"text": text} for key, text in ENGLISH.items()})
    events = (rescheduled(MOMENTS, UNSURE), rescheduled(KEPT), extended(LONGER))
    assert [(book.text(changes_of(event)), book.text(kept_of(event))) for event in events] == [
        ("response: 30/12 10:00 instead of 30/12 08:00; answer: 4/1? instead of 31/12", ""),
        ("", "answer: still 31/12, not 30/12"),
        ("31/12 to 4/1", ""),
    ]


def test_the_console_tells_both_kinds_alike():
    now, before = rescheduled(MOVED), rescheduled(MOVED, changes=_LATER, kept="")
    told = [event_words(event, channel="微信", say=CHINESE.text) for event in (now, before)]
    assert told[0] == told[1]
    assert told[0].said == (("改期", _LATER), ("依据", "通知"))
    longer = event_words(extended(LONGER), channel="微信", say=CHINESE.text)
    assert longer.said == (("理由", "忙"), ("答复期限", "由12月31日（星期四）延长到1月4日（星期一）"))
