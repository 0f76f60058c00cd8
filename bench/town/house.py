"""The town hall: the real gateway on a port and the sandbox on another, in one process, under one movable clock.

Citizens speak through the sandbox's own `say`, which posts real callbacks; the office acts through the service; the
gateway's loops run beside. `settled` waits until nothing is due any more.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.sandbox.app import sandbox_app
from adapters.sandbox.keys import WECHAT, WEIBO
from bot.app.gateway import Gateway, open_gateway
from bot.app.office import load_office
from bot.clock import MovableClock
from bot.commands.showing import DEMO_CONFIG, wechat_accounts, weibo_accounts, weibo_bases
from storage.columns import Moment

HOST = "127.0.0.1"
SOON = timedelta(minutes=15)
"""What is to be tried again within this time is waited for, by the town's clock."""
PATIENCE = 120.0
MOST_RETRIES = 200
_POLL = 0.02
_OUTBOX_POLL = 0.05
_STEP = timedelta(seconds=30)
_LEASE = 3600
"""Far more than any step of the clock: nobody dies here."""
_DUE = text(
    "SELECT (SELECT count(*) FROM outbox AS due WHERE state = 'pending' AND next_at <= :now AND NOT EXISTS ("
    "SELECT 1 FROM outbox AS older WHERE older.citizen = due.citizen AND older.id < due.id "
    "AND older.state IN ('pending', 'sending'))) AS outbox, "
    "(SELECT count(*) FROM outbox WHERE state = 'sending') AS sending, "
    "(SELECT count(*) FROM milestones WHERE next_at <= :now) AS milestones, "
    "(SELECT count(*) FROM mentions WHERE next_at <= :now) AS mentions"
).bindparams(now=None)
_NEXT = text("SELECT min(next_at) AS at FROM outbox WHERE state = 'pending' AND next_at > :now").columns(at=Moment())


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What the town works with."""

    gateway: Gateway
    clock: MovableClock
    sandbox: web.Application
    database: AsyncEngine
    loops: Mapping[str, asyncio.Task[None]]

    async def settled(self, *, heard: bool = False) -> None:
        """Wait until nothing is due, and let come soon what is to be tried again soon; `heard`: citizens wrote."""
        if heard:
            await asyncio.sleep(2.5 * _OUTBOX_POLL)  # so long it may take until the loop has taken note of them
        while True:
            await self._quiet()
            soonest = await self._next()
            if soonest is None or soonest - self.clock.now() > SOON:
                return
            self.clock.set(max(soonest, self.clock.now()) + timedelta(milliseconds=10))

    async def finished(self) -> None:
        """Let come what is still to be tried again, whenever that is."""
        for _ in range(MOST_RETRIES):
            soonest = await self._next()
            if soonest is None:
                return
            self.clock.set(max(soonest, self.clock.now()) + timedelta(milliseconds=10))
            await self.settled()

    async def _quiet(self) -> None:
        looks, most = 0, round(PATIENCE / _POLL)
        while await self._busy():
            looks += 1
            if looks > most:
                raise RuntimeError(f"never quiet: {await self._stuck()}")
            await asyncio.sleep(_POLL)
            if looks % 50 == 0:  # an account rests for minutes of the town: nothing leaves before they are over
                self.clock.advance(_STEP)

    async def _stuck(self) -> list[str]:
        """Return what is still under way, for the error."""
        columns = "number, kind, state, next_at, lease_until, attempts, detail"
        left = await self.rows(f"SELECT {columns} FROM outbox WHERE state IN ('pending', 'sending')")
        late = await self.rows("SELECT number, name, next_at, due_at FROM milestones ORDER BY next_at LIMIT 3")
        return [f"now {self.clock.now()}", *map(str, left), *map(str, late)]

    async def _busy(self) -> bool:
        for name, loop in self.loops.items():
            if loop.done():
                raise RuntimeError(f"the loop {name} ended") from loop.exception()
        if self.sandbox[WECHAT].courier.under_way:
            return True
        async with self.database.connect() as connection:
            row = (await connection.execute(_DUE, {"now": self._moment(self.clock.now())})).one()
        return any(row)

    async def _next(self) -> datetime | None:
        async with self.database.connect() as connection:
            row = (await connection.execute(_NEXT, {"now": self._moment(self.clock.now())})).one()
        found: datetime | None = row.at
        return found

    def _moment(self, moment: datetime) -> Any:  # noqa: ANN401 -- by dialect
        return Moment().process_bind_param(moment, self.database.dialect)

    async def rows(self, query: str) -> list[Any]:
        """Return the rows of a query, for whoever checks the record."""
        async with self.database.connect() as connection:
            return list(await connection.execute(text(query)))


@asynccontextmanager
async def opened(
    data_dir: Path, *, database_url: str, start: datetime, settings: Mapping[str, str] | None = None
) -> AsyncIterator[House]:
    """Open the house on a migrated database; `settings` as the environment would give them."""
    port, sandbox_port = _free_port(), _free_port()
    environ = {
        "WENQIAO_STORAGE__DATA_DIR": str(data_dir),
        "WENQIAO_DATABASE__URL": "" if database_url.startswith("sqlite") else database_url,
        "WENQIAO_OUTBOX__POLL": str(_OUTBOX_POLL),
        "WENQIAO_OUTBOX__LEASE": str(_LEASE),
        "WENQIAO_WECHAT__0__API_BASE": f"http://{HOST}:{sandbox_port}/sandbox/wechat",
        **weibo_bases(f"http://{HOST}:{sandbox_port}"),
        **(settings or {}),
    }
    office, clock = load_office(DEMO_CONFIG, environ=environ), MovableClock(start=start)
    own = f"http://{HOST}:{port}"
    sandbox = sandbox_app(
        accounts=wechat_accounts(office, own),
        weibo=weibo_accounts(office, own),
        clock=clock,
        retry_seconds=30.0,
        report_seconds=0.0,
    )
    root = web.Application()
    root.add_subapp("/sandbox", sandbox)
    async with AsyncExitStack() as stack:
        database = create_async_engine(office.settings.database_url)
        stack.push_async_callback(database.dispose)
        await _serve(stack, root, sandbox_port)
        gateway = await stack.enter_async_context(open_gateway(office, clock=clock))
        loops = {name: asyncio.create_task(run(), name=name) for name, run in gateway.loops.items()}
        stack.push_async_callback(_end, loops)
        await _serve(stack, gateway.app, port)
        yield House(gateway=gateway, clock=clock, sandbox=sandbox, database=database, loops=loops)


async def _serve(stack: AsyncExitStack, app: web.Application, port: int) -> None:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, HOST, port, reuse_address=True).start()


async def _end(loops: Mapping[str, asyncio.Task[None]]) -> None:
    for loop in loops.values():
        loop.cancel()
    await asyncio.gather(*loops.values(), return_exceptions=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


__all__ = ["WECHAT", "WEIBO", "House", "opened"]
