"""Brings a database to the schema this program knows, by the Alembic scripts in `storage/migrations`.

There is no `env.py`: the scripts are read in a thread, and run on a connection and in one transaction of our own, so
that a migration that fails leaves nothing half done on either database.
"""

import asyncio
from pathlib import Path

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from storage.errors import wrapped

_SCRIPTS = Path(__file__).with_name("migrations")
_LOCK = 0x57_51
"""The key of the lock that lets one process migrate a PostgreSQL at a time."""


async def upgrade(url: str | URL) -> None:
    """Migrate the database at `url` to the newest schema; nothing happens when it is there already."""
    scripts = await asyncio.to_thread(_read_scripts)
    with wrapped():
        engine = await _engine(make_url(url))
        async with engine.connect() as connection:
            await _begin(connection)
            await connection.run_sync(_run, scripts)
            await connection.commit()


async def current(url: str | URL) -> str | None:
    """Return the revision of the database at `url`, None for an empty one."""
    with wrapped():
        engine = await _engine(make_url(url))
        async with engine.connect() as connection:
            return await connection.run_sync(revision)


async def needs_migration(url: str | URL) -> bool:
    """Whether the database at `url` is older than the program."""
    return await current(url) != await head()


async def head() -> str | None:
    """Return the newest revision this program knows."""
    return (await asyncio.to_thread(_read_scripts)).get_current_head()


def revision(connection: Connection) -> str | None:
    """Return the revision of the database behind a connection."""
    return MigrationContext.configure(connection).get_current_revision()


async def _engine(url: URL) -> AsyncEngine:
    """Return an engine without a pool; the folder of a SQLite file is made where absent."""
    if url.get_backend_name() == "sqlite" and url.database:
        await asyncio.to_thread(Path(url.database).parent.mkdir, parents=True, exist_ok=True)
    return create_async_engine(url, poolclass=NullPool)


def _read_scripts() -> ScriptDirectory:
    scripts = ScriptDirectory(str(_SCRIPTS))
    scripts.get_heads()  # loads every script now, in this thread
    return scripts


async def _begin(connection: AsyncConnection) -> None:
    """Begin a transaction in which the schema may change, alone."""
    if connection.dialect.name == "sqlite":
        await connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _run(connection: Connection, scripts: ScriptDirectory) -> None:
    def steps(found: tuple[str, ...], _context: MigrationContext) -> object:
        return scripts._upgrade_revs("head", found)  # type: ignore[arg-type]  # noqa: SLF001 -- as Alembic documents it

    migration = MigrationContext.configure(connection, opts={"fn": steps})
    with Operations.context(migration):
        migration.run_migrations()
