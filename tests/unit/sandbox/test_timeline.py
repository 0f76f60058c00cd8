"""Durations and moments in words."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.sandbox.errors import BadInput
from adapters.sandbox.timeline import parse_duration, parse_moment, show_moment


@pytest.mark.parametrize(
    ("text", "delta"),
    [
        ("90s", timedelta(seconds=90)),
        ("5m", timedelta(minutes=5)),
        ("8h", timedelta(hours=8)),
        ("1d2h", timedelta(days=1, hours=2)),
        ("1D 2H", timedelta(days=1, hours=2)),
        ("-7d", timedelta(days=-7)),
    ],
)
def test_durations(text: str, delta: timedelta) -> None:
    assert parse_duration(text) == delta


@pytest.mark.parametrize("text", ["", "8", "h", "8x", "1.5h", "8h!", "１h", "9" * 30 + "d"])
def test_no_durations(text: str) -> None:
    with pytest.raises(BadInput):
        parse_duration(text)


def test_moments_without_a_zone_are_beijing_time() -> None:
    moment = parse_moment("2026-11-23T09:00")
    assert moment == datetime(2026, 11, 23, 1, tzinfo=UTC)
    assert show_moment(moment) == "2026-11-23T09:00:00+08:00"
