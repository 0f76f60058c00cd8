"""The fake api.weibo.com, m.api.weibo.com and upload.api.weibo.com: one address each, told apart by the first folder.

`{base}/api/2/…`, `{base}/m/2/…`, `{base}/upload/2/…`; the token tells the account. A refusal is `{"request",
"error_code", "error"}` with a number or a text for a code, and HTTP 400, 403 or 200, as on the real hosts.
Planned faults strike here.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from adapters.sandbox.errors import ApiError
from adapters.sandbox.faults import Fault, FaultMode
from adapters.sandbox.holding import hold
from adapters.sandbox.keys import WEIBO
from adapters.sandbox.weibo import lookups, writes
from adapters.sandbox.weibo.accounts import AccountState
from adapters.sandbox.weibo.calls import Call
from adapters.sandbox.weibo.tokens import TokenKind
from adapters.sandbox.weibo.world import WeiboWorld

DELAYED = 20032
"""Done, and shown later: the one refusal that is a success."""
_SCHEME = "OAuth2 "
_FORM = "application/x-www-form-urlencoded"

Work = Callable[[WeiboWorld, AccountState, Call], dict[str, Any] | list[dict[str, Any]] | web.Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One call of the API: its name in fault plans, what it does, with which token, and how it is counted."""

    name: str
    work: Work
    token: TokenKind = TokenKind.OAUTH
    method: str = "GET"
    counted: bool = True
    says: bool = False
    """Whether a captcha may stand before it."""


_FANS = TokenKind.FANS
ENDPOINTS: Mapping[str, Endpoint] = {
    "api/2/comments/create.json": Endpoint(
        name="comments_create", work=writes.comments_create, method="POST", says=True
    ),
    "api/2/comments/reply.json": Endpoint(name="comments_reply", work=writes.comments_reply, method="POST", says=True),
    "api/2/comments/show_batch.json": Endpoint(name="comments_show_batch", work=lookups.comments_show_batch),
    "api/2/comments/mentions.json": Endpoint(name="comments_mentions", work=lookups.comments_mentions),
    "api/2/statuses/mentions.json": Endpoint(name="statuses_mentions", work=lookups.statuses_mentions),
    "api/2/statuses/show.json": Endpoint(name="statuses_show", work=lookups.statuses_show),
    "api/2/account/rate_limit_status.json": Endpoint(name="rate_limit", work=lookups.rate_limit, counted=False),
    "api/oauth2/get_token_info": Endpoint(
        name="token_info", work=lookups.token_info(TokenKind.OAUTH), method="POST", counted=False
    ),
    "api/2/eps/user/info.json": Endpoint(name="user_info", work=lookups.user_info, token=_FANS, counted=False),
    "m/2/messages/reply.json": Endpoint(
        name="messages_reply", work=writes.messages_reply, token=_FANS, method="POST", counted=False, says=True
    ),
    "upload/2/mss/msget": Endpoint(name="media_get", work=lookups.media_get, token=_FANS, counted=False),
}


async def serve_api(request: web.Request) -> web.Response:
    """Answer one call, keep it for the drawer, and let a planned fault strike."""
    world = request.app[WEIBO]
    host, path = request.match_info["host"], request.match_info["call"]
    state: AccountState | None = None
    fault: Fault | None = None
    body = await request.read()
    name, code, unforeseen = path, 0, False
    try:
        endpoint = _endpoint(request, f"{host}/{path}")
        name = endpoint.name
        call = await _call(request, f"/{host}/{path}")
        state, token = _account(world, request, call)
        fault = state.faults.take(endpoint.name)
        response = _carry_out(world, endpoint, state, token, call=call, fault=fault)
    except ApiError as error:
        response, code = _refusal(error, path=f"/{path}", host=host), error.errcode
        unforeseen = error.unforeseen
    planned = fault is not None and fault.prevents and fault.errcode != DELAYED
    for judge in [state] if state else world.accounts.values():
        code = 0 if code == DELAYED else code
        judge.verdicts.count(name, code=code, planned=planned, unforeseen=unforeseen)
    _record(world, state, request, body=body, response=response, fault=fault)
    if fault is not None:
        await hold(request, fault, stopping=world.stopping)
    return response


def _endpoint(request: web.Request, place: str) -> Endpoint:
    endpoint = ENDPOINTS.get(place)
    if endpoint is None:
        raise ApiError(10020, "request api not found!")
    if request.method != endpoint.method:
        raise ApiError(10021, "http method is not suported for this request!")
    return endpoint


async def _call(request: web.Request, tail: str) -> Call:
    """Read query and form; a body in any other form brings no parameters."""
    form = await request.post() if request.content_type == _FORM else {}
    texts = {name: value for name, value in form.items() if isinstance(value, str)}
    base = str(request.url.origin()) + request.path.removesuffix(tail)
    return Call(parameters=dict(request.query) | texts, pictures=f"{base}/pictures")


def _account(world: WeiboWorld, request: web.Request, call: Call) -> tuple[AccountState, TokenKind]:
    """Find whose token it is: in the query, the form or the header `Authorization: OAuth2 …`."""
    header = request.headers.get("Authorization", "")
    token = call.parameters.get("access_token") or header.removeprefix(_SCHEME) * header.startswith(_SCHEME)
    if not token:
        raise ApiError(10006, "Source paramter (appkey) is missing.")
    for state in world.accounts.values():
        kind = state.tokens.find(token)
        if kind is not None:
            return state, kind
    raise ApiError(21332, "invalid_access_token")


def _carry_out(
    world: WeiboWorld, endpoint: Endpoint, state: AccountState, token: TokenKind, *, call: Call, fault: Fault | None
) -> web.Response:
    """Do what the call asks for, unless the account's conditions or the fault prevent it."""
    match fault.mode if fault else None:
        case FaultMode.SERVER_ERROR:
            return web.Response(status=500, text="Internal Server Error")
        case FaultMode.HTML:
            return web.Response(text="<html><body>502 Bad Gateway</body></html>", content_type="text/html")
        case FaultMode.TIMEOUT_BEFORE:
            return web.Response(status=504, text="Gateway Time-out")
        case FaultMode.ERRCODE if fault and fault.errcode != DELAYED:
            raise ApiError(fault.errcode, "planned by the sandbox")
    _check(world, endpoint, state, token)
    result = endpoint.work(world, state, call)
    if fault and fault.mode is FaultMode.ERRCODE:
        raise ApiError(DELAYED, "Update success, while server slow now, please wait 1-2 minutes.")
    return result if isinstance(result, web.Response) else _json(result)


def _check(world: WeiboWorld, endpoint: Endpoint, state: AccountState, token: TokenKind) -> None:
    """Check token, grant, quota and captcha, in this order."""
    now = world.clock.now()
    if token is not endpoint.token:
        raise ApiError(21332, "invalid_access_token")
    state.tokens.check(token, now=now)
    if endpoint.name in state.conditions.no_grant:
        raise ApiError(10014, "Insufficient app permissions!")
    if endpoint.counted:
        state.quotas.count_call(now=now)
    if endpoint.says and state.conditions.captcha:
        raise ApiError(20031, "need captcha")


def _refusal(error: ApiError, *, path: str, host: str) -> web.Response:
    """Write a refusal: codes as a number where the published samples have one, else as a text."""
    code = error.errcode
    number = 21300 <= code < 21400 or 10022 <= code <= 10024  # noqa: PLR2004 -- the codes' own ranges
    value = {"error": error.errmsg, "error_code": code if number else str(code), "request": path}
    if path.startswith("/oauth2/"):
        value |= {"error_description": error.errmsg, "error_uri": path}
    return _json(value, status=_status(code, host=host))


def _status(code: int, *, host: str) -> int:
    """Return the HTTP status: mostly 400 or 403; the fans service and the media host answer 200, too."""
    if 21300 <= code < 21400 or code in {10014, 10022, 10023, 10024, 20031}:  # noqa: PLR2004 -- the tokens' range
        return 403
    return 400 if host == "api" or code < 20000 else 200  # noqa: PLR2004 -- below are the system's own codes


def _json(value: object, *, status: int = 200) -> web.Response:
    content = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    return web.Response(body=content, status=status, content_type="application/json")


def _record(
    world: WeiboWorld,
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
        world.feed.publish("weibo_traffic", account=shown_on.account.account)
