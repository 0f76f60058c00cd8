"""What is kept about our own accounts, on both databases."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from adapters.weibo.errors import QuarantinedMessage
from adapters.weibo.protocol import Codec
from adapters.weibo.replay import AskedElsewhere
from adapters.weibo.signing import sign
from bot.app.weibo_replays import SharedReplays
from bot.app.weibo_upkeep import SharedStanding
from bot.clock import MovableClock
from bot.petitions.account_ports import Look, Rest, SignedBody
from bot.petitions.ports import StorageUnavailable
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


def signed(nonce: str, body_hash: str) -> SignedBody:
    return SignedBody(account="demo", timestamp="1763712000000", nonce=nonce, body_hash=body_hash)


async def first(storage: SqlStorage, *bodies: SignedBody, now: datetime = NOW) -> list[str]:
    async with storage.begin() as work:
        found = await work.signed_bodies.first(bodies, now=now)
        await work.commit()
    return list(found)


async def test_the_first_body_of_a_query_stays_the_first(storage: SqlStorage, other_storage: SqlStorage) -> None:
    assert await first(storage, signed("2", "b"), signed("1", "a"), signed("1", "c")) == ["b", "a", "a"]
    assert await first(other_storage, signed("1", "x"), signed("3", "y"), signed("2", "b")) == ["a", "y", "b"]
    async with storage.begin() as work:
        forgot = [
            await work.signed_bodies.forget(before=moment, limit=2) for moment in (NOW, NOW + MINUTE, NOW + MINUTE)
        ]
        await work.commit()
    assert forgot == [0, 2, 1]
    assert await first(storage, signed("1", "x")) == ["x"]


async def test_two_processes_know_one_first_body(storage: SqlStorage, other_storage: SqlStorage) -> None:
    bodies = [(signed("1", str(number)), base) for number, base in enumerate((storage, other_storage) * 4)]
    found = await asyncio.gather(*(first(base, body) for body, base in bodies))
    assert len({one for (one,) in found}) == 1


def pushed(text: str, *, nonce: str = "4711"):
    """Return a push as the codec of a fresh process opens it."""
    stamp = str(round(NOW.timestamp() * 1000))
    query = {"timestamp": stamp, "nonce": nonce, "signature": sign("secret", stamp, nonce)}
    fields = {
        "type": "text", "receiver_id": 7, "sender_id": 8, "text": text, "data": {},
        "created_at": "Mon Nov 23 09:00:10 +0800 2026",
    }  # fmt: skip
    codec = Codec(account="demo", uid="7", app_secret="secret", replays=AskedElsewhere())
    return codec.open(query, json.dumps(fields).encode(), now=NOW)


def guard(storage, account: str = "demo") -> SharedReplays:
    return SharedReplays(storage, account=account, keeps=20 * MINUTE)


async def test_another_body_is_quarantined_in_every_process(storage: SqlStorage, other_storage: SqlStorage) -> None:
    one, other = guard(storage), guard(other_storage)
    assert await one.admit([pushed("投诉"), pushed("投诉"), pushed("你好", nonce="2")], now=NOW) == [None] * 3
    same, forged = await other.admit([pushed("投诉"), pushed("取消")], now=NOW)
    assert (same, type(forged), forged.raw if forged else b"") == (None, QuarantinedMessage, pushed("取消").raw)
    assert await other.admit([pushed("投诉")], now=NOW) == [None]
    assert await guard(other_storage, account="second").admit([pushed("取消")], now=NOW) == [None]


class Away:
    """A storage whose database is away while `gone` is set."""

    def __init__(self, storage: SqlStorage) -> None:
        self.storage, self.gone = storage, True

    def begin(self):
        if self.gone:
            raise StorageUnavailable
        return self.storage.begin()


async def test_what_passed_while_the_database_was_away_is_written_down(storage: SqlStorage) -> None:
    away = Away(storage)
    one = guard(away)
    passed, forged = await one.admit([pushed("投诉"), pushed("取消")], now=NOW)
    assert (passed, type(forged)) == (None, QuarantinedMessage)
    away.gone = False
    assert await one.admit([pushed("你好", nonce="2")], now=NOW) == [None]
    (forged,) = await guard(storage).admit([pushed("取消")], now=NOW)
    assert type(forged) is QuarantinedMessage
