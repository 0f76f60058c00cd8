"""Passwords, and the slow-down after failed sign-ins. It knows neither users nor requests.

Passwords are argon2id, computed in a thread. A sign-in for an unknown name is checked against a decoy hash of the same
cost, so that the time of the answer does not tell names apart.

Failures are counted by name and address, by name, and by address, through a small `Hits` port that processes may
share. Who is over a limit rests in this process until the window ends, right password or not; a second process learns
it with the next failure there, so P processes give at most P guesses more than the limit. Each process also counts
for itself, so that a shared counter that is away opens no door.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final, Protocol

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST_PASSWORD: Final = 10
LONGEST_PASSWORD: Final = 200
_HASHING_AT_ONCE: Final = 2
_WIDER: Final = 4
"""A name from all addresses, and an address with all names, may fail this many times more than one pair."""
_DECOY: Final = "$argon2id$v=19$m=65536,t=3,p=4$PvVgU1564v/lN/j5VDOrbA$8TqiUQ3ZGrR0SeeOfrNpPcsfpbvFVH2pD2ZFXWVBJCc"


def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=3, memory_cost=65536, parallelism=4)


async def hash_password(password: str) -> str:
    """Return the argon2id hash of a password, with its parameters and salt."""
    return await asyncio.to_thread(_hasher().hash, password)


async def verify_password(password: str, password_hash: str | None) -> bool:
    """Tell whether the password is right; None (no such user) costs as much and is False."""
    if len(password) > LONGEST_PASSWORD:
        return False
    matches = await asyncio.to_thread(_matches, password, password_hash or _DECOY)
    return matches and password_hash is not None


def _matches(password: str, password_hash: str) -> bool:
    try:
        return _hasher().verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def password_fault(password: str, *, name: str) -> str:
    """Return in one Chinese sentence why this may not be a password, '' when it may."""
    if len(password) < SHORTEST_PASSWORD:
        return f"密码至少需要{SHORTEST_PASSWORD}个字符。"
    if len(password) > LONGEST_PASSWORD:
        return f"密码最多{LONGEST_PASSWORD}个字符。"
    if name and name.casefold() in password.casefold():
        return "密码里不能包含用户名。"
    if len(set(password)) <= len("abcd"):
        return "密码太简单，请使用更多不同的字符。"
    return ""


class Hits(Protocol):
    """Counts how often something happens."""

    async def hit(self, key: str, *, limit: int, per: timedelta, now: datetime) -> bool:
        """Count one more for `key`; tell whether it is still within `limit` in the running window of `per`."""
        ...


class InProcessHits:
    """Counts in memory, in fixed windows; what is out of its window is forgotten."""

    def __init__(self) -> None:
        self._windows: dict[str, tuple[datetime, int]] = {}

    async def hit(self, key: str, *, limit: int, per: timedelta, now: datetime) -> bool:
        """Count one more for `key`; tell whether it is still within `limit` in the running window of `per`."""
        for old in [k for k, (until, _) in self._windows.items() if until <= now]:
            del self._windows[old]
        until, count = self._windows.get(key, (now + per, 0))
        self._windows[key] = (until, count + 1)
        return count < limit


class SignInGuard:
    """Slows down who fails to sign in, and bounds how many passwords are computed at once."""

    def __init__(self, hits: Hits, *, failures: int, per: timedelta) -> None:
        self._hits = hits
        self._own = InProcessHits()
        self._failures = failures
        self._per = per
        self._resting: dict[str, datetime] = {}
        self._slots = asyncio.Semaphore(_HASHING_AT_ONCE)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Hold one of the few places in which a password is computed."""
        async with self._slots:
            yield

    def rests_until(self, name: str, address: str, *, now: datetime) -> datetime | None:
        """Return until when this name from this address is not let in, None when it may try."""
        for old in [key for key, until in self._resting.items() if until <= now]:
            del self._resting[old]
        return max((self._resting[key] for key, _ in self._limits(name, address) if key in self._resting), default=None)

    async def failed(self, name: str, address: str, *, now: datetime) -> None:
        """Count one failure; from the last one allowed on, it rests."""
        for key, limit in self._limits(name, address):
            counters = (self._own, self._hits)
            within = [await counter.hit(key, limit=limit - 1, per=self._per, now=now) for counter in counters]
            if not all(within):
                self._resting[key] = now + self._per

    def _limits(self, name: str, address: str) -> tuple[tuple[str, int], ...]:
        who = hashlib.sha256(name.encode()).hexdigest()[:16]
        return (
            (f"sign-in:{who}@{address}", self._failures),
            (f"sign-in:name:{who}", self._failures * _WIDER),
            (f"sign-in:address:{address}", self._failures * _WIDER),
        )
