"""What the roof gives to those who need something shared for a while; both forms implement all of it.

`adapters.wechat.tokens.TokenStore` and `bot.console.security.Hits` are parts of it, stated there by those who use them.
"""

from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Protocol


class Ephemeral(Protocol):
    """Holds only what may be lost: when its server is away, everything goes on as if nothing were known."""

    async def get(self, name: str) -> tuple[str, datetime] | None:
        """Return a token and when to renew it, None when there is none or nobody can tell."""
        ...

    async def put(self, name: str, token: str, expires: datetime) -> None:
        """Keep a token."""
        ...

    def lock(self, name: str) -> AbstractAsyncContextManager[None]:
        """Let one caller of all processes in at a time; frees itself when its holder dies, lets all in when away."""
        ...

    async def hit(self, key: str, *, limit: int, per: timedelta, now: datetime) -> bool:
        """Count one more for `key`; tell whether it is still within `limit` in the running window of `per`."""
        ...

    async def wake(self, name: str) -> None:
        """Wake whoever waits for `name`, in all processes."""
        ...

    async def wait(self, name: str, timeout: float) -> bool:  # noqa: ASYNC109 -- the answer says whether it ran out
        """Wait until woken, `timeout` seconds at most; tell whether it was a wake-up. One that came before counts."""
        ...

    async def check(self) -> None:
        """Raise `StorageUnavailable` when the server does not answer."""
        ...

    async def close(self) -> None:
        """Give back what is held."""
        ...
