"""The petition number (诉求编号): `WQ` + date + `-` + six-digit sequence + one check digit.

The check digit is ISO 7064 MOD 11,10 over the fourteen digits of date and sequence; it finds every single wrong digit
and almost every swap of neighbours, so that a mistyped number is told apart from an unknown one.
"""

import re
import unicodedata
from datetime import date, datetime
from functools import lru_cache

from bot.petitions.errors import WrongNumber

_SHAPE = re.compile(r"(?:WQ)?(\d{8})-?(\d{6})(\d)", re.IGNORECASE)
_SEEN = re.compile(r"(?<!\d)(?:WQ)?\d{8}-?\d{7}(?!\d)", re.IGNORECASE)
MOST_A_DAY = 999_999
_DAY_SHAPE = "%Y%m%d"


def check_digit(digits: str) -> int:
    """Return the ISO 7064 MOD 11,10 check digit of a string of digits."""
    return (11 - _running(digits)) % 10


def _running(digits: str, product: int = 10) -> int:
    """Return the running product of MOD 11,10 after more digits."""
    for digit in digits:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return product


@lru_cache(maxsize=8)
def _stem(day: date) -> tuple[str, int]:
    """Return the digits of a day and the running product after them: the same for all petitions of the day."""
    stem = day.strftime(_DAY_SHAPE)
    return stem, _running(stem)


def make_number(day: date, sequence: int) -> str:
    """Return the number of the day's `sequence`-th petition (1 … 999 999)."""
    if not 1 <= sequence <= MOST_A_DAY:
        raise ValueError(f"a day has 1 to {MOST_A_DAY} petitions, not {sequence}")
    (stem, product), tail = _stem(day), f"{sequence:06d}"
    return f"WQ{stem}-{tail}{(11 - _running(tail, product)) % 10}"


def normalise(text: str) -> str:
    """Fold what people type for a number: full-width digits, spaces, odd dashes."""
    folded = unicodedata.normalize("NFKC", text)
    return re.sub(r"[‐‑‒–—−_]", "-", re.sub(r"\s+", "", folded))


def parse_number(text: str) -> str:
    """Return the full form of a typed number, prefix and dash optional; `WrongNumber` when shape or digit is wrong."""
    found = _SHAPE.fullmatch(normalise(text))
    if found is None:
        raise WrongNumber
    stem, tail, check = found.groups()
    try:
        day = datetime.strptime(stem, _DAY_SHAPE).date()  # noqa: DTZ007 -- a bare date, no moment in time
    except ValueError:
        raise WrongNumber from None
    if check_digit(stem + tail) != int(check) or tail == "000000":
        raise WrongNumber
    return make_number(day, int(tail))


def find_number(text: str) -> str | None:
    """Return the first thing in `text` that has the shape of a number, as typed; right or wrong."""
    found = _SEEN.search(normalise(text))
    return found.group() if found else None
