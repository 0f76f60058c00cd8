"""The transport against real sockets on loopback: what is sent, and which error each failure becomes."""

import asyncio
import hashlib
import json
import socket
import traceback

import pytest
from aiohttp import web

from adapters.platform import Refused, RetryAfter, SendError, UnknownOutcome
from adapters.transport import Transport

SECRET = {"access_token": "TOP-SECRET"}


@pytest.fixture
async def transport():
    transport = await Transport.create()
    yield transport
    await transport.close()


@pytest.fixture
async def address(aiohttp_server):
    """A server that answers each path in its own bad way; the address it listens at."""
    app = web.Application()
    app.router.add_route("*", "/echo", _echo)
    app.router.add_get("/file", _file)
    app.router.add_get("/moved", _moved)
    app.router.add_route("*", "/silent", _silent)
    app.router.add_route("*", "/broken", _broken)
    app.router.add_route("*", "/half", _half)
    server = await aiohttp_server(app)
    return str(server.make_url("")).rstrip("/")


async def _echo(request: web.Request) -> web.Response:
    body = (await request.read()).decode()
    return web.json_response(
        {"method": request.method, "type": request.content_type, "query": dict(request.query), "body": body}
    )


async def _file(request: web.Request) -> web.Response:
    return web.Response(body=b"x" * int(request.query["size"]), content_type="image/jpeg")


async def _moved(request: web.Request) -> web.Response:
    raise web.HTTPFound("/echo")


async def _silent(request: web.Request) -> web.Response:
    await asyncio.Event().wait()
    raise AssertionError


async def _broken(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def _half(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Length": "1000"})
    await answer.prepare(request)
    await answer.write(b"half")
    assert request.transport is not None
    request.transport.abort()
    return answer


async def test_json_travels_as_utf8_without_escapes(transport, address):
    url, content = address + "/echo", {"text": "诉求😀"}
    status, headers, body = await transport.request("POST", url, params={"a": "&"}, json=content)
    assert (status, headers["content-type"]) == (200, "application/json; charset=utf-8")
    assert json.loads(body) == {
        "method": "POST",
        "type": "application/json",
        "query": {"a": "&"},
        "body": '{"text":"诉求😀"}',
    }


async def test_a_form_and_bytes_travel_as_given(transport, address):
    form = json.loads((await transport.request("POST", address + "/echo", data={"a": "诉"})).body)
    raw = json.loads((await transport.request("PUT", address + "/echo", body=b"abc")).body)
    assert (form["type"], form["body"]) == ("application/x-www-form-urlencoded", "a=%E8%AF%89")
    assert (raw["method"], raw["body"]) == ("PUT", "abc")


async def test_a_redirect_is_not_followed(transport, address):
    assert (await transport.request("GET", address + "/moved")).status == 302


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


FAILURES = [
    ("/silent", UnknownOutcome, "127.0.0.1 did not answer in time"),
    ("/broken", UnknownOutcome, "127.0.0.1 broke off: ServerDisconnectedError"),
    ("/half", UnknownOutcome, "127.0.0.1 broke off: ClientPayloadError"),
]


@pytest.mark.parametrize(("path", "kind", "said"), FAILURES)
async def test_a_call_that_left_and_got_no_answer_is_unknown(transport, address, path, kind, said):
    patience = 0.2 if path == "/silent" else 30.0
    with pytest.raises(SendError) as caught:
        await transport.request("POST", address + path, params=SECRET, json={}, timeout=patience)
    assert (type(caught.value), str(caught.value)) == (kind, said)
    assert "TOP-SECRET" not in "".join(traceback.format_exception(caught.value))


async def test_a_refused_connection_can_be_tried_again(transport):
    with pytest.raises(SendError) as caught:
        await transport.request("POST", f"http://127.0.0.1:{_free_port()}/x", params=SECRET, json={})
    assert (type(caught.value), str(caught.value)) == (RetryAfter, "no connection to 127.0.0.1")
    assert "TOP-SECRET" not in "".join(traceback.format_exception(caught.value))


async def test_a_name_that_does_not_resolve_can_be_tried_again(transport):
    with pytest.raises(RetryAfter):
        await transport.request("GET", "http://nowhere.invalid/")


async def test_a_connection_that_is_never_taken_can_be_tried_again(transport):
    with socket.socket() as deaf:  # its queue is full after the connections below, and nobody accepts
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        port = deaf.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for caller in waiting:
            caller.setblocking(False)
            caller.connect_ex(("127.0.0.1", port))
        with pytest.raises(SendError) as caught:
            await transport.request("GET", f"http://127.0.0.1:{port}/", timeout=0.4)
        for caller in waiting:
            caller.close()
    assert (type(caught.value), str(caught.value)) == (RetryAfter, "127.0.0.1 did not take the connection in time")


async def test_a_server_that_speaks_no_tls_can_be_tried_again(transport, address):
    with pytest.raises(RetryAfter):
        await transport.request("GET", address.replace("http:", "https:") + "/echo")


@pytest.mark.parametrize("url", ["file:///etc/hostname", "http://[::", "/echo", "http://"])
async def test_what_is_no_address_is_refused(transport, url):
    with pytest.raises(Refused):
        await transport.request("GET", url)


async def test_an_answer_above_the_cap_is_unknown(transport, address):
    with pytest.raises(UnknownOutcome):
        await transport.request("GET", address + "/file", params={"size": "101"}, max_bytes=100)


async def test_a_file_is_streamed_hashed_and_kept(transport, address, tmp_path):
    got = await transport.download(address + "/file", tmp_path / "f", params={"size": "700000"})
    content = b"x" * 700_000
    assert (got.status, got.size, got.sha256) == (200, 700_000, hashlib.sha256(content).hexdigest())
    assert (got.head, (tmp_path / "f").read_bytes()) == (content[:4096], content)


@pytest.mark.parametrize(
    ("path", "kind"), [("/file?size=101", Refused), ("/silent", UnknownOutcome), ("/half", UnknownOutcome)]
)
async def test_a_file_that_did_not_come_whole_leaves_nothing(transport, address, tmp_path, path, kind):
    with pytest.raises(kind):
        await transport.download(address + path, tmp_path / "f", max_bytes=100, timeout=0.2)
    assert list(tmp_path.iterdir()) == []


async def test_who_is_cancelled_while_the_file_is_opened_leaves_none(transport, address, tmp_path):
    download = asyncio.create_task(transport.download(f"{address}/file", tmp_path / "picture"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)  # the file is being opened
    download.cancel()
    with pytest.raises(asyncio.CancelledError):
        await download
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254", "192.168.1.1"])
async def test_a_public_download_never_reaches_a_private_address(transport, address, tmp_path, host):
    port = address.rsplit(":", 1)[1]
    with pytest.raises(Refused):
        await transport.download(f"http://{host}:{port}/file?size=1", tmp_path / "f", public_only=True)
    assert list(tmp_path.iterdir()) == []


async def test_closing_one_transport_leaves_another_open(transport, address):
    other = await Transport.create()
    await other.close()
    assert (await transport.request("GET", address + "/echo")).status == 200
