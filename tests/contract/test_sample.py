"""The demo's sample: true to the rules on any day it is started, whole in the store, and added once."""

import asyncio
import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from bot.app.sample import SAMPLE_FOLDER, City, history, seed_sample
from bot.app.sample_pictures import SCENES
from bot.app.sample_story import Timetable, load_sample
from bot.clock import SHANGHAI, local
from bot.intake.acting import Registrar
from bot.petitions import acts
from bot.petitions.attachment_ports import AttachmentState
from bot.petitions.case_ports import CaseFilter
from bot.petitions.evolution import replay
from bot.petitions.number import parse_number
from bot.petitions.petition import Actor, Draft
from bot.petitions.routing import barred
from bot.petitions.vocabulary import EventType, Kind, Lamp, MilestoneName, Rating, Role, State
from config.calendar_seed import seed_calendar
from config.directory import load_directory
from config.policy_file import load_policies
from storage.engine import SqlStorage

CONFIG = SAMPLE_FOLDER.parent
NOW = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)  # a Friday, 14:30 in Beijing
STATES = Counter(
    {
        State.FILED: 6,
        State.ACCEPTED: 3,
        State.FORWARDED: 9,
        State.ANSWERED: 4,
        State.CLOSED: 5,
        State.REFUSED: 2,
        State.WITHDRAWN: 1,
    }
)
KINDS = Counter({Kind.COMPLAINT: 15, Kind.CONSULT: 5, Kind.HELP: 4, Kind.SUGGEST: 3, Kind.REPORT: 2, Kind.PRAISE: 1})


@pytest.fixture(scope="module")
def city():
    calendar = seed_calendar()
    policies = load_policies(CONFIG / "deadlines.toml")
    units = load_directory(CONFIG / "units.toml", CONFIG / "matters.toml").units
    return City(
        units={unit.id: unit for unit in units},
        office="云溪市网络问政办公室",
        registrar=Registrar(
            calendar=calendar, policy_of=lambda kind, _words: policies.for_petition(kind), policies=policies.by_name
        ),
        calendar=calendar,
    )


@pytest.fixture(scope="module")
def sample():
    return load_sample(SAMPLE_FOLDER)


async def shown(password):
    return f"hash of {password}"


def seed(storage, city, media_root, *, now=NOW):
    return seed_sample(
        storage,
        registrar=city.registrar,
        calendar=city.calendar,
        units=city.units.values(),
        office=city.office,
        now=now,
        media_root=media_root,
        password_hash=shown,
    )


@pytest.fixture(scope="module")
def seeded(city, migrated_sqlite, tmp_path_factory):
    """The sample in a SQLite of its own, laid out once: no test here changes it."""
    root = tmp_path_factory.mktemp("sample")
    url = f"sqlite+aiosqlite:///{shutil.copyfile(migrated_sqlite, root / 'wenqiao.sqlite3')}"

    async def fill():
        storage = await SqlStorage.open(url)
        added = await seed(storage, city, root)
        async with storage.read() as work:
            numbers = await work.cases.all_numbers()
            cases = [await work.cases.get(number) for number in numbers]
            events = [await work.cases.events(number) for number in numbers]
            files = {number: await work.attachments.of_petition(number) for number in numbers}
        await storage.close()
        return SimpleNamespace(
            root=root, url=url, added=added, numbers=numbers, cases=cases, events=events, files=files
        )

    with ThreadPoolExecutor(1) as thread:  # a loop of its own: the tests' loop is not to be touched
        return thread.submit(lambda: asyncio.run(fill())).result()


@pytest.fixture
async def filled(seeded):
    opened = await SqlStorage.open(seeded.url)
    yield opened
    await opened.close()


async def test_each_database_takes_it(storage, city, tmp_path):
    assert await seed(storage, city, tmp_path) == 30
    async with storage.read() as work:
        for number in await work.cases.all_numbers():
            assert replay(await work.cases.events(number)) == await work.cases.get(number)


def test_every_state_and_kind_is_there(seeded):
    assert seeded.added == 30
    assert Counter(case.petition.state for case in seeded.cases) == STATES
    assert Counter(case.petition.kind for case in seeded.cases) == KINDS
    assert {case.petition.rating for case in seeded.cases} == {None, *Rating}
    closed = [case.petition.rating for case in seeded.cases if case.petition.state is State.CLOSED]
    assert Counter(closed) == {Rating.SATISFIED: 2, Rating.FAIR: 1, Rating.DISSATISFIED: 1, None: 1}


def test_the_stored_case_is_the_replay_of_its_history(seeded):
    assert [replay(events) for events in seeded.events] == seeded.cases


def test_histories_run_forward_and_end_before_now(seeded):
    for events in seeded.events:
        times = [event.at for event in events]
        assert times == sorted(times)
        assert times[-1] <= NOW
        assert [event.seq for event in events] == list(range(1, len(events) + 1))


def test_numbers_are_valid_and_of_their_day(seeded):
    assert [parse_number(number) for number in seeded.numbers] == list(seeded.numbers)
    for case in seeded.cases:
        assert case.petition.number[2:10] == f"{local(case.petition.filed_at):%Y%m%d}"


async def test_a_second_run_adds_nothing(seeded, filled, city):
    assert await seed(filled, city, seeded.root, now=NOW + timedelta(days=1)) == 0
    async with filled.read() as work:
        assert await work.cases.all_numbers() == seeded.numbers


async def test_nothing_is_left_to_send_or_to_tick(seeded, filled):
    async with filled.read() as work:
        assert await work.outbox.waiting_count(now=NOW) == 0
        assert await work.cases.due_milestones(now=NOW, limit=100) == ()


def test_a_reported_unit_never_holds_the_report(seeded, city):
    naming = 0
    for case, events in zip(seeded.cases, seeded.events, strict=True):
        if case.petition.kind is Kind.REPORT:
            kept_from = barred(case.petition.content, city.units.values())
            naming += bool(kept_from)
            assert case.petition.public is False
            assert kept_from & {event.data["unit"] for event in events if event.type is EventType.FORWARDED} == set()
    assert naming == 2


def test_pictures_are_stored_with_their_petitions(seeded, sample):
    files = [file for files in seeded.files.values() for file in files]
    assert len(files) == sum(len(story.pictures) for story in sample.stories) == len(SCENES)
    for number, own in seeded.files.items():
        assert [file.number for file in own] == [number] * len(own)
    for file in files:
        path = seeded.root / file.path
        assert (file.state, file.size) == (AttachmentState.STORED, path.stat().st_size)
        with Image.open(path) as picture:
            assert (picture.format, picture.size) == ("JPEG", (1200, 900))


async def test_everybody_who_acted_can_sign_in(seeded, filled):
    async with filled.read() as work:
        users = {user.name: user for user in await work.staff.users()}
        trail = await work.staff.audit_trail()
    assert {user.password_hash for user in users.values()} == {"hash of wenqiao-demo"}
    happened = [event for events in seeded.events for event in events]
    acted = {event.actor for event in happened if event.role not in {Role.CITIZEN, Role.CLOCK}}
    assert acted <= set(users)
    assert len(trail) == sum(event.actor in users for event in happened)
    officers = {user.unit for user in users.values() if user.role is Role.OFFICER}
    held = {case.petition.unit for case in seeded.cases} - {""}
    assert held <= officers


async def test_hostile_words_are_kept_as_they_came(seeded, filled):
    async with filled.read() as work:
        found = await work.cases.search(CaseFilter(text="<script>alert(1)</script>"), now=NOW, limit=10)
    assert [("=1+1" in case.petition.content) for case in found.cases] == [True]


DAYS = {
    "a working day": datetime(2026, 11, 18, 10, 0, tzinfo=SHANGHAI),
    "Sunday night": datetime(2026, 11, 22, 3, 20, tzinfo=SHANGHAI),
    "Saturday": datetime(2026, 11, 21, 12, 0, tzinfo=SHANGHAI),
    "just after midnight": datetime(2026, 11, 23, 0, 0, 1, tzinfo=SHANGHAI),
    "inside National Day": datetime(2026, 10, 4, 15, 0, tzinfo=SHANGHAI),
    "after Spring Festival": datetime(2026, 2, 26, 9, 0, tzinfo=SHANGHAI),
    "a make-up Saturday": datetime(2026, 10, 10, 23, 58, tzinfo=SHANGHAI),
    "a year not published": datetime(2027, 10, 8, 8, 0, tzinfo=SHANGHAI),
}


def told(sample, city, now):
    """The case of each story as of `now`, by citizen and kind."""
    times, cases = Timetable(city.calendar), {}
    staff = {login.name: Actor(role=login.role, id=login.name, unit=login.unit) for login in sample.logins}
    for story in sample.stories:
        at = times.before(now, story.filed)
        draft = Draft(kind=story.kind, content=story.content)
        case = city.registrar.file(draft, sequence=1, citizen=story.citizen, now=at).outcome.case
        actors = staff | {"": Actor(role=Role.CITIZEN, id=story.citizen)}
        for outcome in history(case, story.step, city=city, actors=actors, now=now):
            case = outcome.case
        cases[story.citizen, story.filed] = case
    return cases


@pytest.mark.parametrize("now", [pytest.param(now.astimezone(UTC), id=name) for name, now in DAYS.items()])
def test_the_states_and_lamps_hold_on_any_day(sample, city, now):
    cases = told(sample, city, now)
    lamps = {story: case.lamp(now) for (story, _), case in cases.items() if not case.petition.state.ended}
    assert Counter(case.petition.state for case in cases.values()) == STATES
    assert [lamps[f"sample-0{n}"] for n in (1, 2, 3, 4, 5, 6)] == [*[Lamp.GREEN] * 4, Lamp.YELLOW, Lamp.RED]
    assert [lamps[f"sample-{n}"] for n in (10, 11, 12, 17, 18)] == [Lamp.GREEN] * 5
    assert [lamps[f"sample-{n}"] for n in (15, 16)] == [Lamp.RED] * 2
    tomorrow = cases["sample-13", "-6w 19:35"].milestone(MilestoneName.ANSWER)
    assert local(tomorrow.due_at).date() == city.calendar.add_workdays(local(now).date(), 1)
    late = cases["sample-16", "-11w 23:10"]
    assert all(milestone.passed_at == milestone.due_at for milestone in late.milestones)


def test_answers_are_worthy_of_a_good_unit(sample):
    answers = [step.text for story in sample.stories for step in story.step if step.act is acts.Act.ANSWER]
    assert [(80 <= len(answer) <= 400, "0999-5550" in answer, "{today}" in answer) for answer in answers] == [
        (True, True, True)
    ] * 9


def test_texts_reach_from_one_line_to_long(sample):
    lengths = sorted(len(story.content) for story in sample.stories)
    assert lengths[0] < 30
    assert lengths[-1] > 550
    assert all(one.content != other.content for one, other in pairwise(sample.stories))


def test_a_moment_is_counted_in_hours_days_or_working_days(city):
    times = Timetable(city.calendar)
    sunday = datetime(2026, 11, 22, 3, 20, tzinfo=SHANGHAI)
    assert times.before(sunday, "-2h20m") == datetime(2026, 11, 22, 1, 0, tzinfo=SHANGHAI)
    assert times.before(sunday, "-3d 21:40") == datetime(2026, 11, 19, 21, 40, tzinfo=SHANGHAI)
    assert times.before(sunday, "-1w 09:15") == datetime(2026, 11, 19, 9, 15, tzinfo=SHANGHAI)
    assert times.after(sunday, "2w 16:10") == datetime(2026, 11, 24, 16, 10, tzinfo=SHANGHAI)
    assert times.fill("{today}，{-2w}至{+3d}，{别的}", sunday) == "2026年11月22日，11月18日至11月25日，{别的}"


@pytest.mark.parametrize("words", ["0d 01:00", "0m", "", "soon"])
def test_a_step_that_leads_back_or_nowhere_is_refused(city, words):
    with pytest.raises(ValueError, match=r"leads back|no time"):
        Timetable(city.calendar).after(datetime(2026, 11, 22, 3, 20, tzinfo=SHANGHAI), words)


def test_the_folder_is_the_shipped_one():
    assert sorted(path.name for path in Path(SAMPLE_FOLDER).iterdir()) == ["petitions.toml", "staff.toml"]
