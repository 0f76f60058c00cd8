"""`Batch` and `Turns`: one suite over the group commit and the single turn, each on SQLite and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.messages import Channel, Consent, DeliveryReport, Location, MediaKind, MediaRef
from bot.petitions.errors import Stale
from bot.petitions.turn_ports import Batch, CitizenRow, InboundState, LateReply, RawInbound, TurnState, TurnWrites
from storage.engine import SqlStorage
from storage.unit_of_work import SqlUnitOfWork
from tests.contract.petitioning import DAY, HOUR, LI, NOW, WANG, filing, message, picture, record, row

TODAY = date(2026, 11, 20)


class SingleTurn:
    """The turns of a unit of work in the form of a batch."""

    def __init__(self, work: SqlUnitOfWork) -> None:
        self._work = work

    def remembered(self, citizens: Any) -> dict[str, CitizenRow]:  # noqa: ARG002 -- as the protocol has it
        return {}

    async def load(self, keys: Any, citizens: Any) -> TurnState:
        return await self._work.turns.load(keys, citizens)

    async def reserve(self, day: date, count: int) -> int:
        return await self._work.cases.reserve(day, count)

    async def save(self, writes: TurnWrites) -> None:
        await self._work.turns.save(writes)
        await self._work.commit()


class Turning:
    """Takes turns through one storage in one of the two ways."""

    def __init__(self, storage: SqlStorage, way: str) -> None:
        self.storage = storage
        self._way = way

    def batch(self) -> AbstractAsyncContextManager[Batch]:
        return self.storage.batch() if self._way == "batch" else self._single()

    @asynccontextmanager
    async def _single(self) -> AsyncIterator[Batch]:
        async with self.storage.begin() as work:
            yield SingleTurn(work)


@pytest.fixture(params=["batch", "single"])
def way(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    return chosen


@pytest.fixture
def turning(storage: SqlStorage, way: str) -> Turning:
    return Turning(storage, way)


@pytest.fixture
def other_turning(other_storage: SqlStorage, way: str) -> Turning:
    return Turning(other_storage, way)


async def save(turning: Turning, **writes: Any) -> None:
    async with turning.batch() as batch:
        await batch.save(TurnWrites(**writes))


async def citizen(turning: Turning, key: str = LI) -> CitizenRow | None:
    async with turning.storage.read() as work:
        return await work.turns.citizen(key)


async def test_newcomers_are_fresh_and_nothing_is_a_repeat(turning: Turning) -> None:
    async with turning.batch() as batch:
        state = await batch.load(["wechat:main:1"], [LI, WANG])
    assert state == TurnState(repeats={}, citizens={LI: CitizenRow(key=LI), WANG: CitizenRow(key=WANG)})
    async with turning.batch() as batch:
        assert await batch.load([], []) == TurnState(repeats={}, citizens={})


async def test_citizens_come_back_as_written_one_version_on(turning: Turning) -> None:
    written = row(
        session='{"state":"filing.content","说":"\\u0000"}',
        following=False,
        window_until=NOW + 2 * DAY,
        window_left=5,
        last_seen=NOW,
        draft_at=NOW + DAY,
    )
    await save(turning, citizens=[written, row(WANG, session="{}")])
    async with turning.batch() as batch:
        state = await batch.load([], [LI, WANG])
        assert state.citizens == {LI: replace(written, version=1), WANG: row(WANG, session="{}", version=1)}
        await batch.save(TurnWrites(citizens=[replace(state.citizens[LI], following=True)]))
    assert await citizen(turning) == replace(written, version=2, following=True)
    assert await citizen(turning, "wechat:main:nobody") is None


async def test_a_repeat_gets_the_stored_reply(turning: Turning) -> None:
    first, second = message("1"), message("2", citizen=WANG)
    await save(turning, records=[record(first, reply="请写内容。"), record(second, reply="")])
    async with turning.batch() as batch:
        state = await batch.load([first.key, "wechat:main:3", second.key], [LI])
    assert state.repeats == {first.key: "请写内容。", second.key: ""}


async def test_a_key_that_was_written_meanwhile_is_stale_and_nothing_is_written(turning: Turning) -> None:
    known = message("1")
    await save(turning, records=[record(known)])
    with pytest.raises(Stale):
        await save(turning, records=[record(message("2")), record(known)], citizens=[row(session="lost")])
    async with turning.batch() as batch:
        state = await batch.load([known.key, "wechat:main:2"], [LI])
    assert state.repeats == {known.key: "好的"}
    assert state.citizens[LI].session == ""


async def test_a_citizen_who_moved_on_is_stale_and_nothing_is_written(turning: Turning) -> None:
    await save(turning, citizens=[row(session="one"), row(WANG, session="one")])
    await save(turning, citizens=[row(session="two", version=1)])
    outcome = filing()
    with pytest.raises(Stale):
        await save(
            turning,
            records=[record(message("9"))],
            citizens=[row(session="lost", version=1), row(WANG, session="lost", version=1)],
            outcomes=[outcome],
            attachments=[picture("p1")],
            late=[LateReply(key="late", citizen=LI, text="x", at=NOW)],
        )
    with pytest.raises(Stale):
        await save(turning, citizens=[row(session="lost", version=0)])
    assert await citizen(turning) == row(session="two", version=2)
    assert await citizen(turning, WANG) == row(WANG, session="one", version=1)
    async with turning.storage.read() as work:
        assert await work.cases.all_numbers() == ()
        assert await work.attachments.get("wechat:main:p1") is None
        assert await work.outbox.waiting_count(now=NOW) == 0


async def test_filings_are_written_with_their_files(turning: Turning) -> None:
    await save(turning, attachments=[picture("p1"), picture("p2")])
    async with turning.batch() as batch:
        assert await batch.reserve(TODAY, 2) == 1
        one = filing(1, attachments=("wechat:main:p2", "wechat:main:p3", "wechat:main:gone"))
        two = filing(2, citizen=WANG)
        await batch.save(
            TurnWrites(
                records=[record(message("1")), record(message("2", citizen=WANG))],
                citizens=[row(WANG), row(LI)],
                outcomes=[one, two],
                attachments=[picture("p3", at=NOW + HOUR), picture("p4")],
            )
        )
    number = one.case.petition.number
    async with turning.storage.read() as work:
        assert await work.cases.get(number) == one.case
        assert await work.cases.get(two.case.petition.number) == two.case
        assert await work.cases.events(number) == one.events
        files = await work.attachments.of_petition(number)
        assert [file.key for file in files] == ["wechat:main:p2", "wechat:main:p3"]
        due = await work.cases.due_milestones(now=NOW + 10 * DAY, limit=10)
        assert len(due) == 4
    async with turning.batch() as batch:
        assert await batch.reserve(TODAY, 1) == 3


async def test_a_number_that_is_taken_is_stale(turning: Turning) -> None:
    await save(turning, outcomes=[filing(1)])
    with pytest.raises(Stale):
        await save(turning, outcomes=[filing(1, citizen=WANG)], records=[record(message("1"))])
    async with turning.batch() as batch:
        assert (await batch.load(["wechat:main:1"], [])).repeats == {}


async def test_late_replies_are_queued_once(turning: Turning) -> None:
    late = LateReply(key="reply:1", citizen=LI, text="受理了", at=NOW)
    await save(turning, late=[late])
    await save(turning, late=[late, replace(late, key="reply:2", text="第二条")])
    async with turning.storage.begin() as work:
        (first,) = await work.outbox.claim(owner="x", now=NOW, lease=NOW + HOUR, shares={(Channel.WECHAT, "main"): 5})
        assert (first.key, first.kind, first.values) == ("reply:1", "reply", {"text": "受理了"})
        assert await work.outbox.waiting_count(now=NOW) == 2


async def test_an_empty_save_commits_nothing_and_does_no_harm(turning: Turning) -> None:
    await save(turning)
    assert await citizen(turning) is None


async def test_leaving_without_saving_writes_nothing(turning: Turning) -> None:
    async with turning.batch() as batch:
        await batch.load([], [LI])
    assert await citizen(turning) is None


async def test_an_exception_on_the_way_writes_nothing(turning: Turning) -> None:
    async def fail() -> None:
        async with turning.batch() as batch:
            await batch.load([], [LI])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await citizen(turning) is None
    await save(turning, citizens=[row(session="after")])
    assert await citizen(turning) == row(session="after", version=1)


async def test_a_cancelled_turn_leaves_the_way_free(turning: Turning) -> None:
    entered = asyncio.Event()

    async def hang() -> None:
        async with turning.batch() as batch:
            await batch.load([], [LI])
            entered.set()
            await asyncio.Event().wait()

    hanging = asyncio.create_task(hang())
    await entered.wait()
    hanging.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hanging
    await save(turning, citizens=[row(session="after")])
    assert await citizen(turning) == row(session="after", version=1)


async def test_concurrent_turns_of_one_citizen_from_two_processes_lose_nothing(
    turning: Turning, other_turning: Turning
) -> None:
    async def add(through: Turning, number: int) -> int:
        stale = 0
        while True:
            try:
                async with through.batch() as batch:
                    known = (await batch.load([], [LI, WANG])).citizens
                    await batch.save(
                        TurnWrites(
                            records=[record(message(str(number)))],
                            citizens=[replace(known[key], session=known[key].session + f"{number},") for key in known],
                        )
                    )
            except Stale:
                stale += 1
            else:
                return stale

    await asyncio.gather(*(add((turning, other_turning)[number % 2], number) for number in range(20)))
    for key in (LI, WANG):
        kept = await citizen(turning, key)
        assert kept is not None
        assert sorted(kept.session.rstrip(",").split(","), key=int) == [str(number) for number in range(20)]
        assert kept.version == 20


async def test_numbers_reserved_by_two_processes_are_disjoint(turning: Turning, other_turning: Turning) -> None:
    async def take(through: Turning, number: int) -> int:
        async with through.batch() as batch:
            first = await batch.reserve(TODAY, 3)
            await batch.save(TurnWrites(records=[record(message(str(number)))]))
        return first

    taken = await asyncio.gather(*(take((turning, other_turning)[number % 2], number) for number in range(10)))
    assert sorted(taken) == list(range(1, 31, 3))


async def test_many_shapes_of_batches_are_written(turning: Turning) -> None:
    """A batch of 256 turns, then each part alone."""
    rows = [row(f"wechat:main:{i}", session=str(i)) for i in range(256)]
    await save(
        turning, records=[record(message(f"m{i}", citizen=f"wechat:main:{i}")) for i in range(256)], citizens=rows
    )
    async with turning.batch() as batch:
        state = await batch.load([f"wechat:main:m{i}" for i in range(256)], [item.key for item in rows])
    assert len(state.repeats) == 256
    assert state.citizens == {item.key: replace(item, version=1) for item in rows}
    await save(turning, records=[record(message("alone"))])
    await save(turning, attachments=[picture("alone")])
    await save(turning, outcomes=[filing(1)])


async def test_failed_and_malformed_messages_are_shown_newest_first(turning: Turning) -> None:
    full = message(
        "full",
        media=(MediaRef(kind=MediaKind.VOICE, media_id="m", better_id="m16"),),
        location=Location(latitude=30.1, longitude=120.2, label="西湖"),
        reports=(
            DeliveryReport(message_id="7", delivered=False, detail="user block", blocked=True, template="t"),
            Consent(template="t", given=True),
            Consent(template="t", given=False, asked=False),
        ),
        raw={"MsgId": "7", "坏": "\x00\ud83d"},
    )
    failed = replace(record(full, reply="对不起", state=InboundState.FAILED), detail="KeyError")
    await save(turning, records=[failed, record(message("fine")), record(message("2"), state=InboundState.IGNORED)])
    raw = RawInbound(key="wechat:main:raw:1", account="main", body="<xml>\x00\udcff", detail="torn", received_at=NOW)
    async with turning.storage.begin() as work:
        assert await work.turns.keep_raw(raw) is True
        assert await work.turns.keep_raw(raw) is False
        await work.commit()
    async with turning.storage.read() as work:
        malformed, shown = await work.turns.troubled()
        assert await work.turns.troubled(limit=1) == (malformed,)
    assert shown.inbound.raw == {"MsgId": "7", "坏": "\x00\ufffd"}
    assert replace(shown, inbound=replace(shown.inbound, raw=full.raw)) == failed
    assert malformed.state is InboundState.MALFORMED
    assert malformed.inbound.raw == {"body": "<xml>\x00\ufffd"}
    assert (malformed.detail, malformed.inbound.citizen.channel) == ("torn", Channel.WECHAT)


async def test_what_a_send_told_about_a_citizen(turning: Turning) -> None:
    await save(turning, citizens=[row(window_left=2, following=True)])

    async def left(**change: Any) -> int:
        async with turning.storage.begin() as work:
            await work.turns.spend_window(LI, **change)
            await work.commit()
        kept = await citizen(turning)
        assert kept is not None
        return kept.window_left

    assert [await left(), await left(), await left(), await left(left=4), await left()] == [1, 0, 0, 4, 3]
    async with turning.storage.begin() as work:
        await work.turns.set_following(LI, following=False)
        await work.turns.spend_window("wechat:main:nobody")
        await work.commit()
    assert await citizen(turning) == row(window_left=3, following=False, version=7)  # what is remembered is stale now


async def test_drafts_are_found_when_their_moment_has_come(turning: Turning) -> None:
    zhao = "wechat:main:zhao"
    rows = [row(LI, draft_at=NOW + DAY), row(WANG, draft_at=NOW), row(zhao)]
    await save(turning, citizens=rows)
    async with turning.storage.read() as work:
        assert await work.turns.due_drafts(now=NOW - DAY, limit=9) == ()
        assert await work.turns.due_drafts(now=NOW + DAY, limit=9) == (WANG, LI)
        assert await work.turns.due_drafts(now=NOW + DAY, limit=1) == (WANG,)
