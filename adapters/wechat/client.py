"""One WeChat service account, outbound: tokens, 客服消息, template and subscription messages, media.

Implements `adapters.platform.Platform` over `Transport`. `api_base` is all that decides whom it talks to. Knows no
petition, no window and no order: the outbox does.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from adapters.platform import (
    CredentialsError,
    FetchedMedia,
    FieldRejected,
    Receipt,
    Refused,
    RetryAfter,
    Rung,
    Subscription,
    UnknownOutcome,
    Window,
)
from adapters.transport import FILE_TIMEOUT, LARGEST_FILE, TIMEOUT, Download, Transport
from adapters.wechat.errcodes import TOKEN_ERRORS, code_of, error_for, error_for_status
from adapters.wechat.fields import fit_fields
from adapters.wechat.labels import Labels
from adapters.wechat.media import VIDEO_HOSTS, content_type, is_allowed, is_at, is_text, read_object
from adapters.wechat.quotas import CALL_PATHS, QUOTA_PATH, read_quota
from adapters.wechat.rendering import plain, render
from adapters.wechat.storefront import NO_MENU, Button, menu_body, menu_lines, scene_body
from adapters.wechat.tokens import AccessToken, TokenStore
from adapters.wechat.windows import window_of
from bot.clock import Clock
from bot.messages import Channel, Inbound, MediaRef, Outbound
from bot.petitions.account_ports import CallQuota

API_BASE = "https://api.weixin.qq.com"
FALLBACK_TEMPLATE = "progress"
"""The notice kind whose template serves all kinds that have none of their own."""

_MESSAGE_ID_LENGTH = 32
_TOKEN_PATH = "/cgi-bin/stable_token"  # noqa: S105  an address
_TOKEN_CODES = frozenset(map(str, TOKEN_ERRORS))

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateSpec:
    """One template: its id, and how a notice's values become its fields (cut to their limits afterwards).

    `lasting` says of a subscription's template whether one consent is good for many messages.
    """

    id: str
    fields: Callable[[Mapping[str, str]], Mapping[str, str]]
    url: str = ""
    """Where a tap on the card leads."""
    lasting: bool = False


class WeChatPlatform:
    """The outbound side of one account."""

    channel = Channel.WECHAT

    def __init__(
        self,
        *,
        account: str,
        app_id: str,
        app_secret: str,
        labels: Labels,
        transport: Transport,
        tokens: TokenStore,
        clock: Clock,
        templates: Mapping[str, TemplateSpec] | None = None,
        subscriptions: Mapping[str, TemplateSpec] | None = None,
        api_base: str = API_BASE,
        video_hosts: tuple[str, ...] = VIDEO_HOSTS,
        timeout: float = TIMEOUT,
        file_timeout: float = FILE_TIMEOUT,
        largest_file: int = LARGEST_FILE,
    ) -> None:
        self.account = account
        self._labels = labels
        self._app_id = app_id
        self._app_secret = app_secret
        self._transport = transport
        self._templates = dict(templates or {})
        self._subscriptions = dict(subscriptions or {})
        self._api_base = api_base.rstrip("/")
        self._video_hosts = video_hosts
        self._timeout = timeout
        self._file_timeout = file_timeout
        self._largest_file = largest_file
        self._token = AccessToken(name=f"wechat:{app_id}", store=tokens, clock=clock, fetch=self._fetch_token)

    @property
    def token_calls(self) -> dict[str, int]:
        """How often this process asked for a token, by what came of it."""
        return self._token.calls

    @property
    def holds_token(self) -> bool:
        """Whether this process can call without asking for a token first."""
        return self._token.held

    def window(self, inbound: Inbound) -> Window | None:
        """Return what `inbound` permits us to send later; None for nothing."""
        return window_of(inbound)

    def pages(self, outbound: Outbound) -> tuple[str, str]:
        """Return (what fits one message, the words left over)."""
        return render(outbound, more=self._labels.more)

    def words(self, rendered: str) -> str:
        """Return the words of a rendered text, without its links."""
        return plain(rendered)

    async def send_message(self, user: str, outbound: Outbound) -> Receipt:
        """Send what fits one 客服消息; the words left over are the caller's to keep (see `pages`)."""
        content, _ = self.pages(outbound)
        if not content:
            raise Refused("nothing to say")
        message = {"touser": user, "msgtype": "text", "text": {"content": content}}
        await self._post("/cgi-bin/message/custom/send", message)
        return Receipt()

    async def send_template(self, user: str, notice: str, values: Mapping[str, str], *, unique: str) -> Receipt:
        """Send the notice's template; a repeat with the same `unique` within ten minutes is sent once."""
        spec = self._templates.get(notice) or self._templates.get(FALLBACK_TEMPLATE)
        if spec is None:
            raise Refused(f"no template for {notice}")
        message = {
            "touser": user,
            "template_id": spec.id,
            "data": _data(spec, values, blank=self._labels.blank),
            "client_msg_id": hashlib.sha256(unique.encode()).hexdigest()[:_MESSAGE_ID_LENGTH],
            **({"url": spec.url} if spec.url else {}),
        }
        answer = await self._post("/cgi-bin/message/template/send", message)
        return Receipt(message_id=str(answer.get("msgid", "")))

    def has_template(self, notice: str) -> bool:
        """Tell whether a template serves this notice kind."""
        return notice in self._templates or FALLBACK_TEMPLATE in self._templates

    @property
    def uses_templates(self) -> bool:
        """Whether there is any template."""
        return bool(self._templates)

    def subscriptions(self, notice: str = "") -> tuple[Subscription, ...]:
        """Return the subscription templates for a notice kind: its own before the common one, a lasting one first."""
        kinds = (notice, FALLBACK_TEMPLATE) if notice else tuple(self._subscriptions)
        specs = [self._subscriptions[kind] for kind in kinds if kind in self._subscriptions]
        served = {spec.id: Subscription(template=spec.id, lasting=spec.lasting) for spec in specs}.values()
        return tuple(sorted(served, key=_lasting_first))

    async def send_subscription(self, user: str, notice: str, values: Mapping[str, str], *, template: str) -> Receipt:
        """Send a 订阅通知. The platform drops no repeat, and need not say under which id its report will come."""
        found = (self._subscriptions.get(kind) for kind in (notice, FALLBACK_TEMPLATE))
        spec = next((spec for spec in found if spec is not None and spec.id == template), None)
        if spec is None:
            raise Refused(f"no subscription for {notice}")
        message = {
            "touser": user,
            "template_id": spec.id,
            "data": _data(spec, values, blank=self._labels.blank),
            **({"page": spec.url} if spec.url else {}),
        }
        answer = await self._post("/cgi-bin/message/subscribe/bizsend", message)
        return Receipt(message_id=str(answer.get("msgid", "")))

    async def check(self) -> None:
        """Fetch a token anew; raise `SendError` when the credentials do not work."""
        await self._fetch_token()

    async def quota(self, rung: Rung) -> CallQuota:
        """Return how many calls of a form the platform still grants today; raise `SendError`."""
        return read_quota(rung, await self._post(QUOTA_PATH, {"cgi_path": CALL_PATHS[rung]}))

    async def put_menu(self, buttons: Sequence[Button]) -> None:
        """Make these the account's bottom menu; phones show it within a day."""
        await self._post("/cgi-bin/menu/create", menu_body(buttons))

    async def menu(self) -> tuple[str, ...]:
        """Return the bottom menu as the platform has it, in lines; none for an account without one."""

        async def attempt(token: str) -> Mapping[str, Any]:
            answer = await self._call("/cgi-bin/menu/get", None, params={"access_token": token})
            if code := code_of(answer):
                raise error_for(code, call="/cgi-bin/menu/get", errmsg=str(answer.get("errmsg", "")))
            return answer

        try:
            return menu_lines(await self._with_token(attempt))
        except Refused as error:
            if error.code != NO_MENU:
                raise
            return ()

    async def scene_address(self, scene: str) -> str:
        """Return the address that a lasting QR code with this scene stands for."""

        async def attempt(token: str) -> Mapping[str, Any]:
            path = "/cgi-bin/qrcode/create"
            answer = await self._call(path, scene_body(scene), params={"access_token": token})
            if code := code_of(answer):
                raise error_for(code, call=path, errmsg=str(answer.get("errmsg", "")))
            return answer

        address = (await self._with_token(attempt)).get("url")
        if not isinstance(address, str) or not address:
            raise UnknownOutcome("/cgi-bin/qrcode/create: an answer without an address")
        return address

    async def fetch(self, media: MediaRef, target: Path) -> FetchedMedia:
        """Download to `target`, the better form first; `Refused` when the platform no longer has any."""
        if media.better_id:
            try:
                return await self._fetch_one(media.better_id, target)
            except Refused:
                pass  # the better form is a luxury: the plain one is still there to try
        return await self._fetch_one(media.media_id, target)

    async def _fetch_one(self, media_id: str, target: Path) -> FetchedMedia:
        async def attempt(token: str) -> Download | str:
            params = {"access_token": token, "media_id": media_id}
            return await self._download(self._api_base + "/cgi-bin/media/get", target, params=params)

        try:
            got = await self._with_token(attempt)
            if isinstance(got, str):
                got = await self._video(got, target)
        except UnknownOutcome as error:  # nothing of ours was to be delivered, so asking again is harmless
            raise RetryAfter(str(error), code=error.code) from None
        return FetchedMedia(path=target, size=got.size, sha256=got.sha256, content_type=content_type(got.head))

    async def _video(self, url: str, target: Path) -> Download:
        if not is_allowed(url, hosts=self._video_hosts, api_base=self._api_base):
            raise Refused("media/get: the video lies at a host that is not allowed")
        got = await self._download(url, target, public_only=not is_at(url, api_base=self._api_base))
        if isinstance(got, str):
            raise Refused("media/get: the video is again only an address")
        return got

    async def _download(
        self, url: str, target: Path, *, params: Mapping[str, str] | None = None, public_only: bool = False
    ) -> Download | str:
        """Return the file, or the `video_url` given in its place; a body that is text is an error, and removed."""
        got = await self._transport.download(
            url,
            target,
            params=params,
            timeout=self._file_timeout,
            max_bytes=self._largest_file,
            public_only=public_only,
        )
        failure = error_for_status(got.status, call="media/get")
        if failure is None and got.size and not is_text(got.head):
            return got
        await asyncio.to_thread(target.unlink)
        if failure is not None:
            raise failure
        answer = read_object(got.head)
        if answer is None:
            raise UnknownOutcome("media/get: the answer is no file")
        if code := code_of(answer):
            raise error_for(code, call="media/get", errmsg=str(answer.get("errmsg", "")))
        address = answer.get("video_url")
        if not isinstance(address, str) or not address:
            raise UnknownOutcome("media/get: the answer is no file")
        return address

    async def _post(self, path: str, message: Mapping[str, Any]) -> Mapping[str, Any]:
        """Post with the token; return the answer of an accepted call."""

        async def attempt(token: str) -> Mapping[str, Any]:
            answer = await self._call(path, message, params={"access_token": token})
            match code_of(answer):
                case 0:
                    return answer
                case None:
                    raise UnknownOutcome(f"{path}: an answer without errcode")
                case code:
                    raise error_for(code, call=path, errmsg=str(answer.get("errmsg", "")))

        return await self._with_token(attempt)

    async def _call(
        self, path: str, message: Mapping[str, Any] | None, *, params: Mapping[str, str] | None = None
    ) -> Mapping[str, Any]:
        """Call; without a message it is a GET."""
        url, method = self._api_base + path, "POST" if message is not None else "GET"
        status, _, body = await self._transport.request(method, url, params=params, json=message, timeout=self._timeout)
        if failure := error_for_status(status, call=path):
            raise failure
        answer = read_object(body)
        if answer is None:
            raise UnknownOutcome(f"{path}: the answer is not a JSON object")
        return answer

    async def _with_token(self, attempt: Callable[[str], Awaitable[T]]) -> T:
        """Run `attempt`, and once more with a fresh token when the platform rejects the first."""
        token = await self._token.current()
        try:
            return await attempt(token)
        except CredentialsError as error:
            if error.code not in _TOKEN_CODES:
                raise
        return await attempt(await self._token.renewed(rejected=token))

    async def _fetch_token(self) -> tuple[str, float]:
        try:
            return _token_in(await self._call(_TOKEN_PATH, self._token_request()))
        except UnknownOutcome as error:  # no message was on its way: the caller may simply come again
            raise RetryAfter(str(error), code=error.code) from None

    def _token_request(self) -> Mapping[str, str]:
        return {"grant_type": "client_credential", "appid": self._app_id, "secret": self._app_secret}


def _data(spec: TemplateSpec, values: Mapping[str, str], *, blank: str) -> Mapping[str, Any]:
    try:
        fields = fit_fields(spec.fields(values), blank=blank)
    except ValueError as error:
        raise FieldRejected(str(error), code="47003") from None
    return {name: {"value": value} for name, value in fields.items()}


def _lasting_first(subscription: Subscription) -> bool:
    return not subscription.lasting


def _token_in(answer: Mapping[str, Any]) -> tuple[str, float]:
    if code := code_of(answer):
        raise error_for(code, call=_TOKEN_PATH, errmsg=str(answer.get("errmsg", "")))
    token, seconds = answer.get("access_token"), answer.get("expires_in")
    if not isinstance(token, str) or not token or not isinstance(seconds, int | float) or seconds <= 0:
        raise UnknownOutcome(f"{_TOKEN_PATH}: an answer without a token")
    return token, float(seconds)
