"""How values lie in a column on either database, for Core and for the raw statements of the hot path alike.

Moments are `timestamptz` on PostgreSQL and sortable UTC text on SQLite; JSON is text on both, so that either driver
passes it through. Knows no table.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeAlias

import orjson
from sqlalchemy import DateTime, String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

MomentOut: TypeAlias = Callable[[datetime], Any]
"""How a driver wants a moment: `moment_text` for SQLite, `same_moment` for PostgreSQL and for Core."""

_MICROSECONDS = 26
"""The length of `YYYY-MM-DD HH:MM:SS.ffffff`."""


@lru_cache(maxsize=256)
def moment_text(moment: datetime) -> str:
    """Return an aware moment as SQLite keeps it, `YYYY-MM-DD HH:MM:SS.ffffff` in UTC.

    Kept for a while: the same few moments stand in every row of a batch.
    """
    return moment.astimezone(UTC).isoformat(" ", "microseconds")[:_MICROSECONDS]


def same_moment(moment: datetime) -> datetime:
    """Return the moment as it is."""
    return moment


def text_moment(text: str) -> datetime:
    """Read back what `moment_text` wrote."""
    return datetime.fromisoformat(text + "+00:00")


def maybe(moment: datetime | None, out: MomentOut) -> Any:  # noqa: ANN401 -- whatever the driver wants
    """Return a moment for the driver, or None."""
    return None if moment is None else out(moment)


class Moment(TypeDecorator[datetime]):
    """An aware moment; naive ones are refused."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return timestamptz or text."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(String(_MICROSECONDS))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ANN401 -- by dialect
        """Hand a moment to the driver."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("stored moments are aware")
        return value if dialect.name == "postgresql" else moment_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ANN401 -- by dialect
        """Read a moment from the driver, in UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if dialect.name == "postgresql" else text_moment(value)


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def to_json(value: Mapping[str, Any]) -> str:
    """Return a mapping as it is stored."""
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:  # half of a surrogate pair, or a number beyond 64 bits
        return storable(_encode(value))


def from_json(text: str) -> dict[str, Any]:
    """Read back what `to_json` wrote."""
    data: dict[str, Any] = json.loads(text)
    return data


def storable(text: str) -> str:
    """Return `text` with what no database keeps (NUL, half of a surrogate pair) replaced by U+FFFD."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= letter <= "\udfff" else letter for letter in text)
    return text


def named(columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Return tuples as the mappings that Core takes."""
    return [dict(zip(columns, row, strict=True)) for row in rows]
