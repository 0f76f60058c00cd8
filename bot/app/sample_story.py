"""The demo's stories as `config/sample` tells them, and how their relative times become moments.

Knows the two files and the work calendar; how a story becomes a petition is the business of `bot.app.sample`.
Moments before the demo's now are counted in hours, calendar days or working days: only the last keep a petition green,
due tomorrow or overdue whatever day the demo is started on.
"""

import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from bot.clock import SHANGHAI, local
from bot.petitions.acts import Act
from bot.petitions.calendar import WorkCalendar
from bot.petitions.vocabulary import Kind, Rating, Role
from config.sections import Section

_ONE_DAY = timedelta(days=1)
_SPAN = re.compile(r"(?=\d)(?:(\d+)h)?(?:(\d+)m)?")
_DAYS = re.compile(r"(\d+)([dw]) (\d\d:\d\d)")
_DATE = re.compile(r"\{(?:today|([+-])(\d+)([dw]))\}")


class Step(Section):
    """One act of a story; `after` counts from the step before it, an empty `by` is the citizen."""

    after: str
    act: Act
    by: str = ""
    text: str = ""
    elsewhere: str = ""
    unit: str = ""
    rating: Rating | None = None


class Story(Section):
    """One petition of the sample and what happened to it."""

    citizen: str
    kind: Kind
    filed: str
    content: str
    place: str = ""
    phone: str = ""
    public: bool = False
    latitude: float | None = None
    longitude: float | None = None
    pictures: tuple[str, ...] = ()
    step: tuple[Step, ...] = ()


class Login(Section):
    """One login of the sample."""

    name: str
    display: str
    role: Role
    unit: str = ""


class _Stories(Section):
    petition: tuple[Story, ...]


class _Logins(Section):
    user: tuple[Login, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The content of the folder `config/sample`."""

    stories: tuple[Story, ...]
    logins: tuple[Login, ...]


def load_sample(folder: Path) -> Sample:
    """Read `petitions.toml` and `staff.toml` in `folder`; ValueError when one has not the form it should have."""
    stories = _Stories.model_validate(tomllib.loads((folder / "petitions.toml").read_text(encoding="utf-8")))
    logins = _Logins.model_validate(tomllib.loads((folder / "staff.toml").read_text(encoding="utf-8")))
    return Sample(stories=stories.petition, logins=logins.user)


class Timetable:
    """Turns the relative times of stories into moments, and their dates into words."""

    def __init__(self, calendar: WorkCalendar) -> None:
        self._calendar = calendar

    def before(self, now: datetime, words: str) -> datetime:
        """Return the moment `words` before `now`: `-2h20m`, `-3d 09:15`, or `-6w 09:15` in working days."""
        sign, rest = words[:1], words[1:]
        if sign != "-":
            raise ValueError(f"a story begins in the past: {words}")
        return self._shift(now, rest, -1)

    def after(self, start: datetime, words: str) -> datetime:
        """Return the moment `words` after `start`; ValueError when that is no later."""
        moment = self._shift(start, words, 1)
        if moment <= start:
            raise ValueError(f"{words} leads back")
        return moment

    def fill(self, text: str, at: datetime) -> str:
        """Write out the dates in `text` as seen from `at`: {today} with its year, {-2w} and {+3d} without."""

        def written(found: re.Match[str]) -> str:
            sign, count, unit = found.groups()
            today = local(at).date()
            if sign is None:
                return f"{today.year}年{today.month}月{today.day}日"
            day = self._day(today, int(count) if sign == "+" else -int(count), unit)
            return f"{day.month}月{day.day}日"

        return _DATE.sub(written, text)

    def _shift(self, start: datetime, words: str, direction: int) -> datetime:
        if span := _SPAN.fullmatch(words):
            hours, minutes = (int(part or 0) for part in span.groups())
            return start + direction * timedelta(hours=hours, minutes=minutes)
        if days := _DAYS.fullmatch(words):
            count, unit, clock = days.groups()
            day = self._day(local(start).date(), direction * int(count), unit)
            return datetime.combine(day, time.fromisoformat(clock), SHANGHAI).astimezone(start.tzinfo)
        raise ValueError(f"no time that a story knows: {words}")

    def _day(self, day: date, count: int, unit: str) -> date:
        """Return the day `count` away; back from a rest day, working days count from the last one worked."""
        if unit == "d":
            return day + count * _ONE_DAY
        if count >= 0:
            return self._calendar.add_workdays(day, count)
        for _ in range(-count):
            day = self._worked(day) - _ONE_DAY
        return self._worked(day)

    def _worked(self, day: date) -> date:
        while not self._calendar.is_workday(day):
            day -= _ONE_DAY
        return day
