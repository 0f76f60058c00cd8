"""One WeChat service account, outbound: 客服消息, template and subscription messages, menu and codes, files.

Implements `adapters.platform.Platform` over `Transport`. `api_base` is all that decides whom it talks to. Knows no
petition, no window and no order: the outbox does.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.platform import (
    FetchedMedia,
    FieldRejected,
    Receipt,
    Refused,
    Rung,
    Subscription,
    UnknownOutcome,
    Window,
)
from adapters.transport import FILE_TIMEOUT, LARGEST_FILE, TIMEOUT, Transport
from adapters.wechat.calls import Calls
from adapters.wechat.fetching import VIDEO_HOSTS, Files
from adapters.wechat.fields import fit_fields
from adapters.wechat.labels import Labels
from adapters.wechat.quotas import CALL_PATHS, QUOTA_PATH, read_quota
from adapters.wechat.rendering import plain, render
from adapters.wechat.storefront import NO_MENU, Button, menu_body, menu_lines, scene_body
from adapters.wechat.tokens import TokenStore
from adapters.wechat.windows import window_of
from bot.clock import Clock
from bot.messages import Channel, Inbound, MediaRef, Outbound
from bot.petitions.account_ports import CallQuota

API_BASE = "https://api.weixin.qq.com"
FALLBACK_TEMPLATE = "progress"
"""The notice kind whose template serves all kinds that have none of their own."""

_MESSAGE_ID_LENGTH = 32


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
        self._templates = dict(templates or {})
        self._subscriptions = dict(subscriptions or {})
        address = api_base.rstrip("/")
        self._calls = Calls(
            app_id=app_id,
            app_secret=app_secret,
            api_base=address,
            transport=transport,
            tokens=tokens,
            clock=clock,
            timeout=timeout,
        )
        self._files = Files(
            self._calls,
            api_base=address,
            transport=transport,
            video_hosts=video_hosts,
            timeout=file_timeout,
            largest=largest_file,
        )

    @property
    def token_calls(self) -> dict[str, int]:
        """How often this process asked for a token, by what came of it."""
        return self._calls.token.calls

    @property
    def holds_token(self) -> bool:
        """Whether this process can call without asking for a token first."""
        return self._calls.token.held

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
        await self._calls.post("/cgi-bin/message/custom/send", message)
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
        answer = await self._calls.post("/cgi-bin/message/template/send", message)
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
        answer = await self._calls.post("/cgi-bin/message/subscribe/bizsend", message)
        return Receipt(message_id=str(answer.get("msgid", "")))

    async def check(self) -> None:
        """Fetch a token anew; raise `SendError` when the credentials do not work."""
        await self._calls.fetch_token()

    async def quota(self, rung: Rung) -> CallQuota:
        """Return how many calls of a form the platform still grants today; raise `SendError`."""
        return read_quota(rung, await self._calls.post(QUOTA_PATH, {"cgi_path": CALL_PATHS[rung]}))

    async def put_menu(self, buttons: Sequence[Button]) -> None:
        """Make these the account's bottom menu; phones show it within a day."""
        await self._calls.post("/cgi-bin/menu/create", menu_body(buttons))

    async def menu(self) -> tuple[str, ...]:
        """Return the bottom menu as the platform has it, in lines; none for an account without one."""
        try:
            return menu_lines(await self._calls.ask("/cgi-bin/menu/get"))
        except Refused as error:
            if error.code != NO_MENU:
                raise
            return ()

    async def scene_address(self, scene: str) -> str:
        """Return the address that a lasting QR code with this scene stands for."""
        path = "/cgi-bin/qrcode/create"
        address = (await self._calls.ask(path, scene_body(scene))).get("url")
        if not isinstance(address, str) or not address:
            raise UnknownOutcome(f"{path}: an answer without an address")
        return address

    async def fetch(self, media: MediaRef, target: Path) -> FetchedMedia:
        """Download to `target`, the better form first; `Refused` when the platform no longer has any."""
        return await self._files.fetch(media, target)


def _data(spec: TemplateSpec, values: Mapping[str, str], *, blank: str) -> Mapping[str, Any]:
    try:
        fields = fit_fields(spec.fields(values), blank=blank)
    except ValueError as error:
        raise FieldRejected(str(error), code="47003") from None
    return {name: {"value": value} for name, value in fields.items()}


def _lasting_first(subscription: Subscription) -> bool:
    return not subscription.lasting
