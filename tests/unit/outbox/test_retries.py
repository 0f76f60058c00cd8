"""When to try again."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.outbox.ladder import MOST_ATTEMPTS, retry_at

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempts", "asked", "seconds"),
    [
        (0, None, 5),
        (1, None, 5),
        (2, None, 10),
        (3, None, 20),
        (9, None, 1280),
        (10, None, 2560),
        (11, None, 3600),
        (29, None, 3600),
        (1, 60.0, 60),
        (1, 2.0, 5),
        (29, 7200.0, 7200),
    ],
)
def test_retry_at(attempts: int, asked: float | None, seconds: float) -> None:
    assert retry_at(attempts, now=NOW, seconds=asked) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize("attempts", [MOST_ATTEMPTS, MOST_ATTEMPTS + 1])
def test_enough_is_enough(attempts: int) -> None:
    assert retry_at(attempts, now=NOW, seconds=None) is None
