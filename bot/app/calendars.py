"""The work calendar of a running office: the seed with the imported notices over it, and what follows from a new one.

`CalendarDesk` does for the command line what an administrator wants: look at what a notice would move, keep it, and
move the petitions under way. `CalendarWatch` is the loop by which a running gateway takes up what was imported beside
it. A petition filed meanwhile with the old calendar is moved by that loop, if its version was applied.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.clock import Clock
from bot.petitions.calendar import CalendarNotice, WorkCalendar, days_in_force
from bot.petitions.calendar_ports import CalendarVersion
from bot.petitions.case_ports import CaseFilter
from bot.petitions.errors import Stale
from bot.petitions.petition import CLOCK, Actor, Case
from bot.petitions.policy import Policy
from bot.petitions.ports import Storage, StorageUnavailable, UnitOfWork
from bot.petitions.rescheduling import Move, moves_of, reschedule
from bot.petitions.staff_ports import AuditEntry
from bot.petitions.terms import Terms
from bot.petitions.vocabulary import EventType
from config.calendar_seed import PUBLISHED, seed_calendar

log = structlog.get_logger(__name__)

_PAGE = 2000


def calendar_of(versions: Iterable[CalendarVersion], *more: CalendarNotice) -> WorkCalendar:
    """Return the calendar that these versions, oldest first, and `more` after them make; takes a fifth of a second."""
    return seed_calendar(days_in_force([*(version.notice for version in versions), *more]))


async def read_calendar(storage: Storage) -> tuple[tuple[CalendarVersion, ...], WorkCalendar]:
    """Return the versions kept in the database, oldest first, and the calendar they make."""
    async with storage.read() as work:
        versions = await work.calendars.versions()
    return versions, await asyncio.to_thread(calendar_of, versions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a calendar means for one petition."""

    number: str
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a calendar means for all petitions under way, most urgent first."""

    calendar: WorkCalendar
    version: int
    """The newest version it rests on, apart from the notice looked at."""
    changes: tuple[Change, ...]
    unknown: Mapping[str, str]
    """Number → policy of petitions whose policy does not exist any more: their dates stay."""


class CalendarDesk:
    """Keeps notices and moves petitions; `policies` by the names that petitions keep."""

    def __init__(self, storage: Storage, *, policies: Mapping[str, Policy]) -> None:
        self._storage = storage
        self._policies = policies

    async def preview(self, notice: CalendarNotice | None, *, now: datetime) -> Plan:
        """Return what applying `notice` (None: what is imported already) would do; change nothing."""
        versions, calendar = await read_calendar(self._storage)
        if notice is not None:
            calendar = await asyncio.to_thread(calendar_of, versions, notice)
        return await self._plan(calendar, version=len(versions), now=now)

    async def add(self, notice: CalendarNotice, *, actor: Actor, now: datetime) -> CalendarVersion | None:
        """Keep `notice` as a new version; None when the one in force of its year and region is the same."""
        async with self._storage.begin() as work:
            version = await _added(work, notice, actor=actor, now=now)
            await work.commit()
        return version

    async def apply(self, notice: CalendarNotice | None, *, actor: Actor, now: datetime) -> Plan:
        """Keep `notice`, if given, and move the petitions under way: all in one transaction.

        The petitions are looked through before, so that others wait only for those that move. `Stale` when another
        notice was imported meanwhile.
        """
        plan = await self.preview(notice, now=now)
        async with self._storage.begin() as work:
            if await work.calendars.version() != plan.version:
                raise Stale
            if notice is not None:
                await _added(work, notice, actor=actor, now=now)
            sources = await _sources(work)
            changes = []
            for change in plan.changes:
                case = await work.cases.get(change.number, lock=True)
                moves = await self._moves(work, case, plan.calendar) if case else ()
                if case and moves and await _unrecorded(work, case, moves, plan.calendar):
                    outcome = reschedule(case, moves, calendar=plan.calendar, sources=sources, actor=actor, now=now)
                    await work.cases.save(outcome)
                    changes.append(Change(number=change.number, moves=moves))
            await work.calendars.mark_applied(now=now)
            data = {"calendar": plan.calendar.version, "petitions": [change.number for change in changes]}
            if changes or actor is not CLOCK:
                await work.staff.audit(_entry("calendar.applied", plan.calendar.version, data, actor=actor, now=now))
            await work.commit()
        return replace(plan, changes=tuple(changes))

    async def _plan(self, calendar: WorkCalendar, *, version: int, now: datetime) -> Plan:
        changes: list[Change] = []
        unknown: dict[str, str] = {}
        async with self._storage.read() as work:
            async for case in _open_cases(work, now):
                if case.petition.policy not in self._policies:
                    unknown[case.petition.number] = case.petition.policy
                elif moves := await self._moves(work, case, calendar):
                    changes.append(Change(number=case.petition.number, moves=moves))
        return Plan(calendar=calendar, version=version, changes=tuple(changes), unknown=unknown)

    async def _moves(self, work: UnitOfWork, case: Case, calendar: WorkCalendar) -> tuple[Move, ...]:
        terms = Terms(policy=self._policies[case.petition.policy], calendar=calendar)
        # Only what happened after the filing can have stopped or lengthened a clock.
        history = await work.cases.events(case.petition.number) if case.petition.version > 1 else ()
        return moves_of(case, terms, history=history)


async def _open_cases(work: UnitOfWork, now: datetime) -> AsyncIterator[Case]:
    """Yield the petitions that have not ended, page by page."""
    offset = 0
    while True:
        page = await work.cases.search(CaseFilter(open_only=True), now=now, limit=_PAGE, offset=offset)
        for case in page.cases:
            yield case
        offset += _PAGE
        if offset >= page.total:
            return


async def _added(work: UnitOfWork, notice: CalendarNotice, *, actor: Actor, now: datetime) -> CalendarVersion | None:
    earlier = [version.notice for version in await work.calendars.versions()]
    same = [one for one in earlier if (one.year, one.region) == (notice.year, notice.region)]
    if same and same[-1] == notice:
        return None
    version = await work.calendars.add(notice, by=actor.id, now=now)
    data = {"year": notice.year, "region": notice.region, "source": notice.source, "days": len(notice.days)}
    await work.staff.audit(_entry("calendar.imported", str(version.number), data, actor=actor, now=now))
    return version


async def _sources(work: UnitOfWork) -> tuple[str, ...]:
    """Name the notices that were imported and not yet applied, else the newest, else what a newer seed rests on."""
    versions = await work.calendars.versions()
    fresh = [version for version in versions if version.applied_at is None] or list(versions[-1:])
    return tuple(dict.fromkeys(version.notice.source for version in fresh)) or (PUBLISHED,)


async def _unrecorded(work: UnitOfWork, case: Case, moves: Iterable[Move], calendar: WorkCalendar) -> bool:
    """Tell whether `moves` are news: a promise kept in spite of this calendar is recorded only once."""
    if any(move.later or move.provisional != move.was_provisional for move in moves):
        return True
    events = await work.cases.events(case.petition.number)
    last = next((event for event in reversed(events) if event.type is EventType.RESCHEDULED), None)
    return last is None or last.data["calendar"] != calendar.version


def _entry(action: str, target: str, data: Mapping[str, object], *, actor: Actor, now: datetime) -> AuditEntry:
    return AuditEntry(at=now, actor=actor.id, action=action, target=target, data=data)


class CalendarWatch:
    """Takes up versions newer than `version`; looks for them every `poll` seconds, and when the clock is moved."""

    def __init__(
        self,
        *,
        storage: Storage,
        desk: CalendarDesk,
        use: Callable[[WorkCalendar], None],
        version: int,
        clock: Clock,
        wake: Callable[[], None],
        poll: float = 30.0,
    ) -> None:
        self._storage = storage
        self._desk = desk
        self._use = use
        self._clock = clock
        self._wake = wake
        self._poll = poll
        self._version = version

    async def run(self) -> None:
        """Work for ever."""
        while True:
            await self._clock.sleep(self._poll)
            try:
                await self.look()
            except StorageUnavailable:
                log.warning("calendar.database_away")
            except Exception:
                log.exception("calendar.reload_failed")

    async def look(self) -> bool:
        """Take up a newer version if there is one; True when there was."""
        async with self._storage.read() as work:
            newest = await work.calendars.version()
        if newest == self._version:
            return False
        versions, calendar = await read_calendar(self._storage)
        self._use(calendar)
        if versions[-1].applied_at is not None:
            plan = await self._desk.apply(None, actor=CLOCK, now=self._clock.now())
            self._wake()
            log.info("calendar.caught_up", petitions=len(plan.changes))
        self._version = len(versions)
        log.info("calendar.reloaded", version=self._version, calendar=calendar.version)
        return True
