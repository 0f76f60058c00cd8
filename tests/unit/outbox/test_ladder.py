"""Which forms of sending are permitted, and when to try again."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.platform import Rung
from bot.outbox.ladder import MOST_ATTEMPTS, retry_at, rungs
from bot.petitions.ports import CitizenRow

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def row(*, left: int, seconds: float | None, following: bool = True) -> CitizenRow:
    until = None if seconds is None else NOW + timedelta(seconds=seconds)
    return CitizenRow(key="wechat:demo:o1", window_left=left, window_until=until, following=following)


@pytest.mark.parametrize(
    ("citizen", "has_template", "permitted"),
    [
        (None, True, ()),
        (row(left=5, seconds=3600), True, (Rung.MESSAGE, Rung.TEMPLATE)),
        (row(left=5, seconds=3600), False, (Rung.MESSAGE,)),
        (row(left=5, seconds=3600, following=False), True, (Rung.MESSAGE,)),
        (row(left=1, seconds=3600), False, (Rung.MESSAGE,)),
        (row(left=0, seconds=3600), True, (Rung.TEMPLATE,)),
        (row(left=0, seconds=3600), False, ()),
        (row(left=5, seconds=None), True, (Rung.TEMPLATE,)),
        (row(left=5, seconds=None, following=False), True, ()),
        (row(left=5, seconds=-1), True, (Rung.TEMPLATE,)),
        (row(left=5, seconds=-1), False, ()),
        (row(left=5, seconds=20), False, ()),
        (row(left=5, seconds=21), False, (Rung.MESSAGE,)),
    ],
)
def test_rungs(citizen: CitizenRow | None, *, has_template: bool, permitted: tuple[Rung, ...]) -> None:
    assert rungs(citizen, has_template=has_template, now=NOW) == permitted


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
