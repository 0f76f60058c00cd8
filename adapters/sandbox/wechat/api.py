"""The fake api.weixin.qq.com: one host for all accounts, told apart by AppID and token, everything HTTP 200.

`POST|GET {base}/cgi-bin/…`; a refusal is `{"errcode", "errmsg"}`. Planned faults strike here.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from adapters.sandbox.errors import ApiError
from adapters.sandbox.faults import Fault, FaultMode
from adapters.sandbox.holding import hold
from adapters.sandbox.keys import WECHAT
from adapters.sandbox.wechat.accounts import AccountState
from adapters.sandbox.wechat.sends import custom_send, read_json, template_send
from adapters.sandbox.wechat.storefront import create_code, create_menu, get_menu
from adapters.sandbox.wechat.subscriptions import bizsend
from adapters.sandbox.wechat.tokens import Issued
from adapters.sandbox.wechat.world import World

CALLBACK_ADDRESSES = ["127.0.0.1/32"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request to the API as its functions read it."""

    query: Mapping[str, str]
    body: bytes
    base: str
    """The API's own address, for links in answers."""


Work = Callable[[World, AccountState, Call], dict[str, Any] | web.Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One call of the API: its name in fault plans, what it does, and whether it needs an access token."""

    name: str
    work: Work
    needs_token: bool = True
    quota: str = ""
    """Which limit it counts against, where that is not its name's."""


def _stable_token(world: World, state: AccountState, call: Call) -> dict[str, Any]:
    body, now = read_json(call.body), world.clock.now()
    _check_secret(state, grant=body.get("grant_type"), secret=body.get("secret"))
    issued = state.tokens.force(now=now) if body.get("force_refresh") is True else state.tokens.stable(now=now)
    return _token(world, issued)


def _classic_token(world: World, state: AccountState, call: Call) -> dict[str, Any]:
    _check_secret(state, grant=call.query.get("grant_type"), secret=call.query.get("secret"))
    return _token(world, state.tokens.classic(now=world.clock.now()))


def _token(world: World, issued: Issued) -> dict[str, Any]:
    return {"access_token": issued.token, "expires_in": int((issued.until - world.clock.now()).total_seconds())}


def _check_secret(state: AccountState, *, grant: object, secret: object) -> None:
    if grant != "client_credential":
        raise ApiError(40002, "invalid grant_type")
    if not secret:
        raise ApiError(41004, "appsecret missing")
    if secret != state.account.app_secret:
        raise ApiError(40125, "invalid appsecret")


def _media_get(world: World, state: AccountState, call: Call) -> dict[str, Any] | web.Response:
    media_id = call.query.get("media_id", "")
    media = state.media(media_id, now=world.clock.now())
    if media.kind == "video":
        return {"video_url": f"{call.base}/files/{state.account.account}/{media_id}"}
    disposition = {"Content-disposition": f'attachment; filename="{media_id}{media.suffix}"'}
    return web.Response(body=media.content, content_type=media.content_type, headers=disposition)


def _callback_ip(_world: World, _state: AccountState, _call: Call) -> dict[str, Any]:
    return {"ip_list": CALLBACK_ADDRESSES}


def _quota_get(world: World, state: AccountState, call: Call) -> dict[str, Any]:
    path = read_json(call.body).get("cgi_path")
    known = (one for (_, name), one in ENDPOINTS.items() if path == f"/cgi-bin/{name}")
    asked = next((one.quota or one.name for one in known), "")
    daily = state.quotas.as_json(now=world.clock.now()).get(asked)
    if daily is None:
        raise ApiError(76021, "cgi_path not found, please check")
    left = max(daily["limit"] - daily["used"], 0)
    quota = {"daily_limit": daily["limit"], "used": daily["used"], "remain": left}
    return {"errcode": 0, "errmsg": "ok", "quota": quota}


def _sending(send: Callable[[World, AccountState, bytes], dict[str, Any]]) -> Work:
    return lambda world, state, call: {"errcode": 0, "errmsg": "ok"} | send(world, state, call.body)


ENDPOINTS: Mapping[tuple[str, str], Endpoint] = {
    ("POST", "stable_token"): Endpoint(name="token", work=_stable_token, needs_token=False),
    ("GET", "token"): Endpoint(name="token", work=_classic_token, needs_token=False, quota="classic_token"),
    ("POST", "message/custom/send"): Endpoint(name="custom_send", work=_sending(custom_send)),
    ("POST", "message/template/send"): Endpoint(name="template_send", work=_sending(template_send)),
    ("POST", "message/subscribe/bizsend"): Endpoint(name="subscription_send", work=_sending(bizsend)),
    ("GET", "media/get"): Endpoint(name="media_get", work=_media_get),
    ("POST", "menu/create"): Endpoint(name="menu_create", work=lambda w, s, c: create_menu(w, s, c.body)),
    ("GET", "menu/get"): Endpoint(name="menu_get", work=lambda _, s, __: get_menu(s)),
    ("POST", "qrcode/create"): Endpoint(name="qrcode_create", work=lambda w, s, c: create_code(w, s, c.body)),
    ("POST", "openapi/quota/get"): Endpoint(name="quota_get", work=_quota_get),
    ("GET", "getcallbackip"): Endpoint(name="callback_ip", work=_callback_ip),
}


async def serve_api(request: web.Request) -> web.Response:
    """Answer one call, keep it for the drawer, and let a planned fault strike."""
    world = request.app[WECHAT]
    path, body = request.match_info["call"], await request.read()
    name = path
    state: AccountState | None = None
    fault: Fault | None = None
    refusal: ApiError | None = None
    try:
        endpoint = _endpoint(request.method, path)
        name = endpoint.name
        base = str(request.url.origin()) + request.path.rsplit("/cgi-bin/", 1)[0]
        call = Call(query=request.query, body=body, base=base)
        state = _account(world, endpoint, call)
        state.quotas.count(endpoint.quota or endpoint.name, now=world.clock.now())
        fault = state.faults.take(endpoint.name)
        response = _carry_out(world, endpoint, state, call=call, fault=fault)
    except ApiError as error:
        response, refusal = _refusal(error), error
    for judge in [state] if state else world.accounts.values():
        judge.verdicts.count(
            name,
            code=refusal.errcode if refusal else 0,
            planned=fault is not None and fault.prevents,
            unforeseen=refusal is not None and refusal.unforeseen,
        )
    _record(world, state, request, body=body, response=response, fault=fault)
    if fault is not None:
        await hold(request, fault, stopping=world.stopping)
    return response


def _endpoint(method: str, path: str) -> Endpoint:
    endpoint = ENDPOINTS.get((method, path))
    if endpoint is None:
        raise ApiError(40066, "invalid url")
    return endpoint


def _account(world: World, endpoint: Endpoint, call: Call) -> AccountState:
    """Find whose call it is, by AppID or by token, and check the token."""
    states = world.accounts.values()
    if not endpoint.needs_token:
        app_id = call.query.get("appid") or (read_json(call.body).get("appid") if call.body else None)
        if not app_id:
            raise ApiError(41002, "appid missing")
        found = next((state for state in states if state.account.app_id == app_id), None)
        if found is None:
            raise ApiError(40013, "invalid appid")
        return found
    token = call.query.get("access_token")
    if not token:
        raise ApiError(41001, "access_token missing")
    found = next((state for state in states if state.tokens.knows(token)), None)
    if found is None:
        raise ApiError(40001, "invalid credential, access_token is invalid or not latest")
    found.tokens.check(token, now=world.clock.now())
    return found


def _carry_out(
    world: World, endpoint: Endpoint, state: AccountState, *, call: Call, fault: Fault | None
) -> web.Response:
    """Do what the call asks for, unless the fault prevents it."""
    match fault.mode if fault else None:
        case FaultMode.ERRCODE:
            raise ApiError(fault.errcode if fault else -1, "planned by the sandbox")
        case FaultMode.SERVER_ERROR:
            return web.Response(status=500, text="Internal Server Error")
        case FaultMode.HTML:
            return web.Response(text="<html><body>502 Bad Gateway</body></html>", content_type="text/html")
        case FaultMode.TIMEOUT_BEFORE:
            return web.Response(status=504, text="Gateway Time-out")
        case _:
            result = endpoint.work(world, state, call)
            return result if isinstance(result, web.Response) else _json(result)


def _json(value: Mapping[str, Any]) -> web.Response:
    return web.Response(body=json.dumps(value, ensure_ascii=False).encode(), content_type="application/json")


def _refusal(error: ApiError) -> web.Response:
    return _json({"errcode": error.errcode, "errmsg": f"{error.errmsg} rid: sandbox"})


def _record(
    world: World,
    state: AccountState | None,
    request: web.Request,
    *,
    body: bytes,
    response: web.Response,
    fault: Fault | None,
) -> None:
    """Keep the exchange with its account; one that belongs to nobody is shown on all."""
    for shown_on in [state] if state else world.accounts.values():
        shown_on.traffic.record_call(request, body, response=response, fault=fault, now=world.clock.now())
        world.feed.publish("traffic", account=shown_on.account.account)


async def serve_file(request: web.Request) -> web.Response:
    """Give a video by the address that media/get told; the platform's file host."""
    world = request.app[WECHAT]
    try:
        state = world.accounts[request.match_info["account"]]
        media = state.media(request.match_info["media_id"], now=world.clock.now())
    except (KeyError, ApiError):
        raise web.HTTPNotFound from None
    return web.Response(body=media.content, content_type=media.content_type)
