"""Connections on which a plain callback is taken as soon as aiohttp has parsed it, and answered with one write.

For each request aiohttp makes a task, a request, a writer and a response, and wakes two tasks in turn: as much work as
verifying, decrypting and answering the message inside. A callback needs none of it, for it is taken in batches anyway.
So what stands ready and whole, is plain, and is addressed to one of `direct`, is handed over from `data_received`;
everything else goes on as aiohttp does it, also on the same connection, also in between.

aiohttp parses every byte, counts time and ends connections. Its task for the connection (`start`) waits for a message
in `_waiter`; while an exchange is under way that is taken from it (`_parked`), so that answers come in the order of the
requests and nobody takes the connection for idle. This leans on the inside of `RequestHandler`: aiohttp is pinned below
the next minor version for it, and the tests of this module are to be run before that is raised.
Knows no platform, no account and no message.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

from aiohttp import HttpVersion11, hdrs, web
from aiohttp.http import RawRequestMessage


class Exchange(Protocol):
    """One callback under way; whoever took it must end it once."""

    def end(self, written: bytes) -> None:
        """Answer with head and body as they are to be written; nothing happens when the other side has gone."""
        ...


class TakesCallbacks(Protocol):
    """What takes the plain POSTs of one path."""

    def accept(self, query: Mapping[str, str], body: bytes, exchange: Exchange) -> None:
        """Take one; it is answered later."""
        ...


class Connection(web.RequestHandler):
    """A connection of aiohttp's with the short way for callbacks."""

    def __init__(self, server: web.Server, *, direct: Mapping[str, TakesCallbacks], **options: Any) -> None:  # noqa: ANN401
        super().__init__(server, **options)
        self._direct = direct
        self._parked: asyncio.Future[None] | None = None

    def data_received(self, data: bytes) -> None:
        """Parse; then take a callback that stands ready, or wake aiohttp's task."""
        waiter = self._waiter
        if waiter is None or waiter.done() or self._payload_parser is not None or self._upgraded:
            super().data_received(data)  # a request is under way, on one way or the other
            return
        self._waiter = None  # else it would be woken
        try:
            super().data_received(data)
        finally:
            self._waiter = waiter
        if self._messages and not self._take():
            waiter.set_result(None)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Give aiohttp's task back what it waits for, so that it is ended with the connection."""
        if self._parked is not None:
            self._waiter, self._parked = self._parked, None
        super().connection_lost(exc)

    def _take(self) -> bool:
        """Hand over the next request if it is a plain callback; nothing is under way."""
        message, payload = self._messages[0]
        if self._paused or self._force_close or not isinstance(message, RawRequestMessage) or not payload.is_eof():
            return False
        found = _callback(message)
        if found is None or (account := self._direct.get(found[0])) is None:
            return False
        self._parked, self._waiter = self._waiter, None
        self._request_in_progress = True
        self._messages.popleft()
        if self._parser is not None:  # it goes with the connection
            self._parser.message_consumed()
        if self._buffer_paused and len(self._messages) <= self._msg_queue_resume_size:
            self._resume_reading_if_drained()
        account.accept(found[1], payload.read_nowait(), _Exchange(self))
        return True

    def answer(self, written: bytes) -> None:
        """Write the answer and go on with what has come meanwhile."""
        waiter, self._parked = self._parked, None
        if waiter is None or self.transport is None:
            return  # the other side has gone, and the rest with it
        self.transport.write(written)
        self._waiter = waiter
        self._request_in_progress = False
        if self._handler_waiter is not None:  # the server stops, and waited for this
            self._handler_waiter.set_result(None)
        self._rest_until_next()
        if self._close or self._force_close:
            waiter.cancel()
        elif self._messages and not self._take():
            waiter.set_result(None)

    def _rest_until_next(self) -> None:
        """Count from now how long the connection may stay idle, as `start` does after an answer."""
        self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout
        if self._keepalive_handle is None:
            self._keepalive_handle = self._loop.call_at(self._next_keepalive_close_time, self._process_keepalive)


class _Exchange:
    """Ends what a connection has handed over."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def end(self, written: bytes) -> None:
        """Write the answer."""
        self._connection.answer(written)


def _callback(message: RawRequestMessage) -> tuple[str, Mapping[str, str]] | None:
    """Return path and query of a request that is a plain POST; None for any other."""
    if (
        message.method != hdrs.METH_POST
        or message.version != HttpVersion11
        or message.should_close
        or message.compression
        or message.chunked
        or hdrs.EXPECT in message.headers
    ):
        return None
    path, _, query = message.path.partition("?")
    fields = plain_query(query)
    return None if fields is None else (path, fields)


def plain_query(query: str) -> Mapping[str, str] | None:
    """Return the fields of a query that needs no decoding, as those of real callbacks; None for any other."""
    if not query.isascii() or "%" in query or "+" in query:
        return None
    pairs = [pair.split("=", 1) for pair in query.split("&")]
    try:
        fields = dict(pairs)
    except ValueError:  # a name without a value
        return None
    return fields if len(fields) == len(pairs) else None
