"""The seed of the work calendar: the published notices as `chinesecalendar` carries them, and a guess for later years.

What an administrator imports is laid over it. Beyond the package's last year no notice is known: the statutory days of
the rule in force since 2025 (国务院令第795号: 13 days) are taken as rest days, without any make-up workday, and every
such row is unconfirmed (暂定).
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from chinese_calendar import constants

from bot.petitions.calendar import IN_LIEU, CalendarDay, WorkCalendar, edge_of_year

PUBLISHED = "国务院办公厅放假通知"
ESTIMATED = "按法定节假日推算"
YEARS_BEYOND = 30

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "New Year's Day": "元旦",
        "Spring Festival": "春节",
        "Tomb-sweeping Day": "清明节",
        "Labour Day": "劳动节",
        "Dragon Boat Festival": "端午节",
        "National Day": "国庆节",
        "Mid-autumn Festival": "中秋节",
        "Anti-Fascist 70th Day": "抗战胜利纪念日",
    }
)

SOLAR: tuple[tuple[str, int, int], ...] = (
    ("元旦", 1, 1),
    ("劳动节", 5, 1),
    ("劳动节", 5, 2),
    ("国庆节", 10, 1),
    ("国庆节", 10, 2),
    ("国庆节", 10, 3),
)

# The festivals of the lunar calendar and 清明 as (month, day). Source: the lunisolar tables of the `holidays` package
# (holidays/calendars/chinese.py); 清明 of the year 2000 + y by floor(0.2422 y + 4.81) - floor(y / 4) of April.
LUNAR: Mapping[int, Mapping[str, tuple[int, int]]] = MappingProxyType(
    {
        2027: {"春节": (2, 6), "清明节": (4, 5), "端午节": (6, 9), "中秋节": (9, 15)},
        2028: {"春节": (1, 26), "清明节": (4, 4), "端午节": (5, 28), "中秋节": (10, 3)},
        2029: {"春节": (2, 13), "清明节": (4, 4), "端午节": (6, 16), "中秋节": (9, 22)},
        2030: {"春节": (2, 3), "清明节": (4, 5), "端午节": (6, 5), "中秋节": (9, 12)},
        2031: {"春节": (1, 23), "清明节": (4, 5), "端午节": (6, 24), "中秋节": (10, 1)},
        2032: {"春节": (2, 11), "清明节": (4, 4), "端午节": (6, 12), "中秋节": (9, 19)},
    }
)
SPRING_FESTIVAL_DAYS = range(-1, 3)
"""New Year's Eve (除夕) to the third day, counted from the first."""


def seed_calendar(overrides: Iterable[CalendarDay] = ()) -> WorkCalendar:
    """Build the work calendar of the office: the seed with `overrides` laid over it.

    A year counts as published when the package has it, or when the overrides hold a confirmed row for its 1 January
    (every notice names that day; a local holiday alone does not make a year known). The guess for such a year is
    dropped; so is what the package has of it, but for the December days that the next year's notice decides.
    """
    imported = tuple(overrides)
    packaged = frozenset(day.year for day in constants.holidays)
    announced = {row.date.year for row in imported if row.confirmed and (row.date.month, row.date.day) == (1, 1)}
    known = packaged | announced
    rows = [row for row in published_days() if row.date.year not in announced or _of_next_year(row.date, packaged)]
    for year in range(max(packaged) + 1, max(known) + YEARS_BEYOND + 1):
        if year not in known:
            rows.extend(estimated_days(year))
    return WorkCalendar([*rows, *imported], known, years_beyond=YEARS_BEYOND)


def _of_next_year(day: date, packaged: frozenset[int]) -> bool:
    """Tell whether the notice of the next year, which the package has, decides about `day`."""
    return day.year + 1 in packaged and day in edge_of_year(day.year)


def published_days() -> Iterator[CalendarDay]:
    """Yield the days of the published notices that depart from Monday to Friday."""
    for day, holiday in constants.holidays.items():
        in_lieu = day in constants.in_lieu_days
        name = f"{NAMES.get(holiday, holiday)}{IN_LIEU if in_lieu else ''}"
        yield CalendarDay(date=day, is_workday=False, name=name, source=PUBLISHED)
    for day, holiday in constants.workdays.items():
        yield CalendarDay(date=day, is_workday=True, name=NAMES.get(holiday, holiday), source=PUBLISHED)


def estimated_days(year: int) -> tuple[CalendarDay, ...]:
    """Return the statutory days of a year without notice; beyond the table only those of the solar calendar."""
    days: dict[date, str] = {}
    for name, (month, day) in LUNAR.get(year, {}).items():
        first = date(year, month, day)
        offsets = SPRING_FESTIVAL_DAYS if name == "春节" else range(1)
        days.update({first + timedelta(days=offset): name for offset in offsets})
    for name, month, day in SOLAR:
        holiday = date(year, month, day)
        days[holiday] = f"{name}、{days[holiday]}" if holiday in days else name
    return tuple(
        CalendarDay(date=day, is_workday=False, name=name, source=ESTIMATED, confirmed=False)
        for day, name in sorted(days.items())
    )
