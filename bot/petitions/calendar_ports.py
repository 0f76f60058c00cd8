"""What is asked of the store of work calendars. Errors and moments as in `ports`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.petitions.calendar import CalendarNotice


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarVersion:
    """One import of a notice; `number` counts from 1 without gaps."""

    number: int
    notice: CalendarNotice
    imported_at: datetime
    imported_by: str
    applied_at: datetime | None = None
    """When the petitions under way were moved to it; None while only new ones are counted with it."""


class Calendars(Protocol):
    """What administrators imported into the work calendar, version by version; nothing is ever taken back."""

    async def version(self) -> int:
        """Return the number of the newest version, 0 when nothing was imported."""
        ...

    async def versions(self) -> tuple[CalendarVersion, ...]:
        """Return all versions, oldest first, each with its days by date."""
        ...

    async def add(self, notice: CalendarNotice, *, by: str, now: datetime) -> CalendarVersion:
        """Keep a notice as the next version; `Stale` when another import came first."""
        ...

    async def mark_applied(self, *, now: datetime) -> None:
        """Record that the petitions under way were moved to all versions there are."""
        ...
