"""Personal ID numbers (居民身份证号) in citizens' words: found by their own rules, masked wherever words are listed.

Nobody is ever asked for one, but people write them. They stand in full on the page of the petition alone; lists,
exports, notices and whatever is public show the first and the last four digits. GB 11643: eighteen digits, the last one
(0–9 or X) a check over the others; until 1999 fifteen. Knows no petition.
"""

import re
from datetime import date

_DIGITS = "0-9０-９"
_GAP = r"[\s\-‐‑–—_.·]{0,2}"
_CANDIDATE = re.compile(
    rf"(?<![{_DIGITS}])[1-9１-９](?:{_GAP}[{_DIGITS}]){{13,16}}(?:{_GAP}[{_DIGITS}XxＸｘ×])?(?![{_DIGITS}])"
)
_PLAIN = str.maketrans("０１２３４５６７８９ＸｘxX×", "0123456789XXXXX")
_NOT_OF_IT = re.compile(r"[^0-9X]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_PROVINCES = frozenset(
    str(province)
    for block in (range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66))
    for province in block
) | {"71", "81", "82", "83", "91"}
_NEW, _OLD = 18, 15
_SHOWN = 4
"""Digits shown at either end."""


def masked(text: str) -> str:
    """Return `text` with the middle of every personal ID number starred: 6501**********1234."""
    return _CANDIDATE.sub(_starred, text)


def _starred(found: re.Match[str]) -> str:
    digits = _NOT_OF_IT.sub("", found.group().translate(_PLAIN))
    if not is_id_number(digits):
        return found.group()
    return digits[:_SHOWN] + "*" * (len(digits) - 2 * _SHOWN) + digits[-_SHOWN:]


def is_id_number(digits: str) -> bool:
    """Tell whether these are the digits of a personal ID number, old or new; 'X' is a capital.

    One with a wrong check digit counts when its province and its birthday are real: a slip of the finger hides nothing.
    """
    if len(digits) == _OLD:
        return digits.isdecimal() and digits[:2] in _PROVINCES and _is_day(f"19{digits[6:12]}")
    if len(digits) != _NEW or not digits[:17].isdecimal() or digits[:2] not in _PROVINCES:
        return False
    return _check(digits) == digits[17] or _is_day(digits[6:14])


def _check(digits: str) -> str:
    return _CHECKS[sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=False)) % 11]


def _is_day(digits: str) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return born.year >= 1890  # noqa: PLR2004 -- nobody alive is older
