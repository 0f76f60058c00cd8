"""The hot path on PostgreSQL: many turns in two round trips, `bot.petitions.ports.Batch` on bare asyncpg.

Each of `load`, `reserve` and `save` is one statement that commits by itself. `save` is a chain of data-modifying CTEs
over one array of rows a table (`unnest`), holding only the parts that have rows; its text is kept per shape, so that
the driver's prepared statements are found again. Between `load` and `save` nothing is locked: the version of every
citizen guards the write, and so does the last petition number where it was remembered instead of asked for. When fewer
rows were written than expected, a division by zero makes the whole statement fail, which is `Stale`.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, TypeAlias

import asyncpg

from bot.petitions.errors import Stale
from bot.petitions.turn_ports import CitizenRow, TurnState, TurnWrites
from storage.columns import same_moment
from storage.errors import Conflict, wrapped
from storage.recent import Recent, Taken
from storage.rows.messages import ATTACHMENT_COLUMNS, CITIZEN_COLUMNS, INBOUND_COLUMNS
from storage.rows.petitions import EVENT_COLUMNS, MILESTONE_COLUMNS, PETITION_COLUMNS
from storage.rows.sending import OUTBOX_COLUMNS
from storage.turn_rows import turn_rows

Connection: TypeAlias = Any
"""asyncpg publishes no types."""
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""From which PostgreSQL counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One part of a save: the type of its rows, which come as one array, and what reads them where it says {rows}.

    The types are made by migrations, with the columns in the order of `storage.rows`; an array for each column would be
    dearer on either side (docs/decisions/0005).
    """

    row: str
    sql: str


def _insert(row: str, table: str, columns: Sequence[str], *, conflict: str = "") -> _Part:
    names = ", ".join(f'"{name}"' for name in columns)
    return _Part(row=row, sql=f"INSERT INTO {table} ({names}) SELECT * FROM {{rows}} {conflict}")  # noqa: S608 -- own names


_NEW = ", ".join(f"new_{name}" for name in CITIZEN_COLUMNS)
_LATEST_CITIZEN = (
    "ON CONFLICT (key) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in CITIZEN_COLUMNS[1:])
    + " WHERE citizens.version = excluded.version - 1"
)
_PARTS: Mapping[str, _Part] = {
    "inbound": _insert("new_inbound", "inbound", INBOUND_COLUMNS),
    "newcomers": _insert("new_citizen", "citizens", CITIZEN_COLUMNS, conflict=_LATEST_CITIZEN),
    "citizens": _Part(
        row="new_citizen",
        sql=f"UPDATE citizens SET {', '.join(f'{name} = new_{name}' for name in CITIZEN_COLUMNS[1:])} "  # noqa: S608 -- own names
        f"FROM {{rows}} AS new ({_NEW}) WHERE key = new_key AND version = new_version - 1",
    ),
    "taken": _Part(
        row="new_last_number",
        sql="UPDATE counters SET last = new.last FROM {rows} AS new (day, before, last) "
        "WHERE counters.day = new.day AND counters.last = new.before",
    ),
    "attachments": _insert("new_attachment", "attachments", ATTACHMENT_COLUMNS),
    "petitions": _insert("new_petition", "petitions", PETITION_COLUMNS),
    "events": _insert("new_event", "events", EVENT_COLUMNS),
    "milestones": _insert("new_milestone", "milestones", MILESTONE_COLUMNS),
    "numbers": _Part(
        row="new_attachment_number",
        sql="UPDATE attachments SET number = new.number FROM {rows} AS new (number, key) "
        "WHERE attachments.key = new.key",
    ),
    "notices": _insert("new_message", "outbox", OUTBOX_COLUMNS),
    "late": _insert("new_message", "outbox", OUTBOX_COLUMNS, conflict="ON CONFLICT (key) DO NOTHING"),
}
_LOAD = f"""
SELECT 'r', key, reply, 0, false, NULL::timestamptz, 0, NULL::timestamptz, NULL::timestamptz
  FROM inbound WHERE key = ANY($1::text[])
UNION ALL
SELECT 'c', {", ".join(CITIZEN_COLUMNS)} FROM citizens WHERE key = ANY($2::text[])
"""  # noqa: S608 -- names of our own columns
_GUARDED = ("newcomers", "citizens", "taken")
"""The parts of which every row must have been written."""
_RESERVE = (
    "WITH taken AS (INSERT INTO counters (day, last) VALUES ($1, $2) "
    "ON CONFLICT (day) DO UPDATE SET last = counters.last + excluded.last RETURNING last) "
    "SELECT last, set_config('synchronous_commit', 'off', true) FROM taken"
)
"""Does not wait for the disk: it stands in the log before the `save` that uses the numbers, and that one waits."""


class PostgresqlBatches:
    """Hands out the batches of one process, on one connection that is opened anew whenever it was lost."""

    def __init__(self, options: Mapping[str, Any], *, recent: Recent) -> None:
        self._options = {name: value for name, value in options.items() if name in _CONNECT_OPTIONS}
        self._recent = recent
        self._turn = asyncio.Lock()
        self._connection: Connection | None = None

    @asynccontextmanager
    async def batch(self) -> AsyncIterator["PostgresqlBatch"]:
        """Begin a group commit; what is not saved is not written, but reserved numbers stay used."""
        async with self._turn:
            if self._connection is None or self._connection.is_closed():
                with wrapped():
                    self._connection = await _connect(self._options)
            yield PostgresqlBatch(self._connection, self._recent)

    async def close(self) -> None:
        """Close the connection."""
        async with self._turn:
            if self._connection is not None:
                connection, self._connection = self._connection, None
                with wrapped():
                    await connection.close()


async def _connect(options: Mapping[str, Any]) -> Connection:
    """Open the connection of the batches, on which every look-up goes by an index.

    Its statements are planned once and for good, most likely while the tables are still small: scanning them would then
    be cheapest, and would be done for as long as the plan is kept.
    """
    connection = await asyncpg.connect(**options)
    await connection.execute(
        "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; "
        "SET plan_cache_mode = force_generic_plan"
    )
    await connection.set_type_codec(
        "timestamptz", schema="pg_catalog", format="tuple", encoder=_microseconds, decoder=_moment
    )
    return connection


def _microseconds(moment: datetime) -> tuple[int]:
    """Return a moment as PostgreSQL keeps it; asyncpg's own way there is several times as long."""
    since = moment - _EPOCH
    return ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds,)


def _moment(microseconds: tuple[int]) -> datetime:
    """Read back what `_microseconds` made."""
    return _EPOCH + timedelta(microseconds=microseconds[0])


_CONNECT_OPTIONS = frozenset(
    {"host", "port", "user", "password", "database", "ssl", "timeout", "command_timeout", "server_settings",
     "passfile", "direct_tls", "target_session_attrs", "krbsrvname", "statement_cache_size"}
)  # fmt: skip


class PostgresqlBatch:
    """One group commit."""

    def __init__(self, connection: Connection, recent: Recent) -> None:
        self._connection = connection
        self._recent = recent
        self._taken: Taken | None = None

    def remembered(self, citizens: Sequence[str]) -> Mapping[str, CitizenRow]:
        """Return the rows that the batches before have written, as far as they are remembered."""
        return self._recent.citizens(citizens)

    async def load(self, keys: Sequence[str], citizens: Sequence[str]) -> TurnState:
        """Return the repeats among `keys` and the rows of `citizens` (absent ones as a fresh `CitizenRow`)."""
        with wrapped():
            rows = await self._connection.fetch(_LOAD, keys, citizens)
        repeats: dict[str, str] = {}
        found: dict[str, CitizenRow] = {}
        for what, key, words, version, following, until, left, seen, draft in rows:
            if what == "r":
                repeats[key] = words
                continue
            found[key] = CitizenRow(
                key=key,
                session=words,
                version=version,
                following=following,
                window_until=until,
                window_left=left,
                last_seen=seen,
                draft_at=draft,
            )
        found |= {key: CitizenRow(key=key) for key in citizens if key not in found}
        return TurnState(repeats=repeats, citizens=found)

    async def reserve(self, day: date, count: int) -> int:
        """Take petition sequence numbers, in memory where the last one is known; `save` then writes and guards it.

        Numbers that were asked for stay used when the batch is not saved.
        """
        name, known = day.isoformat(), self._recent.last_number(day)
        if known is not None:
            self._taken = Taken(day=name, before=known, last=known + count)
            return known + 1
        with wrapped():
            last: int = await self._connection.fetchval(_RESERVE, name, count)
        self._recent.numbered(name, last)
        return last - count + 1

    async def save(self, writes: TurnWrites) -> None:
        """Write all and commit; `Stale` when a citizen or an inbound key was written meanwhile."""
        rows = turn_rows(writes, same_moment)
        parts = {name: found for name in _PARTS if (found := getattr(rows, name, None))}
        if (taken := self._taken) is not None:
            parts["taken"] = [(taken.day, taken.before, taken.last)]
        if not parts:
            return
        try:
            with wrapped():
                await self._write(
                    _save_sql(tuple(parts)), *parts.values(), sum(len(parts.get(name, ())) for name in _GUARDED)
                )
        except BaseException as error:
            self._recent.doubt()
            if isinstance(error, Conflict):
                raise Stale from error
            raise
        self._recent.wrote(writes.citizens)
        if taken is not None:
            self._recent.numbered(taken.day, taken.last)

    async def _write(self, sql: str, *arguments: object) -> None:
        try:
            await self._connection.fetchval(sql, *arguments)
        except asyncpg.DivisionByZeroError as error:
            raise Stale from error  # fewer citizens were written than expected


@lru_cache
def _save_sql(parts: tuple[str, ...]) -> str:
    """Return the statement that writes these parts; its last parameter is how many guarded rows must be written."""
    chain = []
    for place, name in enumerate(parts, 1):
        rows = f"unnest(${place}::{_PARTS[name].row}[])"
        counted = " RETURNING 1" if name in _GUARDED else ""
        chain.append(f"_{name} AS ({_PARTS[name].sql.format(rows=rows)}{counted})")
    counts = [f"(SELECT count(*) FROM _{name})" for name in _GUARDED if name in parts]  # noqa: S608 -- own names
    written = " + ".join(counts) or "0"
    # Not `ELSE 1/0`: the planner would compute that at once.
    return f"WITH {', '.join(chain)} SELECT 1 / (({written}) = ${len(parts) + 1}::int8)::int4"
