"""The ephemeral port over Redis, for several processes.

When Redis is away everything goes on as if nothing were known: no token is found and none is kept, everyone is let in,
and only this process is woken. That is logged once an outage, never with a value or the URL.
"""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Self, TypeVar, cast

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import LockError, RedisError

from bot.petitions.ports import StorageUnavailable
from storage.ephemeral.memory import WakeUps

log = structlog.get_logger(__name__)

T = TypeVar("T")

PREFIX = "wenqiao:"
_KEPT = timedelta(days=1)
"""No token lives longer; its own end is by the gateway's clock and stands beside it."""
LOCK_SECONDS = 15.0
"""More than one call to a platform takes; after it a lock frees itself."""
_LOCK_POLL = 0.05
_CONNECT_SECONDS = 1.0
_ANSWER_SECONDS = 2.0
_AGAIN_SECONDS = 1.0
"""How long the listener rests after Redis went away."""

_HIT = """
local window = redis.call('HMGET', KEYS[1], 'until', 'count')
local now, per, count = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(window[2]) or 0
if not window[1] or tonumber(window[1]) <= now then
    count = 0
    redis.call('HSET', KEYS[1], 'until', now + per)
end
redis.call('HSET', KEYS[1], 'count', count + 1)
redis.call('PEXPIRE', KEYS[1], math.max(per, 1))
return count
"""


class RedisEphemeral:
    """Implements `storage.ephemeral.ports.Ephemeral`; made by `open`, ended by `close`."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._me = uuid.uuid4().hex
        self._wakeups = WakeUps()
        self._heard = asyncio.Event()
        self._away = False
        self._hit = client.register_script(_HIT)
        self._listening = asyncio.create_task(self._listen(), name="redis wake-ups")

    @classmethod
    async def open(cls, url: str) -> Self:
        """Use the Redis at `url`; it need not be there yet."""
        client = Redis.from_url(
            url,
            decode_responses=True,
            socket_connect_timeout=_CONNECT_SECONDS,
            socket_timeout=_ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 1),
            driver_info=None,  # else every new connection reads the package's version from the disk
        )
        return cls(client)

    async def close(self) -> None:
        """Stop listening and close the connections."""
        self._listening.cancel()
        with suppress(asyncio.CancelledError):
            await self._listening
        await self._client.aclose()

    async def listening(self) -> None:
        """Return when wake-ups of other processes are heard (they are a courtesy: every loop also looks by itself)."""
        await self._heard.wait()

    async def check(self) -> None:
        """Raise `StorageUnavailable` when Redis does not answer."""
        try:
            await cast("Awaitable[Any]", self._client.ping())
        except (RedisError, OSError) as error:
            raise StorageUnavailable("Redis does not answer") from error

    async def get(self, name: str) -> tuple[str, datetime] | None:
        """Return a token and when to renew it; None when there is none, or Redis is away."""
        found = await self._try(lambda: self._client.get(f"{PREFIX}token:{name}"), None)
        if not isinstance(found, str):
            return None
        token, expires = json.loads(found)
        return token, datetime.fromisoformat(expires)

    async def put(self, name: str, token: str, expires: datetime) -> None:
        """Keep a token, if Redis is there."""
        value = json.dumps([token, expires.astimezone(UTC).isoformat()])
        await self._try(lambda: self._client.set(f"{PREFIX}token:{name}", value, ex=_KEPT), None)

    def lock(self, name: str) -> AbstractAsyncContextManager[None]:
        """Let one caller of all processes in at a time, everybody when Redis is away."""
        return self._locked(f"{PREFIX}lock:{name}")

    @asynccontextmanager
    async def _locked(self, key: str) -> AsyncIterator[None]:
        lock = self._client.lock(key, timeout=LOCK_SECONDS, sleep=_LOCK_POLL, blocking_timeout=LOCK_SECONDS)
        held = await self._try(lock.acquire, default=False)
        try:
            yield
        finally:
            if held:
                with suppress(LockError):  # it had run out: somebody else holds it by now
                    await self._try(lock.release, None)

    async def hit(self, key: str, *, limit: int, per: timedelta, now: datetime) -> bool:
        """Count one more for `key`; True while within `limit` in its window, and whenever Redis is away."""
        milliseconds = [int(now.timestamp() * 1000), int(per.total_seconds() * 1000)]
        count = await self._try(lambda: self._hit(keys=[f"{PREFIX}hit:{key}"], args=milliseconds), 0)
        return int(count) < limit

    async def wake(self, name: str) -> None:
        """Wake whoever waits for `name` in any process; only in this one when Redis is away."""
        self._wakeups.set(name)
        await self._try(lambda: self._client.publish(f"{PREFIX}wake:{name}", self._me), None)

    async def wait(self, name: str, timeout: float) -> bool:  # noqa: ASYNC109 -- the port's form
        """Wait until woken, `timeout` seconds at most; tell whether it was a wake-up."""
        return await self._wakeups.wait(name, timeout)

    async def _try(self, action: Callable[[], Awaitable[T]], default: T) -> T:
        try:
            result = await action()
        except LockError:
            raise
        except (RedisError, OSError) as error:
            self._note_away(error)
            return default
        self._away = False
        return result

    def _note_away(self, error: Exception) -> None:
        if not self._away:
            self._away = True
            log.warning("redis.away", error=type(error).__name__)

    async def _listen(self) -> None:
        while True:
            try:
                await self._hear()
            except (RedisError, OSError) as error:
                self._note_away(error)
            except Exception:
                log.exception("redis.listener_failed")
            self._heard.clear()
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _hear(self) -> None:
        async with self._client.pubsub() as subscription:
            await subscription.psubscribe(f"{PREFIX}wake:*")
            while True:
                message = await subscription.get_message(timeout=None)
                if message is None or message["type"] != "pmessage":
                    self._heard.set()
                elif message["data"] != self._me:
                    self._wakeups.set(message["channel"].removeprefix(f"{PREFIX}wake:"))
