"""How long a delivery waits for its answer before it is answered with nothing.

All waits are equally long, so they end in the order in which they began: one timer for all of them, none for each.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from bot.intake.pending import Pending


class Patience:
    """Ends waits after `seconds` with an empty answer, and marks their message as late."""

    def __init__(self, loop: asyncio.AbstractEventLoop, *, seconds: float, on_late: Callable[[], None]) -> None:
        self._loop = loop
        self._seconds = seconds
        self._on_late = on_late
        self._waits: deque[tuple[float, Pending, asyncio.Future[str]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, pending: Pending, waiter: "asyncio.Future[str]") -> None:
        """Begin a wait; `waiter` is resolved by the commit, or by us when that takes too long."""
        self._waits.append((self._loop.time() + self._seconds, pending, waiter))
        if self._timer is None:
            self._timer = self._loop.call_later(self._seconds, self._end_waits)

    def _end_waits(self) -> None:
        now = self._loop.time()
        waits = self._waits
        while waits and (waits[0][2].done() or waits[0][0] <= now):
            _, pending, waiter = waits.popleft()
            if not waiter.done():
                pending.late = True
                waiter.set_result("")
                self._on_late()
        self._timer = self._loop.call_at(waits[0][0], self._end_waits) if waits else None
