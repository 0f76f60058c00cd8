"""The ephemeral port in one process, for a gateway without Redis."""

import asyncio
from collections import defaultdict
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta

_MANY = 1024
"""So many counted keys are kept before those whose window is over are forgotten."""


class WakeUps:
    """Wake-ups by name within the process."""

    def __init__(self) -> None:
        self._events: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def set(self, name: str) -> None:
        """Wake whoever waits for `name`, or the next one who will."""
        self._events[name].set()

    async def wait(self, name: str, seconds: float) -> bool:
        """Wait for a wake-up, `seconds` at most; tell whether it came."""
        event = self._events[name]
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return False
        event.clear()
        return True


class MemoryEphemeral:
    """Implements `storage.ephemeral.ports.Ephemeral` in memory."""

    def __init__(self) -> None:
        self._tokens: dict[str, tuple[str, datetime]] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._windows: dict[str, tuple[datetime, int]] = {}
        self._wakeups = WakeUps()

    async def get(self, name: str) -> tuple[str, datetime] | None:
        """Return a token and when to renew it, or None."""
        return self._tokens.get(name)

    async def put(self, name: str, token: str, expires: datetime) -> None:
        """Keep a token."""
        self._tokens[name] = (token, expires)

    def lock(self, name: str) -> AbstractAsyncContextManager[None]:
        """Let one caller in at a time."""
        return self._locks[name]

    async def hit(self, key: str, *, limit: int, per: timedelta, now: datetime) -> bool:
        """Count one more for `key`; tell whether it is still within `limit` in the running window of `per`."""
        until, count = self._windows.get(key, (now, 0))
        if until <= now:
            until, count = now + per, 0
            self._forget(now)
        self._windows[key] = (until, count + 1)
        return count < limit

    def _forget(self, now: datetime) -> None:
        if len(self._windows) >= _MANY:
            self._windows = {key: window for key, window in self._windows.items() if window[0] > now}

    async def wake(self, name: str) -> None:
        """Wake whoever waits for `name`."""
        self._wakeups.set(name)

    async def wait(self, name: str, timeout: float) -> bool:  # noqa: ASYNC109 -- the port's form
        """Wait until woken, `timeout` seconds at most; tell whether it was a wake-up."""
        return await self._wakeups.wait(name, timeout)

    async def check(self) -> None:
        """Return: memory is always there."""

    async def close(self) -> None:
        """Return: nothing is held."""
