"""The day's calls, and the ends of tokens, as tables."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.weibo.budget import MemoryBudget
from adapters.weibo.tokens import EXPIRED, TokenSlot

MORNING = datetime(2026, 11, 21, 1, tzinfo=UTC)


async def _spend(budget, times, *, reserve=0, now=MORNING, name="a", cost=1) -> int:
    return [await budget.spend(name, cost, reserve=reserve, now=now) for _ in range(times)].count(True)


async def test_a_hundred_calls_a_day_of_which_forty_are_kept():
    budget = MemoryBudget()
    assert await _spend(budget, 200, reserve=40) == 60
    assert await _spend(budget, 200) == 40
    assert budget.spent("a", now=MORNING) == 100


async def test_answers_do_not_shorten_what_looking_may_spend():
    budget = MemoryBudget()
    assert [await _spend(budget, 30), await _spend(budget, 100, reserve=40), await _spend(budget, 100)] == [30, 60, 10]


async def test_many_answers_leave_nothing_to_look_with():
    budget = MemoryBudget()
    assert [await _spend(budget, 90), await _spend(budget, 100, reserve=40)] == [90, 10]


async def test_a_day_is_one_of_beijing():
    budget = MemoryBudget(daily=2)
    ends = datetime(2026, 11, 21, 15, 59, 59, tzinfo=UTC)
    assert [await _spend(budget, 3, now=moment) for moment in (MORNING, ends, ends + timedelta(seconds=1))] == [2, 0, 2]
    assert [budget.spent("a", now=moment) for moment in (ends, ends + timedelta(seconds=1))] == [0, 2]


async def test_budgets_do_not_share_and_have_their_own_limits():
    budget = MemoryBudget(daily=2, limits={"b": 5})
    assert [await _spend(budget, 9, name=name) for name in "abc"] == [2, 5, 2]


async def test_a_cost_that_does_not_fit_costs_nothing():
    budget = MemoryBudget(daily=5)
    assert [await _spend(budget, 2, cost=3), await _spend(budget, 9)] == [1, 2]


@pytest.mark.parametrize(
    ("left", "days", "warning"),
    [
        (timedelta(days=365), 365, None),
        (timedelta(days=30, seconds=1), 31, None),
        (timedelta(days=30), 30, 30),
        (timedelta(days=29), 29, 30),
        (timedelta(days=14, seconds=1), 15, 30),
        (timedelta(days=14), 14, 14),
        (timedelta(days=7), 7, 7),
        (timedelta(days=2), 2, 7),
        (timedelta(days=1), 1, 1),
        (timedelta(seconds=1), 1, 1),
        (timedelta(0), 0, EXPIRED),
        (-timedelta(days=5), 0, EXPIRED),
    ],
)
def test_the_end_of_a_token_is_spoken_of(left, days, warning):
    slot = TokenSlot(token="t", expires=MORNING + left)
    assert (slot.days_left(MORNING), slot.warning(MORNING)) == (days, warning)


def test_a_token_without_a_known_end_is_not_spoken_of():
    slot = TokenSlot(token="t")
    assert (slot.days_left(MORNING), slot.warning(MORNING)) == (None, None)


def test_a_watcher_speaks_once_for_each_step():
    slot = TokenSlot(token="t", expires=MORNING + timedelta(days=40))
    daily = [slot.warning(MORNING + timedelta(days=day)) for day in range(45)]
    spoken = [value for before, value in zip([None, *daily], daily, strict=False) if value not in {None, before}]
    assert spoken == [30, 14, 7, 1, EXPIRED]


def test_a_token_is_not_shown():
    assert "secret-token" not in repr(TokenSlot(token="secret-token"))
