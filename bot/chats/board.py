"""News of chats for the pages that show them, across processes; and the clock of chats that nobody takes.

A page waits for the next piece of news after the last it has seen; news carry nothing, the page reads for itself. A
change in this process is news at once and wakes the boards of the other processes; a wake-up that is lost costs a page
no more than its own patience.
"""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, Protocol

import structlog

from bot.clock import Clock
from bot.petitions.ports import StorageUnavailable

log = structlog.get_logger(__name__)

NAME = "chats"
_HEARD = 2.0
"""Seconds the board listens before it looks at its clock again."""


class WakeUps(Protocol):
    """Wakes by name in all processes; part of `storage.ephemeral.ports.Ephemeral`."""

    async def wake(self, name: str) -> None:
        """Wake whoever waits for `name`, in all processes."""
        ...

    async def wait(self, name: str, timeout: float) -> bool:  # noqa: ASYNC109 -- the port's form
        """Wait until woken, `timeout` seconds at most; tell whether it was a wake-up."""
        ...


class ChatBoard:
    """One a process; `run` must be running. `sweep` ends what has run out, every `every` seconds."""

    def __init__(
        self,
        wakeups: WakeUps,
        *,
        clock: Clock,
        sweep: Callable[..., Coroutine[Any, Any, int]] | None = None,
        every: float = 5.0,
    ) -> None:
        self._wakeups = wakeups
        self._clock = clock
        self.sweep = sweep
        self._every = every
        self._news = 0
        self._came = asyncio.Event()
        self._closed = False
        self._telling: set[asyncio.Task[None]] = set()

    @property
    def news(self) -> int:
        """How many pieces of news came so far."""
        return self._news

    def tell(self) -> None:
        """Say that chats changed."""
        self._bump()
        task = asyncio.ensure_future(self._wakeups.wake(NAME))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def after(self, seen: int, *, seconds: float) -> None:
        """Wait for news after the `seen` ones, `seconds` at most; no longer once the board is closed."""
        if self._news != seen or self._closed:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._came.wait()
        except TimeoutError:
            return

    def close(self) -> None:
        """Let every page go: the process ends."""
        self._closed = True
        self._bump()

    def _bump(self) -> None:
        self._news += 1
        self._came.set()
        self._came = asyncio.Event()

    async def run(self) -> None:
        """Listen and sweep, for ever."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            group.create_task(self._sweep())

    async def _listen(self) -> None:
        while True:
            if await self._wakeups.wait(NAME, _HEARD):
                self._bump()

    async def _sweep(self) -> None:
        while True:
            if self.sweep is not None:
                await self._sweep_once(self.sweep, self._clock.now())
            await self._clock.sleep(self._every)

    async def _sweep_once(self, sweep: Callable[..., Coroutine[Any, Any, int]], now: datetime) -> None:
        try:
            await sweep(now=now)
        except StorageUnavailable:
            log.warning("chats.database_away")
        except Exception:
            log.exception("chats.sweep_failed")
