"""What is kept about our own accounts, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.app.weibo_upkeep import SharedStanding
from bot.clock import MovableClock
from bot.petitions.account_ports import Look, Rest
from storage.engine import SqlStorage

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LANE = "weibo:demo:open"
REST = Rest(
    token="0123456789ab",
    code="21327",
    remedy="bind the account again",
    failures=1,
    since=NOW,
    failed_at=NOW,
    until=NOW + 5 * MINUTE,
)


async def test_a_rest_is_kept_replaced_and_forgotten(storage: SqlStorage) -> None:
    later = replace(REST, failures=2, failed_at=NOW + 6 * MINUTE, until=NOW + 16 * MINUTE)
    async with storage.begin() as work:
        await work.accounts.put_rest(LANE, "", REST)
        await work.accounts.put_rest(LANE, "comments/create.json", REST)
        await work.accounts.put_rest(LANE, "", later)
        await work.commit()
    async with storage.read() as work:
        assert await work.accounts.rests() == [(LANE, "", later), (LANE, "comments/create.json", REST)]
    async with storage.begin() as work:
        await work.accounts.clear_rest(LANE, "")
        await work.commit()
    async with storage.read() as work:
        assert await work.accounts.rests() == [(LANE, "comments/create.json", REST)]


async def test_what_a_look_came_to_is_kept_with_the_last_that_went_through(storage: SqlStorage) -> None:
    for minutes, code in ((0, ""), (60, "10014")):
        now = NOW + minutes * MINUTE
        async with storage.begin() as work:
            await work.mentions.begin_look("demo", "status", now=now, before=now)
            await work.accounts.note_look("demo", "status", code=code, now=now)
            await work.commit()
    async with storage.read() as work:
        looks = await work.accounts.looks()
    assert looks == [
        Look(account="demo", kind="status", looked_at=NOW + 60 * MINUTE, code="10014", complete_at=NOW),
    ]


async def test_all_processes_rest_and_one_started_later_tries_again(
    storage: SqlStorage, other_storage: SqlStorage
) -> None:
    clock = MovableClock(start=NOW - MINUTE)
    one, other = SharedStanding(storage, clock=clock), SharedStanding(other_storage, clock=clock)
    await one.put(LANE, "", REST)
    clock.advance(2 * MINUTE)
    later = SharedStanding(storage, clock=clock)
    now = NOW + MINUTE
    assert [await each.rests(LANE, now=now) for each in (one, other, later)] == [{"": REST}] * 3
    assert [each.in_force(REST, now=now) for each in (one, other, later)] == [True, True, False]
    await other.clear(LANE, "")
    assert [await each.rests(LANE, now=now + MINUTE) for each in (one, later)] == [{}, {}]
