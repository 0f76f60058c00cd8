"""Running a gateway: listen, keep the loops alive, stop in order.

A loop that dies brings the process down loudly. On SIGTERM or SIGINT the gateway stops listening, finishes the requests
under way (intake still runs for them), and only then ends its loops.
"""

import asyncio
import gc
import signal
import socket
from collections.abc import Mapping
from typing import Self

import structlog
from aiohttp import web

from bot.app.gateway import Loop
from bot.connections import Connection
from bot.keys import DIRECT

log = structlog.get_logger(__name__)

_SHUTDOWN_SECONDS = 10.0
_IDLE_SECONDS = 3630.0
"""As aiohttp has it: longer than any proxy in front keeps a connection that it may want again."""


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
        listener: Listener | None = None
        try:
            listener = await Listener.start(
                app, host=host, port=port, shutdown_timeout=_SHUTDOWN_SECONDS, reuse_port=reuse_port
            )
            # Not before: in the demo the platforms that the loops ask at once are behind this very port.
            tasks += [group.create_task(run(), name=name) for name, run in loops.items()]
            log.info("serving", host=host, port=port)
            if ready is not None:
                ready.set()
            await stop.wait()
            log.info("stopping")
        finally:
            if listener is not None:
                await listener.cleanup()
            for task in tasks:
                task.cancel()


class Listener:
    """An application that listens, with the short way for what it has under `DIRECT`."""

    def __init__(self, runner: web.AppRunner, listening: asyncio.Server) -> None:
        self._runner = runner
        self._listening = listening

    @classmethod
    async def start(
        cls,
        app: web.Application,
        *,
        shutdown_timeout: float,
        host: str | None = None,
        port: int | None = None,
        sock: socket.socket | None = None,
        reuse_port: bool = False,
        idle: float = _IDLE_SECONDS,
    ) -> Self:
        """Set the application up and listen, on host and port or on `sock`; connections may stay `idle` for so long."""
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=shutdown_timeout)
        await runner.setup()
        server, direct, loop = runner.server, app.get(DIRECT, {}), asyncio.get_running_loop()
        assert server is not None  # noqa: S101 -- `setup` made it

        def connection() -> Connection:
            return Connection(server, direct=direct, loop=loop, access_log=None, keepalive_timeout=idle)

        try:
            listening = await loop.create_server(
                connection,
                host,
                port,  # type: ignore[arg-type]
                sock=sock,  # type: ignore[arg-type]
                reuse_port=reuse_port or None,
                backlog=1024,
            )
        except BaseException:
            await runner.cleanup()
            raise
        return cls(runner, listening)

    @property
    def port(self) -> int:
        """The port it listens on."""
        port: int = self._listening.sockets[0].getsockname()[1]
        return port

    async def cleanup(self) -> None:
        """Listen no more, let the requests under way end, and close what the application opened."""
        self._listening.close()
        await self._runner.cleanup()


def calm_collector() -> None:
    """Let the garbage collector look seldom, and never again at what start-up has built.

    A turn leaves hardly any cycles, but its many short-lived objects would set off a collection every few turns.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
