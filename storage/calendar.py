"""The imported work calendar: `bot.petitions.ports.Calendars` on SQLAlchemy Core.

Versions are only ever added, under a number taken by hand: without gaps, and refused when another came first.
"""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select, update

from bot.petitions.calendar import CalendarDay, CalendarNotice
from bot.petitions.calendar_ports import CalendarVersion
from bot.petitions.errors import Stale
from storage.columns import storable
from storage.connection import Connection
from storage.errors import Conflict
from storage.tables.office import calendar, calendar_versions

_NEWEST = select(func.coalesce(func.max(calendar_versions.c.number), 0).label("number"))
_VERSIONS = select(calendar_versions).order_by(calendar_versions.c.number)
_DAYS = select(calendar).order_by(calendar.c.version, calendar.c.date)
_ADD = insert(calendar_versions)
_ADD_DAYS = insert(calendar)
_MARK_APPLIED = (
    update(calendar_versions).where(calendar_versions.c.applied_at.is_(None)).values(applied_at=bindparam("now"))
)


class SqlCalendars:
    """The topic `calendars` of one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def version(self) -> int:
        """Return the number of the newest version, 0 when nothing was imported."""
        row = await self._db.row(_NEWEST)
        number: int = row.number if row else 0
        return number

    async def versions(self) -> tuple[CalendarVersion, ...]:
        """Return all versions, oldest first, each with its days by date."""
        versions = await self._db.rows(_VERSIONS)
        days: defaultdict[int, list[CalendarDay]] = defaultdict(list)
        sources = {row.number: row.source for row in versions}
        for row in await self._db.rows(_DAYS) if versions else ():
            day = CalendarDay(
                date=row.date,
                is_workday=row.is_workday,
                name=row.name,
                source=sources[row.version],
                confirmed=row.confirmed,
            )
            days[row.version].append(day)
        return tuple(
            CalendarVersion(
                number=row.number,
                notice=CalendarNotice(
                    year=row.year, region=row.region, source=row.source, days=tuple(days[row.number])
                ),
                imported_at=row.imported_at,
                imported_by=row.imported_by,
                applied_at=row.applied_at,
            )
            for row in versions
        )

    async def add(self, notice: CalendarNotice, *, by: str, now: datetime) -> CalendarVersion:
        """Keep a notice as the next version; `Stale` when another import came first."""
        number = await self.version() + 1
        values = {"number": number, "year": notice.year, "region": notice.region, "source": storable(notice.source)}
        try:
            await self._db.run(_ADD, values | {"imported_at": now, "imported_by": by})
        except Conflict as error:
            raise Stale from error
        await self._db.each(
            _ADD_DAYS,
            [
                {
                    "version": number,
                    "date": day.date,
                    "is_workday": day.is_workday,
                    "name": storable(day.name),
                    "confirmed": day.confirmed,
                }
                for day in notice.days
            ],
        )
        return CalendarVersion(number=number, notice=notice, imported_at=now, imported_by=by)

    async def mark_applied(self, *, now: datetime) -> None:
        """Record that the petitions under way were moved to all versions there are."""
        await self._db.run(_MARK_APPLIED, {"now": now})
