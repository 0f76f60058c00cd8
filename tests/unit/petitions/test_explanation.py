"""The steps of a date: as they are said in Chinese, and in a language that has nothing of it."""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import pytest

from bot.clock import SHANGHAI
from bot.petitions.calendar import CalendarDay
from bot.petitions.deadlines import Extension, Pause
from bot.petitions.explanation import explain
from bot.petitions.office_hours import OfficeHours, Span
from bot.petitions.petition import Milestone
from bot.petitions.policy import HourClock, Policy, Rule, TimeUnit
from bot.petitions.terms import Terms
from bot.petitions.vocabulary import MilestoneName
from bot.phrasing import Phrasing
from config.calendar_seed import seed_calendar
from dialogs.spoken import SPOKEN
from tests.phrasing import CHINESE, said

OFFICE = OfficeHours(week=dict.fromkeys(range(5), (Span(opens=time(10), closes=time(14)),)))
RESPONSE = Rule(name=MilestoneName.RESPONSE, amount=8, unit=TimeUnit.HOURS)
OFFICE_HOURS = Rule(
    name=MilestoneName.RESPONSE, amount=8, unit=TimeUnit.HOURS, clock=HourClock.OFFICE_HOURS, office=OFFICE
)
ANSWER = Rule(name=MilestoneName.ANSWER, amount=7, unit=TimeUnit.WORKDAYS)
QUICK = Rule(name=MilestoneName.ANSWER, amount=3, unit=TimeUnit.WORKDAYS)
DAYS = Rule(name=MilestoneName.ANSWER, amount=15, unit=TimeUnit.DAYS)
DOUBTFUL = CalendarDay(date=date(2026, 11, 25), is_workday=False, name="古尔邦节", source="待确认", confirmed=False)
NAMELESS = (
    CalendarDay(date=date(2026, 11, 25), is_workday=False, name="", source="通知"),
    CalendarDay(date=date(2026, 11, 28), is_workday=True, name="", source="通知"),
)
WEEK = "['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']"


def beijing(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@cache
def calendar():
    return seed_calendar()


def two_holidays():
    pause = Pause(start=beijing("2026-09-22 09:00"), end=beijing("2026-09-24 10:00"))
    return explain(ANSWER, beijing("2026-09-18 10:30"), calendar(), pauses=[pause], extensions=[Extension(amount=3)])


def over_new_year():
    return explain(ANSWER, beijing("2026-12-25 10:30"), calendar())[2:]


def a_doubtful_day():
    return explain(QUICK, beijing("2026-11-23 10:30"), seed_calendar([DOUBTFUL]))[2:5]


def days_without_a_name():
    return explain(QUICK, beijing("2026-11-24 10:30"), seed_calendar(NAMELESS))[2:5]


def hours_with_a_pause():
    pause = Pause(start=beijing("2026-11-21 23:00"), end=beijing("2026-11-22 00:30"))
    return explain(RESPONSE, beijing("2026-11-21 22:10"), calendar(), pauses=[pause])


def office_hours():
    return explain(OFFICE_HOURS, beijing("2026-11-21 22:10"), calendar())


def extended_twice():
    longer = [Extension(amount=5), Extension(amount=10)]
    return explain(DAYS, beijing("2026-11-21 22:10"), calendar(), extensions=longer)


def stands_still():
    return terms().explain(clock(paused_at=datetime(2026, 11, 25, 2, 0, tzinfo=UTC)), ())


def promised_longer():
    return terms().explain(clock(), ())[-1:]


def terms():
    return Terms(policy=Policy(name="p", rules=(QUICK,)), calendar=calendar())


def clock(**fields):
    start = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    due = start + timedelta(days=9)
    return Milestone(
        number="n", name=MilestoneName.ANSWER, started_at=start, due_at=due, warn_at=None, provisional=False, **fields
    )


def spoken(steps, book=CHINESE):
    """Put the steps into words; the version of the seed's calendar is not what these tests are about."""
    return tuple(sentence.replace(calendar().version, "VERSION") for sentence in said(*steps(), book=book))


@pytest.mark.parametrize(
    ("steps", "sentences"),
    [
        (two_holidays, (
            "2026年9月18日（星期五）收到，当天不计，从次日起算。",
            "期限7个工作日，经批准延长3个工作日，共10个工作日。",
            "9月22日至9月23日暂停计时，不计入。",
            "9月20日国庆节调休上班，计入。",
            "9月25日至9月27日中秋节放假，不计入。",
            "10月1日至10月7日国庆节放假，不计入。",
            "10月10日国庆节调休上班，计入。",
            "周末不计入：9月19日、10月11日。",
            "第10个工作日是2026年10月12日（星期一），期限到当天23:59:59为止。",
            "工作日历版本：VERSION。",
        )),
        (over_new_year, (
            "2027年1月1日元旦放假，不计入。",
            "周末不计入：12月26日至12月27日、2027年1月2日至2027年1月3日。",
            "第7个工作日是2027年1月6日（星期三），期限到当天23:59:59为止。",
            "暂定：2027年放假安排尚未公布，先按现有规则推算；公布后如有变动，会重新计算并告知。",
            "工作日历版本：VERSION。",
        )),
        (a_doubtful_day, (
            "11月25日古尔邦节放假，不计入。",
            "第3个工作日是2026年11月27日（星期五），期限到当天23:59:59为止。",
            "暂定：其中有的日子是否上班尚未确定，先按现有规则推算；公布后如有变动，会重新计算并告知。",
        )),
        (days_without_a_name, (
            "11月25日放假，不计入。",
            "11月28日调休上班，计入。",
            "第3个工作日是2026年11月28日（星期六），期限到当天23:59:59为止。",
        )),
        (hours_with_a_pause, (
            "从2026年11月21日（星期六）22:10（北京时间）起算。",
            "期限8小时，夜间和休息日照常计算。",
            "2026年11月21日（星期六）23:00至2026年11月22日（星期日）00:30暂停计时，不计入。",
            "到2026年11月22日（星期日）07:40为止。",
        )),
        (office_hours, (
            "从2026年11月21日（星期六）22:10（北京时间）起算。",
            "期限8小时，只计算办公时间，夜间和休息日不计。",
            "到2026年11月24日（星期二）14:00为止。",
            "工作日历版本：VERSION。",
        )),
        (extended_twice, (
            "2026年11月21日（星期六）收到，当天不计，从次日起算。",
            "期限15日，经批准延长5日，经批准延长10日，共30日，周末和节假日也计入。",
            "第30日是2026年12月21日（星期一），期限到当天23:59:59为止。",
        )),
        (stands_still, ("2026年11月25日 10:00起等市民补充，暂停计时；补充以后接着算。",)),
        (promised_longer, ("这是按现在的日历推算的；已经答应的期限仍是2026年12月2日 10:00。",)),
    ],
)  # fmt: skip
def test_a_date_is_explained_step_by_step(steps, sentences):
    assert spoken(steps) == sentences


ENGLISH = {
    "date.moment": "{{ year }}-{{ month }}-{{ day }} {{ hour }}:{{ minute }}",
    "date.full_day": f"{{{{ {WEEK}[weekday] }}}} {{{{ day }}}}/{{{{ month }}}}/{{{{ year }}}}",
    "date.full_moment": "{{ day }}/{{ month }}/{{ year }} {{ hour }}:{{ minute }}",
    "date.plain_day": "{{ day }}/{{ month }}",
    "date.plain_day_of_year": "{{ day }}/{{ month }}/{{ year }}",
    "date.span": "{{ first }} to {{ last }}",
    "amount.hours": "{{ count }} hour{{ 's' if count != 1 }}",
    "amount.workdays": "{{ count }} working day{{ 's' if count != 1 }}",
    "amount.days": "{{ count }} day{{ 's' if count != 1 }}",
    "list.and": "{{ head }}, {{ last }}",
    "explain.received": "Received on {{ day }}; counting starts the day after.",
    "explain.from": "Counting starts on {{ start }} (Beijing time).",
    "explain.limit_workdays": "The limit is {{ limit }}.",
    "explain.limit_days": "The limit is {{ limit }}, weekends and holidays included.",
    "explain.limit_clock_hours": "The limit is {{ limit }}, nights included.",
    "explain.limit_office_hours": "The limit is {{ limit }} of office time.",
    "explain.longer": "{{ limit }}, and {{ more }} more",
    "explain.total": "{{ limit }} ({{ total }} in all)",
    "explain.paused": "Stopped: {{ span }}.",
    "explain.worked": "Worked: {{ span }}{% if holiday %} ({{ holiday }}){% endif %}.",
    "explain.off": "Off: {{ span }}{% if holiday %} ({{ holiday }}){% endif %}.",
    "explain.weekends": "Weekends: {{ spans }}.",
    "explain.last_workdays": "Working day {{ count }} is {{ day }}.",
    "explain.last_days": "Day {{ count }} is {{ day }}.",
    "explain.until": "It ends on {{ due }}.",
    "explain.no_notice": "Provisional: no notice for {{ years }} yet.",
    "explain.unsettled": "Provisional: some days are not settled.",
    "explain.version": "Calendar {{ version }}.",
    "explain.waiting": "Waiting for you since {{ since }}.",
    "explain.promised": "{{ due }} stays promised.",
}
STORIES = (
    two_holidays, over_new_year, a_doubtful_day, days_without_a_name, hours_with_a_pause, office_hours, extended_twice,
    stands_still, promised_longer,
)  # fmt: skip


def test_the_steps_bring_no_chinese_into_another_language_but_the_names_of_holidays():
    book = Phrasing({key: {"text": text} for key, text in ENGLISH.items()})
    holidays = re.compile("国庆节|中秋节|元旦|古尔邦节")
    sentences = [holidays.sub("...", sentence) for story in STORIES for sentence in spoken(story, book)]
    assert [sentence for sentence in sentences if not sentence.isascii()] == []
    assert sentences[:10] == [
        "Received on Fri 18/9/2026; counting starts the day after.",
        "The limit is 7 working days, and 3 working days more (10 working days in all).",
        "Stopped: 22/9 to 23/9.",
        "Worked: 20/9 (...).",
        "Off: 25/9 to 27/9 (...).",
        "Off: 1/10 to 7/10 (...).",
        "Worked: 10/10 (...).",
        "Weekends: 19/9, 11/10.",
        "Working day 10 is Mon 12/10/2026.",
        "Calendar VERSION.",
    ]


def test_each_step_that_can_be_said_is_shown_here():
    asked = {reply.phrase for story in STORIES for reply in story()}
    inner = {"explain.longer", "explain.total"}
    assert asked | inner == {key for key in SPOKEN if key.startswith("explain.")}
    assert {reply.phrase: set(reply.values) for story in STORIES for reply in story()} == {
        phrase: SPOKEN[phrase] for phrase in asked
    }
    assert set(ENGLISH) - {"date.moment", "list.and"} == {
        key for key in SPOKEN if key.startswith(("explain.", "amount.", "date.full", "date.plain", "date.span"))
    }


@pytest.mark.parametrize("at", [date(2026, 1, 5) + timedelta(days=days) for days in range(7)])
def test_each_weekday_has_its_name(at):
    reply = explain(QUICK, datetime.combine(at, time(12), SHANGHAI), calendar())[0]
    assert (
        CHINESE.text(reply) == f"2026年1月{at.day}日（星期{'一二三四五六日'[at.day - 5]}）收到，当天不计，从次日起算。"
    )
