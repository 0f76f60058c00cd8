"""The hot path on SQLite: many turns in one transaction, `bot.petitions.ports.Batch` on the bare driver.

The statements run in the event loop's own thread: each costs a few microseconds in the page cache, less than handing it
to another thread. Only COMMIT, which waits for the disk, goes to a helper thread. The writers' lock of the process is
held from BEGIN to COMMIT; when another process holds the file, BEGIN is tried again without blocking the loop.
Nothing here reads a file of a citizen or waits for a lock of SQLite in the loop.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

from bot.petitions.errors import Stale
from bot.petitions.ports import StorageUnavailable
from bot.petitions.turn_ports import CitizenRow, TurnState, TurnWrites
from storage.columns import moment_text, text_moment
from storage.errors import PRIMARY_CODE, Conflict, wrapped
from storage.helper_thread import HelperThread
from storage.recent import Recent
from storage.rows.messages import ATTACHMENT_COLUMNS, CITIZEN_COLUMNS, INBOUND_COLUMNS
from storage.rows.petitions import EVENT_COLUMNS, MILESTONE_COLUMNS, PETITION_COLUMNS
from storage.rows.sending import OUTBOX_COLUMNS
from storage.turn_rows import Rows, turn_rows

BUSY_TRIES = 100
BUSY_PAUSE = 0.02
"""Together two seconds of waiting for another process, in pieces that leave the loop free."""

OPEN_SECONDS = 5
"""How long opening waits, in the helper thread; afterwards nothing ever waits inside the driver."""

_SETTINGS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=0",
    "cache_size=-32768",  # KiB: the pages that the citizens of a busy day touch
    "wal_autocheckpoint=4000",  # pages: a page that many batches write is moved into the file once for all of them
)
_STATEMENTS = 256
"""How many prepared statements the driver keeps."""


def _insert(table: str, columns: Sequence[str]) -> str:
    names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
    return f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 -- names of our own tables


_ADD_INBOUND = _insert("inbound", INBOUND_COLUMNS)
_PUT_NEWCOMER = (
    f"{_insert('citizens', CITIZEN_COLUMNS)} ON CONFLICT (key) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in CITIZEN_COLUMNS[1:])
    + " WHERE citizens.version = excluded.version - 1"
)
_PUT_CITIZEN = (
    "UPDATE citizens SET "  # noqa: S608 -- own names
    + ", ".join(f"{name} = ?{place}" for place, name in enumerate(CITIZEN_COLUMNS[1:], 2))
    + f" WHERE key = ?1 AND version = ?{CITIZEN_COLUMNS.index('version') + 1} - 1"
)
_ADD_PETITION = _insert("petitions", PETITION_COLUMNS)
_ADD_ATTACHMENT = _insert("attachments", ATTACHMENT_COLUMNS)
_ADD_EVENT = _insert("events", EVENT_COLUMNS)
_ADD_MILESTONE = _insert("milestones", MILESTONE_COLUMNS)
_SET_NUMBER = "UPDATE attachments SET number = ? WHERE key = ?"
_ADD_NOTICE = _insert("outbox", OUTBOX_COLUMNS)
_ADD_LATE = _ADD_NOTICE + " ON CONFLICT (key) DO NOTHING"
_REPEATS = "SELECT key, reply FROM inbound WHERE key IN ({})"
_CITIZENS = f"SELECT {', '.join(CITIZEN_COLUMNS)} FROM citizens WHERE key IN ({{}})"  # noqa: S608 -- own names
_RESERVE = (
    "INSERT INTO counters (day, last) VALUES (?, ?) "
    "ON CONFLICT (day) DO UPDATE SET last = counters.last + excluded.last RETURNING last"
)


class SqliteBatches:
    """Hands out the batches of one process, on one connection that is opened with the first."""

    def __init__(self, path: Path, *, turn: asyncio.Lock, recent: Recent) -> None:
        self._path = path
        self._turn = turn
        self._recent = recent
        self._connection: sqlite3.Connection | None = None
        self._thread = HelperThread("sqlite-commit")

    @asynccontextmanager
    async def batch(self) -> AsyncIterator["SqliteBatch"]:
        """Begin a group commit; leaving it without `save` rolls back."""
        async with self._turn:
            connection = self._connection or await self._connect()
            await _begin(connection)
            try:
                yield SqliteBatch(connection, self._thread, self._recent)
            finally:
                if connection.in_transaction:
                    connection.rollback()

    async def close(self) -> None:
        """Close the connection."""
        async with self._turn:
            if self._connection is not None:
                connection, self._connection = self._connection, None
                await self._thread.run(connection.close)
        self._thread.end()

    async def _connect(self) -> sqlite3.Connection:
        with wrapped():
            self._connection = await self._thread.run(self._open)
        return self._connection

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path,
            timeout=OPEN_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=_STATEMENTS,
        )
        for setting in _SETTINGS:
            connection.execute(f"PRAGMA {setting}").fetchall()
        return connection


class SqliteBatch:
    """One group commit, inside its transaction."""

    def __init__(self, connection: sqlite3.Connection, thread: HelperThread, recent: Recent) -> None:
        self._connection = connection
        self._thread = thread
        self._recent = recent

    def remembered(self, citizens: Sequence[str]) -> Mapping[str, CitizenRow]:
        """Return the rows that the batches before have written, as far as they are remembered."""
        return self._recent.citizens(citizens)

    async def load(self, keys: Sequence[str], citizens: Sequence[str]) -> TurnState:
        """Return the repeats among `keys` and the rows of `citizens` (absent ones as a fresh `CitizenRow`)."""
        with wrapped():
            repeats = self._among(_REPEATS, keys)
            rows = self._among(_CITIZENS, citizens)
        found = {row[0]: _citizen(row) for row in rows}
        found |= {key: CitizenRow(key=key) for key in citizens if key not in found}
        return TurnState(repeats=dict(repeats), citizens=found)

    async def reserve(self, day: date, count: int) -> int:
        """Take petition sequence numbers; they are free again when the batch is not saved."""
        with wrapped():
            ((last,),) = self._connection.execute(_RESERVE, (day.isoformat(), count)).fetchall()
        return int(last) - count + 1

    async def save(self, writes: TurnWrites) -> None:
        """Write all and commit; `Stale` when a citizen or an inbound key was written meanwhile."""
        try:
            with wrapped():
                self._write(writes)
            await self._commit()
        except BaseException as error:
            self._recent.doubt()
            if isinstance(error, Conflict):
                raise Stale from error
            raise
        self._recent.wrote(writes.citizens)

    def _write(self, writes: TurnWrites) -> None:
        rows = turn_rows(writes, moment_text)
        self._each(_ADD_INBOUND, rows.inbound)
        known = self._each(_PUT_NEWCOMER, rows.newcomers) + self._each(_PUT_CITIZEN, rows.citizens)
        if known != len(writes.citizens):
            raise Stale
        if rows.petitions:
            self._each(_ADD_PETITION, rows.petitions)
            self._each(_ADD_EVENT, rows.events)
            self._each(_ADD_MILESTONE, rows.milestones)
            self._each(_SET_NUMBER, rows.numbers)
            self._each(_ADD_NOTICE, rows.notices)
        self._each(_ADD_ATTACHMENT, rows.attachments)
        self._each(_ADD_LATE, rows.late)

    async def _commit(self) -> None:
        committing = self._thread.run(self._connection.commit)
        with wrapped():
            try:
                await asyncio.shield(committing)
            except asyncio.CancelledError:
                await asyncio.wait((committing,))  # the connection must not be touched before the commit is through
                raise

    def _among(self, sql: str, keys: Sequence[str]) -> list[tuple[Any, ...]]:
        if not keys:
            return []
        return self._connection.execute(sql.format(", ".join("?" * len(keys))), tuple(keys)).fetchall()

    def _each(self, sql: str, rows: Rows) -> int:
        return self._connection.executemany(sql, rows).rowcount if rows else 0


async def _begin(connection: sqlite3.Connection) -> None:
    for _ in range(BUSY_TRIES):
        with wrapped():
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & PRIMARY_CODE != sqlite3.SQLITE_BUSY:
                    raise
            else:
                return
        await asyncio.sleep(BUSY_PAUSE)
    raise StorageUnavailable("another process holds the database")


def _citizen(row: tuple[Any, ...]) -> CitizenRow:
    key, session, version, following, until, left, seen, draft = row
    return CitizenRow(
        key=key,
        session=session,
        version=version,
        following=bool(following),
        window_until=text_moment(until) if until else None,
        window_left=left,
        last_seen=text_moment(seen) if seen else None,
        draft_at=text_moment(draft) if draft else None,
    )
