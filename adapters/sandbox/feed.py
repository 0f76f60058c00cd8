"""Tell every open page that something changed; the page then asks for what is new.

One `Feed` serves all platforms of the sandbox. It carries no content, only where to look.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

Change = dict[str, str]
"""Where something changed: `kind` is clock; message, citizen or traffic of WeChat; or weibo_message, weibo_people,
weibo_post or weibo_traffic. `account` and `openid` (on Weibo the uid) where they apply."""


class Feed:
    """Fan out changes to whoever listens; a listener that falls behind loses the oldest ones."""

    def __init__(self, *, backlog: int = 200) -> None:
        self._backlog = backlog
        self._listeners: set[asyncio.Queue[Change | None]] = set()

    def publish(self, kind: str, *, account: str = "", openid: str = "") -> None:
        """Tell all listeners."""
        self._put({"kind": kind, "account": account, "openid": openid})

    def close(self) -> None:
        """End all listeners: each reads None."""
        self._put(None)

    @contextmanager
    def listen(self) -> Iterator[asyncio.Queue[Change | None]]:
        """Give a queue of changes for as long as the block lasts."""
        queue: asyncio.Queue[Change | None] = asyncio.Queue(self._backlog)
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    def _put(self, change: Change | None) -> None:
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(change)
