"""What a migration makes of the rows that are there, on both databases."""

import asyncio
from pathlib import Path

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from storage import migrate

NUMBER = "WQ20261123-0000018"
PETITION = (
    "INSERT INTO petitions "
    "(number, kind, state, citizen, content, public, code, policy, filed_at, updated_at, version) "
    "VALUES (:number, 'complaint', 'filed', 'weibo:demo:7', '路灯', :no, '123456', 'founding', :at, :at, 1)"
)
FILED = (
    "INSERT INTO events (number, seq, type, at, role, actor, data) "
    "VALUES (:number, 1, 'filed', :at, 'citizen', 'weibo:demo:7', :data)"
)
MENTION = (
    "INSERT INTO mentions (key, citizen, payload, state, sent_at, found_at) "
    "VALUES (:key, :citizen, '{}', 'drafted', :at, :at)"
)


CITIZEN = (
    "INSERT INTO citizens (key, session, version, following, window_left, last_seen, draft_at) "
    "VALUES (:key, :session, 1, :no, 0, :at, NULL)"
)


async def to(revision: str):
    """Return what brings a database to `revision`."""
    scripts = await asyncio.to_thread(migrate._read_scripts)

    def run(connection: Connection) -> None:
        steps = {"fn": lambda found, _context: scripts._upgrade_revs(revision, found)}
        migration = MigrationContext.configure(connection, opts=steps)
        with Operations.context(migration):
            migration.run_migrations()

    return run


async def test_mentions_find_the_petitions_that_were_made_of_them_on_sqlite(tmp_path: Path) -> None:
    await mentions_find_their_petitions(f"sqlite+aiosqlite:///{tmp_path / 'empty.sqlite3'}")


async def test_mentions_find_the_petitions_that_were_made_of_them_on_postgresql(empty_postgres_url: str) -> None:
    await mentions_find_their_petitions(empty_postgres_url)


async def mentions_find_their_petitions(url: str) -> None:
    engine = create_async_engine(url)
    at = "2026-11-23 01:00:00.000000" if engine.dialect.name == "sqlite" else None
    async with engine.begin() as connection:
        await connection.run_sync(await to("0006"))
        when = at or (await connection.execute(text("SELECT now()"))).scalar_one()
        await connection.execute(text(PETITION), {"number": NUMBER, "no": False, "at": when})
        data = '{"attachments":["weibo:demo:s11","weibo:demo:s1"]}'
        await connection.execute(text(FILED), {"number": NUMBER, "data": data, "at": when})
        for key, citizen in (("s1", "7"), ("s11", "7"), ("s111", "7"), ("s2", "7"), ("s12", "8")):
            values = {"key": f"weibo:demo:{key}", "citizen": f"weibo:demo:{citizen}", "at": when}
            await connection.execute(text(MENTION), values)
        await connection.run_sync(await to("head"))
        rows = (await connection.execute(text("SELECT key, number FROM mentions ORDER BY key"))).all()
    await engine.dispose()
    filed = {key.rpartition(":")[2] for key, number in rows if number == NUMBER}
    assert (filed, {number for _, number in rows}) == ({"s1", "s11"}, {NUMBER, ""})


async def test_drafts_of_mentions_are_looked_at_on_sqlite(tmp_path: Path) -> None:
    await drafts_of_mentions_are_looked_at(f"sqlite+aiosqlite:///{tmp_path / 'empty.sqlite3'}")


async def test_drafts_of_mentions_are_looked_at_on_postgresql(empty_postgres_url: str) -> None:
    await drafts_of_mentions_are_looked_at(empty_postgres_url)


async def drafts_of_mentions_are_looked_at(url: str) -> None:
    engine = create_async_engine(url)
    at = "2026-11-23 01:00:00.000000" if engine.dialect.name == "sqlite" else None
    async with engine.begin() as connection:
        await connection.run_sync(await to("0017"))
        when = at or (await connection.execute(text("SELECT now()"))).scalar_one()
        waiting = '{"v":1,"s":"idle","w":[{"c":"路灯坏了","m":"weibo:demo:s1"}]}'
        for key, session in (("7", waiting), ("8", '{"v":1,"s":"idle"}'), ("9", "")):
            values = {"key": f"weibo:demo:{key}", "session": session, "no": False, "at": when}
            await connection.execute(text(CITIZEN), values)
        await connection.run_sync(await to("head"))
        rows = (await connection.execute(text("SELECT key FROM citizens WHERE draft_at = last_seen"))).scalars().all()
    await engine.dispose()
    assert rows == ["weibo:demo:7"]
