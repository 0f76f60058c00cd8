"""Calls that rest because our own rights are wrong: a dead token, a missing grant, a captcha somebody must answer.

Such a call fails until a person mends something, and each attempt costs one of the day's few calls. So it rests, twice
as long after each further failure and a day at most, and then one call tries again. A new token, or a gateway started
again, is tried at once. A missing grant rests the one interface, everything else the whole lane.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from adapters.platform import CredentialsError
from bot.petitions.account_ports import Rest

WHOLE_LANE = ""
"""What stands for all calls of a lane."""
FIRST_REST = timedelta(minutes=5)
LONGEST_REST = timedelta(days=1)
_PASSING = timedelta(minutes=15)
"""The longest rest after an answer that is not Weibo's own: a proxy in between mends itself."""
_PERSON = timedelta(hours=1)
"""The longest rest while a person must sign in by hand: they will not think of starting the gateway again."""
_PERSONS = frozenset({"20015", "20031"})
_GRANTS = frozenset({"10005", "10014", "21337"})


class Standing(Protocol):
    """The rests of all lanes, shared by all who call."""

    async def rests(self, lane: str, *, now: datetime) -> Mapping[str, Rest]:
        """Return the rests of a lane by call; those that are over too, until a call has worked."""
        ...

    async def put(self, lane: str, call: str, rest: Rest) -> None:
        """Keep that a call has failed again."""
        ...

    async def clear(self, lane: str, call: str) -> None:
        """Forget it: the call works again."""
        ...

    def in_force(self, rest: Rest, *, now: datetime) -> bool:
        """Tell whether calls are to be left alone because of `rest`."""
        ...


class MemoryStanding:
    """A `Standing` of one process."""

    def __init__(self) -> None:
        self._lanes: dict[str, dict[str, Rest]] = {}

    async def rests(self, lane: str, *, now: datetime) -> Mapping[str, Rest]:  # noqa: ARG002  as Standing has it
        """Return the rests of a lane by call."""
        return self._lanes.get(lane, {})

    async def put(self, lane: str, call: str, rest: Rest) -> None:
        """Keep that a call has failed again."""
        self._lanes.setdefault(lane, {})[call] = rest

    async def clear(self, lane: str, call: str) -> None:
        """Forget it."""
        self._lanes.get(lane, {}).pop(call, None)

    def in_force(self, rest: Rest, *, now: datetime) -> bool:
        """Tell whether calls are to be left alone because of `rest`."""
        return now < rest.until


def token_print(token: str) -> str:
    """Return what a token is recognised by in records: nothing of the token itself."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def scope_of(code: str, call: str) -> str:
    """Return what rests after `code`: the one call, or the whole lane."""
    return call if code in _GRANTS else WHOLE_LANE


def next_rest(before: Rest | None, error: CredentialsError, *, token: str, now: datetime) -> Rest:
    """Return the rest after one more failure; `before` counts only if it was the same token's."""
    if before is not None and before.token != token:
        before = None
    failures = before.failures + 1 if before is not None else 1
    rest = min(FIRST_REST * 2 ** min(failures - 1, 16), _longest(error.code))
    return Rest(
        token=token,
        code=error.code,
        remedy=error.remedy,
        failures=failures,
        since=before.since if before is not None else now,
        failed_at=now,
        until=now + rest,
    )


def _longest(code: str) -> timedelta:
    if code.startswith("http "):
        return _PASSING
    return _PERSON if code in _PERSONS else LONGEST_REST
