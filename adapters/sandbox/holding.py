"""Let the caller of a fake API wait, as a planned fault says. Knows no platform."""

import asyncio

from aiohttp import web

from adapters.sandbox.faults import Fault, FaultMode

_WAITING = frozenset({FaultMode.TIMEOUT_BEFORE, FaultMode.TIMEOUT_AFTER, FaultMode.SLOW})
_BREAKING = frozenset({FaultMode.TIMEOUT_BEFORE, FaultMode.TIMEOUT_AFTER})
_LOOK_SECONDS = 0.2


async def hold(request: web.Request, fault: Fault, *, stopping: asyncio.Event) -> None:
    """Wait for the fault's seconds; end early when the caller hangs up or the sandbox stops.

    After a time-out the connection breaks, so that no answer comes, however patient the caller is.
    """
    if fault.mode not in _WAITING:
        return
    loop = asyncio.get_running_loop()
    end = loop.time() + fault.seconds
    while (left := end - loop.time()) > 0 and request.transport is not None and not stopping.is_set():
        try:
            await asyncio.wait_for(stopping.wait(), min(left, _LOOK_SECONDS))
        except TimeoutError:
            continue
    if fault.mode in _BREAKING and request.transport is not None:
        request.transport.abort()
