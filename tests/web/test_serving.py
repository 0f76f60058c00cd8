"""The short way of callbacks through the server, and what they are answered with, byte for byte."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.answers import answer
from bot.app.serving import runner_of
from bot.keys import DIRECT

NOW = datetime(2026, 11, 20, 1, 30, 15, 999999, tzinfo=UTC)
HEAD = "HTTP/1.1 200 OK\r\nContent-Type: {}\r\nContent-Length: {}\r\nDate: Fri, 20 Nov 2026 01:30:15 GMT\r\n\r\n"
XML, JSON, TEXT = "application/xml; charset=utf-8", "application/json; charset=utf-8", "text/plain; charset=utf-8"


@web.middleware
async def marked(request: web.Request, handler: Handler) -> web.StreamResponse:
    response = await handler(request)
    response.headers["X-Way"] = "application"
    return response


async def echo(request: web.Request) -> web.StreamResponse:
    body = await request.read()
    match body:
        case b"forbidden":
            raise web.HTTPForbidden(text="no")
        case b"broken":
            raise ZeroDivisionError
    return answer(request, body, now=NOW)


async def routed(_request: web.Request) -> web.Response:
    return web.Response(text="routed")


@pytest.fixture
async def port() -> AsyncIterator[int]:
    app = web.Application(middlewares=[marked])
    app.add_routes([web.post("/direct", routed), web.post("/routed", routed)])
    app[DIRECT] = {"/direct": echo}
    runner = await runner_of(app, shutdown_timeout=1.0)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def said(port: int, request: bytes) -> bytes:
    """Send one request that ends its connection; return all that comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    heard = await reader.read()
    writer.close()
    await writer.wait_closed()
    return heard


def post(body: bytes, *, path: str = "/direct?a=b", version: str = "1.1", more: str = "") -> bytes:
    return f"POST {path} HTTP/{version}\r\nHost: x\r\n{more}Content-Length: {len(body)}\r\n\r\n".encode() + body


def closing(body: bytes, **options: str) -> bytes:
    return post(body, more="Connection: close\r\n", **options)


async def exchanged(port: int, body: bytes) -> bytes:
    """Send one request over a connection that is kept; return the answer to it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(post(body))
    head = await reader.readuntil(b"\r\n\r\n")
    rest = await reader.readexactly(len(body))
    writer.close()
    await writer.wait_closed()
    return head + rest


@pytest.mark.parametrize(
    ("body", "content_type"), [(b"<xml>\xe5</xml>", XML), (b'{"result":true}', JSON), (b"success", TEXT), (b"", TEXT)]
)
async def test_an_answer_is_its_head_and_its_bytes(port: int, body: bytes, content_type: str) -> None:
    assert await exchanged(port, body) == HEAD.format(content_type, len(body)).encode() + body


async def test_many_answers_over_one_connection_come_in_order(port: int) -> None:
    bodies = [f"<{number}>".encode() for number in range(20)]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"".join(post(body) for body in bodies))
    for body in bodies:
        assert (await reader.readuntil(b"\r\n\r\n")).decode() == HEAD.format(XML, len(body))
        assert await reader.readexactly(len(body)) == body
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize("request_", [closing(b"<a>"), post(b"<a>", version="1.0")])
async def test_who_wants_the_connection_closed_gets_that(port: int, request_: bytes) -> None:
    head, _, body = (await said(port, request_)).decode().partition("\r\n\r\n")
    status, *headers = head.split("\r\n")
    assert status.endswith(" 200 OK")
    assert f"Content-Type: {XML}" in headers
    assert "Content-Length: 3" in headers
    assert body == "<a>"


@pytest.mark.parametrize(
    ("request_", "status", "way"),
    [
        (closing(b"forbidden"), "403 Forbidden", ""),
        (closing(b"x", path="/routed"), "200 OK", "application"),
        (closing(b"x", path="/direct/"), "404 Not Found", ""),
        (b"GET /direct HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "405 Method Not Allowed", ""),
        (post(b"x", more="Expect: 100-continue\r\nConnection: close\r\n"), "100 Continue", "application"),
    ],
)
async def test_what_is_not_plain_goes_through_the_application(
    port: int, request_: bytes, status: str, way: str
) -> None:
    heard = (await said(port, request_)).decode()
    assert heard.split("\r\n")[0] == f"HTTP/1.1 {status}"
    assert ("X-Way: application" in heard) is (way == "application")


async def test_an_error_on_the_short_way_is_answered_with_500(port: int, caplog: pytest.LogCaptureFixture) -> None:
    heard = await said(port, closing(b"broken"))
    assert heard.startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
    assert [record.name for record in caplog.records] == ["aiohttp.server"]


async def test_a_platform_that_has_gone_is_no_error(port: int, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        _reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(post(b"<a>"))
        writer.transport.abort()
    assert await exchanged(port, b"<a>") == HEAD.format(XML, 3).encode() + b"<a>"
    assert caplog.records == []
