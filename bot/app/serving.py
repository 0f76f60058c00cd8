"""Running a gateway: listen, keep the loops alive, stop in order.

A loop that dies brings the process down loudly. On SIGTERM or SIGINT the gateway stops listening, finishes the requests
under way (intake still runs for them), and only then ends its loops.
"""

import asyncio
import gc
import signal
from collections.abc import Awaitable, Mapping

import structlog
from aiohttp import hdrs, web

from bot.app.gateway import Loop
from bot.keys import DIRECT

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
    async with asyncio.TaskGroup() as group:
        tasks: list[asyncio.Task[None]] = []
        runner = await runner_of(app, shutdown_timeout=_SHUTDOWN_SECONDS)
        try:
            await web.TCPSite(runner, host, port, reuse_port=reuse_port or None, backlog=1024).start()
            # Not before: in the demo the platforms that the loops ask at once are behind this very port.
            tasks += [group.create_task(run(), name=name) for name, run in loops.items()]
            log.info("serving", host=host, port=port)
            if ready is not None:
                ready.set()
            await stop.wait()
            log.info("stopping")
        finally:
            await runner.cleanup()
            for task in tasks:
                task.cancel()


async def runner_of(app: web.Application, *, shutdown_timeout: float) -> web.AppRunner:
    """Return a runner that is set up, with the POSTs of `DIRECT` paths going straight to what takes them.

    The way through the application finds the route, and enters a middleware because the console below has some: a tenth
    of what a bare request costs, for paths that are known and have no middleware. Whatever is not plain goes that way.
    """
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=shutdown_timeout)
    await runner.setup()
    server, direct = runner.server, app.get(DIRECT, {})
    assert server is not None  # noqa: S101 -- `setup` made it
    through_app = server.request_handler

    def handle(request: web.BaseRequest) -> Awaitable[web.StreamResponse]:
        if request.method == hdrs.METH_POST and hdrs.EXPECT not in request.headers:
            take = direct.get(request.rel_url.raw_path)
            if take is not None:
                return take(request)  # type: ignore[arg-type]  # an application makes nothing but `web.Request`
        return through_app(request)

    server.request_handler = handle
    return runner


def calm_collector() -> None:
    """Let the garbage collector look seldom, and never again at what start-up has built.

    A turn leaves hardly any cycles, but its many short-lived objects would set off a collection every few turns.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
