"""The database as a whole: migrations, transactions, errors and the plans of what runs all the time."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, make_url
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.ext.asyncio import create_async_engine

from bot.clock import SHANGHAI
from bot.petitions.errors import Stale
from bot.petitions.ports import StorageUnavailable
from bot.petitions.turn_ports import TurnWrites
from storage import attachments, batch_postgresql, cases, migrate, outbox_claims
from storage.engine import SqlStorage
from storage.errors import Conflict, NeedsMigration, StorageError, translate
from storage.tables.whole import whole_schema
from tests.contract.petitioning import LI, NOW, filing, message, record, row

TODAY = date(2026, 11, 20)


async def differences(url: str) -> list[Any]:
    def compare(connection: Connection) -> list[Any]:
        defaults = connection.dialect.name == "postgresql"  # Alembic cannot compare those of SQLite
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": defaults}
        )
        return compare_metadata(context, whole_schema())

    engine = create_async_engine(url)
    async with engine.connect() as connection:
        found = await connection.run_sync(compare)
    await engine.dispose()
    return found


async def test_the_migrations_make_the_tables_of_the_program(storage_url: str) -> None:
    assert await differences(storage_url) == []
    assert await migrate.current(storage_url) == await migrate.head()
    await migrate.upgrade(storage_url)


async def test_an_empty_sqlite_is_migrated_when_it_is_opened(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'new folder' / 'new.sqlite3'}"
    storage = await SqlStorage.open(url)
    await storage.check()
    await storage.close()
    assert await migrate.needs_migration(url) is False
    assert await differences(url) == []


async def test_an_empty_sqlite_can_be_migrated_beforehand(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'new folder' / 'new.sqlite3'}"
    await asyncio.gather(*(migrate.upgrade(url) for _ in range(3)))
    assert await migrate.current(url) == await migrate.head()


async def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageUnavailable):
        await SqlStorage.open(f"sqlite+aiosqlite:///{tmp_path / 'file' / 'new.sqlite3'}")


async def test_an_empty_postgresql_is_refused_until_it_is_migrated(empty_postgres_url: str) -> None:
    with pytest.raises(NeedsMigration, match="python -m bot migrate"):
        await SqlStorage.open(empty_postgres_url)
    await asyncio.gather(*(migrate.upgrade(empty_postgres_url) for _ in range(3)))
    storage = await SqlStorage.open(empty_postgres_url)
    await storage.check()
    await storage.close()


@pytest.mark.parametrize("url", ["sqlite+aiosqlite://", "sqlite+aiosqlite:///:memory:", "mysql://localhost/x"])
async def test_databases_that_cannot_keep_the_promises_are_refused(url: str) -> None:
    with pytest.raises(StorageError):
        await SqlStorage.open(url)


async def test_leaving_without_a_commit_rolls_back(storage: SqlStorage) -> None:
    outcome = filing()

    async def fail() -> None:
        async with storage.begin() as work:
            await work.cases.save(outcome)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with storage.begin() as work:
        await work.cases.save(outcome)
    async with storage.read() as work:
        assert await work.cases.all_numbers() == ()


async def test_a_cancelled_unit_of_work_leaves_nothing_and_blocks_nobody(storage: SqlStorage) -> None:
    entered = asyncio.Event()

    async def hang() -> None:
        async with storage.begin() as work:
            await work.turns.load([], [LI])
            entered.set()
            await asyncio.Event().wait()

    hanging = asyncio.create_task(hang())
    await entered.wait()
    hanging.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hanging
    async with storage.begin() as work:
        assert await work.turns.citizen(LI) is None


async def test_a_reader_cannot_write_and_sees_one_moment(storage: SqlStorage, other_storage: SqlStorage) -> None:
    async with storage.read() as reading:
        assert await reading.turns.citizen(LI) is None
        async with other_storage.begin() as work:
            await work.turns.save(TurnWrites(citizens=[row()]))
            await work.commit()
        assert await reading.turns.citizen(LI) is None
    async with storage.read() as reading:
        assert await reading.turns.citizen(LI) == row(version=1)
        with pytest.raises((StorageError, StorageUnavailable)):
            await reading.turns.spend_window(LI, left=1)


async def test_naive_moments_are_refused(storage: SqlStorage) -> None:
    async with storage.read() as work:
        with pytest.raises(StorageError):
            await work.cases.due_milestones(now=NOW.replace(tzinfo=None), limit=1)


async def test_turns_and_staff_write_side_by_side(storage: SqlStorage) -> None:
    async def turn(number: int) -> None:
        async with storage.batch() as batch:
            await batch.load([], [LI])
            await batch.save(TurnWrites(records=[record(message(str(number)))]))

    async def act(number: int) -> None:
        async with storage.begin() as work:
            await work.cases.save(filing(number))
            await work.commit()

    await asyncio.gather(*(step(number) for number in range(1, 21) for step in (turn, act)))
    async with storage.read() as work:
        assert len(await work.cases.all_numbers()) == 20


@contextmanager
def held(url: str) -> Iterator[None]:
    """Hold a SQLite file as another process would."""
    other = sqlite3.connect(make_url(url).database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.rollback()
        other.close()


async def test_a_file_held_by_another_process_is_waited_for_without_blocking(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = await SqlStorage.open(sqlite_url)
    async with storage.batch():
        pass
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0)
            ticks += 1

    async def reserve(key: str) -> int:
        async with storage.batch() as batch:
            first = await batch.reserve(TODAY, 1)
            await batch.save(TurnWrites(records=[record(message(key))]))
        return first

    ticking = asyncio.create_task(tick())
    with held(sqlite_url):
        reserving = asyncio.create_task(reserve("1"))
        done, _ = await asyncio.wait((reserving,), timeout=0.1)
        assert done == set()
    assert await reserving == 1
    ticking.cancel()
    assert ticks > 100

    monkeypatch.setattr("storage.batch_sqlite.BUSY_TRIES", 3)
    with held(sqlite_url), pytest.raises(StorageUnavailable):
        await reserve("2")
    assert await reserve("2") == 2
    await storage.close()


async def test_cut_connections_are_replaced_and_a_missing_database_is_unavailable(
    postgres: Any, postgres_url: str
) -> None:
    storage = await SqlStorage.open(postgres_url)
    async with storage.batch() as batch:
        await batch.reserve(TODAY, 1)
    admin = await asyncpg.connect(**postgres.connect_args("postgres"))
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1"
    await storage.check()
    await admin.execute(end, make_url(postgres_url).database)
    await storage.check()  # a connection that was cut is found before it is used, and replaced
    while not storage._batches._connection.is_closed():  # type: ignore[union-attr]
        await asyncio.sleep(0)
    async with storage.batch() as batch:
        assert await batch.reserve(TODAY, 1) == 2
    await admin.close()
    await storage.close()
    gone = make_url(postgres_url).set(database="nowhere").render_as_string(hide_password=False)
    with pytest.raises(StorageUnavailable):
        await SqlStorage.open(gone)


def sqlite_error(kind: type[sqlite3.Error], code: int) -> sqlite3.Error:
    error = kind("words")
    error.sqlite_errorcode = code  # as the driver sets it
    error.sqlite_errorname = "SQLITE_NAME"
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (sqlite_error(sqlite3.OperationalError, sqlite3.SQLITE_BUSY_SNAPSHOT), StorageUnavailable),
        (sqlite_error(sqlite3.OperationalError, sqlite3.SQLITE_FULL), StorageUnavailable),
        (sqlite_error(sqlite3.OperationalError, sqlite3.SQLITE_ERROR), StorageError),
        (sqlite_error(sqlite3.IntegrityError, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY), Conflict),
        (sqlite_error(sqlite3.IntegrityError, sqlite3.SQLITE_CONSTRAINT_NOTNULL), StorageError),
        (asyncpg.DeadlockDetectedError("x"), Stale),
        (asyncpg.SerializationError("x"), Stale),
        (asyncpg.TooManyConnectionsError("x"), StorageUnavailable),
        (asyncpg.CannotConnectNowError("x"), StorageUnavailable),
        (asyncpg.DiskFullError("x"), StorageUnavailable),
        (asyncpg.UniqueViolationError("x"), Conflict),
        (asyncpg.UndefinedTableError("x"), StorageError),
        (asyncpg.InterfaceError("connection is closed"), StorageUnavailable),
        (ConnectionRefusedError(), StorageUnavailable),
        (TimeoutError(), StorageUnavailable),
    ],
)
def test_errors_of_drivers_are_told_apart(error: Exception, expected: type[Exception]) -> None:
    assert type(translate(error)) is expected


PARAMETERS = {"now": "2026-11-20", "limit": 10, "account": "main", "channel": "wechat:%"}
LOOPS = [
    (cases._DUE, "ix_milestones_next_at"),
    (outbox_claims._DUE, "ix_outbox_pending"),
    (outbox_claims._EXPIRED, "ix_outbox_sending"),
    (attachments._DUE, "ix_attachments_wanted"),
]


@pytest.mark.parametrize(("statement", "index"), LOOPS)
async def test_looking_for_work_on_sqlite_uses_a_partial_index(sqlite_url: str, statement: Any, index: str) -> None:
    sql = str(statement.compile(dialect=sqlite_dialect.dialect(paramstyle="named")))
    with sqlite3.connect(make_url(sqlite_url).database or "") as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {sql}", PARAMETERS | {"param_1": 0}).fetchall()
    connection.close()
    steps = [step[3] for step in plan]
    assert index in steps[0]
    assert [step for step in steps if step.startswith("SCAN") or "TEMP B-TREE" in step] == []


@pytest.mark.parametrize(("statement", "index"), LOOPS)
async def test_looking_for_work_on_postgresql_uses_a_partial_index(
    postgres_url: str, statement: Any, index: str
) -> None:
    """With many done rows and the generic plan that a prepared statement ends up with."""
    storage = await SqlStorage.open(postgres_url)
    async with storage.begin() as work:
        await work.cases.save(filing())
        await work.commit()
    connection = await asyncpg.connect(**storage._batches._options)  # type: ignore[union-attr]
    for many in MANY_DONE:
        await connection.execute(many)
    await connection.execute("VACUUM ANALYZE")
    compiled = statement.compile(dialect=postgresql.asyncpg.dialect())  # type: ignore[no-untyped-call]
    sql = str(compiled)
    await connection.execute("SET plan_cache_mode = force_generic_plan")
    await connection.execute(f"PREPARE due AS {sql}")
    values = ", ".join(repr(PARAMETERS[name]) for name in compiled.positiontup)
    plan = "\n".join(line[0] for line in await connection.fetch(f"EXPLAIN EXECUTE due({values})"))
    await connection.close()
    await storage.close()
    assert f"using {index}" in plan
    assert "Seq Scan" not in plan


async def test_what_a_batch_looks_up_is_planned_by_an_index_while_the_tables_are_small(postgres_url: str) -> None:
    """The plan is kept: a scan, cheapest today, would be done for weeks."""
    storage = await SqlStorage.open(postgres_url)
    async with storage.batch() as batch:
        connection = batch._connection  # type: ignore[attr-defined]
        await connection.execute(
            "INSERT INTO citizens (key) VALUES ('c');"
            "INSERT INTO inbound (key, citizen, kind, state, payload, received_at) "
            "VALUES ('k', 'c', 'text', 'turned', '{}', now()); ANALYZE citizens, inbound"
        )
        await connection.execute(f"PREPARE look_up AS {batch_postgresql._LOAD}")
        lines = await connection.fetch("EXPLAIN EXECUTE look_up (ARRAY['k'], ARRAY['c'])")
        await connection.execute(f"PREPARE write AS {batch_postgresql._save_sql(('citizens', 'taken'))}")
        row = "ARRAY[ROW('c', '{}', 1, true, now(), 5, now(), now())]::new_citizen[]"
        last = "ARRAY[ROW('2026-11-20', 1, 2)]::new_last_number[]"
        lines += await connection.fetch(f"EXPLAIN EXECUTE write ({row}, {last}, 2)")
    await storage.close()
    plan = "\n".join(line[0] for line in lines)
    assert "Index Scan using pk_citizens" in plan
    assert "Index Scan using pk_counters" in plan
    assert "pk_inbound" in plan
    assert "pk_citizens" in plan
    assert "Seq Scan" not in plan


@pytest.mark.parametrize(
    ("moment", "kept"),
    [
        (datetime(2026, 11, 23, 9, 30, 15, 123456, tzinfo=SHANGHAI), "2026-11-23 01:30:15.123456+00"),
        (datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), "1999-12-31 23:59:59.999999+00"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01 00:00:00+00"),
        (datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), "9999-12-31 23:59:59.999999+00"),
    ],
)
async def test_a_batch_keeps_a_moment_to_the_microsecond(postgres_url: str, moment: datetime, kept: str) -> None:
    storage = await SqlStorage.open(postgres_url)
    async with storage.batch() as batch:
        connection = batch._connection  # type: ignore[attr-defined]
        found = await connection.fetchrow("SELECT $1::timestamptz, $1::timestamptz::text, NULL::timestamptz", moment)
    await storage.close()
    assert tuple(found) == (moment, kept, None)
    assert found[0].tzinfo is UTC


MANY_DONE = (
    """INSERT INTO milestones (number, name, position, started_at, due_at, provisional)
    SELECT number, 'm' || i, 0, now(), now(), false FROM petitions, generate_series(1, 20000) i""",
    """INSERT INTO outbox (key, citizen, account, kind, phrase, "values", created_at, state, next_at, lease_until)
    SELECT 'k' || i, 'c' || i, 'main', 'reply', 'p', '{}', now(), 'sent', now(), now()
    FROM generate_series(1, 20000) i""",
    """INSERT INTO deliveries (outbox_id, attempt, rung, started_at, outcome)
    SELECT id, 1, 'message', now(), 'accepted' FROM outbox""",
    """INSERT INTO attachments (key, citizen, kind, media_id, received_at, state)
    SELECT 'k' || i, 'c', 'image', 'm', now(), 'stored' FROM generate_series(1, 20000) i""",
)
