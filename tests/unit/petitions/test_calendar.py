"""The work calendar against the published notices, by a count of its own, and at the edges of what is known."""

from datetime import date, timedelta
from functools import cache

import pytest
from chinese_calendar import constants

from bot.petitions.calendar import CalendarDay, CalendarError, WorkCalendar, edge_of_year
from config.calendar_seed import LUNAR, estimated_days, seed_calendar

DAY = timedelta(days=1)
NOTICE_2027 = (
    # An invented notice: New Year of four days, worked off on a Sunday of December and a Saturday of January.
    CalendarDay(date=date(2026, 12, 27), is_workday=True, name="元旦", source="通知"),
    CalendarDay(date=date(2026, 12, 31), is_workday=False, name="元旦调休", source="通知"),
    CalendarDay(date=date(2027, 1, 1), is_workday=False, name="元旦", source="通知"),
    CalendarDay(date=date(2027, 1, 2), is_workday=False, name="元旦", source="通知"),
    CalendarDay(date=date(2027, 1, 3), is_workday=False, name="元旦", source="通知"),
    CalendarDay(date=date(2027, 1, 9), is_workday=True, name="元旦", source="通知"),
)


@cache
def seeded():
    return seed_calendar()


def worked(day):
    """Judge a day by the published data alone."""
    return day in constants.workdays or (day.weekday() < 5 and day not in constants.holidays)


@pytest.mark.parametrize(
    ("filed", "n", "due"),
    [
        (date(2026, 11, 21), 7, date(2026, 12, 1)),  # a Saturday; find_workday says 12-02
        (date(2026, 2, 13), 7, date(2026, 3, 2)),
        (date(2026, 2, 14), 7, date(2026, 3, 3)),  # a Saturday that is worked
        (date(2026, 9, 30), 7, date(2026, 10, 15)),
        (date(2026, 10, 1), 7, date(2026, 10, 15)),
        (date(2026, 9, 18), 7, date(2026, 9, 29)),  # Sunday 09-20 counts
        (date(2026, 9, 19), 1, date(2026, 9, 20)),
        (date(2026, 11, 20), 1, date(2026, 11, 23)),
        (date(2018, 12, 28), 1, date(2018, 12, 29)),  # a Saturday of the next year's notice
        (date(2026, 11, 21), 30, date(2027, 1, 4)),  # where chinese_calendar has no data
    ],
)
def test_the_nth_working_day_excludes_the_day_of_filing(filed, n, due):
    assert seeded().add_workdays(filed, n) == due


def test_every_start_of_seventeen_years_agrees_with_a_walk_over_the_published_days():
    calendar = seeded()
    wanted = frozenset((1, 3, 5, 7, 15, 30))
    end = date(2026, 12, 31)
    wrong = []
    compared = 0
    start = date(2010, 1, 1)
    while start <= end:
        day, counted = start, 0
        while counted < 30 and day < end:
            day += DAY
            if worked(day):
                counted += 1
                if counted in wanted:
                    compared += 1
                    if calendar.add_workdays(start, counted) != day:
                        wrong.append((start, counted))
        start += DAY
    assert (wrong, compared) == ([], 37_171)


def test_every_published_day_is_worked_or_not_as_the_notice_says():
    calendar = seeded()
    days = [date(2004, 1, 1) + n * DAY for n in range((date(2026, 12, 31) - date(2004, 1, 1)).days + 1)]
    assert [day for day in days if calendar.is_workday(day) != worked(day)] == []
    assert [day for day in days if calendar.day(day).is_workday != worked(day)] == []


def test_the_make_up_days_of_2026_are_the_six_of_the_notice():
    calendar = seeded()
    days = (date(2026, 1, 1) + n * DAY for n in range(365))
    assert [f"{day:%m-%d}" for day in days if calendar.day(day).is_makeup] == [
        "01-04", "02-14", "02-28", "05-09", "09-20", "10-10",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "is_workday", "name", "source", "confirmed"),
    [
        (date(2026, 10, 1), False, "国庆节", "国务院办公厅放假通知", True),
        (date(2026, 1, 2), False, "元旦调休", "国务院办公厅放假通知", True),
        (date(2026, 9, 20), True, "国庆节", "国务院办公厅放假通知", True),
        (date(2026, 11, 21), False, "weekend", "weekday", True),
        (date(2026, 11, 23), True, "", "weekday", True),
        (date(2026, 12, 30), True, "", "weekday", True),
        (date(2026, 12, 31), True, "", "weekday", False),
        (date(2027, 1, 1), False, "元旦", "按法定节假日推算", False),
        (date(2027, 1, 4), True, "", "weekday", False),
        (date(2027, 2, 5), False, "春节", "按法定节假日推算", False),
    ],
)
def test_a_day_says_what_it_is_and_who_says_so(day, is_workday, name, source, confirmed):
    assert seeded().day(day) == CalendarDay(
        date=day, is_workday=is_workday, name=name, source=source, confirmed=confirmed
    )


def test_a_year_without_notice_rests_on_its_statutory_days():
    assert [f"{row.date:%m-%d} {row.name}" for row in estimated_days(2027)] == [
        "01-01 元旦", "02-05 春节", "02-06 春节", "02-07 春节", "02-08 春节", "04-05 清明节", "05-01 劳动节",
        "05-02 劳动节", "06-09 端午节", "09-15 中秋节", "10-01 国庆节", "10-02 国庆节", "10-03 国庆节",
    ]  # fmt: skip
    assert [row.name for row in estimated_days(2031) if row.date == date(2031, 10, 1)] == ["国庆节、中秋节"]


def test_beyond_the_table_only_the_solar_days_are_known():
    assert [f"{row.date:%m-%d}" for row in estimated_days(max(LUNAR) + 1)] == [
        "01-01", "05-01", "05-02", "10-01", "10-02", "10-03",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("year", "edge"), [(2018, [29, 30, 31]), (2006, [30, 31]), (2022, [31]), (2026, [31]), (2024, [29, 31])]
)
def test_the_edge_of_a_year_is_what_the_next_notice_may_change(year, edge):
    assert [day.day for day in edge_of_year(year)] == edge


def test_no_notice_ever_changed_a_december_day_outside_the_edge():
    changed = {day for day in (*constants.holidays, *constants.workdays) if day.month == 12}
    assert {day for day in changed if day not in edge_of_year(day.year)} == set()


@pytest.mark.parametrize(
    ("start", "end", "provisional"),
    [
        (date(2026, 12, 20), date(2026, 12, 30), False),
        (date(2026, 12, 20), date(2026, 12, 31), True),
        (date(2026, 12, 31), date(2027, 1, 1), True),
        (date(2026, 12, 31), date(2026, 12, 31), False),
        (date(2027, 2, 1), date(2027, 2, 2), True),
        (date(2025, 12, 20), date(2026, 1, 10), False),
    ],
)
def test_a_count_over_an_unconfirmed_day_is_provisional(start, end, provisional):
    assert seeded().provisional(start, end) is provisional


def test_an_imported_notice_settles_its_year_and_the_edge_before():
    calendar = seed_calendar(NOTICE_2027)
    assert calendar.provisional(date(2026, 12, 20), date(2027, 12, 30)) is False
    assert calendar.provisional(date(2027, 12, 30), date(2027, 12, 31)) is True
    assert calendar.is_workday(date(2027, 2, 8)) is True  # the guess for the Spring Festival is dropped
    assert calendar.add_workdays(date(2026, 12, 25), 7) == date(2027, 1, 6)
    assert calendar.add_workdays(date(2026, 12, 26), 1) == date(2026, 12, 27)
    assert calendar.known_years == seeded().known_years | {2027}


def test_a_local_holiday_alone_does_not_make_a_year_known():
    local = CalendarDay(date=date(2027, 3, 10), is_workday=False, name="肉孜节", source="自治区通知")
    calendar = seed_calendar([local])
    assert calendar.day(local.date) == local
    assert calendar.day(date(2027, 1, 1)).confirmed is False
    assert calendar.known_years == seeded().known_years


def test_the_version_changes_with_the_data_and_only_with_it():
    assert seed_calendar().version == seeded().version
    assert seed_calendar(NOTICE_2027).version != seeded().version


def test_workdays_between_excludes_the_first_day_and_includes_the_last():
    assert seeded().workdays_between(date(2026, 9, 18), date(2026, 9, 29)) == 7
    assert seeded().workdays_between(date(2026, 9, 29), date(2026, 9, 18)) == -7


def test_nothing_added_stays_and_nothing_is_taken_away():
    assert seeded().add_workdays(date(2026, 11, 21), 0) == date(2026, 11, 21)
    with pytest.raises(ValueError, match="added, not taken away"):
        seeded().add_workdays(date(2026, 11, 21), -1)


@pytest.mark.parametrize("day", [date(2002, 12, 31), date(2057, 1, 1)])
def test_a_day_outside_the_covered_years_is_refused(day):
    with pytest.raises(CalendarError) as refused:
        seeded().is_workday(day)
    assert str(refused.value) == f"{day} lies outside the work calendar, which covers 2003-01-01 to 2056-12-31"


def test_a_count_that_runs_out_of_the_calendar_is_refused():
    with pytest.raises(CalendarError, match="7 working days after 2056-12-30 lie outside"):
        seeded().add_workdays(date(2056, 12, 30), 7)


def test_a_calendar_without_any_known_year_is_refused():
    with pytest.raises(CalendarError, match="at least one year"):
        WorkCalendar([], [])
