"""`ReachRecords`: consents are used once and kept for the record; refusals hold the last word. On both databases."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import asyncpg
import pytest

from adapters.platform import Rung
from bot.messages import Channel, DeliveryReport
from bot.outbox.reach import Told, before_told, keep_told
from bot.petitions.outbox_ports import Delivery, DeliveryOutcome, OutboxMessage, OutboxState, Reported
from bot.petitions.reach_ports import Grant, GrantEnd, GrantSource
from bot.petitions.reporting import settle_report
from bot.petitions.turn_ports import LateReply, TurnWrites
from storage.engine import SqlStorage
from storage.unit_of_work import SqlUnitOfWork
from tests.contract.petitioning import HOUR, LI, NOW, WANG
from tests.servers import Postgresql

MINUTE = timedelta(minutes=1)


def grant(key: str, *, citizen: str = LI, template: str = "once", lasting: bool = False, at: datetime = NOW) -> Grant:
    return Grant(key=key, citizen=citizen, template=template, lasting=lasting, source=GrantSource.POPUP, granted_at=at)


async def given(storage: SqlStorage, *grants: Grant) -> list[bool]:
    async with storage.begin() as work:
        kept = [await work.reach.grant(one) for one in grants]
        await work.commit()
    return kept


async def used(storage: SqlStorage, message: int, *, template: str = "once", at: datetime = NOW) -> Grant | None:
    async with storage.begin() as work:
        grant = await work.reach.use(LI, template, message=message, now=at)
        await work.commit()
    return grant


async def granted(storage: SqlStorage, citizen: str = LI) -> dict[str, int]:
    async with storage.read() as work:
        return dict(await work.reach.granted(citizen))


async def test_a_consent_is_kept_once_under_its_key(storage: SqlStorage) -> None:
    assert await given(storage, grant("a"), grant("a"), grant("b"), grant("c", citizen=WANG)) == [
        True, False, True, True,
    ]  # fmt: skip
    assert (await granted(storage), await granted(storage, WANG)) == ({"once": 2}, {"once": 1})


async def test_consents_are_used_oldest_first_and_each_once(storage: SqlStorage) -> None:
    second = replace(grant("a", at=NOW + MINUTE), source=GrantSource.SETTINGS)
    await given(storage, second, grant("b"), grant("c", template="other"))
    assert await used(storage, 7, at=NOW + HOUR) == replace(
        grant("b"), used_for=7, used_at=NOW + HOUR, ended_at=NOW + HOUR, ended=GrantEnd.USED
    )
    assert [one.key if one else None for one in (await used(storage, 8), await used(storage, 9))] == ["a", None]
    assert await granted(storage) == {"other": 1}
    async with storage.read() as work:
        rows = await work.reach.of_citizen(LI)
    assert [(row.key, row.used_for, row.ended) for row in rows] == [
        ("b", 7, GrantEnd.USED), ("c", None, None), ("a", 8, GrantEnd.USED),
    ]  # fmt: skip


async def test_a_lasting_consent_comes_first_and_stays_good(storage: SqlStorage) -> None:
    await given(storage, grant("a"), grant("b", lasting=True, at=NOW + MINUTE))
    assert [one.key if one else None for one in (await used(storage, 7), await used(storage, 8))] == ["b", "b"]
    assert await granted(storage) == {"once": 2}
    async with storage.read() as work:
        assert [(row.key, row.used_for) for row in await work.reach.of_citizen(LI)] == [("a", None), ("b", 8)]


async def test_two_who_want_the_last_consent_at_once(storage: SqlStorage, other_storage: SqlStorage) -> None:
    await given(storage, grant("a"))
    got = await asyncio.gather(used(storage, 7), used(other_storage, 8))
    assert sorted(one is None for one in got) == [False, True]


async def test_what_the_platform_did_not_take_is_given_back_unless_it_was_taken_back(storage: SqlStorage) -> None:
    await given(storage, grant("a"), grant("b", template="other"))
    await used(storage, 7)
    await used(storage, 8, template="other")
    async with storage.begin() as work:
        await work.reach.give_back("a")
        await work.reach.give_back("unheard of")
        assert await work.reach.revoke(LI, "once", why=GrantEnd.REFUSED, now=NOW) == 1
        await work.reach.give_back("a")
        await work.commit()
    assert await granted(storage) == {}
    async with storage.read() as work:
        ends = {row.key: (row.used_for, row.ended) for row in await work.reach.of_citizen(LI)}
    assert ends == {"a": (None, GrantEnd.REFUSED), "b": (8, GrantEnd.USED)}


async def test_taking_back_ends_all_of_one_template_and_one_citizen(storage: SqlStorage) -> None:
    others = grant("c", template="other"), grant("d", citizen=WANG)
    await given(storage, grant("a"), grant("b", lasting=True), *others)
    async with storage.begin() as work:
        assert await work.reach.revoke(LI, "once", why=GrantEnd.REVOKED, now=NOW) == 2
        assert await work.reach.revoke(LI, "once", why=GrantEnd.REVOKED, now=NOW) == 0
        await work.commit()
    assert (await granted(storage), await granted(storage, WANG)) == ({"other": 1}, {"once": 1})


async def test_of_refusals_the_last_one_counts(storage: SqlStorage) -> None:
    async with storage.begin() as work:
        await work.reach.refuse(LI, "template", code="43004", now=NOW)
        await work.reach.refuse(LI, "template", code="43101", now=NOW + HOUR)
        await work.reach.refuse(LI, "message", code="48002", now=NOW)
        await work.commit()
    async with storage.read() as work:
        assert dict(await work.reach.refusals(LI)) == {"template": NOW + HOUR, "message": NOW}
        assert dict(await work.reach.refusals(WANG)) == {}


async def sent(storage: SqlStorage, outcome: DeliveryOutcome, state: OutboxState, *, message_id: str = "") -> int:
    """Send a message by a consent; return its id."""
    async with storage.begin() as work:
        late = [LateReply(key="a", citizen=LI, text="words", at=NOW)]
        await work.turns.save(TurnWrites(late=late))
        (message,) = await work.outbox.claim(
            owner="one", now=NOW, lease=NOW + MINUTE, shares={(Channel.WECHAT, "main"): 1}
        )
        await work.reach.grant(grant("g"))
        await work.reach.use(LI, "once", message=message.id, now=NOW)
        attempt = await work.outbox.start(message, rung="subscription", now=NOW)
        delivery = Delivery(
            outbox_id=message.id,
            attempt=attempt,
            rung="subscription",
            started_at=NOW,
            finished_at=NOW,
            outcome=outcome,
            message_id=message_id,
        )
        await work.outbox.finish(message, delivery, state=state, next_at=None)
        await work.commit()
    return message.id


async def report(storage: SqlStorage, word: DeliveryReport) -> Reported | None:
    async with storage.begin() as work:
        found = await work.outbox.report(word, citizen=LI, now=NOW + MINUTE)
        await work.commit()
    return found


async def troubled(storage: SqlStorage) -> list[OutboxState]:
    async with storage.read() as work:
        return [message.state for message in await work.outbox.troubled()]


async def test_a_report_finds_its_message_by_the_consent_that_was_used(storage: SqlStorage) -> None:
    """The platform need not give an id when it takes a subscription message."""
    message = await sent(storage, DeliveryOutcome.ACCEPTED, OutboxState.SENT)
    assert await report(storage, DeliveryReport(message_id="9", delivered=True, template="other")) is None
    word = DeliveryReport(message_id="9", delivered=False, detail="no", template="once")
    assert await report(storage, word) == Reported(outbox_id=message, rung="subscription", news=True)
    assert await troubled(storage) == [OutboxState.WAITING]
    assert await report(storage, word) == Reported(outbox_id=message, rung="subscription", news=False)


async def test_a_report_settles_an_attempt_that_had_no_answer(storage: SqlStorage) -> None:
    message = await sent(storage, DeliveryOutcome.UNKNOWN, OutboxState.UNKNOWN)
    assert await troubled(storage) == [OutboxState.UNKNOWN]
    word = DeliveryReport(message_id="9", delivered=True, template="once")
    assert await report(storage, word) == Reported(outbox_id=message, rung="subscription", news=True)
    assert await troubled(storage) == []
    assert await report(storage, replace(word, message_id="10")) is None


async def test_a_report_before_its_attempt_is_kept_until_it_is_asked_for(storage: SqlStorage) -> None:
    word = DeliveryReport(message_id="9", delivered=False, detail="user block", blocked=True)
    by_template = DeliveryReport(message_id="10", delivered=True, detail="success", template="once")
    assert [await report(storage, one) for one in (word, word, by_template)] == [None] * 3

    async def early(message_id: str, template: str = "", citizen: str = LI) -> DeliveryReport | None:
        async with storage.begin() as work:
            found = await work.outbox.early(citizen=citizen, message_id=message_id, template=template)
            await work.commit()
        return found

    assert [await early("9", citizen=WANG), await early("8"), await early("")] == [None] * 3
    assert [await early("9"), await early("9")] == [word, None]
    assert [await early("", template="once"), await early("", template="once")] == [by_template, None]


async def test_a_report_on_nothing_of_ours_is_forgotten(storage: SqlStorage) -> None:
    stray = DeliveryReport(message_id="9", delivered=True)
    async with storage.begin() as work:
        await work.outbox.report(stray, citizen=LI, now=NOW)
        await work.outbox.report(replace(stray, message_id="10"), citizen=LI, now=NOW + 2 * HOUR)
        found = [await work.outbox.early(citizen=LI, message_id=one) for one in ("9", "10")]
        await work.commit()
    assert found == [None, replace(stray, message_id="10")]


@pytest.mark.parametrize("report_first", [True, False])
async def test_a_report_that_comes_this_very_moment_is_not_lost(
    postgres: Postgresql, postgres_url: str, *, report_first: bool
) -> None:
    """Attempt and report are written side by side: whichever is first, the second waits and sees it."""
    storage = await SqlStorage.open(postgres_url)
    watcher = await asyncpg.connect(**postgres.connect_args("migrated"))
    try:
        message, attempt = await begun(storage)
        told = Told(rung=Rung.TEMPLATE, outcome=DeliveryOutcome.ACCEPTED, message_id="9")

        async def report_it(work: SqlUnitOfWork) -> None:
            await work.turns.load([], [LI])  # as every message of a citizen
            word = DeliveryReport(message_id="9", delivered=False, detail="user block")
            await settle_report(work, word, citizen=LI, now=NOW)

        async def record_it(work: SqlUnitOfWork) -> None:
            await before_told(work, LI, told)
            await work.outbox.finish(message, attempt, state=OutboxState.SENT, next_at=None)
            await keep_told(work, LI, told, permits="", grant=None, now=NOW)

        first, second = (report_it, record_it) if report_first else (record_it, report_it)
        async with storage.begin() as work:
            await first(work)
            beside = asyncio.create_task(committed(storage, second))
            while not (beside.done() or await watcher.fetchval(_WAITING)):
                await asyncio.sleep(0)
            await work.commit()
        await beside
        assert await troubled(storage) == [OutboxState.WAITING]
    finally:
        await watcher.close()
        await storage.close()


_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def committed(storage: SqlStorage, write: Callable[[SqlUnitOfWork], Awaitable[None]]) -> None:
    async with storage.begin() as work:
        await write(work)
        await work.commit()


async def begun(storage: SqlStorage) -> tuple[OutboxMessage, Delivery]:
    """Begin to send a message; return it, and its attempt as it ends well."""
    async with storage.begin() as work:
        await work.turns.load([], [LI])
        await work.turns.save(TurnWrites(late=[LateReply(key="a", citizen=LI, text="words", at=NOW)]))
        shares = {(Channel.WECHAT, "main"): 1}
        (message,) = await work.outbox.claim(owner="one", now=NOW, lease=NOW + MINUTE, shares=shares)
        attempt = await work.outbox.start(message, rung="template", now=NOW)
        await work.commit()
    delivery = Delivery(
        outbox_id=message.id,
        attempt=attempt,
        rung="template",
        started_at=NOW,
        finished_at=NOW,
        outcome=DeliveryOutcome.ACCEPTED,
        message_id="9",
    )
    return message, delivery
