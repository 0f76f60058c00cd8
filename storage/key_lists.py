"""A list of keys as one value of a statement, however many they are.

An `IN` with a parameter for each key is another statement for every length: both sides would compile it anew each time,
which for the hundreds of citizens who write in a second is dearer than what it finds.
"""

from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import ColumnElement, String, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class _Keys(FunctionElement[str]):
    """The keys of a JSON list, as rows."""

    inherit_cache = True
    name = "keys_of"


@compiles(_Keys, "sqlite")
def _on_sqlite(element: _Keys, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 -- SQLAlchemy's own
    return f"(SELECT value FROM json_each({compiler.process(element.clauses, **options)}))"  # noqa: S608 -- a parameter


@compiles(_Keys, "postgresql")
def _on_postgresql(element: _Keys, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 -- SQLAlchemy's own
    keys = compiler.process(element.clauses, **options)
    return f"(SELECT json_array_elements_text(CAST({keys} AS json)))"


def is_among(column: ColumnElement[str], name: str) -> ColumnElement[bool]:
    """Tell whether a column holds one of the keys that `key_list` made of the parameter `name`."""
    return column.bool_op("IN")(_Keys(bindparam(name, type_=String())))


def key_list(keys: Iterable[str]) -> str:
    """Return keys as the one value that `is_among` takes."""
    return orjson.dumps(list(keys)).decode()
