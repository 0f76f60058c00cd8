"""What can go wrong in the database, and the one place where drivers' errors are turned into ours.

::

    GatewayError
    ├── bot.petitions.ports.StorageUnavailable   away, locked or out of space: nothing was written, try later
    ├── bot.petitions.errors.Stale               somebody else wrote first (also: a deadlock or a serialisation failure)
    └── StorageError                             a statement failed; a fault of ours or of the data
        ├── Conflict                             a unique key is there already
        └── NeedsMigration                       the schema is older than the program; says what to run
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.errors import GatewayError
from bot.petitions.errors import Stale
from bot.petitions.ports import StorageUnavailable


class StorageError(GatewayError):
    """A statement failed in the database."""


class Conflict(StorageError):
    """A unique key is there already."""


class NeedsMigration(StorageError):
    """The schema of the database is older than the program: run `python -m bot migrate`."""


_SQLITE_AWAY = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)
PRIMARY_CODE = 0xFF
"""SQLite's extended codes carry the primary one in the lowest byte."""

_POSTGRESQL_AWAY = ("08", "53", "57", "58", "25006", "3D", "28")
"""SQLSTATE prefixes: connection, resources, operator, system, read-only standby, no such database, not let in."""
_POSTGRESQL_RACE = ("40",)
_UNIQUE_VIOLATION = "23505"


@contextmanager
def wrapped() -> Iterator[None]:
    """Turn whatever a driver raises inside into one of our errors; the message names no values."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise translate(error) from error


def translate(error: BaseException) -> GatewayError:
    """Return our error for a driver's."""
    if isinstance(error, PoolTimeout | OSError):
        return StorageUnavailable(_name(error))
    if not isinstance(error, DBAPIError):
        return _by_driver(error)
    if error.connection_invalidated:
        return StorageUnavailable(_name(error))
    return _by_driver(_driver_error(error))


def _driver_error(error: DBAPIError) -> BaseException:
    original = error.orig or error
    return original.__cause__ or original  # the asyncpg dialect wraps the driver's error once more


def _by_driver(error: BaseException) -> GatewayError:
    match error:
        case sqlite3.IntegrityError():
            unique = error.sqlite_errorcode in {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}
            return Conflict(error.sqlite_errorname) if unique else StorageError(error.sqlite_errorname)
        case sqlite3.Error():
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
            away = code & PRIMARY_CODE in _SQLITE_AWAY
            return StorageUnavailable(_name(error)) if away else StorageError(f"{_name(error)}: {error}")
        case asyncpg.PostgresError():
            return _by_state(error)
        case asyncpg.InterfaceError() | OSError():
            return StorageUnavailable(_name(error))
        case _:
            return StorageError(_name(error))


def _by_state(error: asyncpg.PostgresError) -> GatewayError:
    state = error.sqlstate or ""
    if state == _UNIQUE_VIOLATION:
        return Conflict(str(error.constraint_name or ""))
    if state.startswith(_POSTGRESQL_RACE):
        return Stale()
    if state.startswith(_POSTGRESQL_AWAY):
        return StorageUnavailable(_name(error))
    return StorageError(f"{_name(error)}: {error.args[0] if error.args else ''}")


def _name(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__name__}"
