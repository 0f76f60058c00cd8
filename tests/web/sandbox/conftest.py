"""A sandbox on one server and a stub gateway on another; the stub opens and seals with wechatpy."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import xmltodict
from aiohttp import web
from aiohttp.test_utils import TestClient
from wechatpy.crypto import WeChatCrypto

from adapters.sandbox.app import sandbox_app
from adapters.sandbox.wechat.accounts import SandboxAccount
from bot.clock import MovableClock

APP_ID, SECRET, TOKEN, ORIGINAL = "wx0123456789abcdef", "s" * 32, "sample-token", "gh_0123456789ab"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
TEMPLATE = "TEMPLATE-PROGRESS"
AN = "oAn_0000000000000000000000001"
START = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


def reply_xml(fields: dict[str, Any], text: str, **changes: str) -> str:
    parts = {"ToUserName": fields["FromUserName"], "FromUserName": fields["ToUserName"], "CreateTime": "1"}
    parts |= {"MsgType": "text", "Content": text} | changes
    return "<xml>" + "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in parts.items()) + "</xml>"


@dataclass
class StubGateway:
    """Records what arrives; answers as told: `answer` returns the plain XML, '' for `success`, or a whole response."""

    answer: Callable[[dict[str, Any]], str | web.Response] = lambda _: ""
    received: list[dict[str, Any]] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)
    crypto: WeChatCrypto = field(default_factory=lambda: WeChatCrypto(TOKEN, KEY, APP_ID))

    async def serve(self, request: web.Request) -> web.Response:
        query = request.query
        body = await request.text()
        plain = self.crypto.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])
        fields = xmltodict.parse(plain)["xml"]
        self.received.append(fields)
        self.queries.append(dict(query))
        self.bodies.append(body.encode())
        if self.delays:
            await asyncio.sleep(self.delays.pop(0))
        answer = self.answer(fields)
        if isinstance(answer, web.Response):
            return answer
        if not answer:
            return web.Response(text="success")
        return web.Response(text=self.crypto.encrypt_message(answer, query["nonce"], query["timestamp"]))

    def says(self, text: str, **changes: str) -> None:
        self.answer = lambda fields: reply_xml(fields, text, **changes)


@dataclass
class Rig:
    client: TestClient
    gateway: StubGateway
    clock: MovableClock

    async def say(self, **body: Any) -> dict[str, Any]:
        answer = await self.client.post("/sandbox/wechat/city/say", json={"openid": AN} | body)
        assert answer.status == 200, await answer.text()
        return await answer.json()

    async def messages(self, openid: str = AN) -> list[dict[str, Any]]:
        answer = await self.client.get("/sandbox/wechat/city/messages", params={"openid": openid})
        return (await answer.json())["messages"]

    async def move(self, **body: str) -> str:
        answer = await self.client.post("/sandbox/clock", json=body)
        assert answer.status == 200, await answer.text()
        return (await answer.json())["now"]

    async def call(self, path: str, body: dict[str, Any] | bytes, *, token: str | None = None) -> dict[str, Any]:
        data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        token = token if token is not None else await self.token()
        url = f"/sandbox/wechat/cgi-bin/{path}"
        answer = await self.client.post(url, params={"access_token": token} if token else {}, data=data)
        assert answer.status == 200
        return await answer.json()

    async def token(self, **changes: Any) -> str:
        return (await self.token_answer(**changes))["access_token"]

    async def token_answer(self, **changes: Any) -> dict[str, Any]:
        body = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET} | changes
        answer = await self.client.post("/sandbox/wechat/cgi-bin/stable_token", json=body)
        assert answer.status == 200
        return await answer.json()

    async def send(self, text: str, openid: str = AN) -> int:
        body = {"touser": openid, "msgtype": "text", "text": {"content": text}}
        return (await self.call("message/custom/send", body))["errcode"]

    async def get(self, path: str, **params: str) -> Any:
        answer = await self.client.get(f"/sandbox/{path}", params=params)
        assert answer.status == 200, await answer.text()
        return await answer.json()


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(start=START)


@pytest.fixture
async def rig(aiohttp_client: Callable[..., Awaitable[TestClient]], aiohttp_server: Any, clock: MovableClock) -> Rig:
    gateway = StubGateway()
    gateway_app = web.Application()
    gateway_app.router.add_post("/callback/wechat/city", gateway.serve)
    server = await aiohttp_server(gateway_app)
    account = SandboxAccount(
        account="city",
        app_id=APP_ID,
        app_secret=SECRET,
        token=TOKEN,
        aes_key=KEY,
        original_id=ORIGINAL,
        callback_url=str(server.make_url("/callback/wechat/city")),
        name="问桥市网络问政",
        templates={
            TEMPLATE: {"character_string1": "诉求编号", "phrase2": "办理进度", "thing3": "承办单位", "time4": "时间"}
        },
        subscriptions={"T-once": {"thing1": "提示", "time2": "时间"}, "T-lasting": {"thing1": "提示", "time2": "时间"}},
        lasting=("T-lasting",),
    )
    root = web.Application()
    sandbox = sandbox_app(accounts=[account], clock=clock, console_url="/console/", retry_seconds=0.2, report_seconds=0)
    root.add_subapp("/sandbox", sandbox)
    return Rig(client=await aiohttp_client(root), gateway=gateway, clock=clock)
