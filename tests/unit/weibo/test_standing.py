"""What rests after a failure of our own rights, how long, and what wakes it."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.platform import CredentialsError
from adapters.transport import Answer
from adapters.weibo.budget import MemoryBudget
from adapters.weibo.calls import Lane
from adapters.weibo.standing import MemoryStanding, next_rest, scope_of, token_print
from adapters.weibo.tokens import TokenSlot
from bot.clock import MovableClock

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
DEAD = b'{"error":"expired_token","error_code":21327}'
NO_GRANT = b'{"error":"x","error_code":10014}'
GOOD = b'{"id":1}'


def failures(code: str, count: int) -> list[float]:
    """Return the minutes of rest after each of so many failures."""
    rest, now, minutes = None, NOW, []
    for _ in range(count):
        rest = next_rest(rest, CredentialsError(code=code, remedy="r"), token="t", now=now)
        minutes.append((rest.until - now) / timedelta(minutes=1))
        now = rest.until
    return minutes


@pytest.mark.parametrize(
    ("code", "minutes"),
    [
        ("21327", [5, 10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440]),
        ("10014", [5, 10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440]),
        ("20031", [5, 10, 20, 40, 60, 60]),
        ("http 403", [5, 10, 15, 15]),
    ],
)
def test_each_failure_rests_twice_as_long_up_to_its_most(code, minutes):
    assert failures(code, len(minutes)) == minutes


def test_a_token_that_is_dead_for_a_month_costs_few_calls():
    assert sum(minutes <= 1440 for minutes in failures("21327", 38)) == 38
    assert sum(failures("21327", 38)) > 30 * 1440


def test_another_token_begins_anew():
    first = next_rest(None, CredentialsError(code="21327"), token="old", now=NOW)
    second = next_rest(first, CredentialsError(code="21327"), token="new", now=NOW + timedelta(hours=1))
    assert (second.failures, second.since) == (1, NOW + timedelta(hours=1))


@pytest.mark.parametrize(("code", "scope"), [("10014", "comments/create.json"), ("21327", ""), ("20031", "")])
def test_a_missing_grant_is_about_one_interface(code, scope):
    assert scope_of(code, "comments/create.json") == scope


def test_the_print_of_a_token_shows_nothing_of_it():
    assert (token_print("secret-token") == token_print("secret-token"), "secret" in token_print("secret-token")) == (
        True,
        False,
    )


class Weibo:
    """A transport that answers with `body`, and counts."""

    def __init__(self, body: bytes) -> None:
        self.body, self.calls = body, 0

    async def request(self, *_, **__) -> Answer:
        self.calls += 1
        return Answer(status=400 if b"error" in self.body else 200, headers={}, body=self.body)


def lane(weibo, clock, *, standing=None, budget=None, token="t") -> Lane:
    return Lane(
        name="weibo:main:open",
        slot=TokenSlot(token=token),
        transport=weibo,
        clock=clock,
        budget=budget,
        timeout=1.0,
        repeat_after=0.0,
        standing=standing,
    )


async def refused(one: Lane, call: str = "comments/create.json") -> float | None:
    with pytest.raises(CredentialsError) as error:
        await one.write(f"http://x/2/{call}", {})
    return error.value.seconds


async def test_a_dead_token_costs_one_call_until_its_rest_is_over():
    weibo, clock, budget = Weibo(DEAD), MovableClock(start=NOW), MemoryBudget()
    one = lane(weibo, clock, budget=budget)
    assert [await refused(one), round(await refused(one, "comments/reply.json") or 0)] == [300.0, 300]
    assert (weibo.calls, budget.spent("weibo:main:open", now=NOW)) == (1, 1)
    clock.advance(timedelta(minutes=6))
    assert (round(await refused(one) or 0), weibo.calls) == (600, 2)
    weibo.body = GOOD
    clock.advance(timedelta(minutes=11))
    assert await one.write("http://x/2/comments/create.json", {}) == {"id": 1}
    weibo.body = DEAD
    assert round(await refused(one) or 0) == 300


async def test_a_missing_grant_leaves_the_other_interfaces_alone():
    weibo, clock = Weibo(NO_GRANT), MovableClock(start=NOW)
    one = lane(weibo, clock)
    await refused(one)
    weibo.body = GOOD
    assert await one.write("http://x/2/comments/reply.json", {}) == {"id": 1}
    await refused(one)
    assert weibo.calls == 2


async def test_a_new_token_is_tried_at_once():
    weibo, clock, standing = Weibo(DEAD), MovableClock(start=NOW), MemoryStanding()
    await refused(lane(weibo, clock, standing=standing))
    weibo.body = GOOD
    fresh = lane(weibo, clock, standing=standing, token="new")
    assert await fresh.write("http://x/2/comments/create.json", {}) == {"id": 1}
    assert await standing.rests("weibo:main:open", now=NOW) == {}
