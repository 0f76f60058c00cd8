"""The raw traffic of one account, for engineers: the last exchanges in both directions, plain and as sent.

It lives in memory only and is shown on the page's drawer; nothing of it is logged.
"""

import itertools
from collections import deque
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from adapters.sandbox.faults import Fault
from adapters.sandbox.timeline import show_moment

SHOWN_BODY = 8000
"""Characters kept of one body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One half of an exchange: its first line, its body as sent, and the body decrypted where it was encrypted."""

    line: str
    body: str = ""
    plain: str = ""

    @classmethod
    def of(cls, line: str, body: bytes | str = "", *, plain: str = "") -> "Message":
        """Keep what a person can read: bytes that are no text become a note of their number."""
        if isinstance(body, bytes):
            try:
                body = body.decode()
            except UnicodeDecodeError:
                body = f"({len(body)} bytes)"
        return cls(line=line, body=body[:SHOWN_BODY], plain=plain[:SHOWN_BODY])


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and what came back; `direction` is callback (to the gateway) or api (from it)."""

    id: int
    time: datetime
    direction: str
    name: str
    request: Message
    response: Message

    def as_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self) | {"time": show_moment(self.time)}


class Traffic:
    """Keep the last exchanges."""

    def __init__(self, *, limit: int = 300) -> None:
        self._numbers = itertools.count(1)
        self._kept: deque[Exchange] = deque(maxlen=limit)

    def record(self, direction: str, name: str, *, request: Message, response: Message, now: datetime) -> None:
        """Add one exchange; the oldest goes."""
        self._kept.append(
            Exchange(
                id=next(self._numbers), time=now, direction=direction, name=name, request=request, response=response
            )
        )

    def record_call(
        self, request: web.Request, body: bytes, *, response: web.Response, fault: Fault | None, now: datetime
    ) -> None:
        """Add a call of the gateway's and its answer; one that a plan has spoilt says so."""
        note = f" ({fault.mode}, planned)" if fault else ""
        answer = response.body if isinstance(response.body, bytes) else b""
        self.record(
            "api",
            request.match_info["call"],
            request=Message.of(f"{request.method} {request.path_qs}", body),
            response=Message.of(f"HTTP {response.status}{note}", answer),
            now=now,
        )

    def after(self, number: int) -> list[dict[str, Any]]:
        """Return the kept exchanges with a greater id, oldest first."""
        return [exchange.as_json() for exchange in self._kept if exchange.id > number]
