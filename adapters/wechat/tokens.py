"""An account's access token: fetched once for all who wait, shared through a store, kept when the store is away.

One call at a time in a process, one at a time over all processes by the store's lock; `stable_token` makes what slips
through harmless. Knows neither the platform's answers nor what the store is made of.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from adapters.platform import SendError
from bot.clock import Clock
from bot.errors import GatewayError

EARLY = 300.0
"""Seconds before its end at which a token is renewed; of a shorter-lived one, half its life."""

_log = structlog.get_logger()

FetchToken = Callable[[], Awaitable[tuple[str, float]]]
"""Ask the platform; return the token and its seconds to live, or raise `SendError`."""


class TokenStore(Protocol):
    """Where processes share tokens; may lose them. Away, its methods raise `GatewayError` or `OSError`."""

    async def get(self, name: str) -> tuple[str, datetime] | None:
        """Return the token and when to renew it, or None."""
        ...

    async def put(self, name: str, token: str, expires: datetime) -> None:
        """Keep the token until `expires`."""
        ...

    def lock(self, name: str) -> AbstractAsyncContextManager[None]:
        """Let one caller of all processes in at a time; must free itself when its holder dies."""
        ...


class MemoryTokens:
    """A `TokenStore` of one process, for a gateway without Redis and for tests."""

    def __init__(self) -> None:
        self._tokens: dict[str, tuple[str, datetime]] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def get(self, name: str) -> tuple[str, datetime] | None:
        """Return the token and when to renew it, or None."""
        return self._tokens.get(name)

    async def put(self, name: str, token: str, expires: datetime) -> None:
        """Keep the token."""
        self._tokens[name] = (token, expires)

    def lock(self, name: str) -> AbstractAsyncContextManager[None]:
        """Let one caller in at a time."""
        return self._locks.setdefault(name, asyncio.Lock())


class AccessToken:
    """The token of one account, under `name` in the store."""

    def __init__(self, *, name: str, store: TokenStore, clock: Clock, fetch: FetchToken) -> None:
        self._name = name
        self._store = store
        self._clock = clock
        self._fetch = fetch
        self._held: tuple[str, datetime] | None = None
        self._turn = asyncio.Lock()
        self._fetches = 0
        self._failures = 0
        self._failure: SendError | None = None

    @property
    def calls(self) -> dict[str, int]:
        """How often this process asked the platform for a token: those that brought one, those that failed."""
        return {"fetched": self._fetches, "failed": self._failures}

    @property
    def held(self) -> bool:
        """Whether this process has a token that should be good, so that a call costs no call for one."""
        return bool(self._usable(""))

    async def current(self) -> str:
        """Return a token that should be good; raise `SendError`."""
        return self._usable("") or await self._renew("")

    async def renewed(self, *, rejected: str) -> str:
        """Return another token than the one the platform has just rejected, if it gives one; raise `SendError`."""
        return await self._renew(rejected)

    def _usable(self, rejected: str) -> str:
        if self._held and self._held[0] != rejected and self._clock.now() < self._held[1]:
            return self._held[0]
        return ""

    async def _renew(self, rejected: str) -> str:
        """Let one caller try; who waited meanwhile takes its token, or its failure: not each a time-out in turn.

        That token may be the rejected one: the platform gives it again while it holds it to be good, and asking once
        for everybody whom it rejected by mistake is enough.
        """
        before, fetches = self._failures, self._fetches
        async with self._turn:
            if token := self._usable(rejected) or (self._usable("") if self._fetches > fetches else ""):
                return token
            if self._failure and self._failures > before:
                raise self._failure
            try:
                return await self._locked(rejected)
            except SendError as error:
                self._failures, self._failure = self._failures + 1, error
                raise

    async def _locked(self, rejected: str) -> str:
        try:
            async with self._store.lock(self._name):
                return await self._shared(rejected)
        except SendError:
            raise
        except (GatewayError, OSError) as error:
            _log.warning("wechat.token_store_away", token=self._name, error=type(error).__name__)
        return self._usable(rejected) or await self._fetched()

    async def _shared(self, rejected: str) -> str:
        self._held = await self._store.get(self._name)
        if token := self._usable(rejected):
            return token
        token = await self._fetched()
        if self._held:
            await self._store.put(self._name, *self._held)
        return token

    async def _fetched(self) -> str:
        token, seconds = await self._fetch()
        self._fetches += 1
        self._held = (token, self._clock.now() + timedelta(seconds=max(seconds - EARLY, seconds / 2)))
        return token
