"""The only place that opens outbound sockets.

Every call has a time limit, a size cap and no redirects, and fails only with the errors of `adapters.platform`: what
never left is `RetryAfter`, what may have arrived is `UnknownOutcome`. Messages and tracebacks name the host, never a
path's query, as that carries tokens and secrets. Knows no platform's answers.
"""

import asyncio
import hashlib
import ipaddress
import json as json_codec
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from errno import EACCES
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import aiohttp
from yarl import URL

from adapters.platform import Refused, RetryAfter, UnknownOutcome

LARGEST_FILE = 20 * 1024 * 1024
LARGEST_ANSWER = 1024 * 1024
TIMEOUT = 10.0
"""Seconds for a whole call; connecting may take at most half of it, and never more than `CONNECT_TIMEOUT`."""
CONNECT_TIMEOUT = 3.0
FILE_TIMEOUT = 60.0

_HEAD = 4096
_CHUNK = 256 * 1024


class Answer(NamedTuple):
    """A whole answer; header names compare without case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file as received; `head` is its beginning (4 KiB), for whoever decides what it is."""

    status: int
    headers: Mapping[str, str]
    head: bytes
    size: int
    sha256: str


class Transport:
    """Outbound HTTP, between `create` and `close`."""

    def __init__(self, *, session: aiohttp.ClientSession, public: aiohttp.ClientSession) -> None:
        self._session = session
        self._public = public

    @classmethod
    async def create(cls, *, connections: int = 100) -> "Transport":
        """Open the pools; needs the running loop they will live in."""
        anywhere = aiohttp.TCPConnector(limit=connections)
        public = aiohttp.TCPConnector(limit=connections, socket_factory=_public_socket)
        return cls(session=_session(anywhere), public=_session(public))

    async def close(self) -> None:
        """Close the pools; open calls fail."""
        await self._session.close()
        await self._public.close()

    async def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Any = None,  # noqa: ANN401  whatever JSON can hold
        body: bytes | None = None,
        data: Mapping[str, str] | aiohttp.FormData | None = None,
        timeout: float = TIMEOUT,  # noqa: ASYNC109  it bounds connecting and answering differently
        max_bytes: int = LARGEST_ANSWER,
    ) -> Answer:
        """Make one call; `json` travels as plain UTF-8, without escapes, `data` as a form; at most one of the three.

        Raises `RetryAfter` when nothing was sent, `UnknownOutcome` when no whole answer came.
        """
        content: bytes | aiohttp.FormData | None = body
        headers: dict[str, str] = {}
        if json is not None:
            content = json_codec.dumps(json, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
            headers["Content-Type"] = "application/json; charset=utf-8"
        elif data is not None:
            content = data if isinstance(data, aiohttp.FormData) else aiohttp.FormData(data)
        call = self._session.request(
            method, _url(url), params=params, data=content, headers=headers, timeout=_limits(timeout),
            allow_redirects=False,
        )  # fmt: skip
        async with _mapped(url), call as response:
            received = bytearray()
            async for chunk in response.content.iter_chunked(_CHUNK):
                received += chunk
                if len(received) > max_bytes:
                    raise UnknownOutcome(f"{_host(url)} answered more than {max_bytes} bytes")
            return Answer(status=response.status, headers=response.headers, body=bytes(received))

    async def download(
        self,
        url: str,
        target: Path,
        *,
        params: Mapping[str, str] | None = None,
        timeout: float = FILE_TIMEOUT,  # noqa: ASYNC109  it bounds connecting and receiving differently
        max_bytes: int = LARGEST_FILE,
        public_only: bool = False,
    ) -> Download:
        """GET into `target`, which is there only if this returns (its status may still be an error's).

        `public_only` refuses every address that is not on the public internet, after name resolution. Raises `Refused`
        above the cap or for such an address, else as `request` does.
        """
        session = self._public if public_only else self._session
        place = _url(url)
        file = await _opened(target)
        try:
            call = session.get(place, params=params, timeout=_limits(timeout), allow_redirects=False)
            async with _mapped(url), call as response:
                head, size, digest = await _receive(response, file, max_bytes=max_bytes)
        except BaseException:
            await asyncio.to_thread(_drop, file, target)
            raise
        await asyncio.to_thread(file.close)
        return Download(status=response.status, headers=response.headers, head=head, size=size, sha256=digest)


async def _receive(response: aiohttp.ClientResponse, file: BinaryIO, *, max_bytes: int) -> tuple[bytes, int, str]:
    head, size, digest = b"", 0, hashlib.sha256()
    async for chunk in response.content.iter_chunked(_CHUNK):
        size += len(chunk)
        if size > max_bytes:
            raise Refused(f"the file is larger than {max_bytes} bytes")
        head = head + chunk[: _HEAD - len(head)] if len(head) < _HEAD else head
        digest.update(chunk)
        await asyncio.to_thread(file.write, chunk)
    return head, size, digest.hexdigest()


async def _opened(target: Path) -> BinaryIO:
    """Open for writing; who is cancelled meanwhile leaves no open file behind."""
    opening = asyncio.create_task(asyncio.to_thread(target.open, "wb"))
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        await asyncio.to_thread(_drop, await opening, target)
        raise


def _drop(file: BinaryIO, target: Path) -> None:
    file.close()
    target.unlink(missing_ok=True)


def _session(connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())


def _limits(seconds: float) -> aiohttp.ClientTimeout:
    """Let connecting end first, so that a time-out tells whether anything was sent."""
    connect = min(CONNECT_TIMEOUT, seconds / 2)
    return aiohttp.ClientTimeout(total=seconds, connect=connect, sock_connect=connect)


def _url(url: str) -> URL:
    try:
        return URL(url)
    except ValueError:
        raise Refused("not a URL") from None


def _host(url: str) -> str:
    return _url(url).host or "?"


def _public_socket(address: aiohttp.AddrInfoType) -> socket.socket:
    """Make the socket for one resolved address, or refuse it: the check cannot be outrun by a second resolution."""
    family, kind, protocol, _, place = address
    if not ipaddress.ip_address(str(place[0]).partition("%")[0]).is_global:
        raise PermissionError(EACCES, "not a public address")
    return socket.socket(family=family, type=kind, proto=protocol)


@asynccontextmanager
async def _mapped(url: str) -> AsyncIterator[None]:
    """Turn aiohttp's errors into ours; their own text holds the whole URL, so it is cut off."""
    host = _host(url)
    try:
        yield
    except aiohttp.ConnectionTimeoutError:
        raise RetryAfter(f"{host} did not take the connection in time") from None
    except aiohttp.ClientConnectorError as error:
        if isinstance(error.os_error, PermissionError):
            raise Refused(f"{host} is not a public address") from None
        raise RetryAfter(f"no connection to {host}") from None
    except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError):
        raise Refused("not a URL that can be called") from None
    except TimeoutError:
        raise UnknownOutcome(f"{host} did not answer in time") from None
    except (aiohttp.ClientError, OSError) as error:
        raise UnknownOutcome(f"{host} broke off: {type(error).__name__}") from None
