"""What a test does to the database behind the gateway's back: look into it, hold locks, take it away."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import text as sql
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from .conftest import House

SOCKET = ".s.PGSQL.5432"


async def rows(house: House, query: str) -> list[Any]:
    """Return the first column of a query, with a new connection if the old one was lost."""
    try:
        return await _rows(house, query)
    except DBAPIError:
        return await _rows(house, query)


async def _rows(house: House, query: str) -> list[Any]:
    async with house.running.storage._reader.connect() as connection:
        return [row[0] for row in await connection.execute(sql(query))]


async def _admin(house: House, database: str | None = None) -> asyncpg.Connection:
    url = make_url(house.database)
    folder = Path(str(url.query["host"])) / SOCKET
    return await asyncpg.connect(
        user=url.username, database=database or url.database, host=str(folder.resolve().parent)
    )


@asynccontextmanager
async def held(house: House, statement: str) -> AsyncIterator[None]:
    """Hold a lock in PostgreSQL, or the SQLite file against all writers, from another connection."""
    if house.database.startswith("sqlite"):
        file = sqlite3.connect(str(make_url(house.database).database), timeout=0, isolation_level=None)
        try:
            await _begin(file)
            yield
        finally:
            file.close()
        return
    connection = await _admin(house)
    try:
        async with connection.transaction():
            await connection.execute(statement)
            yield
    finally:
        await connection.close()


async def _begin(file: sqlite3.Connection) -> None:
    """Get the file between two writers of the gateway, which runs in this thread too."""
    while True:
        try:
            file.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            await asyncio.sleep(0.001)
        else:
            return


@asynccontextmanager
async def away(house: House) -> AsyncIterator[None]:
    """Take the database away: another process holds the SQLite file; PostgreSQL's socket is gone, its backends end."""
    if house.database.startswith("sqlite"):
        async with held(house, ""):
            yield
        return
    url = make_url(house.database)
    link = Path(str(url.query["host"])) / SOCKET
    target = link.resolve()
    link.unlink()
    admin = await _admin_at(target.parent)
    try:
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()",
            url.database,
        )
        await asyncio.sleep(0)
        yield
    finally:
        link.symlink_to(target)
        await admin.close()


async def _admin_at(folder: Path) -> asyncpg.Connection:
    return await asyncpg.connect(user="postgres", database="postgres", host=str(folder))
