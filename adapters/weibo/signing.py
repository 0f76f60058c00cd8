"""The one signature of Weibo's callbacks, and how old it may be.

It covers the AppSecret, the timestamp and the nonce, and **not** the body. Timestamps come in milliseconds; seconds are
understood as well. Knows no message.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from adapters.platform import ForgedMessage

_SECONDS, _MILLISECONDS = 10, 13
"""Digits of a timestamp in each unit, until the year 2286."""


def sign(*parts: str) -> str:
    """Return the lower-case hex SHA-1 over the sorted parts; they are strings, so leading zeros count."""
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def same(expected: str, given: str) -> bool:
    """Compare two signatures in constant time; `given` may hold anything."""
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass"))


def check(query: Mapping[str, str], *, secret: str, max_age: float | None, now: datetime) -> None:
    """Raise `ForgedMessage` unless the query is signed with `secret` and at most `max_age` seconds from now."""
    timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    if not timestamp or not nonce:
        raise ForgedMessage("the timestamp or the nonce is missing")
    if not same(sign(secret, timestamp, nonce), query.get("signature", "")):
        raise ForgedMessage("the signature is wrong or missing")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) in {_SECONDS, _MILLISECONDS}):
        raise ForgedMessage("the timestamp is no number of seconds or milliseconds")
    seconds = int(timestamp) / (1000 if len(timestamp) == _MILLISECONDS else 1)
    if max_age is not None and abs(now.timestamp() - seconds) > max_age:
        raise ForgedMessage("the timestamp is too far from now")
