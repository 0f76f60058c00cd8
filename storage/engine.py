"""The database: opens SQLite or PostgreSQL by URL and hands out units of work and group commits.

SQLite runs in WAL mode with `synchronous=FULL` (a commit is on the disk before it returns), on two pools: readers that
cannot write, and one writer, whose turn is a lock of the process.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Self

from sqlalchemy import event, text
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.petitions.turn_ports import Batch
from storage import migrate
from storage.batch_postgresql import PostgresqlBatches
from storage.batch_sqlite import SqliteBatches
from storage.errors import NeedsMigration, StorageError, wrapped
from storage.recent import Recent
from storage.unit_of_work import SqlUnitOfWork

BUSY_SECONDS = 2
"""How long a statement waits in its helper thread for another process to let go of the SQLite file.

It holds the writers' turn meanwhile, and intake must answer within four seconds.
"""

_SQLITE_SETUP = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}",
)
_POSTGRESQL_SETUP = {"application_name": "wenqiao", "jit": "off", "timezone": "UTC"}
_CONNECT_SECONDS = 5
_STATEMENT_SECONDS = 15
"""After this a server that does not answer counts as away; nothing the gateway asks takes nearly as long."""


class SqlStorage:
    """Implements `bot.petitions.ports.Storage`; made by `open`, ended by `close`."""

    def __init__(
        self,
        *,
        reader: AsyncEngine,
        writer: AsyncEngine,
        batches: "SqliteBatches | PostgresqlBatches",
        turn: asyncio.Lock | None,
        revision: str | None,
        recent: Recent,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._batches = batches
        self._turn = turn
        self._revision = revision
        self._recent = recent

    @classmethod
    async def open(cls, url: str, *, pool_size: int = 8, remember: int = 0) -> Self:
        """Open the database at `url` (`sqlite+aiosqlite:///…` or `postgresql+asyncpg://…`).

        SQLite is created and migrated as needed. PostgreSQL must have been migrated: `NeedsMigration` if not. Batches
        `remember` so many citizens; worth it only where no other process turns messages (`storage.recent`).
        """
        target, recent = make_url(url), Recent(remember)
        match target.get_backend_name():
            case "sqlite":
                return await cls._open_sqlite(target, recent)
            case "postgresql":
                return await cls._open_postgresql(target, recent, pool_size=pool_size)
            case other:
                raise StorageError(f"{other} is not supported: use sqlite+aiosqlite or postgresql+asyncpg")

    @classmethod
    async def _open_sqlite(cls, url: URL, recent: Recent) -> Self:
        if not url.database or url.database == ":memory:":
            raise StorageError("SQLite needs a file: sqlite+aiosqlite:///path")
        if await migrate.needs_migration(url):
            await migrate.upgrade(url)
        reader = sqlite_engine(url, begin="BEGIN", setup=("PRAGMA query_only=ON",))
        writer = sqlite_engine(url, begin="BEGIN IMMEDIATE", pool_size=1)
        turn = asyncio.Lock()
        batches, head = SqliteBatches(Path(url.database), turn=turn, recent=recent), await migrate.head()
        return cls(reader=reader, writer=writer, turn=turn, batches=batches, revision=head, recent=recent)

    @classmethod
    async def _open_postgresql(cls, url: URL, recent: Recent, *, pool_size: int) -> Self:
        if await migrate.needs_migration(url):
            raise NeedsMigration
        engine = postgresql_engine(url, pool_size=pool_size)
        reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        options = dict(engine.dialect.create_connect_args(url)[1]) | _connect_args()
        batches, head = PostgresqlBatches(options, recent=recent), await migrate.head()
        return cls(reader=reader, writer=engine, turn=None, batches=batches, revision=head, recent=recent)

    async def close(self) -> None:
        """Close all connections; call it when nothing uses the storage any more."""
        await self._batches.close()
        await self._reader.dispose()
        await self._writer.dispose()

    def begin(self) -> SqlUnitOfWork:
        """Return a unit of work that may write."""
        return SqlUnitOfWork(self._writer, turn=self._turn, touched=self._recent.forget)

    def read(self) -> SqlUnitOfWork:
        """Return a unit of work that only reads, all of it from one moment."""
        return SqlUnitOfWork(self._reader)

    def batch(self) -> AbstractAsyncContextManager[Batch]:
        """Return a group commit for turns; one at a time in a process, others wait."""
        return self._batches.batch()

    async def check(self) -> None:
        """Raise `StorageUnavailable` when the database does not answer, `NeedsMigration` when its schema is old."""
        with wrapped():
            async with self._reader.connect() as connection:
                await connection.execute(text("SELECT 1"))
                found = await connection.run_sync(migrate.revision)
        if found != self._revision:
            raise NeedsMigration


def sqlite_engine(url: URL, *, begin: str, pool_size: int = 8, setup: Sequence[str] = ()) -> AsyncEngine:
    """Return an engine on a SQLite file whose transactions start with `begin`."""
    engine = create_async_engine(url, pool_size=pool_size, max_overflow=0)

    @event.listens_for(engine.sync_engine, "connect")
    def _set_up(connection: Any, _record: object) -> None:  # noqa: ANN401 -- the driver's, adapted
        connection.isolation_level = None  # no BEGIN of the driver's own: `_begin` below says which
        cursor = connection.cursor()
        for statement in (*_SQLITE_SETUP, *setup):
            cursor.execute(statement)
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def postgresql_engine(url: URL, *, pool_size: int = 8) -> AsyncEngine:
    """Return an engine on a PostgreSQL server."""
    return create_async_engine(
        url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True, connect_args=_connect_args()
    )


def _connect_args() -> dict[str, Any]:
    return {
        "server_settings": dict(_POSTGRESQL_SETUP),
        "timeout": _CONNECT_SECONDS,
        "command_timeout": _STATEMENT_SECONDS,
    }
