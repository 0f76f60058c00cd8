"""What a loop does between two rounds: it dozes until its time is over, the clock is moved, or somebody wakes it."""

import asyncio

from bot.clock import Clock


class Doze:
    """Dozes `seconds` at most; who was woken in the middle of a round goes through one more at once."""

    def __init__(self, clock: Clock, *, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._awake = asyncio.Event()

    def wake(self) -> None:
        """End it, or keep it from beginning: there is something to do."""
        self._awake.set()

    def over(self) -> None:
        """Begin a round, which sees to whatever woke it; what comes from now on wakes it anew."""
        self._awake.clear()

    async def doze(self) -> None:
        """Wait."""
        sleeping = asyncio.ensure_future(self._clock.sleep(self._seconds))
        waking = asyncio.ensure_future(self._awake.wait())
        try:
            await asyncio.wait({sleeping, waking}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            waking.cancel()
