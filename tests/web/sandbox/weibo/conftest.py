"""A sandbox Weibo on one server and a stub gateway on another; the stub checks every signature by itself."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from adapters.sandbox.app import sandbox_app
from adapters.sandbox.weibo.accounts import SandboxWeibo
from bot.clock import MovableClock

UID, NAME, KEY, SECRET = "1902538057", "问桥市网络问政", "1234567890", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
FANS, OAUTH = "fans-token-sample", "oauth-token-sample"
AN, BO = "2489518277", "4294917290"
START = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


def passive(text: str, **changes: Any) -> Callable[[dict[str, Any]], web.Response]:
    """Answer with `text`, as the documents have it, but for `changes`."""

    def answer(push: dict[str, Any]) -> web.Response:
        data = quote(json.dumps({"text": text}, ensure_ascii=False), safe="")
        fields = {"result": True, "sender_id": UID, "receiver_id": str(push["sender_id"]), "type": "text", "data": data}
        return web.Response(text=json.dumps(fields | changes))

    return answer


def _silent(_: Any) -> web.Response:
    return web.Response()


@dataclass
class StubGateway:
    """Records what arrives; answers as told: `answer` returns a whole response."""

    answer: Callable[[dict[str, Any]], web.Response] = _silent
    received: list[Any] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)

    async def serve(self, request: web.Request) -> web.Response:
        query = dict(request.query)
        joined = "".join(sorted([SECRET, query["timestamp"], query["nonce"]]))
        assert hashlib.sha1(joined.encode()).hexdigest() == query["signature"]  # noqa: S324 -- the platform's choice
        body = await request.read()
        push = json.loads(body) if not body.startswith(b"<") else body.decode()
        self.received.append(push)
        self.queries.append(query)
        self.bodies.append(body)
        if self.delays:
            await asyncio.sleep(self.delays.pop(0))
        return self.answer(push)


@dataclass
class Rig:
    client: TestClient
    gateway: StubGateway
    clock: MovableClock

    async def post(self, path: str, body: Any) -> Any:
        answer = await self.client.post(f"/sandbox/weibo/city/{path}", json=body)
        assert answer.status == 200, await answer.text()
        return await answer.json()

    async def get(self, path: str, **params: str) -> Any:
        answer = await self.client.get(f"/sandbox/weibo/city/{path}", params=params)
        assert answer.status == 200, await answer.text()
        return await answer.json()

    async def say(self, **body: Any) -> dict[str, Any]:
        return await self.post("say", {"uid": AN} | body)

    async def mention(self, text: str = "路灯坏了三天", **body: Any) -> dict[str, Any]:
        return await self.post("mention", {"uid": AN, "text": text} | body)

    async def messages(self, uid: str = AN) -> list[dict[str, Any]]:
        return (await self.get("messages", uid=uid))["messages"]

    async def move(self, **body: str) -> None:
        answer = await self.client.post("/sandbox/clock", json=body)
        assert answer.status == 200, await answer.text()

    async def call(self, path: str, *, token: str = OAUTH, **params: str) -> tuple[int, Any]:
        """GET from the open API; return status and body."""
        query = ({"access_token": token} if token else {}) | params
        answer = await self.client.get(f"/sandbox/weibo/{path}", params=query)
        return answer.status, await answer.json()

    async def form(self, path: str, *, token: str = OAUTH, **params: str) -> tuple[int, Any]:
        """POST a form to the open API; return status and body."""
        data = ({"access_token": token} if token else {}) | params
        answer = await self.client.post(f"/sandbox/weibo/{path}", data=data)
        return answer.status, await answer.json()

    async def comment(self, post: str, text: str, **params: str) -> int:
        """Comment on a post; return the error code, 0 for success."""
        params = {"id": post, "comment": text, "rip": "203.0.113.7"} | params
        return int((await self.form("api/2/comments/create.json", **params))[1].get("error_code", 0))

    async def answer(self, post: str, cid: str, text: str, **params: str) -> tuple[int, Any]:
        params = {"id": post, "cid": cid, "comment": text, "rip": "203.0.113.7"} | params
        return await self.form("api/2/comments/reply.json", **params)

    async def send(self, text: str, uid: str = AN, **params: str) -> int:
        """Send a private message; return the error code, 0 for success."""
        data = json.dumps({"text": text}, ensure_ascii=False)
        params = {"receiver_id": uid, "type": "text", "data": data} | params
        return int((await self.form("m/2/messages/reply.json", token=FANS, **params))[1].get("error_code", 0))


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(start=START)


@pytest.fixture
async def rig(aiohttp_client: Callable[..., Awaitable[TestClient]], aiohttp_server: Any, clock: MovableClock) -> Rig:
    gateway = StubGateway()
    gateway_app = web.Application()
    gateway_app.router.add_post("/callback/weibo/city", gateway.serve)
    server = await aiohttp_server(gateway_app)
    account = SandboxWeibo(
        account="city",
        uid=UID,
        name=NAME,
        app_key=KEY,
        app_secret=SECRET,
        fans_token=FANS,
        oauth_token=OAUTH,
        callback_url=str(server.make_url("/callback/weibo/city")),
        subscribed=("豆豆妈在路上",),
    )
    root = web.Application()
    root.add_subapp("/sandbox", sandbox_app(accounts=[], weibo=[account], clock=clock, retry_seconds=0.2))
    return Rig(client=await aiohttp_client(root), gateway=gateway, clock=clock)
