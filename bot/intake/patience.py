"""How long a delivery waits for its answer before it is answered with nothing.

All waits are equally long, so they end in the order in which they began: one timer for all of them, none for each. A
wait that was answered is forgotten at once: kept for its whole time, it would hold the memory of every turn of the last
seconds, and the next turns would work in cold memory.
"""

import asyncio
from collections.abc import Callable

from bot.intake.pending import Pending, Wait


class Patience:
    """Ends waits after `seconds` with an empty answer, and marks their message as late."""

    def __init__(self, loop: asyncio.AbstractEventLoop, *, seconds: float, on_late: Callable[[], None]) -> None:
        self._loop = loop
        self._seconds = seconds
        self._on_late = on_late
        self._waits: dict[Wait, tuple[float, Pending]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, pending: Pending, wait: Wait) -> None:
        """Begin a wait; it is ended by the commit, or by us when that takes too long."""
        self._waits[wait] = (self._loop.time() + self._seconds, pending)
        if self._timer is None:
            self._timer = self._loop.call_later(self._seconds, self._end_waits)

    def forget(self, wait: Wait) -> None:
        """Watch no longer a wait that was answered, or whose delivery has gone."""
        self._waits.pop(wait, None)

    def _end_waits(self) -> None:
        now = self._loop.time()
        ended = []
        for wait, (end, pending) in self._waits.items():
            if end > now:
                break
            ended.append((wait, pending))
        for wait, pending in ended:
            del self._waits[wait]
            if not wait.answer.done():
                pending.late = True
                wait.end("")
                self._on_late()
        self._timer = self._loop.call_at(next(iter(self._waits.values()))[0], self._end_waits) if self._waits else None
