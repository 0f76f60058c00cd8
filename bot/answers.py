"""The answer to a callback: how it waits to be known, and how it leaves, head and body in one write.

aiohttp builds an answer out of a table of headers, hooks and a writer that can do much more; for an answer of known
bytes over a connection that stays open, that costs more than encrypting it. Whoever asks for anything else (HTTP/1.0,
a connection to be closed) gets aiohttp's own answer, with the same headers. Knows no platform.
"""

from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Protocol

from aiohttp import ClientConnectionResetError, HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.web_request import BaseRequest

_TYPES = {b"<": "application/xml; charset=utf-8", b"{": "application/json; charset=utf-8"}
_TEXT = "text/plain; charset=utf-8"


class Answer(Protocol):
    """Waits for the bytes of an answer, as `asyncio.Future` does."""

    def done(self) -> bool:
        """Return whether it waits no longer."""
        ...

    def set_result(self, result: bytes, /) -> None:
        """Give the bytes."""
        ...

    def set_exception(self, exception: Exception, /) -> None:
        """Say why there are none."""
        ...


def answer(request: web.Request, body: bytes, *, now: datetime) -> web.StreamResponse:
    """Return `body` as the answer; its first letter tells what it is."""
    if request.version == HttpVersion11 and request.keep_alive:
        return _Answer(written(body, now=now))
    return web.Response(body=body, headers={"Content-Type": _TYPES.get(body[:1], _TEXT)})


def written(body: bytes, *, now: datetime, status: HTTPStatus = HTTPStatus.OK) -> bytes:
    """Return the answer as it is written to a connection that stays open."""
    return _head(status, _TYPES.get(body[:1], _TEXT), int(now.timestamp())) % len(body) + body


@lru_cache(maxsize=16)
def _head(status: HTTPStatus, content_type: str, seconds: int) -> bytes:
    """Return status and headers, with a place for the length."""
    date = format_datetime(datetime.fromtimestamp(seconds, UTC), usegmt=True)
    return (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {content_type}\r\nContent-Length: %d\r\n"
        f"Date: {date}\r\n\r\n"
    ).encode()


class _Answer(web.StreamResponse):
    """An answer that is written as it is; no hook and no middleware may still add to it."""

    def __init__(self, written: bytes) -> None:
        super().__init__()
        self._written = written
        self._keep_alive = True

    async def prepare(self, request: BaseRequest) -> AbstractStreamWriter:
        """Write all of it."""
        writer, transport = request.writer, request.transport
        if transport is None or transport.is_closing():
            raise ClientConnectionResetError("the platform has gone")
        transport.write(self._written)
        await writer.drain()
        return writer

    async def write_eof(self, data: bytes = b"") -> None:
        """Do nothing: it is written."""
