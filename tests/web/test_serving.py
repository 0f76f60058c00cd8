"""The short way of callbacks over aiohttp's connections: what takes it, what does not, and how the two get along."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime

import pytest
from aiohttp import web

from bot.answers import written
from bot.app.serving import Listener
from bot.connections import Exchange
from bot.keys import DIRECT

NOW = datetime(2026, 11, 20, 1, 30, 15, 999999, tzinfo=UTC)
HEAD = "HTTP/1.1 200 OK\r\nContent-Type: {}\r\nContent-Length: {}\r\nDate: Fri, 20 Nov 2026 01:30:15 GMT\r\n\r\n"
XML, JSON, TEXT = "application/xml; charset=utf-8", "application/json; charset=utf-8", "text/plain; charset=utf-8"
IDLE = 1.0


class Account:
    """Answers with what was sent, at once, or when told to for a body that begins with `wait`."""

    def __init__(self) -> None:
        self.queries: list[Mapping[str, str]] = []
        self.waiting: asyncio.Queue[tuple[bytes, Exchange]] = asyncio.Queue()

    def accept(self, query: Mapping[str, str], body: bytes, exchange: Exchange) -> None:
        self.queries.append(query)
        if body.startswith(b"wait"):
            self.waiting.put_nowait((body, exchange))
        else:
            exchange.end(written(body, now=NOW))

    async def lets_go(self) -> bytes:
        body, exchange = await self.waiting.get()
        exchange.end(written(body, now=NOW))
        return body


async def routed(request: web.Request) -> web.Response:
    return web.Response(body=b"routed:" + await request.read())


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
async def listener(account: Account) -> AsyncIterator[Listener]:
    app = web.Application()
    app.add_routes([web.post("/direct", routed), web.post("/routed", routed)])
    app[DIRECT] = {"/direct": account}
    listener = await Listener.start(app, host="127.0.0.1", port=0, shutdown_timeout=5.0, idle=IDLE)
    yield listener
    await listener.cleanup()


class Client:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def head(self) -> str:
        return (await self.reader.readuntil(b"\r\n\r\n")).decode()

    async def answer(self) -> bytes:
        """Return the body of the next answer."""
        head = (await self.head()).lower()
        if head.startswith("http/1.1 100"):
            head = (await self.head()).lower()
        length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        return await self.reader.readexactly(length)

    async def says(self, request: bytes) -> bytes:
        self.writer.write(request)
        return await self.answer()


@pytest.fixture
async def client(listener: Listener) -> AsyncIterator[Client]:
    client = Client(*await asyncio.open_connection("127.0.0.1", listener.port))
    yield client
    client.writer.close()
    await client.writer.wait_closed()


def post(body: bytes, *, path: str = "/direct?a=b&c=", version: str = "1.1", more: str = "") -> bytes:
    return f"POST {path} HTTP/{version}\r\nHost: x\r\n{more}Content-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    ("body", "content_type"), [(b"<xml>\xe5</xml>", XML), (b'{"result":true}', JSON), (b"success", TEXT), (b"", TEXT)]
)
async def test_an_answer_is_its_head_and_its_bytes(
    client: Client, account: Account, body: bytes, content_type: str
) -> None:
    client.writer.write(post(body))
    assert await client.head() == HEAD.format(content_type, len(body))
    assert await client.reader.readexactly(len(body)) == body
    assert account.queries == [{"a": "b", "c": ""}]


NOT_PLAIN = {
    "close": post(b"x", more="Connection: close\r\n"),
    "1.0": post(b"x", version="1.0"),
    "expect": post(b"x", more="Expect: 100-continue\r\n"),
    "encoded query": post(b"x", path="/direct?a=%41"),
    "plus in query": post(b"x", path="/direct?a=b+c"),
    "name twice": post(b"x", path="/direct?a=b&a=c"),
    "no query": post(b"x", path="/direct"),
    "encoded path": post(b"x", path="/d%69rect?a=b"),
    "other path": post(b"x", path="/routed?a=b"),
    "chunked": b"POST /direct?a=b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("name", NOT_PLAIN)
async def test_what_is_not_plain_goes_aiohttps_way(client: Client, account: Account, name: str) -> None:
    assert await client.says(NOT_PLAIN[name]) == b"routed:x"
    assert account.queries == []


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /direct?a=b HTTP/1.1\r\nHost: x\r\n\r\n", "405 Method Not Allowed"),
        (post(b"x", path="/direct/?a=b"), "404 Not Found"),
        (
            b"POST /direct?a=b HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
            "400 Bad Request",
        ),
        (b"nonsense\r\n\r\n", "400 Bad Request"),
    ],
)
async def test_what_is_wrong_is_refused_by_aiohttp(
    client: Client, account: Account, request_: bytes, status: str
) -> None:
    client.writer.write(request_)
    assert (await client.head()).split("\r\n")[0].endswith(status)
    assert account.queries == []


async def test_a_request_in_pieces_is_answered_whichever_way(client: Client) -> None:
    whole = post(b"<abc>")
    for cut in (1, 10, 40, len(whole) - 5, len(whole) - 1):
        client.writer.write(whole[:cut])
        await client.writer.drain()
        await asyncio.sleep(0.01)
        assert (await client.says(whole[cut:])).removeprefix(b"routed:") == b"<abc>"


async def test_requests_sent_together_are_answered_in_their_order(client: Client, account: Account) -> None:
    """Both ways in turn, and some that take their time."""
    kinds = ("/direct?a=b", "/routed", "/direct?a=%41", "/direct?a=b")
    bodies = [b"wait%d" % n if n % 5 == 0 else b"<%d>" % n for n in range(24)]
    client.writer.write(b"".join(post(body, path=kinds[n % 4]) for n, body in enumerate(bodies)))
    letting_go = asyncio.create_task(_let_all_go(account))
    answers = [(await client.answer()).removeprefix(b"routed:") for _ in bodies]
    letting_go.cancel()
    assert answers == bodies


async def _let_all_go(account: Account) -> None:
    while True:
        await account.lets_go()


async def test_nothing_overtakes_an_exchange_under_way(client: Client, account: Account) -> None:
    client.writer.write(post(b"wait"))
    body, exchange = await account.waiting.get()
    client.writer.write(post(b"second", path="/routed") + post(b"<third>"))
    await asyncio.sleep(0.05)
    exchange.end(written(body, now=NOW))
    assert [await client.answer() for _ in range(2)] == [b"wait", b"routed:second"]
    assert (await client.answer()).removeprefix(b"routed:") == b"<third>"  # aiohttp may have it already


async def test_an_exchange_may_take_longer_than_a_connection_may_stay_idle(client: Client, account: Account) -> None:
    client.writer.write(post(b"wait"))
    body, exchange = await account.waiting.get()
    await asyncio.sleep(IDLE * 1.5)
    exchange.end(written(body, now=NOW))
    assert await client.answer() == b"wait"
    assert await client.says(post(b"<more>")) == b"<more>"
    assert await client.reader.read() == b""  # and then it is closed


async def test_who_has_gone_is_not_answered_and_leaves_nothing(
    listener: Listener, account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    before = asyncio.all_tasks()
    _reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
    writer.write(post(b"wait"))
    _body, exchange = await account.waiting.get()
    writer.transport.abort()
    async with asyncio.timeout(10):
        while asyncio.all_tasks() != before:
            await asyncio.sleep(0.01)
    exchange.end(b"nobody reads this")
    assert caplog.records == []


async def test_stopping_lets_an_exchange_end(listener: Listener, client: Client, account: Account) -> None:
    client.writer.write(post(b"wait"))
    body, exchange = await account.waiting.get()
    stopping = asyncio.create_task(listener.cleanup())
    await asyncio.sleep(0.05)
    assert not stopping.done()
    exchange.end(written(body, now=NOW))
    assert await client.answer() == b"wait"
    await stopping
    assert await client.reader.read() == b""


async def test_stopping_closes_a_connection_that_has_taken_the_short_way(listener: Listener, client: Client) -> None:
    assert await client.says(post(b"<a>")) == b"<a>"
    await listener.cleanup()
    assert await client.reader.read() == b""
