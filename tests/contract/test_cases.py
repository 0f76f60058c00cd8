"""`Cases`: what is saved is what is read, guarded by its version, found by every filter, due when it is due."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine, event

from bot.messages import MediaKind
from bot.petitions import hops, lifecycle, supervision
from bot.petitions.attachment_ports import Attachment
from bot.petitions.case_ports import CaseFilter
from bot.petitions.clock_acts import tick
from bot.petitions.errors import Stale
from bot.petitions.evolution import replay
from bot.petitions.number import make_number
from bot.petitions.outbox_ports import OutboxState
from bot.petitions.petition import Actor, Case, Outcome
from bot.petitions.turn_ports import TurnWrites
from bot.petitions.vocabulary import Kind, Lamp, MilestoneName, NoticeKind, Rating, Role, Solved, State
from bot.petitions.wording import JOINT, listed, word
from storage.engine import SqlStorage
from tests.contract.petitioning import BOSS, CLERK, DAY, HOUR, LI, NOW, ROADS, WANG, WATER, filing, picture
from tests.phrasing import CHINESE
from tests.terms import terms


async def keep(storage: SqlStorage, *outcomes: Outcome) -> None:
    async with storage.begin() as work:
        for outcome in outcomes:
            await work.cases.save(outcome)
        await work.commit()


async def load(storage: SqlStorage, number: str) -> Case | None:
    async with storage.read() as work:
        return await work.cases.get(number)


def history() -> list[Outcome]:
    """A long life: warned, overdue, accepted, forwarded twice, answered, closed, rated twice."""
    citizen = Actor(role=Role.CITIZEN, id=LI)
    outcomes = [filing(attachments=("wechat:main:p1",), phone="13800000000", latitude=30.25, longitude=120.125)]

    def then(outcome: Outcome | None) -> Case:
        assert outcome is not None
        outcomes.append(outcome)
        return outcome.case

    case = then(tick(outcomes[0].case, "response", terms=terms(), now=NOW + 6 * HOUR))
    case = then(tick(case, "response", terms=terms(), now=NOW + 9 * HOUR))
    case = then(lifecycle.accept(case, actor=CLERK, now=NOW + 10 * HOUR))
    case = then(lifecycle.forward(case, actor=CLERK, now=NOW + 11 * HOUR, unit=WATER))
    case = then(lifecycle.forward(case, actor=CLERK, now=NOW + 12 * HOUR, unit=ROADS, note="水务局说不是他们的"))
    case = then(tick(case, "answer", terms=terms(), now=NOW + 6 * DAY))
    case = then(lifecycle.answer(case, actor=CLERK, now=NOW + 6 * DAY + HOUR, text="已修好。", by=ROADS.name))
    case = then(lifecycle.close(case, actor=CLERK, now=NOW + 7 * DAY))
    case = then(lifecycle.rate(case, actor=citizen, now=NOW + 8 * DAY, rating=Rating.FAIR))
    then(lifecycle.rate(case, actor=citizen, now=NOW + 9 * DAY, rating=Rating.SATISFIED, words="谢谢"))
    return outcomes


async def test_a_filed_case_is_read_as_it_was_saved(storage: SqlStorage) -> None:
    outcome = filing(latitude=30.2741, longitude=120.1551, phone="13800000000", public=True)
    await keep(storage, outcome)

    assert await load(storage, outcome.case.petition.number) == outcome.case
    async with storage.read() as work:
        assert await work.cases.events(outcome.case.petition.number) == outcome.events
        assert await work.cases.get("WQ20261120-9999991") is None
        assert await work.cases.events("WQ20261120-9999991") == ()


async def test_replaying_the_events_of_a_long_history_gives_the_stored_case(storage: SqlStorage) -> None:
    outcomes = history()
    for outcome in outcomes:
        await keep(storage, outcome)

    number = outcomes[0].case.petition.number
    async with storage.read() as work:
        stored, events = await work.cases.get(number, lock=False), await work.cases.events(number)
    assert stored == outcomes[-1].case
    assert replay(events) == stored
    assert [entry.seq for entry in events] == list(range(1, 12))


async def test_notices_become_pending_outbox_rows(storage: SqlStorage) -> None:
    outcomes = history()
    for outcome in outcomes:
        await keep(storage, outcome)

    number = outcomes[0].case.petition.number
    notices = [notice for outcome in outcomes for notice in outcome.notices]
    async with storage.read() as work:
        messages = [message for message, _ in await work.outbox.of_petition(number)]
    assert [(m.key, m.kind, m.phrase, m.values, m.created_at, m.next_at, m.state) for m in messages] == [
        (n.key, n.kind, f"notice.{n.kind}", n.values, n.at, n.at, OutboxState.PENDING) for n in notices
    ]
    assert [NoticeKind(m.kind) for m in messages][:2] == [NoticeKind.RESPONSE_OVERDUE, NoticeKind.ACCEPTED]


async def test_a_notice_waits_without_a_language(storage: SqlStorage) -> None:
    filed = filing()
    await keep(storage, filed)
    accepted = lifecycle.accept(filed.case, actor=CLERK, now=NOW + HOUR)
    values = {
        **accepted.notices[0].values,
        "level": word(MilestoneName.RECHECK),
        "reason": listed([word(Rating.DISSATISFIED), word(Solved.UNSOLVED)]),
        "co_units": listed(["市水务局", "市交通局", "市民政局"]),
        "unit": JOINT,
        "question": "门牌号？",
    }
    await keep(storage, replace(accepted, notices=(replace(accepted.notices[0], values=values),)))
    async with storage.read() as work:
        [(kept, _)] = await work.outbox.of_petition(filed.case.petition.number)
    assert kept.values == values
    assert (kept.values["time"], kept.values["status"]) == (NOW + HOUR, word(State.ACCEPTED))
    assert CHINESE.short_fields(kept.kind, kept.values) == CHINESE.short_fields(kept.kind, values)


async def test_a_filing_takes_the_files_that_are_there(storage: SqlStorage) -> None:
    async with storage.begin() as work:
        await work.turns.save(TurnWrites(attachments=[picture("p1"), picture("p2"), picture("p3")]))
        await work.commit()
    outcome = filing(attachments=("wechat:main:p3", "wechat:main:p1", "wechat:main:gone"))
    await keep(storage, outcome)

    number = outcome.case.petition.number
    async with storage.read() as work:
        files = await work.attachments.of_petition(number)
        other = await work.attachments.get("wechat:main:p2")
    assert [(file.key, file.number) for file in files] == [("wechat:main:p1", number), ("wechat:main:p3", number)]
    assert other is not None
    assert other.number is None


async def test_a_version_that_moved_on_is_stale_and_changes_nothing(storage: SqlStorage) -> None:
    filed = filing()
    await keep(storage, filed)
    accepted = lifecycle.accept(filed.case, actor=CLERK, now=NOW + HOUR)
    await keep(storage, accepted)
    refused = lifecycle.refuse(filed.case, actor=CLERK, now=NOW + HOUR, reason="不属职责", elsewhere="法院")

    with pytest.raises(Stale):
        await keep(storage, refused)
    with pytest.raises(Stale):
        await keep(storage, filed)
    number = filed.case.petition.number
    assert await load(storage, number) == accepted.case
    async with storage.read() as work:
        assert len(await work.cases.events(number)) == 2
        assert len(await work.outbox.of_petition(number)) == 1


async def test_a_locked_case_makes_the_second_writer_see_the_first(
    storage: SqlStorage, other_storage: SqlStorage
) -> None:
    filed = filing()
    number = filed.case.petition.number
    await keep(storage, filed)

    async def accept(through: SqlStorage) -> State:
        async with through.begin() as work:
            case = await work.cases.get(number, lock=True)
            assert case is not None
            if case.petition.state is State.FILED:
                await work.cases.save(lifecycle.accept(case, actor=CLERK, now=NOW))
                await work.commit()
            return case.petition.state

    seen = await asyncio.gather(accept(storage), accept(other_storage))
    assert sorted(seen) == [State.ACCEPTED, State.FILED]


async def test_sequence_numbers_of_a_day_are_given_once(storage: SqlStorage, other_storage: SqlStorage) -> None:
    async def take(through: SqlStorage, count: int) -> int:
        async with through.begin() as work:
            first = await work.cases.reserve(date(2026, 11, 20), count)
            await work.commit()
        return first

    assert [await take(storage, 1), await take(storage, 3), await take(other_storage, 1)] == [1, 2, 5]
    taken = await asyncio.gather(*(take((storage, other_storage)[i % 2], 2) for i in range(10)))
    assert sorted(taken) == list(range(6, 26, 2))
    async with storage.begin() as work:
        assert await work.cases.reserve(date(2026, 11, 21)) == 1


async def shelf(storage: SqlStorage) -> dict[str, str]:
    """Six petitions by name: each in another state of its life, and one that nobody may find by accident."""
    fresh = filing(1)
    soon = filing(2, now=NOW - 7 * HOUR, content="井盖丢了 100%", kind=Kind.HELP)
    late = filing(3, now=NOW - 10 * HOUR, citizen=WANG, place="Xihu Road_9", kind=Kind.REPORT)
    accepted = filing(4, now=NOW - HOUR)
    moving = lifecycle.accept(accepted.case, actor=CLERK, now=NOW)
    with_water = lifecycle.forward(moving.case, actor=CLERK, now=NOW, unit=WATER)
    refused = filing(5, now=NOW - 2 * DAY)
    end = lifecycle.refuse(refused.case, actor=CLERK, now=NOW - DAY, reason="重复", elsewhere="原件")
    outcomes = [fresh, soon, late, accepted, moving, with_water, refused, end]
    await keep(storage, *outcomes)
    named = {"fresh": fresh, "soon": soon, "late": late, "water": accepted, "refused": refused}
    return {outcome.case.petition.number: name for name, outcome in named.items()}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (CaseFilter(), ["late", "soon", "fresh", "water", "refused"]),
        (CaseFilter(states=(State.FILED,)), ["late", "soon", "fresh"]),
        (CaseFilter(states=(State.FORWARDED, State.REFUSED)), ["water", "refused"]),
        (CaseFilter(kinds=(Kind.HELP, Kind.REPORT)), ["late", "soon"]),
        (CaseFilter(unit="water"), ["water"]),
        (CaseFilter(unit=""), ["late", "soon", "fresh", "refused"]),
        (CaseFilter(lamp=Lamp.RED), ["late"]),
        (CaseFilter(lamp=Lamp.YELLOW), ["soon"]),
        (CaseFilter(lamp=Lamp.GREEN), ["fresh", "water"]),
        (CaseFilter(lamp=Lamp.NONE), ["refused"]),
        (CaseFilter(citizen=WANG), ["late"]),
        (CaseFilter(open_only=True), ["late", "soon", "fresh", "water"]),
        (CaseFilter(text="井盖"), ["soon"]),
        (CaseFilter(text="100%"), ["soon"]),
        (CaseFilter(text="0%"), ["soon"]),
        (CaseFilter(text="xihu road_"), ["late"]),
        (CaseFilter(text="Road%"), []),
        (CaseFilter(text="wq20261120-0000"), ["fresh", "water"]),
        (CaseFilter(text=" 路灯 ", open_only=True, unit=""), ["late", "fresh"]),
    ],
)
async def test_a_search_finds_what_matches_most_urgent_first(
    storage: SqlStorage, wanted: CaseFilter, found: list[str]
) -> None:
    names = await shelf(storage)
    async with storage.read() as work:
        page = await work.cases.search(wanted, now=NOW, limit=10)
    assert [names[case.petition.number] for case in page.cases] == found
    assert page.total == len(found)


async def test_a_lamp_filter_agrees_with_the_lamp_of_the_case(storage: SqlStorage) -> None:
    await shelf(storage)
    for now in (NOW - DAY, NOW, NOW + 7 * HOUR, NOW + 5 * DAY, NOW + 6 * DAY, NOW + 8 * DAY):
        async with storage.read() as work:
            everything = (await work.cases.search(CaseFilter(), now=now, limit=10)).cases
            for lamp in Lamp:
                page = await work.cases.search(CaseFilter(lamp=lamp), now=now, limit=10)
                assert page.cases == tuple(case for case in everything if case.lamp(now) is lamp)


async def test_a_number_is_found_as_people_type_it(storage: SqlStorage) -> None:
    outcome = filing(7)
    await keep(storage, outcome, filing(8))
    typed = make_number(NOW.date(), 7).removeprefix("WQ").replace("-", "")
    async with storage.read() as work:
        page = await work.cases.search(CaseFilter(text=typed), now=NOW, limit=10)
    assert page.cases == (outcome.case,)


async def test_pages_follow_each_other_and_know_the_total(storage: SqlStorage) -> None:
    outcomes = [filing(i, now=NOW + i * HOUR) for i in range(1, 8)]
    await keep(storage, *outcomes)
    seen = []
    async with storage.read() as work:
        for offset in (0, 3, 6, 9):
            page = await work.cases.search(CaseFilter(), now=NOW, limit=3, offset=offset)
            assert page.total == 7
            seen += page.cases
    assert seen == [outcome.case for outcome in outcomes]


@contextmanager
def counted() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def test_a_list_of_thirty_takes_as_many_queries_as_a_list_of_one(storage: SqlStorage) -> None:
    taken = []
    for range_ in (range(1, 2), range(2, 31)):
        await keep(storage, *(filing(i) for i in range_))
        with counted() as statements:
            async with storage.read() as work:
                await work.cases.search(CaseFilter(), now=NOW, limit=50)
                await work.cases.of_citizen(LI, limit=50)
                await work.cases.counts(now=NOW)
        taken.append(len(statements))
    assert taken == [8, 8]


async def test_a_citizen_finds_only_the_own_petitions_newest_first(storage: SqlStorage) -> None:
    own = [filing(i, now=NOW + i * HOUR) for i in range(1, 5)]
    await keep(storage, *own, filing(9, citizen=WANG))
    async with storage.read() as work:
        assert await work.cases.of_citizen(LI, limit=3) == tuple(outcome.case for outcome in reversed(own[1:]))
        assert await work.cases.of_citizen("wechat:main:nobody") == ()


async def test_counts_by_state_and_lamp(storage: SqlStorage) -> None:
    await shelf(storage)
    async with storage.read() as work:
        everything = await work.cases.counts(now=NOW)
        of_water = await work.cases.counts(now=NOW, unit="water")
    nothing = {state.value: 0 for state in State} | {"lamp:yellow": 0, "lamp:red": 0}
    assert everything == nothing | {"filed": 3, "forwarded": 1, "refused": 1, "lamp:yellow": 1, "lamp:red": 1}
    assert of_water == nothing | {"forwarded": 1}


async def test_milestones_are_due_when_their_next_moment_has_come(storage: SqlStorage) -> None:
    early, later = filing(1, now=NOW - HOUR), filing(2)
    await keep(storage, early, later)

    async def due(now: object) -> list[tuple[str, MilestoneName]]:
        async with storage.read() as work:
            found = await work.cases.due_milestones(now=now, limit=10)  # type: ignore[arg-type]
        return [(milestone.number, milestone.name) for milestone in found]

    first, second = early.case.petition.number, later.case.petition.number
    assert await due(NOW + 5 * HOUR - HOUR) == []
    assert await due(NOW + 5 * HOUR) == [(first, MilestoneName.RESPONSE)]
    assert await due(NOW + 6 * HOUR) == [(first, MilestoneName.RESPONSE), (second, MilestoneName.RESPONSE)]
    warned = tick(early.case, "response", terms=terms(), now=NOW + 5 * HOUR)
    assert warned is not None
    await keep(storage, warned)
    assert await due(NOW + 6 * HOUR) == [(second, MilestoneName.RESPONSE)]
    passed = tick(warned.case, "response", terms=terms(), now=NOW + 9 * HOUR)
    assert passed is not None
    await keep(storage, passed)
    assert await due(NOW + 9 * HOUR) == [(second, MilestoneName.RESPONSE)]
    async with storage.read() as work:
        (found,) = await work.cases.due_milestones(now=NOW + 9 * HOUR, limit=1)
    assert found == later.case.milestones[0]


async def test_all_numbers_in_order_of_filing(storage: SqlStorage) -> None:
    outcomes = [filing(3, now=NOW), filing(1, now=NOW + HOUR), filing(2, now=NOW + 2 * HOUR)]
    await keep(storage, *outcomes)
    numbers = tuple(outcome.case.petition.number for outcome in outcomes)
    async with storage.read() as work:
        assert await work.cases.all_numbers() == numbers
        assert await work.cases.all_numbers(since=NOW + HOUR) == numbers[1:]


async def test_what_no_database_keeps_is_replaced(storage: SqlStorage) -> None:
    outcome = filing(content="坏\0字\ud800符")
    await keep(storage, outcome)
    case = await load(storage, outcome.case.petition.number)
    expected = replace(outcome.case, petition=replace(outcome.case.petition, content="坏\ufffd字\ufffd符"))
    assert case == expected


async def test_hops_come_back_as_they_were_and_are_found_by_what_is_owed(storage: SqlStorage) -> None:
    clerk, boss = {"actor": CLERK, "now": NOW, "terms": terms()}, {"actor": BOSS, "now": NOW, "terms": terms()}
    plain = filing(2)
    outcomes = [filing(), plain]

    def then(outcome: Outcome) -> Case:
        outcomes.append(outcome)
        return outcome.case

    case = then(lifecycle.forward(outcomes[0].case, **clerk, unit=WATER))
    case = then(hops.cohandle(case, **clerk, units=[ROADS], lead=WATER.name))
    case = then(hops.extend(case, **clerk, history=(), amount=2, reason="忙", by=WATER.name))
    case = then(supervision.supervise(case, **boss, reason="领导批示"))
    case = then(hops.ask(case, **clerk, question="哪里？", by=WATER.name))
    for outcome in outcomes:
        await keep(storage, outcome)

    number = case.petition.number
    assert await load(storage, number) == case
    assert case.petition.co_units == ("roads",)
    assert case.milestone(MilestoneName.ANSWER).paused_at == NOW
    wanted = {
        "roads": CaseFilter(unit="roads"),
        "road": CaseFilter(unit="road"),
        "extension": CaseFilter(owed=MilestoneName.EXTENSION),
        "review": CaseFilter(owed=MilestoneName.REVIEW),
        "answer": CaseFilter(owed=MilestoneName.ANSWER),
        "supervised": CaseFilter(supervised=True),
    }
    async with storage.read() as work:
        pages = {name: await work.cases.search(one, now=NOW, limit=9) for name, one in wanted.items()}
        counts = await work.cases.counts(now=NOW, unit="roads")
        due = await work.cases.due_milestones(now=NOW + 30 * DAY, limit=50)
    assert {name: sorted(one.petition.number for one in page.cases) for name, page in pages.items()} == {
        "roads": [number],
        "road": [],
        "extension": [number],
        "review": [],
        "answer": sorted([number, plain.case.petition.number]),
        "supervised": [number],
    }
    assert counts["waiting"] == 1
    keys = {milestone.key for milestone in due if milestone.number == number}
    assert keys == {"sign:2", "cohandle:roads:3", "extension:4", "feedback:5", "supplement:6"}
    granted = hops.resume(case, **clerk, history=[event for outcome in outcomes for event in outcome.events])
    await keep(storage, granted)
    assert await load(storage, number) == granted.case


async def test_what_was_written_down_of_a_voice_is_found(storage: SqlStorage) -> None:
    outcome = filing()
    number, citizen = outcome.case.petition.number, outcome.case.petition.citizen
    file = Attachment(
        key="voice", citizen=citizen, number=number, kind=MediaKind.VOICE, media_id="m", better_id="", received_at=NOW
    )
    async with storage.begin() as work:
        await work.cases.save(outcome)
        await work.turns.save(TurnWrites(attachments=(file,)))
        await work.attachments.write_down("voice", "暖气_三天不热")
        await work.commit()
    async with storage.read() as work:
        [kept] = await work.attachments.of_petition(number)
        totals = [
            (await work.cases.search(CaseFilter(text=text), now=NOW, limit=9)).total
            for text in ("气_三", "气三", "X三天")
        ]
    assert (kept.transcript, totals) == ("暖气_三天不热", [1, 0, 0])
