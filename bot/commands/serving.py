"""`serve` and `migrate`: the gateway in earnest."""

import asyncio
import signal
import sys
from pathlib import Path
from typing import Annotated

import structlog
import typer

from bot.app.gateway import open_gateway
from bot.app.office import Office
from bot.app.serving import run_app
from bot.clock import SystemClock
from bot.commands.running import WRONG_SETTINGS, Config, end, office_of, run
from config.settings import check_processes
from storage.migrate import upgrade

log = structlog.get_logger(__name__)


def serve(
    config: Config = None,
    *,
    processes: Annotated[int, typer.Option(min=1, help="Needs PostgreSQL and Redis when more than one.")] = 1,
    worker: Annotated[bool, typer.Option("--worker", hidden=True)] = False,
) -> None:
    """Run the gateway."""
    office = office_of(config)
    problems = check_processes(office.settings, processes)
    if problems:
        end("\n".join(str(problem) for problem in problems), code=WRONG_SETTINGS)
    if processes > 1:
        run(lambda: _supervise(config, processes))
    else:
        run(lambda: _serve(office, shared_port=worker))


def migrate(config: Config = None) -> None:
    """Bring the database to the schema of this version."""
    office = office_of(config)
    run(lambda: upgrade(office.settings.database_url))
    print("database: up to date")


async def _serve(office: Office, *, shared_port: bool) -> None:
    settings = office.settings
    if not (settings.wechat or settings.weibo):
        log.warning("serve.no_account", remedy="add a [[wechat]] or [[weibo]] table to the settings")
    async with open_gateway(office, clock=SystemClock()) as gateway:
        await run_app(
            gateway.app,
            loops=gateway.loops,
            host=settings.server.host,
            port=settings.server.port,
            reuse_port=shared_port,
        )


async def _supervise(config: Path | None, processes: int) -> None:
    """Keep so many workers on one port; when one ends, end all, loudly if nobody asked for it."""
    command = [sys.executable, "-m", "bot", "serve", "--worker", *(["--config", str(config)] if config else [])]
    workers = [await asyncio.create_subprocess_exec(*command) for _ in range(processes)]
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    waits = [asyncio.create_task(worker.wait()) for worker in workers]
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({stopping, *waits}, return_when=asyncio.FIRST_COMPLETED)
    for worker in workers:
        if worker.returncode is None:
            worker.terminate()
    await asyncio.gather(*waits)
    if not stop.is_set():
        stopping.cancel()
        end("a worker ended by itself; see its log")
