"""`Outbox`: claimed once, in order per citizen, given back when a sender dies, and never sent twice blindly."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.messages import Channel, DeliveryReport
from bot.petitions.errors import Stale
from bot.petitions.outbox_ports import Delivery, DeliveryOutcome, OutboxMessage, OutboxState, Reported
from bot.petitions.turn_ports import LateReply, TurnWrites
from storage.engine import SqlStorage
from storage.outbox_lists import ATTEMPTS
from tests.contract.petitioning import HOUR, LI, NOW, WANG

MINUTE = timedelta(minutes=1)


async def queue(storage: SqlStorage, *items: tuple[str, str], at: datetime = NOW) -> None:
    late = [LateReply(key=key, citizen=citizen, text=f"words of {key}", at=at) for key, citizen in items]
    async with storage.begin() as work:
        await work.turns.save(TurnWrites(late=late))
        await work.commit()


async def claim(
    storage: SqlStorage, *, now: datetime = NOW, limit: int = 10, owner: str = "one"
) -> tuple[OutboxMessage, ...]:
    async with storage.begin() as work:
        shares = {(Channel.WECHAT, "main"): limit, (Channel.WECHAT, "other"): limit}
        claimed = await work.outbox.claim(owner=owner, now=now, lease=now + MINUTE, shares=shares)
        await work.commit()
    return claimed


async def start(storage: SqlStorage, message: OutboxMessage, *, rung: str = "message", now: datetime = NOW) -> int:
    async with storage.begin() as work:
        attempt = await work.outbox.start(message, rung=rung, now=now)
        await work.commit()
    return attempt


async def finish(
    storage: SqlStorage,
    message: OutboxMessage,
    state: OutboxState,
    *,
    attempt: int | None = 1,
    outcome: DeliveryOutcome = DeliveryOutcome.ACCEPTED,
    next_at: datetime | None = None,
    message_id: str = "",
    rung: str = "message",
) -> None:
    delivery = None
    if attempt is not None:
        delivery = Delivery(
            outbox_id=message.id,
            attempt=attempt,
            rung=rung,
            started_at=NOW,
            finished_at=NOW,
            outcome=outcome,
            message_id=message_id,
        )
    async with storage.begin() as work:
        await work.outbox.finish(message, delivery, state=state, next_at=next_at, detail=f"now {state}")
        await work.commit()


async def send(storage: SqlStorage, message: OutboxMessage, state: OutboxState, **more: object) -> None:
    attempt = await start(storage, message)
    await finish(storage, message, state, attempt=attempt, **more)  # type: ignore[arg-type]


async def troubled(storage: SqlStorage) -> list[tuple[str, OutboxState]]:
    async with storage.read() as work:
        return [(message.key, message.state) for message in await work.outbox.troubled()]


def keys(messages: tuple[OutboxMessage, ...]) -> list[str]:
    return [message.key for message in messages]


async def test_a_claimed_message_is_what_was_queued(storage: SqlStorage) -> None:
    await queue(storage, ("a", LI))
    (message,) = await claim(storage)
    assert message == OutboxMessage(
        id=message.id,
        key="a",
        citizen=LI,
        kind="reply",
        number=None,
        phrase="verbatim",
        values={"text": "words of a"},
        created_at=NOW,
        state=OutboxState.SENDING,
        attempts=0,
        next_at=NOW,
        lease_until=NOW + MINUTE,
    )
    assert await claim(storage) == ()


async def test_one_message_a_citizen_oldest_first(storage: SqlStorage) -> None:
    await queue(storage, ("li-1", LI), ("li-2", LI), ("wang-1", WANG), ("li-3", LI))
    first = await claim(storage)
    assert keys(first) == ["li-1", "wang-1"]
    assert await claim(storage) == ()
    await send(storage, first[0], OutboxState.SENT)
    await send(storage, first[1], OutboxState.SENT)
    second = await claim(storage)
    assert keys(second) == ["li-2"]
    await send(storage, second[0], OutboxState.PENDING, outcome=DeliveryOutcome.RETRY, next_at=NOW + HOUR)
    assert await claim(storage) == ()
    again = await claim(storage, now=NOW + HOUR)
    assert [(message.key, message.attempts) for message in again] == [("li-2", 1)]


@pytest.mark.parametrize("state", [OutboxState.WAITING, OutboxState.UNKNOWN, OutboxState.DEAD, OutboxState.SENT])
async def test_what_is_settled_holds_nobody_up(storage: SqlStorage, state: OutboxState) -> None:
    await queue(storage, ("li-1", LI), ("li-2", LI))
    (message,) = await claim(storage)
    await send(storage, message, state)
    assert keys(await claim(storage)) == ["li-2"]


async def test_nothing_is_claimed_before_its_time_nor_beyond_the_limit(storage: SqlStorage) -> None:
    await queue(storage, ("later", LI), at=NOW + HOUR)
    await queue(storage, *((f"k{i}", f"wechat:main:{i}") for i in range(5)))
    assert keys(await claim(storage, limit=3)) == ["k0", "k1", "k2"]
    assert keys(await claim(storage, limit=3)) == ["k3", "k4"]
    assert keys(await claim(storage, now=NOW + MINUTE - timedelta(seconds=1))) == []


async def test_workers_who_claim_at_once_get_disjoint_messages(storage: SqlStorage, other_storage: SqlStorage) -> None:
    await queue(storage, *((f"{i}", f"wechat:main:{i % 20}") for i in range(60)))
    claims = await asyncio.gather(
        *(claim((storage, other_storage)[i % 2], limit=4, owner=f"worker {i}") for i in range(10))
    )
    taken = [message for claimed in claims for message in claimed]
    assert len({message.key for message in taken}) == len(taken)
    assert len({message.citizen for message in taken}) == len(taken)
    rest = await claim(storage, limit=100)
    assert sorted(keys(tuple(taken)) + keys(rest), key=int) == [str(i) for i in range(20)]


async def test_a_lease_that_ran_out_before_an_attempt_is_pending_again(storage: SqlStorage) -> None:
    await queue(storage, ("a", LI))
    await claim(storage)
    assert await claim(storage, now=NOW + MINUTE - timedelta(seconds=1)) == ()
    assert keys(await claim(storage, now=NOW + MINUTE, owner="two")) == ["a"]


@pytest.mark.parametrize("owner", ["one", "two"])
async def test_who_was_held_up_past_the_lease_does_not_begin(storage: SqlStorage, owner: str) -> None:
    """Nor does the other claim of the same process, whose rounds go on while one delivery is held up."""
    await queue(storage, ("a", LI))
    (held_up,) = await claim(storage)
    (message,) = await claim(storage, now=NOW + MINUTE, owner=owner)
    with pytest.raises(Stale):
        await start(storage, held_up, now=NOW + MINUTE)
    assert await start(storage, message, now=NOW + MINUTE) == 1
    with pytest.raises(Stale):
        await start(storage, held_up, now=NOW + MINUTE)
    await finish(storage, message, OutboxState.SENT)
    with pytest.raises(Stale):
        await start(storage, held_up, now=NOW + MINUTE)
    assert await attempts(storage, message) == [DeliveryOutcome.ACCEPTED]


async def test_a_lease_that_ran_out_between_two_rungs_is_pending_again(storage: SqlStorage) -> None:
    await queue(storage, ("a", LI))
    (message,) = await claim(storage)
    await send(storage, message, OutboxState.SENDING, outcome=DeliveryOutcome.WINDOW_CLOSED)
    assert await claim(storage, now=NOW + timedelta(seconds=59)) == ()
    (again,) = await claim(storage, now=NOW + MINUTE)
    assert (again.key, again.attempts) == ("a", 1)


async def test_a_lease_that_ran_out_during_an_attempt_is_unknown(storage: SqlStorage) -> None:
    await queue(storage, ("a", LI), ("b", LI))
    (message,) = await claim(storage)
    await start(storage, message)
    assert keys(await claim(storage, now=NOW + MINUTE)) == ["b"]
    assert await troubled(storage) == [("a", OutboxState.UNKNOWN)]
    assert await attempts(storage, message) == [DeliveryOutcome.UNKNOWN]


@pytest.mark.parametrize(
    ("after", "claimed", "trouble"),
    [
        (timedelta(minutes=9, seconds=59), ["a"], []),
        (timedelta(minutes=10), [], [("a", OutboxState.UNKNOWN)]),
    ],
)
async def test_a_template_under_way_is_repeated_while_its_client_id_protects_it(
    storage: SqlStorage, after: timedelta, claimed: list[str], trouble: list[tuple[str, OutboxState]]
) -> None:
    await queue(storage, ("a", LI))
    (message,) = await claim(storage)
    await start(storage, message, rung="template")
    assert keys(await claim(storage, now=NOW + after)) == claimed
    assert await troubled(storage) == trouble


async def attempts(storage: SqlStorage, message: OutboxMessage) -> list[DeliveryOutcome]:
    async with storage.read() as work:
        rows = await work.outbox._db.rows(ATTEMPTS, {"ids": [message.id]})
    return [DeliveryOutcome(row.outcome) for row in rows]


async def test_a_message_settled_without_an_attempt(storage: SqlStorage) -> None:
    await queue(storage, ("a", LI))
    (message,) = await claim(storage)
    await send(storage, message, OutboxState.SENDING, outcome=DeliveryOutcome.WINDOW_CLOSED)
    await finish(storage, message, OutboxState.WAITING, attempt=None)
    assert await troubled(storage) == [("a", OutboxState.WAITING)]
    await finish(storage, message, OutboxState.DEAD, attempt=None)
    assert await troubled(storage) == [("a", OutboxState.WAITING)]


async def test_the_late_word_of_an_overtaken_attempt_counts_only_when_it_was_sent(storage: SqlStorage) -> None:
    await queue(storage, ("a", LI))
    (message,) = await claim(storage)
    await start(storage, message, rung="template")
    (again,) = await claim(storage, now=NOW + MINUTE, owner="two")
    assert await start(storage, again, rung="template", now=NOW + MINUTE) == 2
    await finish(storage, message, OutboxState.WAITING, attempt=1, outcome=DeliveryOutcome.REFUSED, rung="template")
    assert await troubled(storage) == []
    await finish(storage, message, OutboxState.SENT, attempt=1, rung="template")
    async with storage.read() as work:
        assert await work.outbox.waiting_count(now=NOW) == 0


async def test_waiting_messages_are_released_when_their_citizen_writes(storage: SqlStorage) -> None:
    await queue(storage, ("li-1", LI), ("wang-1", WANG))
    for message in await claim(storage):
        await send(storage, message, OutboxState.WAITING, outcome=DeliveryOutcome.WINDOW_CLOSED)
    async with storage.begin() as work:
        assert await work.outbox.release([LI, "wechat:main:new"], now=NOW + HOUR) == 1
        assert await work.outbox.release([], now=NOW + HOUR) == 0
        await work.commit()
    assert await claim(storage, now=NOW + HOUR - MINUTE) == ()
    assert keys(await claim(storage, now=NOW + HOUR)) == ["li-1"]
    assert await troubled(storage) == [("wang-1", OutboxState.WAITING)]


@pytest.mark.parametrize(
    ("state", "replayed"),
    [
        (OutboxState.DEAD, True),
        (OutboxState.UNKNOWN, True),
        (OutboxState.WAITING, True),
        (OutboxState.SENT, False),
        (OutboxState.PENDING, False),
    ],
)
async def test_only_troubled_messages_are_replayed(storage: SqlStorage, state: OutboxState, replayed: bool) -> None:
    await queue(storage, ("a", LI))
    (message,) = await claim(storage)
    await send(storage, message, state, next_at=NOW + HOUR if state is OutboxState.PENDING else None)
    async with storage.begin() as work:
        assert await work.outbox.replay(message.id, now=NOW + MINUTE) is replayed
        assert await work.outbox.replay(10**9, now=NOW) is False
        await work.commit()
    assert keys(await claim(storage, now=NOW + MINUTE)) == (["a"] if replayed else [])


async def test_a_report_settles_the_attempt_that_carries_its_id(storage: SqlStorage) -> None:
    await queue(storage, ("a", LI), ("b", WANG), ("c", "wechat:other:x"))
    for number, message in enumerate(await claim(storage), start=1):
        await send(storage, message, OutboxState.SENT, message_id=f"m{min(number, 2)}")

    async def report(account: str, message_id: str, *, delivered: bool) -> bool | None:
        async with storage.begin() as work:
            word = DeliveryReport(message_id=message_id, delivered=delivered, detail="system failed")
            found = await work.outbox.report(word, citizen=f"wechat:{account}:o", now=NOW + HOUR)
            await work.commit()
        return None if found is None else found.news

    assert await report("main", "m1", delivered=True) is True
    assert await report("main", "m2", delivered=False) is True
    assert await report("main", "m2", delivered=True) is False
    assert await report("main", "m9", delivered=True) is None
    assert await report("main", "", delivered=True) is None
    assert await report("third", "m1", delivered=False) is None
    assert await troubled(storage) == [("b", OutboxState.WAITING)]


async def test_a_message_that_is_blocked_goes_on_to_its_next_form(storage: SqlStorage) -> None:
    await queue(storage, ("a", LI))
    (message,) = await claim(storage)
    await send(storage, message, OutboxState.SENT, message_id="m1", rung="template")
    async with storage.begin() as work:
        word = DeliveryReport(message_id="m1", delivered=False, detail="failed:user block", blocked=True)
        found = await work.outbox.report(word, citizen=LI, now=NOW + HOUR)
        await work.commit()
    assert found == Reported(outbox_id=message.id, rung="template", news=True)
    assert await claim(storage, now=NOW + HOUR - MINUTE) == ()
    assert keys(await claim(storage, now=NOW + HOUR)) == ["a"]


async def test_what_may_have_arrived_is_remembered_from_its_first_attempt_until_staff_send_it_again(
    storage: SqlStorage,
) -> None:
    await queue(storage, ("a", LI), ("b", WANG))
    for now, then in ((NOW, NOW + MINUTE), (NOW + MINUTE, NOW + HOUR)):
        for message in await claim(storage, now=now):
            rung = "template" if message.key == "a" else "message"
            attempt = await start(storage, message, rung=rung, now=now)
            delivery = Delivery(
                outbox_id=message.id,
                attempt=attempt,
                rung=rung,
                started_at=now,
                finished_at=now,
                outcome=DeliveryOutcome.UNKNOWN,
            )
            async with storage.begin() as work:
                await work.outbox.finish(message, delivery, state=OutboxState.PENDING, next_at=then)
                await work.commit()
    again = await claim(storage, now=NOW + HOUR)
    assert [(message.key, message.unclear_at) for message in again] == [("a", NOW), ("b", None)]
    await finish(storage, again[0], OutboxState.UNKNOWN, attempt=None)
    async with storage.begin() as work:
        assert await work.outbox.replay(again[0].id, now=NOW + HOUR)
        await work.commit()
    assert [message.unclear_at for message in await claim(storage, now=NOW + HOUR)] == [None]


async def test_waiting_count_and_order_of_trouble(storage: SqlStorage) -> None:
    await queue(storage, *((f"{i}", f"wechat:main:{i}") for i in range(5)))
    claimed = await claim(storage, limit=3)
    await send(storage, claimed[0], OutboxState.DEAD, outcome=DeliveryOutcome.REFUSED)
    await send(storage, claimed[1], OutboxState.UNKNOWN, outcome=DeliveryOutcome.UNKNOWN)
    async with storage.read() as work:
        assert await work.outbox.waiting_count(now=NOW) == 3
        assert keys(await work.outbox.troubled(limit=1)) == ["1"]
    assert await troubled(storage) == [("1", OutboxState.UNKNOWN), ("0", OutboxState.DEAD)]


async def test_what_failed_is_listed_before_what_waits(storage: SqlStorage) -> None:
    await queue(storage, *((f"{n}", f"wechat:main:{n}") for n in range(5)))
    settled = [OutboxState.DEAD, OutboxState.WAITING, OutboxState.UNKNOWN, OutboxState.WAITING, OutboxState.SENT]
    for message, state in zip(await claim(storage), settled, strict=True):
        await send(storage, message, state)
    assert [key for key, _ in await troubled(storage)] == ["2", "0", "3", "1"]
    async with storage.read() as work:
        assert keys(await work.outbox.troubled(limit=3)) == ["2", "0", "3"]


@pytest.mark.parametrize(
    ("state", "dropped"),
    [(OutboxState.DEAD, True), (OutboxState.UNKNOWN, True), (OutboxState.WAITING, True), (OutboxState.SENT, False)],
)
async def test_a_dropped_message_is_never_sent(storage: SqlStorage, state: OutboxState, dropped: bool) -> None:
    await queue(storage, ("a", LI), ("b", LI))
    (message,) = await claim(storage)
    await send(storage, message, state)
    async with storage.begin() as work:
        assert await work.outbox.drop(message.id, reason="已电话告知") is dropped
        assert await work.outbox.release([LI], now=NOW) == 0 if dropped else True
        assert await work.outbox.replay(message.id, now=NOW) is False
        await work.commit()
    assert keys(await claim(storage)) == ["b"]
    assert await troubled(storage) == []


async def test_how_the_accounts_stand(storage: SqlStorage) -> None:
    names = ("dead", "unknown", "waiting", "sent", "again")
    await queue(storage, *((name, f"wechat:main:{name}") for name in names), ("weibo", "weibo:main:1"))
    await queue(storage, ("late", "weibo:main:2"), at=NOW + HOUR)
    async with storage.begin() as work:
        shares = dict.fromkeys(await work.outbox.accounts(), 9)
        claimed = {one.key: one for one in await work.outbox.claim(owner="x", now=NOW, lease=NOW + HOUR, shares=shares)}
        await work.commit()
    await send(storage, claimed["dead"], OutboxState.DEAD, outcome=DeliveryOutcome.REFUSED)
    await send(storage, claimed["unknown"], OutboxState.UNKNOWN, outcome=DeliveryOutcome.UNKNOWN)
    await send(storage, claimed["waiting"], OutboxState.WAITING, outcome=DeliveryOutcome.WINDOW_CLOSED)
    await send(storage, claimed["sent"], OutboxState.SENT)
    await send(storage, claimed["again"], OutboxState.PENDING, outcome=DeliveryOutcome.RETRY, next_at=NOW + HOUR)
    async with storage.read() as work:
        wechat, weibo = await work.outbox.standing(since=NOW)
        assert await work.outbox.standing(since=NOW + HOUR) == (replace(wechat, attempts={}, sent_at=None), weibo)
    assert (wechat.account, weibo.account) == ((Channel.WECHAT, "main"), (Channel.WEIBO, "main"))
    assert wechat.states == dict.fromkeys(
        (OutboxState.DEAD, OutboxState.UNKNOWN, OutboxState.WAITING, OutboxState.PENDING), 1
    )
    assert weibo.states == {OutboxState.SENDING: 1, OutboxState.PENDING: 1}
    assert (wechat.oldest, wechat.sent_at, weibo.sent_at) == (NOW, NOW, None)
    outcomes = ("refused", "unknown", "window_closed", "accepted", "retry")
    assert wechat.attempts == {("message", DeliveryOutcome(one)): 1 for one in outcomes}


async def test_what_was_to_come_later_can_come_at_once(storage: SqlStorage) -> None:
    await queue(storage, ("a", LI), ("other", "wechat:other:x"), at=NOW + HOUR)
    async with storage.begin() as work:
        assert await work.outbox.hasten((Channel.WEIBO, "main"), now=NOW) == 0
        assert await work.outbox.hasten((Channel.WECHAT, "main"), now=NOW) == 1
        assert await work.outbox.hasten((Channel.WECHAT, "main"), now=NOW) == 0
        await work.commit()
    assert keys(await claim(storage)) == ["a"]


async def test_the_latest_mark_of_all_processes_counts(storage: SqlStorage, other_storage: SqlStorage) -> None:
    for mine, at in ((storage, NOW + HOUR), (other_storage, NOW)):
        async with mine.begin() as work:
            await work.accounts.mark("wechat:main", "callback", at=at)
            await work.commit()
    async with storage.read() as work:
        assert await work.accounts.marks() == {("wechat:main", "callback"): NOW + HOUR}
