"""Due dates held against counts that are not ours: the `holidays` package, and walks by day and by minute."""

import tomllib
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clock import SHANGHAI
from bot.petitions.deadlines import Extension, Pause, due
from bot.petitions.policy import Rule, TimeUnit
from bot.petitions.vocabulary import MilestoneName
from config.calendar_notice import load_notice
from config.calendar_seed import seed_calendar

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
NOTICE = Path(__file__).parents[2] / "samples" / "calendar" / "2027.toml"
LAST_KNOWN = date(2026, 12, 31)


@cache
def seeded():
    return seed_calendar()


@cache
def with_notice():
    return seed_calendar(load_notice(NOTICE).days)


def limit(amount, unit=TimeUnit.WORKDAYS):
    return Rule(name=MilestoneName.ANSWER, amount=amount, unit=unit)


def noon(day):
    return datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)


def last_day(start, amount, calendar):
    deadline = due(limit(amount), noon(start), calendar)
    here = deadline.due.astimezone(SHANGHAI)
    assert f"{here:%H:%M:%S}" == "23:59:59"
    return here.date(), deadline.provisional


def span(first, last):
    return [first + n * DAY for n in range((last - first).days + 1)]


def test_every_start_of_seventeen_years_agrees_with_an_independent_package():
    china = holidays.country_holidays("CN", years=range(2009, 2028))
    compared, wrong = 0, []
    for start in span(date(2010, 1, 1), LAST_KNOWN):
        for amount in (1, 3, 5, 7, 15, 30):
            expected = china.get_nth_working_day(start, amount)
            if expected > LAST_KNOWN:
                continue  # neither has a notice for 2027
            compared += 1
            found, _ = last_day(start, amount, seeded())
            if found != expected:
                wrong.append((start, amount, found, expected))
    assert (wrong, compared) == ([], 37_171)


@pytest.mark.parametrize(
    ("filed", "days", "last"),
    [
        ("2026-11-21", 7, "2026-12-01"),
        ("2026-02-13", 7, "2026-03-02"),
        ("2026-02-14", 7, "2026-03-03"),
        ("2026-09-30", 7, "2026-10-15"),
        ("2026-10-01", 7, "2026-10-15"),
        ("2026-09-18", 7, "2026-09-29"),
    ],
)
def test_the_known_traps_of_2026(filed, days, last):
    assert last_day(date.fromisoformat(filed), days, seeded()) == (date.fromisoformat(last), False)


def test_sixty_calendar_days_need_no_working_day():
    deadline = due(limit(60, TimeUnit.DAYS), noon(date(2026, 11, 21)), seeded())
    assert (f"{deadline.due.astimezone(SHANGHAI):%F %T}", deadline.provisional) == ("2027-01-20 23:59:59", False)


@pytest.mark.parametrize(
    ("filed", "without", "provisional", "by_notice"),
    [
        ("2026-12-20", "2026-12-29", False, "2026-12-28"),
        ("2026-12-21", "2026-12-30", False, "2026-12-29"),
        ("2026-12-22", "2026-12-31", True, "2026-12-30"),
        ("2026-12-23", "2027-01-04", True, "2027-01-04"),
        ("2026-12-26", "2027-01-06", True, "2027-01-06"),
        ("2026-12-27", "2027-01-06", True, "2027-01-07"),
        ("2026-12-31", "2027-01-12", True, "2027-01-12"),
        ("2027-01-01", "2027-01-12", True, "2027-01-12"),
        ("2027-01-22", "2027-02-02", True, "2027-02-01"),
        ("2027-01-29", "2027-02-11", True, "2027-02-15"),
        ("2027-02-04", "2027-02-17", True, "2027-02-20"),
        ("2027-02-28", "2027-03-09", True, "2027-03-09"),
    ],
)
def test_the_turn_of_the_year_with_and_without_a_notice(filed, without, provisional, by_notice):
    start = date.fromisoformat(filed)
    assert last_day(start, 7, seeded()) == (date.fromisoformat(without), provisional)
    assert last_day(start, 7, with_notice()) == (date.fromisoformat(by_notice), False)


def test_every_start_around_the_turn_of_the_year_agrees_with_a_walk_over_the_notice():
    table = tomllib.loads(NOTICE.read_text(encoding="utf-8"))

    def listed(key):
        for entries in table[key].values():
            for entry in entries:
                first, _, last = entry.partition("..")
                yield from span(date.fromisoformat(first), date.fromisoformat(last or first))

    off, made_up = set(listed("holidays")), set(listed("workdays"))
    wrong = []
    for start in span(date(2026, 12, 20), date(2027, 2, 28)):
        for amount in (1, 3, 5, 7, 15, 30):
            day, left = start, amount
            while left:
                day += DAY
                left -= day in made_up or (day.weekday() < 5 and day not in off)
            if last_day(start, amount, with_notice()) != (day, False):
                wrong.append((start, amount))
    assert wrong == []


MOMENTS = st.datetimes(datetime(2010, 1, 1), datetime(2030, 12, 31), timezones=st.just(SHANGHAI))  # noqa: DTZ001


@settings(max_examples=100, deadline=None)
@given(
    unit=st.sampled_from(TimeUnit),
    amount=st.integers(1, 40),
    extra=st.integers(1, 20),
    start=MOMENTS,
    share=st.floats(0, 1),
    length=st.timedeltas(timedelta(0), timedelta(days=20)),
)
def test_extending_then_pausing_is_pausing_then_extending(unit, amount, extra, start, share, length):
    plain = due(limit(amount, unit), start, seeded()).due
    begin = start + (plain - start) * share
    pause, extension = Pause(start=begin, end=begin + length), Extension(amount=extra)
    extended_first = due(limit(amount + extra, unit), start, seeded(), pauses=[pause])
    together = due(limit(amount, unit), start, seeded(), pauses=[pause], extensions=[extension])
    halves = [Extension(amount=extra - extra // 2), Extension(amount=extra // 2)]
    in_parts = due(limit(amount, unit), start, seeded(), pauses=[pause], extensions=halves)
    assert together == extended_first == in_parts


@settings(max_examples=100, deadline=None)
@given(amount=st.integers(1, 24 * 20), minute=st.integers(0, 60 * 24 * 40), second=st.integers(0, 59))
def test_hours_cross_midnight_weekend_and_new_year_without_losing_a_minute(amount, minute, second):
    start = datetime(2026, 12, 10, tzinfo=SHANGHAI) + minute * MINUTE + timedelta(seconds=second)
    end = due(limit(amount, TimeUnit.HOURS), start, seeded())
    assert (end.due - start, end.provisional) == (amount * 60 * MINUTE, False)
    assert end.due.astimezone(SHANGHAI).minute == start.minute


@settings(max_examples=100, deadline=None)
@given(amount=st.integers(1, 30), start=MOMENTS, k=st.integers(0, 15), at=st.integers(0, 29))
def test_a_pause_of_k_whole_working_days_moves_the_date_by_k_of_them(amount, start, k, at):
    first = seeded().add_workdays(start.date(), min(at, amount - 1) + 1)
    after = seeded().add_workdays(first, k)
    pause = Pause(start=noon(first), end=noon(after))
    moved = due(limit(amount), start, seeded(), pauses=[pause]).due.astimezone(SHANGHAI).date()
    plain = due(limit(amount), start, seeded()).due.astimezone(SHANGHAI).date()
    assert seeded().workdays_between(plain, moved) == k
