"""What a template message's fields may hold: the limits that production enforces and a test account does not.

Pure. A value that breaks its limit is refused with 47003, and the field is named.
"""

import re
from collections.abc import Iterable, Mapping

from adapters.sandbox.errors import ApiError

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff"
_CLOCK = r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?"
_DAY = r"[0-9]{4}(年[0-9]{1,2}月[0-9]{1,2}日|-[0-9]{1,2}-[0-9]{1,2}|/[0-9]{1,2}/[0-9]{1,2})"
_MOMENT = rf"({_DAY}( ?{_CLOCK})?|{_CLOCK})"
_LIMITS = {
    "thing": r".{1,20}",
    "short_thing": r".{1,20}",
    "number": r"[+-]?[0-9.]{1,32}",
    "letter": r"[A-Za-z]{1,32}",
    "symbol": r"[^\w\s]{1,5}",
    "character_string": r"[\x20-\x7e]{1,32}",
    "time": rf"{_MOMENT}( ?~ ?{_MOMENT})?",
    "date": rf"{_MOMENT}( ?~ ?{_MOMENT})?",
    "amount": r"[¥$€£]?[0-9]{1,10}(\.[0-9]{1,2})?元?",
    "phone_number": r"[0-9+\-() ]{1,17}",
    "car_number": rf"[A-Z0-9{_HAN}]{{1,8}}",
    "name": rf"([{_HAN}·]{{1,10}}|[A-Za-z .]{{1,20}})",
    "phrase": rf"[{_HAN}]{{1,5}}",
    "const": r".{1,20}",
    "enum_string": r".{1,20}",
}
_PATTERNS = {kind: re.compile(pattern) for kind, pattern in _LIMITS.items()}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_EMOJI = re.compile(r"[\U0001f000-\U0001faff\u2600-\u27bf][\ufe0f\u200d]*")
LABELS = {
    "character_string": "编号",
    "thing": "事项",
    "phrase": "状态",
    "const": "状态",
    "time": "时间",
    "date": "日期",
    "name": "姓名",
    "phone_number": "电话",
    "number": "数量",
    "amount": "金额",
}
"""What the card shows before a value, by kind of field, where the template gives no label of its own."""


def kind_of(field: str) -> str:
    """Return the kind of a field: its name without the number at the end."""
    return field.rstrip("0123456789")


def check_fields(names: Iterable[str], data: object) -> dict[str, str]:
    """Return field name → value as the phone shows it (emoji as □); raise 47003 at the first that breaks a rule.

    `data` is the `data` object of the call. A field that the template does not have is ignored, as on the platform.
    """
    if not isinstance(data, Mapping):
        raise ApiError(47001, "data format error")
    shown = {}
    for name in names:
        entry = data.get(name)
        value = entry.get("value") if isinstance(entry, Mapping) else None
        if not isinstance(value, str | int | float) or not str(value).strip():
            raise ApiError(47003, f"argument invalid! data.{name}.value is empty")
        text = str(value)
        pattern = _PATTERNS.get(kind_of(name))
        if _CONTROL.search(text) or (pattern and not pattern.fullmatch(text)):
            raise ApiError(47003, f"argument invalid! data.{name}.value invalid")
        shown[name] = _EMOJI.sub("□", text)
    return shown
