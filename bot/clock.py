"""The one place that reads the wall clock.

Domain and storage take `now` as an argument; what runs in a loop takes a `Clock`. The demo and the tests use
`MovableClock`, which runs on with real time from wherever it was set.
"""

import asyncio
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""The zone of every date the gateway shows or computes; stored values are UTC."""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait for so many real seconds, or less when the clock is moved."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait for so many seconds."""
        await asyncio.sleep(seconds)


class MovableClock:
    """A clock that can be set or advanced, for the demo and for tests; whoever sleeps on it wakes when it moves."""

    def __init__(self, *, start: datetime | None = None, ahead: float = 0.0) -> None:
        """Start at `start`, or so many seconds `ahead` of the machine's clock."""
        self._offset = (start - datetime.now(UTC)) if start else timedelta(seconds=ahead)
        self._moved = asyncio.Event()
        self._moves = 0

    def now(self) -> datetime:
        """Return the shown moment, aware, in UTC."""
        _LOOKED.set((self, self._moves))
        return self._present()

    def _present(self) -> datetime:
        return datetime.now(UTC) + self._offset

    @property
    def offset(self) -> timedelta:
        """How far the shown moment is ahead of the machine's clock."""
        return self._offset

    def advance(self, delta: timedelta) -> datetime:
        """Move forward (or back) by `delta`; return the new present."""
        self._offset += delta
        self._moves += 1
        self._moved.set()
        self._moved = asyncio.Event()
        return self._present()

    def drift(self, delta: timedelta) -> None:
        """Move forward by a little, as time does by itself: nobody is woken, and a sleeper may wake late by `delta`."""
        self._offset += delta

    def set(self, moment: datetime) -> datetime:
        """Set the present to `moment` (aware); return it."""
        if moment.tzinfo is None:
            raise ValueError("the clock is set to an aware datetime")
        return self.advance(moment - self._present())

    async def sleep(self, seconds: float) -> None:
        """Wait for so many real seconds, or until the clock is moved; not at all if it moved since one looked at it.

        Who looks is the task that asked for `now`, and with it the tasks it starts: a loop that found nothing due just
        before the clock was moved looks again at once.
        """
        clock, moves = _LOOKED.get()
        if clock is self and moves != self._moves:
            _LOOKED.set((self, self._moves))
            return
        try:
            async with asyncio.timeout(seconds):
                await self._moved.wait()
        except TimeoutError:
            return


_LOOKED: ContextVar[tuple[MovableClock | None, int]] = ContextVar("looked", default=(None, 0))
"""The clock that this task looked at last, and how often it had been moved by then."""


def local(moment: datetime) -> datetime:
    """Return `moment` in the time of Beijing, the only one citizens and staff see."""
    return moment.astimezone(SHANGHAI)
