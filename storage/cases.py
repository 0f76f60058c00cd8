"""Petitions with their clocks and their history: `bot.petitions.ports.Cases` on SQLAlchemy Core.

Every write is guarded by the version that the act started from; the nearest running clock is kept with the petition,
so that lists and lamps need no join.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    and_,
    bindparam,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    update,
)

from bot.petitions.case_ports import CaseFilter, CasePage
from bot.petitions.errors import Stale, WrongNumber
from bot.petitions.number import parse_number
from bot.petitions.petition import Case, Event, Milestone, Outcome
from bot.petitions.vocabulary import Lamp, MilestoneName, State
from storage.attachments import assign
from storage.columns import named
from storage.connection import Connection
from storage.errors import Conflict
from storage.rows.petitions import (
    EVENT_COLUMNS,
    HOPS_COLUMNS,
    MILESTONE_COLUMNS,
    PETITION_COLUMNS,
    event_from,
    event_row,
    hops_row,
    milestone_from,
    milestone_row,
    petition_from,
    petition_row,
)
from storage.rows.sending import OUTBOX_COLUMNS, notice_row
from storage.tables.messages import attachments
from storage.tables.petitions import counters, events, milestones, petitions
from storage.tables.sending import outbox
from storage.upserts import upsert

_GET = select(petitions).where(petitions.c.number == bindparam("number"))
_GET_LOCKED = _GET.with_for_update()
_MILESTONES = (
    select(milestones)
    .where(milestones.c.number.in_(bindparam("numbers", expanding=True)))
    .order_by(milestones.c.number, milestones.c.position)
)
_EVENTS = select(events).where(events.c.number == bindparam("number")).order_by(events.c.seq)
_FILE = insert(petitions)
_CHANGED = (*(name for name in PETITION_COLUMNS if name not in {"number", "citizen", "filed_at"}), *HOPS_COLUMNS)
_CHANGE = (
    update(petitions)
    .where(petitions.c.number == bindparam("b_number"), petitions.c.version == bindparam("b_version"))
    .values({name: bindparam(name) for name in _CHANGED})
)
_ADD_EVENTS = insert(events)
_CLOCK_COLUMNS = (*MILESTONE_COLUMNS, "paused_at")
_PUT_MILESTONES = upsert(
    milestones, _CLOCK_COLUMNS, keys=("number", "name"), update=[n for n in _CLOCK_COLUMNS if n != "number"]
)
_ADD_NOTICES = insert(outbox)
_RESERVE = text(
    "INSERT INTO counters (day, last) VALUES (:day, :count) "
    "ON CONFLICT (day) DO UPDATE SET last = counters.last + :count RETURNING last"
).columns(counters.c.last)
_OF_CITIZEN = (
    select(petitions)
    .where(petitions.c.citizen == bindparam("citizen"))
    .order_by(petitions.c.filed_at.desc(), petitions.c.number.desc())
    .limit(bindparam("limit"))
)
_DUE = (
    select(milestones)
    .where(milestones.c.next_at <= bindparam("now"))
    .order_by(milestones.c.next_at, milestones.c.number, milestones.c.name)
    .limit(bindparam("limit"))
)
_STATES = select(petitions.c.state, func.count().label("total")).group_by(petitions.c.state)
_NUMBERS = select(petitions.c.number).order_by(petitions.c.filed_at, petitions.c.number)

_RUNNING = petitions.c.open_due_at.is_not(None)
_ENDED = [state.value for state in State if state.ended]


class SqlCases:
    """The topic `cases` of one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def get(self, number: str, *, lock: bool = False) -> Case | None:
        """Return the case; `lock` holds its row until the end (SQLite's writers are alone anyway)."""
        row = await self._db.row(_GET_LOCKED if lock else _GET, {"number": number})
        return (await self._cases([row]))[0] if row else None

    async def events(self, number: str) -> tuple[Event, ...]:
        """Return the whole history, oldest first."""
        return tuple(event_from(row) for row in await self._db.rows(_EVENTS, {"number": number}))

    async def save(self, outcome: Outcome) -> None:
        """Write the case after an act, its events, and one outbox row a notice; `Stale` when the version moved on."""
        try:
            await self._write(outcome)
        except Conflict as error:
            raise Stale from error

    async def _write(self, outcome: Outcome) -> None:
        case = outcome.case
        before = case.petition.version - len(outcome.events)
        row = (*petition_row(case), *hops_row(case.petition))
        values = dict(zip((*PETITION_COLUMNS, *HOPS_COLUMNS), row, strict=True))
        if before == 0:
            await self._db.run(_FILE, values)
        else:
            guard = {"b_number": case.petition.number, "b_version": before}
            if await self._db.run(_CHANGE, {name: values[name] for name in _CHANGED} | guard) != 1:
                raise Stale
        await self._db.each(_ADD_EVENTS, named(EVENT_COLUMNS, map(event_row, outcome.events)))
        clocks = [(*milestone_row(clock, place), clock.paused_at) for place, clock in enumerate(case.milestones)]
        await self._db.each(_PUT_MILESTONES, named(_CLOCK_COLUMNS, clocks))
        await self._db.each(_ADD_NOTICES, named(OUTBOX_COLUMNS, map(notice_row, outcome.notices)))
        await assign(self._db, [outcome])

    async def reserve(self, day: date, count: int = 1) -> int:
        """Take `count` sequence numbers of the day (Beijing date); return the first."""
        row = await self._db.row(_RESERVE, {"day": day.isoformat(), "count": count})
        self._db.touched.add(day.isoformat())
        assert row is not None  # noqa: S101 -- an upsert that returns always returns its row
        last: int = row.last
        return last - count + 1

    async def search(self, wanted: CaseFilter, *, now: datetime, limit: int, offset: int = 0) -> CasePage:
        """Return one page of the petitions that match."""
        conditions = tuple(_conditions(wanted, now))
        total = await self._db.row(select(func.count().label("total")).select_from(petitions).where(*conditions))
        page = (
            select(petitions)
            .where(*conditions)
            .order_by(
                petitions.c.open_due_at.asc().nulls_last(), petitions.c.filed_at.desc(), petitions.c.number.desc()
            )
            .limit(limit)
            .offset(offset)
        )
        cases = await self._cases(await self._db.rows(page))
        return CasePage(cases=cases, total=total.total if total else 0)

    async def of_citizen(self, citizen: str, *, limit: int = 20) -> tuple[Case, ...]:
        """Return the citizen's own petitions, newest first."""
        return await self._cases(await self._db.rows(_OF_CITIZEN, {"citizen": citizen, "limit": limit}))

    async def counts(self, *, now: datetime, unit: str | None = None) -> Mapping[str, int]:
        """Return how many there are: one entry a state value, and `lamp:yellow`, `lamp:red` among the open ones."""
        of_unit = () if unit is None else (_with(unit),)
        found = {state.value: 0 for state in State}
        found |= {row.state: row.total for row in await self._db.rows(_STATES.where(*of_unit))}
        for lamp in (Lamp.YELLOW, Lamp.RED):
            count = select(func.count().label("total")).select_from(petitions).where(_shows(lamp, now), *of_unit)
            row = await self._db.row(count)
            found[f"lamp:{lamp}"] = row.total if row else 0
        return found

    async def due_milestones(self, *, now: datetime, limit: int) -> tuple[Milestone, ...]:
        """Return the milestones whose `next_at` has come, most overdue first."""
        return tuple(milestone_from(row) for row in await self._db.rows(_DUE, {"now": now, "limit": limit}))

    async def all_numbers(self, *, since: datetime | None = None) -> tuple[str, ...]:
        """Return every number in order of filing, from the moment `since` on."""
        wanted = _NUMBERS if since is None else _NUMBERS.where(petitions.c.filed_at >= since)
        return tuple(row.number for row in await self._db.rows(wanted))

    async def _cases(self, rows: Sequence[Row[Any]]) -> tuple[Case, ...]:
        if not rows:
            return ()
        clocks: defaultdict[str, list[Milestone]] = defaultdict(list)
        for row in await self._db.rows(_MILESTONES, {"numbers": [row.number for row in rows]}):
            clocks[row.number].append(milestone_from(row))
        return tuple(Case(petition=petition_from(row), milestones=tuple(clocks[row.number])) for row in rows)


def _conditions(wanted: CaseFilter, now: datetime) -> Iterable[ColumnElement[bool]]:
    if wanted.states:
        yield petitions.c.state.in_([state.value for state in wanted.states])
    if wanted.kinds:
        yield petitions.c.kind.in_([kind.value for kind in wanted.kinds])
    if wanted.unit is not None:
        yield _with(wanted.unit)
    if wanted.citizen:
        yield petitions.c.citizen == wanted.citizen
    if wanted.open_only:
        yield or_(petitions.c.state.not_in(_ENDED), _RUNNING)
    if wanted.lamp is not None:
        yield _shows(wanted.lamp, now)
    if wanted.owed is not None:
        yield _owes(wanted.owed)
    if wanted.supervised:
        yield petitions.c.supervisions > 0
    if wanted.text.strip():
        yield _mentions(wanted.text.strip())


def _with(unit: str) -> ColumnElement[bool]:
    """Return the condition for the petitions that a unit has or helps with."""
    helps = and_(
        petitions.c.co_units > literal_column("''"), petitions.c.co_units.contains(f",{unit},", autoescape=True)
    )
    return or_(petitions.c.unit == unit, helps)


def _owes(name: MilestoneName) -> ColumnElement[bool]:
    """Return the condition for the petitions with an open clock of that name."""
    of_name = or_(milestones.c.name == name.value, milestones.c.name.startswith(f"{name}:", autoescape=True))
    return exists().where(
        milestones.c.number == petitions.c.number,
        of_name,
        milestones.c.met_at.is_(None),
        milestones.c.ended_at.is_(None),
    )


def _shows(lamp: Lamp, now: datetime) -> ColumnElement[bool]:
    """Return the condition for `Case.lamp(now) == lamp`."""
    due, warn = petitions.c.open_due_at, petitions.c.open_warn_at
    match lamp:
        case Lamp.RED:
            return and_(_RUNNING, due < now)
        case Lamp.YELLOW:
            return and_(_RUNNING, due >= now, warn <= now)
        case Lamp.GREEN:
            return and_(_RUNNING, due >= now, or_(warn.is_(None), warn > now))
        case Lamp.NONE:
            return due.is_(None)


def _mentions(words: str) -> ColumnElement[bool]:
    """Return the condition for `words` in number, content, place or what was written down of a voice message.

    A number may be typed without prefix and dash.
    """
    columns = (petitions.c.number, petitions.c.content, petitions.c.place)
    written = select(attachments.c.number).where(
        attachments.c.transcript != literal_column("''"), attachments.c.transcript.icontains(words, autoescape=True)
    )
    found = or_(*(column.icontains(words, autoescape=True) for column in columns), petitions.c.number.in_(written))
    try:
        return or_(petitions.c.number == parse_number(words), found)
    except WrongNumber:
        return found
