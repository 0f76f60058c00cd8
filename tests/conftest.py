"""Fixtures for all tests: real databases and a real Redis, started when the first test asks, fresh for each test.

The whole suite runs in two processes beside each other, each with its own servers; what is named on the command line
runs in one, without the wait for workers. `-n N` and `-n 0` choose otherwise.
"""

import asyncio
import gc
import itertools
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from storage import migrate
from storage.engine import SqlStorage
from storage.tables.whole import whole_schema
from tests.servers import Postgresql, RedisServer, postgresql, redis_server

WORKERS = 2
ALL_TESTS = Path(__file__).parent
hypothesis_settings.register_profile(
    "house",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],  # it measures the neighbours on the machine, not the test
)
hypothesis_settings.load_profile("house")
_names = (f"test_{number}" for number in itertools.count())


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Tell how many processes `--numprocesses auto` means: several for the whole suite, none for a part of it."""
    whole = config.args_source is not pytest.Config.ArgsSource.ARGS or [Path(one).resolve() for one in config.args] == [
        ALL_TESTS
    ]
    return WORKERS if whole and not config.option.collectonly else 0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the slow ones begin: at the end no process works on one of them while the other has nothing left to take."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """Keep what was imported and collected out of every later collection of garbage: none of it ever goes."""
    gc.collect()
    gc.freeze()


def _run_aside(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine in a thread with a loop of its own: the tests' loop is not to be touched."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(work())).result()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgresql]:
    """A PostgreSQL with a migrated database."""
    with postgresql() as server:

        async def prepare() -> None:
            admin = await asyncpg.connect(**server.connect_args("postgres"))
            await admin.execute("ALTER SYSTEM SET fsync = off")  # the machine does not lose its power in a test
            await admin.execute("SELECT pg_reload_conf()")
            await admin.execute("CREATE DATABASE migrated")
            await admin.close()
            await migrate.upgrade(server.url("migrated"))

        _run_aside(prepare)
        yield server


@pytest.fixture
async def postgres_url(postgres: Postgresql) -> str:
    """A migrated PostgreSQL database without rows; it is emptied before each test, which is faster than a new one."""
    connection = await asyncpg.connect(**postgres.connect_args("migrated"))
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    emptying = [f"DELETE FROM {table.name}" for table in reversed(whole_schema().sorted_tables)]  # noqa: S608 -- our names
    await connection.execute("; ".join(emptying))
    await connection.close()
    return postgres.url("migrated")


@pytest.fixture
async def empty_postgres_url(postgres: Postgresql) -> AsyncIterator[str]:
    """A PostgreSQL database without tables."""
    name = next(_names)
    admin = await asyncpg.connect(**postgres.connect_args("postgres"))
    await admin.execute(f"CREATE DATABASE {name}")
    try:
        yield postgres.url(name)
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.sqlite3"
    _run_aside(lambda: migrate.upgrade(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """A fresh, migrated SQLite file."""
    path = tmp_path / "wenqiao.sqlite3"
    shutil.copyfile(migrated_sqlite, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def storage_url(request: pytest.FixtureRequest) -> str:
    """A fresh database of each kind in turn."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
async def storage(storage_url: str) -> AsyncIterator[SqlStorage]:
    """A storage on a fresh database, on each kind in turn."""
    opened = await SqlStorage.open(storage_url)
    yield opened
    await opened.close()


@pytest.fixture
async def other_storage(storage_url: str, storage: SqlStorage) -> AsyncIterator[SqlStorage]:
    """A second storage on the same database, as another process would have."""
    opened = await SqlStorage.open(storage_url)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def redis_process() -> Iterator[RedisServer]:
    """A Redis for the whole run."""
    with redis_server() as server:
        yield server


@pytest.fixture
def redis_url(redis_process: RedisServer) -> str:
    """The Redis of the run; what other tests left there is still there."""
    return redis_process.url
