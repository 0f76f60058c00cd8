"""Values of a category template, cut to what the platform takes: a field of the wrong form rejects the whole message.

The type is the field's name without its number (`thing1`, `character_string2`). Limits: the documented table, in
characters. A value that is blank is replaced by a mark its type allows, where that is a word by the one handed in; a
time or date cannot be made up, so it raises. The Chinese here is the platform's own, whatever language is spoken: a
`phrase` takes Chinese characters only, `time` and `date` are written 2026年12月1日, an `amount` may end in 元.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping

from adapters.wechat.parsing import clean

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_NUMBER = re.compile(r"-?\d{1,32}(?:\.\d+)?", re.ASCII)
_MOMENT = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ](\d{1,2}:\d{2})(:\d{2})?\S*)?", re.ASCII)
_DATE = r"\d{4}年\d{1,2}月\d{1,2}日"
_HOUR = r"\d{1,2}:\d{2}(?::\d{2})?"
_ONE_TIME = rf"(?:{_DATE}(?: ?{_HOUR})?|{_HOUR})"
_TIME = re.compile(rf"{_ONE_TIME}(?: ?~ ?{_ONE_TIME})?", re.ASCII)
_ELLIPSIS = "…"
_PICTURES = frozenset({"So", "Cs", "Co", "Cn", "Sk"})
_NUMBER_LENGTH = 32


def fit_fields(fields: Mapping[str, str], *, blank: str) -> dict[str, str]:
    """Return the fields as the platform takes them; raise ValueError naming a field that cannot be made to fit.

    `blank` is the word for no value.
    """
    return {name: _fit(name, value, blank=blank) for name, value in fields.items()}


def _fit(name: str, value: str, *, blank: str) -> str:
    line = " ".join("".join(sign for sign in clean(value) if not _is_picture(sign)).split())
    kind = name.rstrip("0123456789")
    try:
        if kind in _FITTERS:
            return _FITTERS[kind](line)
        fit = _WORDS.get(kind, _thing)
        return fit(line) or fit(blank) or _nothing(line)
    except ValueError:
        raise ValueError(f"the template field {name} has no value of its type") from None


def _nothing(line: str) -> str:
    raise ValueError(line)


def _is_picture(sign: str) -> bool:
    """Emoji (shown as □) and what only joins them; white space stays for the line to be split by."""
    if sign.isspace():
        return False
    category = unicodedata.category(sign)
    return category in _PICTURES or category in {"Cc", "Cf", "Mn", "Me"} or sign == "\u20e3"


def _cut(line: str, length: int) -> str:
    return line if len(line) <= length else line[: length - 1].rstrip() + _ELLIPSIS


def _thing(line: str) -> str:
    return _cut(line, 20)


def _short_thing(line: str) -> str:
    return line[:5].strip()  # its limit is not documented: the narrowest one is kept


def _character_string(line: str) -> str:
    return "".join(sign for sign in line if sign.isascii())[:32].strip() or "-"


def _letter(line: str) -> str:
    return "".join(sign for sign in line if sign.isascii() and sign.isalpha())[:32] or "NA"


def _symbol(line: str) -> str:
    return re.sub(r"[\w\s]", "", line)[:5] or "-"


def _phrase(line: str) -> str:
    return "".join(_HAN.findall(line))[:5]


def _name(line: str) -> str:
    """Return a name in Han characters only, or in letters only: the limits differ."""
    if _HAN.search(line):
        return "".join(sign for sign in line if _HAN.match(sign) or sign == "·")[:10]
    return "".join(sign for sign in line if sign.isascii() and (sign.isalpha() or sign in " ."))[:20].strip()


def _phone_number(line: str) -> str:
    return "".join(sign for sign in line if sign.isascii() and (sign.isdigit() or sign in "+-()"))[:17] or "-"


def _car_number(line: str) -> str:
    signs = (sign for sign in line.upper() if _HAN.match(sign) or (sign.isascii() and sign.isalnum()))
    return "".join(signs)[:8]


def _number(line: str) -> str:
    found = _NUMBER.search(line)
    return found.group()[:_NUMBER_LENGTH].rstrip(".") if found else "0"


def _amount(line: str) -> str:
    found = re.search(r"[¥$]?\d{1,10}(?:\.\d{1,2})?元?", line.replace(",", "").replace("￥", "¥"), re.ASCII)
    return found.group() if found else "0"


def _const(line: str) -> str:
    return line[:20].strip()  # only approved values or none: nothing may be put in its place


def _time(line: str) -> str:
    written = _MOMENT.sub(_in_words, line)
    if not _TIME.fullmatch(written):
        raise ValueError(line)
    return written


def _date(line: str) -> str:
    written = _time(line)
    if "年" not in written:
        raise ValueError(line)
    return written


def _in_words(found: re.Match[str]) -> str:
    year, month, day, hour = found.group(1, 2, 3, 4)
    date = f"{year}年{int(month)}月{int(day)}日"
    return f"{date} {hour}" if hour else date


_WORDS: Mapping[str, Callable[[str], str]] = {
    "thing": _thing,
    "short_thing": _short_thing,
    "phrase": _phrase,
    "name": _name,
    "car_number": _car_number,
}
"""The types that hold a word: '' for a line that has none."""
_FITTERS: Mapping[str, Callable[[str], str]] = {
    "character_string": _character_string,
    "letter": _letter,
    "symbol": _symbol,
    "phone_number": _phone_number,
    "number": _number,
    "amount": _amount,
    "const": _const,
    "enum_string": _const,
    "time": _time,
    "date": _date,
}
