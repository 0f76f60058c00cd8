"""Messages that leave as one: one attempt for all, what becomes of it is all theirs, and a death on the way too."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.messages import Channel
from bot.petitions import lifecycle
from bot.petitions.errors import Stale
from bot.petitions.outbox_ports import Delivery, DeliveryOutcome, OutboxMessage, OutboxState
from bot.petitions.vocabulary import NoticeKind
from storage.engine import SqlStorage
from storage.tables.sending import outbox
from tests.contract.petitioning import CLERK, HOUR, LI, NOW, WANG, filing
from tests.contract.test_outbox import MINUTE, claim, keys, queue, troubled

STATES = select(outbox.c.key, outbox.c.state)


async def three(storage: SqlStorage) -> tuple[OutboxMessage, tuple[OutboxMessage, ...]]:
    """Queue three messages of one citizen; return the claimed one and those behind it."""
    await queue(storage, ("a", LI), ("b", LI), ("x", WANG), ("c", LI))
    message = next(one for one in await claim(storage) if one.citizen == LI)
    async with storage.read() as work:
        return message, await work.outbox.behind(message, now=NOW, limit=10)


async def begin(storage: SqlStorage, message: OutboxMessage, riders: tuple[OutboxMessage, ...]) -> int:
    async with storage.begin() as work:
        attempt = await work.outbox.start(message, rung="message", now=NOW, riders=riders)
        await work.commit()
    return attempt


async def end(
    storage: SqlStorage, message: OutboxMessage, riders: tuple[OutboxMessage, ...], state: OutboxState, attempt: int = 1
) -> None:
    delivery = Delivery(
        outbox_id=message.id, attempt=attempt, rung="message", started_at=NOW, finished_at=NOW,
        outcome=DeliveryOutcome.ACCEPTED,
    )  # fmt: skip
    next_at = NOW + HOUR if state is OutboxState.PENDING else None
    async with storage.begin() as work:
        await work.outbox.finish(message, delivery, state=state, next_at=next_at, detail="so", riders=riders)
        await work.commit()


async def states(storage: SqlStorage) -> dict[str, OutboxState]:
    async with storage.read() as work:
        rows = await work.outbox._db.rows(STATES)
    return {row.key: OutboxState(row.state) for row in rows}


async def test_those_behind_come_in_order_and_only_when_due(storage: SqlStorage) -> None:
    message, riders = await three(storage)
    assert (message.key, keys(riders)) == ("a", ["b", "c"])
    await queue(storage, ("later", LI), at=NOW + HOUR)
    await queue(storage, ("after", LI))
    async with storage.read() as work:
        assert keys(await work.outbox.behind(message, now=NOW, limit=10)) == ["b", "c"]
        assert keys(await work.outbox.behind(message, now=NOW, limit=1)) == ["b"]


@pytest.mark.parametrize(
    ("state", "theirs"),
    [
        (OutboxState.SENT, OutboxState.SENT),
        (OutboxState.UNKNOWN, OutboxState.UNKNOWN),
        (OutboxState.PENDING, OutboxState.PENDING),
        (OutboxState.WAITING, OutboxState.WAITING),
        (OutboxState.SENDING, OutboxState.PENDING),
        (OutboxState.DEAD, OutboxState.PENDING),
    ],
)
async def test_what_becomes_of_one_becomes_of_all(storage: SqlStorage, state: OutboxState, theirs: OutboxState) -> None:
    message, riders = await three(storage)
    assert await begin(storage, message, riders) == 1
    assert await states(storage) == dict.fromkeys("abxc", OutboxState.SENDING)
    await end(storage, message, riders, state)
    assert await states(storage) == {"a": state, "b": theirs, "c": theirs, "x": OutboxState.SENDING}
    due = [key for key in keys(await claim(storage)) if key in "abc"]
    assert due == (["b"] if state is OutboxState.DEAD else [])
    later = [key for key in keys(await claim(storage, now=NOW + HOUR)) if key in "abc"]
    leased = {OutboxState.PENDING: ["a"], OutboxState.SENDING: ["a"], OutboxState.DEAD: ["b"]}
    assert later == leased.get(state, [])


async def test_a_rider_that_somebody_else_took_stops_the_attempt(storage: SqlStorage) -> None:
    message, riders = await three(storage)
    await begin(storage, message, riders[:1])
    with pytest.raises(Stale):
        await begin(storage, message, riders)
    assert (await states(storage))["c"] is OutboxState.PENDING


async def test_a_death_on_the_way_leaves_all_unknown(storage: SqlStorage) -> None:
    message, riders = await three(storage)
    await begin(storage, message, riders)
    assert keys(await claim(storage, now=NOW + MINUTE)) == ["x"]
    assert await troubled(storage) == [(key, OutboxState.UNKNOWN) for key in "cba"]
    await end(storage, message, riders, OutboxState.SENT)  # its word comes after all
    assert await troubled(storage) == []


async def test_a_death_before_anything_left_leaves_all_pending(storage: SqlStorage) -> None:
    message, riders = await three(storage)
    assert keys(await claim(storage, now=NOW + MINUTE)) == ["a", "x"]
    assert message.key == "a"
    assert keys(riders) == ["b", "c"]


async def test_the_late_word_of_an_attempt_that_failed_changes_nothing(storage: SqlStorage) -> None:
    message, riders = await three(storage)
    await begin(storage, message, riders)
    await claim(storage, now=NOW + MINUTE)
    await end(storage, message, riders, OutboxState.PENDING)
    assert [key for key, state in (await states(storage)).items() if state is OutboxState.UNKNOWN] == ["b", "c"]


async def test_notices_show_the_attempt_that_carried_them(storage: SqlStorage) -> None:
    numbers = [await accepted(storage, n) for n in (1, 2)]
    (message,) = await claim(storage, now=NOW + MINUTE)
    async with storage.read() as work:
        riders = await work.outbox.behind(message, now=NOW + MINUTE, limit=10)
    await begin(storage, message, riders)
    await end(storage, message, riders, OutboxState.SENT)
    async with storage.read() as work:
        shown = [await work.outbox.of_petition(number) for number in numbers]
    first, second = ([(m.state, [(d.outbox_id, d.outcome) for d in tries]) for m, tries in one] for one in shown)
    assert first == second == [(OutboxState.SENT, [(message.id, DeliveryOutcome.ACCEPTED)])]


async def accepted(storage: SqlStorage, sequence: int) -> str:
    """File and accept a petition of 李; return its number."""
    filed = filing(sequence)
    async with storage.begin() as work:
        await work.cases.save(filed)
        await work.commit()
    async with storage.begin() as work:
        await work.cases.save(lifecycle.accept(filed.case, actor=CLERK, now=NOW + timedelta(seconds=1)))
        await work.commit()
    return filed.case.petition.number


async def test_a_merged_message_says_what_it_was_merged_into(storage: SqlStorage) -> None:
    number = await accepted(storage, 1)
    (message,) = await claim(storage, now=NOW + MINUTE)
    async with storage.begin() as work:
        await work.outbox.merge({message.id: message})
        await work.outbox.merge({10**9: message})
        await work.commit()
    async with storage.read() as work:
        ((merged, _),) = await work.outbox.of_petition(number)
        assert (merged.state, merged.detail) == (
            OutboxState.MERGED,
            f"merged into {NoticeKind.ACCEPTED} (#{message.id})",
        )
        assert await work.outbox.notices([number]) == ()
        assert await work.outbox.notices([]) == ()


async def test_an_account_has_its_own_share(storage: SqlStorage) -> None:
    await queue(storage, *((f"main {n}", f"wechat:main:{n}") for n in range(20)))
    await queue(storage, ("weibo", "weibo:main:7"), ("gone", "wechat:gone:1"), at=NOW + MINUTE)
    at = NOW + HOUR
    async with storage.begin() as work:
        assert await work.outbox.accounts() == {
            (Channel.WECHAT, "main"), (Channel.WEIBO, "main"), (Channel.WECHAT, "gone")
        }  # fmt: skip
        shares = {(Channel.WECHAT, "main"): 2, (Channel.WEIBO, "main"): 2, (Channel.WECHAT, "gone"): 0}
        claimed = await work.outbox.claim(owner="one", now=at, lease=at + MINUTE, shares=shares)
    assert keys(claimed) == ["main 0", "main 1", "weibo"]


async def test_two_workers_never_carry_the_same_message(storage: SqlStorage, other_storage: SqlStorage) -> None:
    await queue(storage, *((f"{n}", f"wechat:main:{n % 5}") for n in range(50)))

    async def work_off(mine: SqlStorage, owner: str) -> list[str]:
        done: list[str] = []
        while claimed := await claim(mine, owner=owner, limit=2):
            for message in claimed:
                async with mine.read() as work:
                    riders = await work.outbox.behind(message, now=NOW, limit=3)
                attempt = await begin(mine, message, riders)
                await end(mine, message, riders, OutboxState.SENT, attempt)
                done += [message.key, *keys(riders)]
        return done

    one, two = await asyncio.gather(work_off(storage, "one"), work_off(other_storage, "two"))
    assert sorted(one + two, key=int) == [str(n) for n in range(50)]


async def test_those_behind_can_wait_with_it(storage: SqlStorage) -> None:
    message, riders = await three(storage)
    async with storage.begin() as work:
        await work.outbox.park((), detail="nobody")
        await work.outbox.park((*riders, message), detail="no way")  # the claimed one is finished, not parked
        await work.commit()
    wanted = {"a": OutboxState.SENDING, "b": OutboxState.WAITING, "c": OutboxState.WAITING, "x": OutboxState.SENDING}
    assert await states(storage) == wanted
