"""The file of a notice: what it may hold, and every way to write it wrongly."""

from datetime import date
from pathlib import Path

import pytest

from bot.petitions.calendar import CalendarDay
from config.calendar_notice import NoticeError, load_notice
from config.calendar_seed import seed_calendar

SHIPPED = Path(__file__).parents[3] / "config" / "calendar" / "2026.toml"
WORKING = """
year = 2027
source = "通知"
[holidays]
"元旦" = ["2027-01-01..2027-01-03"]
"春节" = "2027-02-08"
"清明节" = 2027-04-05
[workdays]
"元旦" = ["2026-12-27"]
"""


def written(tmp_path, text):
    path = tmp_path / "notice.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(tmp_path, text):
    with pytest.raises(NoticeError) as refused:
        load_notice(written(tmp_path, text))
    return [(problem.name.removeprefix("notice.toml: "), problem.what) for problem in refused.value.problems]


def test_days_are_written_singly_as_dates_or_from_to(tmp_path):
    notice = load_notice(written(tmp_path, WORKING))
    assert (notice.year, notice.source, notice.region) == (2027, "通知", "")
    assert [(f"{day.date:%m-%d}", day.name, day.is_workday) for day in notice.days] == [
        ("12-27", "元旦", True),
        ("01-01", "元旦", False),
        ("01-02", "元旦", False),
        ("01-03", "元旦", False),
        ("02-08", "春节", False),
        ("04-05", "清明节", False),
    ]


def test_a_plain_list_has_days_without_names(tmp_path):
    notice = load_notice(written(tmp_path, 'year = 2027\nsource = "x"\nholidays = ["2027-01-01"]'))
    assert notice.days == (CalendarDay(date=date(2027, 1, 1), is_workday=False, name="", source="x"),)


def test_local_days_need_no_new_year_and_may_be_only_expected(tmp_path):
    text = 'year = 2027\nsource = "x"\nregion = "新疆"\nconfirmed = false\n[holidays]\n"古尔邦节" = "2027-05-17"'
    [day] = load_notice(written(tmp_path, text)).days
    assert (day.name, day.confirmed) == ("古尔邦节", False)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("year = 2027", "year = 1999", ("year", "is no year")),
        ("year = 2027", "", ("year", "is no year")),
        ('source = "通知"', 'source = " "', ("source", "is empty")),
        ('source = "通知"', 'source = "通知"\nregion = 1', ("region", "is no text")),
        ('source = "通知"', 'source = "通知"\nconfirmed = 1', ("confirmed", "is neither true nor false")),
        ('source = "通知"', 'source = "通知"\nnation = ""', ("nation", "is unknown")),
        ("2027-01-01..2027-01-03", "2027-01-02..2027-01-03", ("holidays", "lacks 2027-01-01")),
        ("2027-01-01..2027-01-03", "2027-01-03..2027-01-01", ("holidays", "'2027-01-03..2027-01-01' is no day")),
        ('"2027-02-08"', '"Feb 8"', ("holidays", "'Feb 8' is no day")),
        ('"2027-02-08"', "2027-02-08T10:00:00", ("holidays", "datetime.datetime(2027, 2, 8, 10, 0) is no day")),
        ('"2027-02-08"', '"2027-01-02"', ("holidays", "names 2027-01-02 a second time")),
        ('"2027-02-08"', '"2028-02-08"', ("year", "2028-02-08 belongs to another year")),
        ('"2026-12-27"', '"2026-12-28"', ("workdays", "2026-12-28 is no Saturday or Sunday")),
    ],
)
def test_a_wrong_entry_is_named(tmp_path, old, new, found):
    assert old in WORKING
    assert found in problems(tmp_path, WORKING.replace(old, new))


def test_a_file_without_days_or_that_cannot_be_read_is_refused(tmp_path):
    assert problems(tmp_path, 'year = 2027\nsource = "x"') == [("holidays", "names no day")]
    assert [what.split(" (")[0] for _, what in problems(tmp_path, "[")] == ["is not TOML in UTF-8"]
    with pytest.raises(NoticeError, match=r"cannot be read \(No such file or directory\)"):
        load_notice(tmp_path / "none.toml")


def test_the_shipped_notice_of_2026_says_what_the_seed_says():
    seeded, imported = seed_calendar(), seed_calendar(load_notice(SHIPPED).days)
    days = [date.fromordinal(day) for day in range(date(2025, 12, 1).toordinal(), date(2027, 1, 31).toordinal())]
    assert [day for day in days if imported.is_workday(day) != seeded.is_workday(day)] == []
    assert [day for day in days if imported.day(day).confirmed != seeded.day(day).confirmed] == []
