"""Which body came with which signed query: the same pair of timestamp and nonce with another body is a forgery.

The signature does not cover the body, so whoever has seen one signed query could send any body with it. Whether Weibo
signs its own repeats anew is not documented; the rule is right in both cases. What lies older than a signature may be
need not be remembered.
"""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

Verdict = Literal["new", "same", "other"]

MOST_PAIRS = 100_000
"""About 20 MB. Only signed pairs are kept, so that a stranger cannot fill it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What a callback is recognised by; `body_hash` is the SHA-256 of the body in hex."""

    timestamp: str
    nonce: str
    body_hash: str


def fingerprint(*, timestamp: str, nonce: str, body: bytes) -> Fingerprint:
    """Return the fingerprint of a callback."""
    return Fingerprint(timestamp=timestamp, nonce=nonce, body_hash=hashlib.sha256(body).hexdigest())


class ReplayGuard(Protocol):
    """The memory of signed queries; atomic, and never older than the age a signature may have."""

    def seen(self, timestamp: str, nonce: str, body_hash: str, *, now: datetime) -> Verdict:
        """Remember the pair's first body; return "new", or whether this body is the "same" or an "other" one."""
        ...


class AskedElsewhere:
    """A `ReplayGuard` for callers who ask a memory that all processes share before they act on what was opened."""

    def seen(self, timestamp: str, nonce: str, body_hash: str, *, now: datetime) -> Verdict:  # noqa: ARG002
        """Return "new"."""
        return "new"


class MemoryReplays:
    """A `ReplayGuard` of one process: `most` pairs at once, each for `keeps` after it was first seen."""

    def __init__(self, *, keeps: timedelta = timedelta(hours=1), most: int = MOST_PAIRS) -> None:
        self._keeps = keeps
        self._most = most
        self._pairs: OrderedDict[tuple[str, str], tuple[bytes, datetime]] = OrderedDict()

    def seen(self, timestamp: str, nonce: str, body_hash: str, *, now: datetime) -> Verdict:
        """Remember the pair's first body; return "new", or whether this body is the "same" or an "other" one."""
        self._forget(now - self._keeps)
        pair, digest = (timestamp, nonce), bytes.fromhex(body_hash)
        if (known := self._pairs.get(pair)) is not None:
            return "same" if known[0] == digest else "other"
        while len(self._pairs) >= self._most:
            self._pairs.popitem(last=False)
        self._pairs[pair] = (digest, now)
        return "new"

    def __len__(self) -> int:
        return len(self._pairs)

    def _forget(self, before: datetime) -> None:
        """Drop the oldest ones; they stand first, as pairs are kept in the order in which they came."""
        while self._pairs:
            pair = next(iter(self._pairs))
            if self._pairs[pair][1] >= before:
                return
            del self._pairs[pair]
