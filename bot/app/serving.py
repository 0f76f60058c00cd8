"""Running a gateway: listen, keep the loops alive, stop in order.

A loop that dies brings the process down loudly. On SIGTERM or SIGINT the gateway stops listening, finishes the requests
under way (intake still runs for them), and only then ends its loops.
"""

import asyncio
import gc
import signal
from collections.abc import Mapping

import structlog
from aiohttp import web

from bot.app.gateway import Loop

log = structlog.get_logger(__name__)

_SHUTDOWN_SECONDS = 10.0


async def run_app(
    app: web.Application,
    *,
    loops: Mapping[str, Loop],
    host: str,
    port: int,
    ready: asyncio.Event | None = None,
    reuse_port: bool = False,
) -> None:
    """Serve until a signal or until a loop dies; the latter raises its error in a group."""
    calm_collector()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(run(), name=name) for name, run in loops.items()]
        try:
            await runner.setup()
            await web.TCPSite(runner, host, port, reuse_port=reuse_port or None, backlog=1024).start()
            log.info("serving", host=host, port=port)
            if ready is not None:
                ready.set()
            await stop.wait()
            log.info("stopping")
        finally:
            await runner.cleanup()
            for task in tasks:
                task.cancel()


def calm_collector() -> None:
    """Let the garbage collector look seldom, and never again at what start-up has built.

    A turn leaves hardly any cycles, but its many short-lived objects would set off a collection every few turns.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
