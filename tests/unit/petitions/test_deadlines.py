"""Due dates as tables and as properties."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clock import SHANGHAI
from bot.petitions.calendar import CalendarDay
from bot.petitions.deadlines import Deadline, Extension, Pause, deadlines_for, due
from bot.petitions.office_hours import OfficeHours, Span
from bot.petitions.policy import HourClock, Policy, Rule, TimeUnit, WarnBefore, WarnShare
from bot.petitions.vocabulary import MilestoneName
from config.calendar_seed import seed_calendar

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
MORNING, AFTERNOON = Span(opens=time(10), closes=time(14)), Span(opens=time(16), closes=time(20))
OFFICE = OfficeHours(week=dict.fromkeys(range(5), (MORNING, AFTERNOON)))
RESPONSE = Rule(name=MilestoneName.RESPONSE, amount=8, unit=TimeUnit.HOURS, warn=WarnShare(share=0.25))
ANSWER = Rule(name=MilestoneName.ANSWER, amount=7, unit=TimeUnit.WORKDAYS, warn=WarnBefore(days_before=1, at=time(9)))
URUMQI = Policy(name="urumqi", rules=(RESPONSE, ANSWER))
NEW_YEAR_NOTICE = CalendarDay(date=date(2027, 1, 1), is_workday=False, name="元旦", source="通知")


@cache
def calendar():
    return seed_calendar()


def beijing(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def shown(moment):
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def workdays(amount):
    return Rule(name=MilestoneName.ANSWER, amount=amount, unit=TimeUnit.WORKDAYS)


def days(amount):
    return Rule(name=MilestoneName.ANSWER, amount=amount, unit=TimeUnit.DAYS)


def hours(amount, *, warn=None):
    return Rule(name=MilestoneName.RESPONSE, amount=amount, unit=TimeUnit.HOURS, warn=warn)


def office_hours(amount, *, warn=None):
    return Rule(
        name=MilestoneName.RESPONSE,
        amount=amount,
        unit=TimeUnit.HOURS,
        clock=HourClock.OFFICE_HOURS,
        office=OFFICE,
        warn=warn,
    )


def test_the_founding_rule_gives_both_promises_in_utc():
    start = beijing("2026-11-21 18:00")
    version = calendar().version
    assert deadlines_for(URUMQI, start, calendar()) == (
        Deadline(
            name="response",
            start=datetime(2026, 11, 21, 10, tzinfo=UTC),
            due=datetime(2026, 11, 21, 18, tzinfo=UTC),
            warn_at=datetime(2026, 11, 21, 16, tzinfo=UTC),
            provisional=False,
            calendar_version=version,
            policy="urumqi",
        ),
        Deadline(
            name="answer",
            start=datetime(2026, 11, 21, 10, tzinfo=UTC),
            due=datetime(2026, 12, 1, 15, 59, 59, tzinfo=UTC),
            warn_at=datetime(2026, 11, 30, 1, tzinfo=UTC),
            provisional=False,
            calendar_version=version,
            policy="urumqi",
        ),
    )


def test_moments_come_out_in_utc_and_names_as_plain_strings():
    response, answer = deadlines_for(URUMQI, beijing("2026-11-21 18:00"), calendar())
    moments = (response.start, response.due, response.warn_at, answer.start, answer.due, answer.warn_at)
    assert [moment.tzinfo for moment in moments] == [UTC] * 6
    assert [type(response.name), type(answer.name)] == [str, str]


@pytest.mark.parametrize(
    ("filed", "last_day"),
    [
        ("2026-11-21 00:00:00", "2026-12-01"),
        ("2026-11-20 23:59:59", "2026-12-01"),
        ("2026-02-13 09:00:00", "2026-03-02"),
        ("2026-02-14 09:00:00", "2026-03-03"),
        ("2026-09-18 09:00:00", "2026-09-29"),
        ("2026-09-30 09:00:00", "2026-10-15"),
        ("2026-10-01 09:00:00", "2026-10-15"),
    ],
)
def test_seven_working_days_end_with_their_last_day(filed, last_day):
    assert shown(due(ANSWER, beijing(filed), calendar()).due) == f"{last_day} 23:59:59"


def test_the_day_of_filing_is_that_of_beijing():
    late = datetime(2026, 9, 17, 16, 30, tzinfo=UTC)  # 18 September, 00:30 in Beijing
    assert shown(due(ANSWER, late, calendar()).due) == "2026-09-29 23:59:59"


@pytest.mark.parametrize(
    ("filed", "last_day", "provisional"),
    [
        ("2026-12-20 12:00", "2026-12-29", False),
        ("2026-12-21 12:00", "2026-12-30", False),
        ("2026-12-22 12:00", "2026-12-31", True),
        ("2026-12-23 12:00", "2027-01-04", True),
        ("2026-12-31 12:00", "2027-01-12", True),
        ("2027-01-29 12:00", "2027-02-11", True),
        ("2027-02-27 12:00", "2027-03-09", True),
    ],
)
def test_a_date_counted_without_a_notice_is_provisional(filed, last_day, provisional):
    deadline = due(ANSWER, beijing(filed), calendar())
    assert (shown(deadline.due), deadline.provisional) == (f"{last_day} 23:59:59", provisional)


def test_a_notice_settles_what_was_provisional():
    deadline = due(ANSWER, beijing("2026-12-23 12:00"), seed_calendar([NEW_YEAR_NOTICE]))
    assert (shown(deadline.due), deadline.provisional) == ("2027-01-04 23:59:59", False)


@pytest.mark.parametrize(
    ("filed", "due_at", "warn_at"),
    [
        ("2026-11-21 09:17:31", "2026-11-21 17:17:31", "2026-11-21 15:17:31"),
        ("2026-11-21 23:59:59", "2026-11-22 07:59:59", "2026-11-22 05:59:59"),
        ("2026-12-31 20:30:00", "2027-01-01 04:30:00", "2027-01-01 02:30:00"),
        ("2024-02-28 22:00:00", "2024-02-29 06:00:00", "2024-02-29 04:00:00"),
    ],
)
def test_hours_run_through_night_weekend_and_new_year_to_the_second(filed, due_at, warn_at):
    deadline = due(RESPONSE, beijing(filed), calendar())
    assert (shown(deadline.due), shown(deadline.warn_at), deadline.provisional) == (due_at, warn_at, False)


@pytest.mark.parametrize(
    ("rule", "filed", "due_at"),
    [
        (office_hours(2), "2026-11-20 13:00", "2026-11-20 17:00"),  # across the midday rest
        (office_hours(1), "2026-11-20 13:00", "2026-11-20 14:00"),  # ends as the office closes
        (office_hours(2), "2026-11-20 19:30", "2026-11-23 11:30"),  # over the weekend
        (office_hours(8), "2026-11-21 12:00", "2026-11-23 20:00"),  # from a rest day
        (office_hours(9), "2026-09-30 19:00", "2026-10-08 20:00"),  # over the National Day
        (office_hours(2), "2026-10-09 19:00", "2026-10-10 11:00"),  # into a make-up Saturday
        (days(7), "2026-09-28 09:00", "2026-10-05 23:59:59"),  # calendar days count holidays
        (days(60), "2026-11-21 09:00", "2027-01-20 23:59:59"),
    ],
)
def test_office_hours_and_calendar_days(rule, filed, due_at):
    assert due(rule, beijing(filed), calendar()).due == beijing(due_at)


def test_office_hours_in_a_year_without_notice_are_provisional():
    assert due(office_hours(8), beijing("2026-12-30 12:00"), calendar()).provisional is True
    assert due(office_hours(8), beijing("2026-12-29 12:00"), calendar()).provisional is False
    assert due(days(60), beijing("2026-12-29 12:00"), calendar()).provisional is False


@pytest.mark.parametrize(
    ("rule", "filed", "warn_at"),
    [
        (workdays(7), "2026-11-20 09:00", None),
        (Rule(name=MilestoneName.ANSWER, amount=1, unit=TimeUnit.WORKDAYS, warn=ANSWER.warn), "2026-11-19 15:00",
         "2026-11-19 15:00:00"),  # 09:00 of the day before was over at the start
        (ANSWER, "2026-09-18 10:00", "2026-09-28 09:00:00"),
        (office_hours(8, warn=WarnShare(share=0.25)), "2026-11-20 18:00", "2026-11-23 14:00:00"),
        (Rule(name=MilestoneName.ANSWER, amount=3, unit=TimeUnit.DAYS, warn=WarnShare(share=0.5)),
         "2026-11-20 23:59:59", "2026-11-22 11:59:59"),
    ],
)  # fmt: skip
def test_the_warning_comes_as_the_policy_says_and_never_before_the_start(rule, filed, warn_at):
    warned = due(rule, beijing(filed), calendar()).warn_at
    assert (shown(warned) if warned else None) == warn_at


@pytest.mark.parametrize(
    ("rule", "paused", "due_at"),
    [
        (ANSWER, [("2026-11-23 10:00", "2026-11-26 10:00")], "2026-12-04 23:59:59"),  # Mon, Tue, Wed
        (ANSWER, [("2026-11-23 10:00", "2026-11-23 18:00")], "2026-12-01 23:59:59"),  # within a day
        (ANSWER, [("2026-12-01 10:00", "2026-12-03 10:00")], "2026-12-03 23:59:59"),  # on the last day
        (ANSWER, [("2026-12-02 00:00", "2026-12-09 00:00")], "2026-12-01 23:59:59"),  # too late
        (ANSWER, [("2026-11-20 10:00", "2026-11-24 10:00")], "2026-12-02 23:59:59"),  # begun before filing
        (ANSWER, [("2026-11-21 10:00", "2026-11-22 10:00")], "2026-12-01 23:59:59"),  # a weekend
        (ANSWER, [("2026-11-24 10:00", "2026-11-26 10:00"), ("2026-11-25 10:00", "2026-11-27 10:00")],
         "2026-12-04 23:59:59"),  # overlapping
        (ANSWER, [("2026-11-24 10:00", "2026-11-25 10:00"), ("2026-11-25 15:00", "2026-11-26 10:00")],
         "2026-12-03 23:59:59"),  # twice, apart
        (days(7), [("2026-11-24 10:00", "2026-12-01 10:00")], "2026-12-05 23:59:59"),
        (hours(8), [("2026-11-21 13:00", "2026-11-21 14:30:30")], "2026-11-21 21:30:30"),
        (hours(8), [("2026-11-21 20:00", "2026-11-21 21:00")], "2026-11-21 20:00:00"),
        (office_hours(6), [("2026-11-23 13:00", "2026-11-23 17:00")], "2026-11-23 20:00:00"),
    ],
)  # fmt: skip
def test_a_pause_takes_its_own_time_out(rule, paused, due_at):
    pauses = [Pause(start=beijing(begin), end=beijing(end)) for begin, end in paused]
    assert shown(due(rule, beijing("2026-11-21 12:00"), calendar(), pauses=pauses).due) == due_at


def test_an_extension_lengthens_the_limit_in_its_own_unit():
    start = beijing("2026-09-18 12:00")
    more = [Extension(amount=3), Extension(amount=2)]
    assert due(ANSWER, start, calendar(), extensions=more).due == due(workdays(12), start, calendar()).due
    assert due(RESPONSE, start, calendar(), extensions=more).due == start + timedelta(hours=13)


def test_a_naive_moment_is_refused():
    with pytest.raises(ValueError, match="aware"):
        due(ANSWER, datetime(2026, 11, 21, 12), calendar())  # noqa: DTZ001  (the mistake under test)


def test_office_hours_without_opening_times_are_refused():
    rule = Rule(name=MilestoneName.RESPONSE, amount=8, unit=TimeUnit.HOURS, clock=HourClock.OFFICE_HOURS)
    with pytest.raises(ValueError, match="rule response counts office hours and has none"):
        due(rule, beijing("2026-11-21 12:00"), calendar())


MOMENTS = st.datetimes(datetime(2010, 1, 1), datetime(2030, 12, 31), timezones=st.just(SHANGHAI))  # noqa: DTZ001
RULES = st.builds(
    lambda build, amount: build(amount), st.sampled_from([hours, office_hours, workdays, days]), st.integers(1, 40)
)


@settings(max_examples=150, deadline=None)
@given(rule=RULES, one=MOMENTS, other=MOMENTS)
def test_due_is_after_the_start_and_monotone_in_it(rule, one, other):
    earlier, later = sorted((one, other))
    first, second = due(rule, earlier, calendar()).due, due(rule, later, calendar()).due
    assert (earlier < first, later < second, first <= second) == (True, True, True)


@settings(max_examples=150, deadline=None)
@given(build=st.sampled_from([hours, office_hours, workdays, days]), amount=st.integers(1, 40), start=MOMENTS)
def test_due_is_monotone_in_the_amount(build, amount, start):
    assert due(build(amount), start, calendar()).due < due(build(amount + 1), start, calendar()).due


@settings(max_examples=150, deadline=None)
@given(
    amount=st.integers(1, 30),
    start=MOMENTS,
    share=st.floats(0, 1),
    length=st.timedeltas(timedelta(0), timedelta(days=40)),
    extra=st.integers(0, 10),
)
def test_a_pause_of_k_working_days_moves_by_k_before_or_after_an_extension(amount, start, share, length, extra):
    plain = due(workdays(amount), start, calendar()).due
    begin = start + (plain - start) * share
    pause = Pause(start=begin, end=begin + length)
    first = max(pause.start.astimezone(SHANGHAI).date(), start.date() + DAY)
    until = max(pause.end.astimezone(SHANGHAI).date() - DAY, first - DAY)
    still = calendar().workdays_between(first - DAY, until)
    moved = due(workdays(amount), start, calendar(), pauses=[pause], extensions=[Extension(amount=extra)])
    assert moved.due == due(workdays(amount + still + extra), start, calendar()).due


@settings(max_examples=150, deadline=None)
@given(
    amount=st.integers(1, 72),
    start=MOMENTS,
    share=st.floats(0, 0.999),
    length=st.timedeltas(timedelta(0), timedelta(days=9)),
)
def test_a_pause_moves_an_hour_clock_by_its_own_length(amount, start, share, length):
    begin = start + timedelta(hours=amount) * share
    moved = due(hours(amount), start, calendar(), pauses=[Pause(start=begin, end=begin + length)])
    assert moved.due == (start + timedelta(hours=amount) + length)


@settings(max_examples=25, deadline=None)
@given(
    amount=st.integers(1, 12),
    minute=st.integers(0, 60 * 24 * 30),
    pause_after=st.integers(0, 60 * 24 * 3),
    pause_for=st.integers(0, 60 * 24 * 3),
)
def test_office_hours_are_exact_to_the_minute(amount, minute, pause_after, pause_for):
    start = beijing("2026-09-15 00:00") + minute * MINUTE
    pause = Pause(start=start + pause_after * MINUTE, end=start + (pause_after + pause_for) * MINUTE)
    moment, run = start, 0
    while run < amount * 60:
        open_now = (
            10 <= moment.hour < 14 or 16 <= moment.hour < 20
        ) and calendar().is_workday(moment.date())  # fmt: skip
        run += open_now and not pause.start <= moment < pause.end
        moment += MINUTE
    assert due(office_hours(amount), start, calendar(), pauses=[pause]).due == moment


@settings(max_examples=150, deadline=None)
@given(
    rule=st.sampled_from([RESPONSE, ANSWER, office_hours(8, warn=WarnShare(share=0.25)), hours(2, warn=ANSWER.warn)]),
    start=MOMENTS,
)
def test_the_warning_lies_between_the_start_and_the_due_date(rule, start):
    deadline = due(rule, start, calendar())
    assert (start <= deadline.warn_at, deadline.warn_at <= deadline.due) == (True, True)
