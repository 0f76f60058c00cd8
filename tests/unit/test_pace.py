"""How fast one citizen may write and file."""

from datetime import UTC, datetime, timedelta

from bot.intake.pace import Pace

NOW = datetime(2026, 11, 21, 4, 0, 30, tzinfo=UTC)


def test_so_many_messages_a_minute_and_no_more():
    pace = Pace(a_minute=3)
    assert [pace.hurried("an", NOW) for _ in range(5)] == [False, False, False, True, True]
    assert pace.hurried("bo", NOW) is False
    assert pace.hurried("an", NOW + timedelta(minutes=1)) is False


def test_so_many_filings_a_day_in_beijing():
    pace = Pace(a_day=2)
    evening = datetime(2026, 11, 21, 15, 59, tzinfo=UTC)
    assert [pace.may_file("an", key, evening) for key in ("1", "2", "3")] == [True, True, False]
    assert pace.may_file("an", "2", evening)  # the same message, turned again
    assert pace.may_file("bo", "4", evening)
    assert pace.may_file("an", "3", evening + timedelta(minutes=1))


def test_nothing_is_no_limit():
    pace = Pace()
    assert not any(pace.hurried("an", NOW) for _ in range(500))
    assert all(pace.may_file("an", str(place), NOW) for place in range(500))
