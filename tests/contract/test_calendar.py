"""Imported calendars on every database, and what applying one does to the petitions under way."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.app.calendars import CalendarDesk, CalendarWatch, calendar_of, read_calendar
from bot.clock import MovableClock
from bot.petitions import hops, lifecycle
from bot.petitions.calendar import CalendarDay, CalendarNotice, WorkCalendar
from bot.petitions.calendar_ports import CalendarVersion
from bot.petitions.case_ports import CaseFilter
from bot.petitions.clock_acts import tick
from bot.petitions.deadlines import deadlines_for
from bot.petitions.errors import Stale
from bot.petitions.evolution import replay
from bot.petitions.moved_dates import changes_of, kept_of
from bot.petitions.number import make_number
from bot.petitions.petition import CLOCK, Actor, Case, Draft, Outcome
from bot.petitions.recorded import reason_of
from bot.petitions.terms import Terms
from bot.petitions.vocabulary import EventType, Kind, MilestoneName, Role
from config.calendar_notice import load_notice
from config.calendar_seed import seed_calendar
from config.policy_file import load_policies
from storage.engine import SqlStorage
from tests.contract.petitioning import CLERK, DAY, LI
from tests.phrasing import said

ROOT = Path(__file__).parents[2]
NOTICE = load_notice(ROOT / "tests/samples/calendar/2027.toml")
POLICIES = load_policies(ROOT / "config/deadlines.toml").by_name
SEED = seed_calendar()
ADMIN = Actor(role=Role.ADMIN, id="command line")
LOCAL = CalendarNotice(
    year=2026,
    region="新疆",
    source="自治区通知",
    days=(CalendarDay(date=date(2026, 12, 28), is_workday=False, name="测试节", source="自治区通知", confirmed=False),),
)
FILED = datetime(2026, 12, 23, 2, 0, tzinfo=UTC)  # a Wednesday, 10:00 in Beijing
NOW = FILED + DAY


def filed(sequence: int, *, at: datetime = FILED, policy: str = "urumqi", calendar: WorkCalendar = SEED) -> Outcome:
    return lifecycle.file(
        Draft(kind=Kind.COMPLAINT, content="路灯坏了"),
        number=make_number(at.date(), sequence),
        code="123456",
        citizen=LI,
        policy=policy,
        deadlines=deadlines_for(POLICIES[policy], at, calendar) if policy in POLICIES else (),
        now=at,
    )


async def save(storage: SqlStorage, *outcomes: Outcome) -> None:
    async with storage.begin() as work:
        for outcome in outcomes:
            await work.cases.save(outcome)
        await work.commit()


async def case_of(storage: SqlStorage, outcome: Outcome) -> Case:
    async with storage.read() as work:
        case = await work.cases.get(outcome.case.petition.number)
        assert case is not None
        assert replay(await work.cases.events(outcome.case.petition.number)) == case
        return case


def answer_of(case: Case) -> tuple[str, bool]:
    clock = case.milestone(MilestoneName.ANSWER)
    assert clock is not None
    return f"{clock.due_at:%Y-%m-%d %H:%M:%S}", clock.provisional


@pytest.fixture
def desk(storage: SqlStorage) -> CalendarDesk:
    return CalendarDesk(storage, policies=POLICIES)


async def test_versions_come_back_as_they_were_added(storage: SqlStorage) -> None:
    async with storage.begin() as work:
        assert (await work.calendars.version(), await work.calendars.versions()) == (0, ())
        first = await work.calendars.add(LOCAL, by="wang", now=NOW)
        second = await work.calendars.add(NOTICE, by="li", now=NOW + DAY)
        await work.commit()
    assert first == CalendarVersion(number=1, notice=LOCAL, imported_at=NOW, imported_by="wang")
    async with storage.begin() as work:
        assert (await work.calendars.version(), await work.calendars.versions()) == (2, (first, second))
        await work.calendars.mark_applied(now=NOW + 2 * DAY)
        third = await work.calendars.add(replace(LOCAL, days=()), by="li", now=NOW + 3 * DAY)
        await work.commit()
    applied = (replace(first, applied_at=NOW + 2 * DAY), replace(second, applied_at=NOW + 2 * DAY))
    async with storage.read() as work:
        assert await work.calendars.versions() == (*applied, third)


async def test_of_two_imports_at_once_one_is_stale(storage_url: str, storage: SqlStorage) -> None:
    if storage_url.startswith("sqlite"):
        pytest.skip("on SQLite the second waits for the first to end")
    async with storage.begin() as work, storage.begin() as other:
        await work.calendars.add(NOTICE, by="wang", now=NOW)
        second = asyncio.create_task(other.calendars.add(NOTICE, by="li", now=NOW))
        await asyncio.sleep(0.2)  # it has read the number, and waits for the first
        await work.commit()
        with pytest.raises(Stale):
            await second


async def test_a_preview_says_what_moves_and_changes_nothing(storage: SqlStorage, desk: CalendarDesk) -> None:
    moving, settled = filed(1), filed(2, at=FILED - 14 * DAY)
    await save(storage, moving, settled)
    plan = await desk.preview(NOTICE, now=NOW)
    assert [change.number for change in plan.changes] == [moving.case.petition.number]
    [move] = plan.changes[0].moves
    assert (move.milestone, f"{move.promised:%F %T}", f"{move.due:%F %T}") == (
        MilestoneName.ANSWER,
        "2027-01-04 15:59:59",
        "2027-01-04 15:59:59",
    )
    assert (move.was_provisional, move.provisional, move.later, move.kept) == (True, False, False, False)
    assert await case_of(storage, moving) == moving.case
    async with storage.read() as work:
        assert await work.calendars.version() == 0


async def test_applying_moves_tells_and_records_in_one_go(storage: SqlStorage, desk: CalendarDesk) -> None:
    # Filed on Monday 21 December: 7 working days end on the 30th. The local holidays take out 28 and 29, the notice
    # puts in the 27th and takes out the 31st to 3 January.
    late = filed(1, at=FILED - 2 * DAY)
    await save(storage, late)
    local = replace(LOCAL, days=(*LOCAL.days, *_days_off(date(2026, 12, 29))))
    await desk.add(local, actor=ADMIN, now=NOW)
    assert await case_of(storage, late) == late.case  # an import moves nothing that is under way
    plan = await desk.apply(NOTICE, actor=ADMIN, now=NOW)
    assert [(len(change.moves), change.moves[0].later) for change in plan.changes] == [(1, True)]
    assert answer_of(await case_of(storage, late)) == ("2027-01-04 15:59:59", True)
    async with storage.read() as work:
        events = await work.cases.events(late.case.petition.number)
        [(notice, _)] = await work.outbox.of_petition(late.case.petition.number)
        trail = await work.staff.audit_trail()
        versions = await work.calendars.versions()
    assert (events[-1].type, events[-1].role, *said(reason_of(events[-1]))) == (
        EventType.RESCHEDULED,
        Role.ADMIN,
        "自治区通知、测试用的2027年放假安排",
    )
    assert (
        said(changes_of(events[-1]), notice.values["changes"])
        == ("答复期限由12月30日（星期三）改为1月4日（星期一）（暂定）",) * 2
    )
    assert (notice.kind, *said(notice.values["status"])) == ("rescheduled", "期限调整")
    assert [entry.action for entry in trail] == ["calendar.applied", "calendar.imported", "calendar.imported"]
    assert trail[0].data["petitions"] == [late.case.petition.number]
    assert [version.applied_at for version in versions] == [NOW, NOW]


def _days_off(*days: date) -> tuple[CalendarDay, ...]:
    return tuple(
        CalendarDay(date=day, is_workday=False, name="测试节", source="自治区通知", confirmed=False) for day in days
    )


async def test_a_promise_is_kept_when_the_calendar_gives_an_earlier_date(
    storage: SqlStorage, desk: CalendarDesk
) -> None:
    # Filed on Friday 25 December and promised 6 January; the notice makes Sunday 27 December a working day and takes
    # the 31st off: the same date. Filed on Saturday 26 December with one working day: the 28th; by the notice the 27th.
    early = filed(1, at=datetime(2026, 12, 26, 2, tzinfo=UTC), policy="shanghai:consult")
    await save(storage, early)
    plan = await desk.apply(NOTICE, actor=ADMIN, now=NOW)
    [move] = plan.changes[0].moves
    assert (move.kept, move.later, f"{move.computed:%F}", f"{move.due:%F}") == (True, False, "2026-12-27", "2026-12-28")
    assert answer_of(await case_of(storage, early)) == ("2026-12-28 15:59:59", False)
    async with storage.read() as work:
        assert await work.outbox.of_petition(early.case.petition.number) == ()
        events = await work.cases.events(early.case.petition.number)
    assert said(changes_of(events[-1]), kept_of(events[-1])) == (
        "",
        "答复期限按新日历是12月27日（星期日），承诺不提前，仍为12月28日（星期一）",
    )
    assert (await desk.apply(None, actor=ADMIN, now=NOW)).changes == ()  # recorded once
    async with storage.read() as work:
        assert await work.cases.events(early.case.petition.number) == events


async def test_what_has_passed_or_ended_or_lost_its_policy_stays(storage: SqlStorage, desk: CalendarDesk) -> None:
    passed, answered, orphan = filed(1), filed(2), filed(3, policy="gone")
    await save(storage, passed, answered, orphan)
    terms = Terms(policy=POLICIES["urumqi"], calendar=SEED)
    ticked = tick(passed.case, "answer", now=FILED + 30 * DAY, terms=terms)
    assert ticked is not None
    forwarded = lifecycle.accept(answered.case, actor=CLERK, now=NOW)
    await save(storage, ticked, forwarded)
    await save(storage, lifecycle.answer(forwarded.case, actor=CLERK, now=NOW, text="已修", by="市水务局"))
    plan = await desk.apply(NOTICE, actor=ADMIN, now=NOW)
    assert plan.unknown == {orphan.case.petition.number: "gone"}
    assert [(change.number, [move.key for move in change.moves]) for change in plan.changes] == [
        (passed.case.petition.number, ["feedback:3"])  # begun by passing: it runs on the office's side
    ]
    assert (await case_of(storage, passed)).clock("answer") == ticked.case.clock("answer")
    async with storage.read() as work:
        assert [message.kind for message, _ in await work.outbox.of_petition(passed.case.petition.number)] == [
            "answer_overdue"
        ]


async def test_pauses_count_when_a_date_is_computed_anew(storage: SqlStorage, desk: CalendarDesk) -> None:
    # Filed on Monday 21 December; stood still on the 22nd and 23rd. With the seed the 7 days end on 4 January, with the
    # notice too: the Sunday it works makes up for the 31st it takes off.
    petition = filed(1, at=FILED - 2 * DAY)
    terms = Terms(policy=POLICIES["urumqi"], calendar=SEED)
    accepted = lifecycle.accept(petition.case, actor=CLERK, now=FILED - 2 * DAY)
    asked = hops.ask(accepted.case, actor=CLERK, now=FILED - DAY, terms=terms, question="哪盏灯？", by="市问政办")
    await save(storage, petition, accepted, asked)
    waiting = (await desk.preview(NOTICE, now=NOW)).changes
    keys = [move.key for change in waiting for move in change.moves]
    assert keys == ["supplement:3"]  # the answer stands still: it has no date to move
    async with storage.read() as work:
        history = await work.cases.events(petition.case.petition.number)
    owner = Actor(role=Role.CITIZEN, id=LI)
    told = hops.supplement(asked.case, actor=owner, now=NOW, terms=terms, history=history, text="路口那盏")
    await save(storage, told)
    assert answer_of(await case_of(storage, petition)) == ("2027-01-04 15:59:59", True)
    [change] = (await desk.apply(NOTICE, actor=ADMIN, now=NOW)).changes
    assert [(move.key, move.later, move.kept, move.provisional) for move in change.moves] == [
        ("answer", False, False, False)
    ]
    assert answer_of(await case_of(storage, petition)) == ("2027-01-04 15:59:59", False)


async def test_the_same_notice_is_kept_once_and_a_corrected_one_replaces_it(
    storage: SqlStorage, desk: CalendarDesk
) -> None:
    first = await desk.add(NOTICE, actor=ADMIN, now=NOW)
    assert first is not None
    assert await desk.add(NOTICE, actor=ADMIN, now=NOW) is None
    corrected = replace(NOTICE, days=tuple(day for day in NOTICE.days if day.date != date(2027, 1, 30)))
    assert await desk.add(corrected, actor=ADMIN, now=NOW) is not None
    versions, calendar = await read_calendar(storage)
    assert [version.number for version in versions] == [1, 2]
    assert calendar.is_workday(date(2027, 1, 30)) is False
    assert calendar_of(versions[:1]).is_workday(date(2027, 1, 30)) is True


async def test_a_running_gateway_takes_up_a_version_and_moves_what_it_filed_meanwhile(
    storage: SqlStorage, other_storage: SqlStorage, desk: CalendarDesk
) -> None:
    used: list[WorkCalendar] = []
    woken: list[bool] = []
    watch = CalendarWatch(
        storage=storage,
        desk=desk,
        use=used.append,
        version=0,
        clock=MovableClock(start=NOW),
        wake=lambda: woken.append(True),
    )
    assert await watch.look() is False
    beside = CalendarDesk(other_storage, policies=POLICIES)
    await beside.add(LOCAL, actor=ADMIN, now=NOW)
    assert await watch.look() is True
    assert ([one.is_workday(date(2026, 12, 28)) for one in used], woken) == ([False], [])
    await beside.apply(NOTICE, actor=ADMIN, now=NOW)
    straggler = filed(1, at=FILED)  # with the seed, as a process that had not looked yet
    await save(storage, straggler)
    assert await watch.look() is True
    assert await watch.look() is False
    assert ([one.is_workday(date(2026, 12, 31)) for one in used], woken) == ([True, False], [True])
    assert answer_of(await case_of(storage, straggler)) == ("2027-01-05 15:59:59", True)
    async with storage.read() as work:
        assert (await work.staff.audit_trail(limit=1))[0].actor == CLOCK.id
        page = await work.cases.search(CaseFilter(open_only=True), now=NOW, limit=5)
    assert page.cases[0].petition.version == 2
