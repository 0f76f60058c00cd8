"""A callback's body → a dict of its fields that any database and any JSON reader can keep.

What is cleaned: NUL and the other characters that are no text, halves of surrogate pairs, integers beyond 64 bits (kept
as text). Knows no message type.
"""

import json
import re
from typing import Any
from urllib.parse import unquote_to_bytes

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_SAFE_DIGITS = 18
_DEEPEST = 12

Fields = dict[str, Any]


class UnreadableBodyError(Exception):
    """Not one JSON object in UTF-8."""


def clean(text: str) -> str:
    """Return `text` without what is no character."""
    return FORBIDDEN.sub("", text)


def is_xml(body: bytes) -> bool:
    """Tell whether the account pushes XML instead of JSON."""
    return body.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def parse(body: bytes) -> tuple[Fields, bool]:
    """Return the object in `body`, and whether it had to be percent-decoded first; raise `UnreadableBodyError`.

    Decoding is tried only after plain reading has failed: it would destroy `+0800` and every `%` of a citizen's.
    """
    try:
        return _read(body), False
    except UnreadableBodyError:
        if b"%" not in body:
            raise
    return _read(unquote_to_bytes(body)), True


def parse_object(text: str) -> Fields:
    """Return the object written in a text field; raise `UnreadableBodyError`."""
    return _read(text.encode("utf-8", "surrogatepass"))


def _read(body: bytes) -> Fields:
    try:
        text = body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        raise UnreadableBodyError("not UTF-8") from None
    try:
        value = json.loads(text, strict=False, parse_int=_integer, parse_float=_fraction, parse_constant=_constant)
    except (ValueError, RecursionError):
        raise UnreadableBodyError("not JSON") from None
    if not isinstance(value, dict):
        raise UnreadableBodyError("not a JSON object")
    cleaned: Fields = _cleaned(value, depth=0)
    return cleaned


def _cleaned(value: Any, *, depth: int) -> Any:  # noqa: ANN401  whatever JSON can hold
    if depth > _DEEPEST:
        raise UnreadableBodyError("nested too deep")
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(item, depth=depth + 1) for item in value]
    if isinstance(value, dict):
        return {clean(name): _cleaned(item, depth=depth + 1) for name, item in value.items()}
    return value


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _SAFE_DIGITS else digits


def _fraction(digits: str) -> float | str:
    value = float(digits)
    return value if abs(value) != float("inf") else digits


def _constant(name: str) -> Any:  # noqa: ANN401  never returns
    raise ValueError(name)
