"""One thread for what would block the loop, one thing after another; leaner than an executor, as each commit needs it.

Knows nothing of what it runs.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, TypeVar

_T = TypeVar("_T")
_Task = tuple[Callable[[], Any], "asyncio.Future[Any]", asyncio.AbstractEventLoop]


class HelperThread:
    """Runs functions in a thread of its own, which starts with the first and ends with `end`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def run(self, act: Callable[[], _T]) -> "asyncio.Future[_T]":
        """Run `act` after all that was given before; the future has its result, and ends also when nobody awaits it."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        loop = asyncio.get_running_loop()
        done: asyncio.Future[_T] = loop.create_future()
        self._tasks.put((act, done, loop))
        return done

    def end(self) -> None:
        """Let the thread end after all it was given; does not wait for it."""
        if self._thread is not None:
            self._thread = None
            self._tasks.put(None)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            act, done, loop = task
            result, error = None, None
            try:
                result = act()
            except Exception as raised:  # noqa: BLE001 -- it is raised where the future is awaited
                error = raised
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(_settle, done, result, error)


def _settle(done: "asyncio.Future[Any]", result: object, error: Exception | None) -> None:
    if done.cancelled():
        return
    if error is None:
        done.set_result(result)
    else:
        done.set_exception(error)
