"""When a person answers in the chat (人工): opening hours by the work calendar, and how long is waited. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import local
from bot.petitions.calendar import WorkCalendar
from bot.petitions.office_hours import OfficeHours

_ONE_DAY = timedelta(days=1)
_LOOK_DAYS = 30
"""No holidays are longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """`wait`: how long in opening hours somebody waits before we apologise; `idle`: a silent chat ends after it."""

    hours: OfficeHours
    wait: timedelta = timedelta(minutes=10)
    idle: timedelta = timedelta(minutes=30)

    def opens(self, now: datetime, calendar: WorkCalendar) -> datetime | None:
        """Return when somebody is there: `now` while open, else the next opening; None when none is in sight."""
        day = local(now).date()
        for ahead in range(_LOOK_DAYS):
            for opens, closes in self.hours.spans(day + _ONE_DAY * ahead, calendar):
                if now < closes:
                    return max(now, opens)
        return None

    def gives_up(self, now: datetime, calendar: WorkCalendar) -> datetime:
        """Return when who asks `now` has waited long enough: opening hours only."""
        return self.hours.add(now, self.wait, calendar)
