"""The demo's sample: staff, and thirty petitions with the history they would have had.

Everything goes through the registrar and the lifecycle, each act with its own `now`; between the acts the clocks run,
so that warnings and passed limits stand in the history where they fell. Nothing of the past is told again: the notices
are left out, for the citizens of the sample are on no platform.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.app.sample_pictures import Picture, draw
from bot.app.sample_story import Login, Step, Story, Timetable, load_sample
from bot.clock import local
from bot.intake.acting import Registrar
from bot.messages import Channel, CitizenRef, MediaKind
from bot.petitions import hops, lifecycle
from bot.petitions.acts import Act
from bot.petitions.attachment_ports import Attachment, AttachmentState
from bot.petitions.calendar import WorkCalendar
from bot.petitions.clock_acts import tick
from bot.petitions.petition import Actor, Case, Draft, Event, Outcome
from bot.petitions.ports import Storage, UnitOfWork
from bot.petitions.routing import Unit, barred
from bot.petitions.staff_ports import AuditEntry, User
from bot.petitions.turn_ports import TurnWrites
from bot.petitions.vocabulary import EventType, Role
from config.settings import SHIPPED

DEMO_PASSWORD = "wenqiao-demo"  # noqa: S105 -- the demo prints it; the logins exist nowhere else
SAMPLE_FOLDER = SHIPPED.with_name("sample")
_PICTURE_EARLIER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """What the histories need of the office: the units by id, its own name, the registrar, the work calendar."""

    units: Mapping[str, Unit]
    office: str
    registrar: Registrar
    calendar: WorkCalendar


async def seed_sample(
    storage: Storage,
    *,
    registrar: Registrar,
    calendar: WorkCalendar,
    units: Iterable[Unit],
    office: str,
    now: datetime,
    media_root: Path,
    password_hash: Callable[[str], Awaitable[str]],
    account: str = "demo",
) -> int:
    """Add the sample as of `now` and return how many petitions; nothing and 0 when there is any petition.

    `media_root` is the data directory that attachments' paths are relative to, `office` what answers are signed with
    that no unit gave, `account` the account of the citizens (`wechat:demo:sample-01`). Logins that exist are kept.
    """
    city = City(units={unit.id: unit for unit in units}, office=office, registrar=registrar, calendar=calendar)
    sample = await asyncio.to_thread(load_sample, SAMPLE_FOLDER)
    times = Timetable(calendar)
    dated = sorted(((times.before(now, story.filed), story) for story in sample.stories), key=lambda pair: pair[0])
    async with storage.begin() as work:
        if await work.cases.all_numbers():
            return 0
        await _add_staff(work, sample.logins, password=await password_hash(DEMO_PASSWORD), now=now)
        actors = {login.name: Actor(role=login.role, id=login.name, unit=login.unit) for login in sample.logins}
        acts: list[Event] = []
        for filed_at, story in dated:
            citizen = CitizenRef(channel=Channel.WECHAT, account=account, user=story.citizen).key
            case = await _file(work, story, city=city, citizen=citizen, at=filed_at, media_root=media_root)
            everyone = {**actors, "": Actor(role=Role.CITIZEN, id=citizen)}
            for outcome in history(case, story.step, city=city, actors=everyone, now=now):
                await work.cases.save(replace(outcome, notices=()))
                acts += outcome.events
        await _audit(work, sorted(acts, key=lambda event: event.at))
        await work.commit()
    return len(dated)


async def _add_staff(work: UnitOfWork, logins: Iterable[Login], *, password: str, now: datetime) -> None:
    """Add the logins that are not there; they share the hash, as they share the password."""
    for login in logins:
        if await work.staff.user(login.name) is None:
            user = User(
                name=login.name,
                display=login.display,
                role=login.role,
                unit=login.unit,
                password_hash=password,
                created_at=now,
            )
            await work.staff.put_user(user)


async def _file(work: UnitOfWork, story: Story, *, city: City, citizen: str, at: datetime, media_root: Path) -> Case:
    """File a story as a turn of its citizen would have."""
    files = [
        await _attach(scene, citizen=citizen, at=at - _PICTURE_EARLIER, media_root=media_root)
        for scene in story.pictures
    ]
    draft = Draft(
        kind=story.kind,
        content=Timetable(city.calendar).fill(story.content, at),
        place=story.place,
        latitude=story.latitude,
        longitude=story.longitude,
        attachments=tuple(file.key for file in files),
        phone=story.phone,
        public=story.public,
    )
    sequence = await work.cases.reserve(local(at).date())
    outcome = city.registrar.file(draft, sequence=sequence, citizen=citizen, now=at).outcome
    row = (await work.turns.load((), (citizen,))).citizens[citizen]
    writes = TurnWrites(citizens=(replace(row, last_seen=at),), attachments=files, outcomes=(outcome,))
    await work.turns.save(writes)
    return outcome.case


async def _attach(scene: str, *, citizen: str, at: datetime, media_root: Path) -> Attachment:
    """Draw a scene and return it as a file that was fetched."""
    folder = media_root / "media" / f"{local(at):%Y-%m}"
    picture: Picture = await asyncio.to_thread(draw, scene, folder)
    path = str(picture.path.relative_to(media_root))
    return Attachment(
        key=f"{citizen}:{scene}",
        citizen=citizen,
        number=None,
        kind=MediaKind.IMAGE,
        media_id=f"sample-{scene}",
        better_id="",
        received_at=at,
        state=AttachmentState.STORED,
        path=path,
        playable=path,
        content_type="image/jpeg",
        size=picture.size,
        sha256=picture.sha256,
        attempts=1,
    )


def history(
    case: Case, steps: Iterable[Step], *, city: City, actors: Mapping[str, Actor], now: datetime
) -> Iterator[Outcome]:
    """Yield what happened to `case` until `now`, acts and clocks in the order of time.

    `actors` are by login, the citizen under ''. A story that runs beyond `now` or breaks a rule raises.
    """
    times, at = Timetable(city.calendar), case.petition.filed_at
    for step in steps:
        at = times.after(at, step.after)
        if at > now:
            raise ValueError(f"a step of {case.petition.number} lies in the future")
        for outcome in _run_clocks(case, city=city, until=at):
            case = outcome.case
            yield outcome
        outcome = _act(case, step, city=city, actor=actors[step.by], at=at)
        case = outcome.case
        yield outcome
    yield from _run_clocks(case, city=city, until=now)


def _run_clocks(case: Case, *, city: City, until: datetime) -> Iterator[Outcome]:
    while True:
        due = [(m.next_at, m.key) for m in case.milestones if m.next_at is not None and m.next_at <= until]
        if not due:
            return
        at, key = min(due)
        terms = city.registrar.terms(case.petition)
        outcome = tick(case, key, now=at, terms=terms, unit_name=_by(case, city))
        if outcome is None:
            raise ValueError(f"the clock {key} of {case.petition.number} was due and did nothing")
        case = outcome.case
        yield outcome


def _act(case: Case, step: Step, *, city: City, actor: Actor, at: datetime) -> Outcome:
    text = Timetable(city.calendar).fill(step.text, at)
    match step.act:
        case Act.ACCEPT:
            return lifecycle.accept(case, actor=actor, now=at, note=text)
        case Act.REFUSE:
            return lifecycle.refuse(case, actor=actor, now=at, reason=text, elsewhere=step.elsewhere)
        case Act.FORWARD:
            kept_from = barred(case.petition.content, city.units.values())
            unit = city.units[step.unit]
            terms = city.registrar.terms(case.petition)
            return lifecycle.forward(case, actor=actor, now=at, unit=unit, note=text, barred=kept_from, terms=terms)
        case Act.SIGN:
            terms = city.registrar.terms(case.petition)
            return hops.sign(case, actor=actor, now=at, terms=terms, by=_by(case, city))
        case Act.ANSWER:
            return lifecycle.answer(case, actor=actor, now=at, text=text, by=_by(case, city))
        case Act.CLOSE:
            return lifecycle.close(case, actor=actor, now=at, note=text)
        case Act.WITHDRAW:
            return lifecycle.withdraw(case, actor=actor, now=at, reason=text)
        case Act.RATE if step.rating is not None:
            return lifecycle.rate(case, actor=actor, now=at, rating=step.rating, words=text)
        case _:
            raise ValueError(f"no step of a story: {step.act}, or a rating without its word")


def _by(case: Case, city: City) -> str:
    """Name who has the petition."""
    return city.units[case.petition.unit].name if case.petition.unit else city.office


_AUDITED = {
    EventType.SIGNED: Act.SIGN,
    EventType.ACCEPTED: Act.ACCEPT,
    EventType.REFUSED: Act.REFUSE,
    EventType.FORWARDED: Act.FORWARD,
    EventType.ANSWERED: Act.ANSWER,
    EventType.CLOSED: Act.CLOSE,
}


async def _audit(work: UnitOfWork, events: Iterable[Event]) -> None:
    """Write the lines that the acts of staff leave in the audit trail."""
    for event in events:
        if event.type in _AUDITED and event.role is not Role.CLOCK:
            data = {"role": event.role.value, "unit": event.data.get("unit", "")}
            action = f"petition.{_AUDITED[event.type]}"
            await work.staff.audit(
                AuditEntry(at=event.at, actor=event.actor, action=action, target=event.number, data=data)
            )
