"""What the gateway needs of any platform, and the only errors it may meet there.

Adapters turn every failure of their platform into exactly one of these; above them nobody sees an `errcode`::

    AdapterError
    ├── MalformedMessage       an inbound payload that cannot be understood; stored raw, answered politely
    ├── ForgedMessage          an inbound payload whose signature, freshness or addressee is wrong: refused (403)
    └── SendError              an outbound call that did not succeed; `code` is the platform's own, for the record
        ├── RetryAfter         try again later (busy, connection refused): nothing was accepted
        │   └── QuotaExceeded  too many calls: the account's, or to one citizen
        ├── WindowClosed       the platform allows no message of this form now (window, count): try the next rung
        ├── UnreachableCitizen the citizen cannot be reached this way at all (not following, blocked)
        ├── Refused            permanent for this message (content, template)
        │   └── FieldRejected  the value of a template's field is not of the form the platform takes
        ├── CredentialsError   our account's keys, token, IP or rights: stops the account's queue until mended
        └── UnknownOutcome     no answer, or none that can be read: it may have been delivered
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from bot.errors import GatewayError
from bot.messages import Channel, Inbound, MediaRef, Outbound


class AdapterError(GatewayError):
    """The platform failed, or what came from it cannot be used."""


class MalformedMessage(AdapterError):
    """The payload is signed and fresh, and still cannot be understood.

    `raw` is what could be saved of it: the decrypted text where decryption worked, else the body. `oversized` is set
    for a body above the cap, which is refused unread: nothing is known of its sender, and `raw` is empty.
    """

    def __init__(self, message: str = "", *, raw: str | bytes = b"", oversized: bool = False) -> None:
        super().__init__(message)
        self.raw = raw
        self.oversized = oversized


class ForgedMessage(AdapterError):
    """The payload is not from the platform, not fresh, or not for this account."""


class SendError(AdapterError):
    """The platform did not take the message."""

    def __init__(self, message: str = "", *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class RetryAfter(SendError):
    """The platform is busy or out of reach; nothing was accepted."""

    def __init__(self, message: str = "", *, code: str = "", seconds: float | None = None) -> None:
        super().__init__(message, code=code)
        self.seconds = seconds


class QuotaExceeded(RetryAfter):
    """Too many calls; `whole_account`: all calls of this form rest for the account, not only those to this citizen."""

    def __init__(
        self, message: str = "", *, code: str = "", seconds: float | None = None, whole_account: bool = True
    ) -> None:
        super().__init__(message, code=code, seconds=seconds)
        self.whole_account = whole_account


class WindowClosed(SendError):
    """The platform allows no message of this form to this citizen now."""


class UnreachableCitizen(SendError):
    """This citizen cannot be reached in this way; `left`: because they do not follow the account."""

    def __init__(self, message: str = "", *, code: str = "", left: bool = False) -> None:
        super().__init__(message, code=code)
        self.left = left


class Refused(SendError):
    """The platform will never take this message."""


class FieldRejected(Refused):
    """The platform will never take a value of this message's template."""


class CredentialsError(SendError):
    """The account's keys, token, address or rights are wrong; in `seconds` it may be tried again, if that is known."""

    def __init__(self, message: str = "", *, code: str = "", remedy: str = "", seconds: float | None = None) -> None:
        super().__init__(message, code=code)
        self.remedy = remedy
        self.seconds = seconds


class UnknownOutcome(SendError):
    """Whether the platform took the message is not known."""


class OpenedCallback(Protocol):
    """A verified callback; what else it holds only its own `Callback` knows."""

    @property
    def inbound(self) -> Inbound:
        """What it says."""
        ...


class Callback(Protocol):
    """One account of one platform, inbound side; pure."""

    @property
    def largest_body(self) -> int:
        """Bytes of a body that is still read."""
        ...

    def verify_url(self, query: Mapping[str, str], *, now: datetime) -> str:
        """Return what proves that the address is ours; raise `ForgedMessage`."""
        ...

    def open(self, query: Mapping[str, str], body: bytes, *, now: datetime) -> OpenedCallback:
        """Return what the callback says; raise `ForgedMessage` or `MalformedMessage`."""
        ...

    def seal(self, opened: Any, text: str, *, now: datetime) -> bytes:  # noqa: ANN401 -- only the same object's `open` makes it
        """Return the answer's body with a rendered text, or the platform's word for nothing to say where it is ''."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How many free messages an act of the citizen permits, and for how long."""

    messages: int
    lasts: timedelta


class Rung(StrEnum):
    """A form of sending, in the order in which they are tried; persisted in the delivery record."""

    MESSAGE = "message"
    """A free message inside the platform's window (WeChat 客服消息)."""
    TEMPLATE = "template"
    """A template message (WeChat 模板消息)."""
    SUBSCRIPTION = "subscription"
    """A message that the citizen has subscribed to (WeChat 订阅通知); each uses up a consent, unless that lasts."""
    MENTION_REPLY = "mention_reply"
    """The one private message that an @mention permits (Weibo)."""
    PUBLIC_COMMENT = "public_comment"
    """A comment for all to read, without anything personal, where the petition began in public (Weibo)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A template that citizens subscribe to, by its id; `lasting`: one consent is good for many messages."""

    template: str
    lasting: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The platform took it: `message_id` is what its later delivery report will carry ('' where there is none)."""

    message_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedMedia:
    """A file as fetched: its bytes lie at `path`, decided by content to be of `content_type`."""

    path: Path
    size: int
    sha256: str
    content_type: str
    """By the magic bytes, e.g. image/jpeg, audio/amr, audio/silk, video/mp4."""


class Platform(Protocol):
    """One account of one platform, outbound side. Every coroutine raises only `SendError` or returns."""

    @property
    def channel(self) -> Channel:
        """Which platform."""
        ...

    @property
    def account(self) -> str:
        """Our name for the account, as in the settings and in callback URLs."""
        ...

    def window(self, inbound: Inbound) -> Window | None:
        """Return what `inbound` permits us to send later; None for nothing."""
        ...

    def pages(self, outbound: Outbound) -> tuple[str, str]:
        """Render for the platform's limits; return (what fits now, what is left to send on request).

        The left part is plain text, '' when all fits. When something is left, the first part offers 更多.
        """
        ...

    def words(self, rendered: str) -> str:
        """Return the words of a text that `pages` rendered, without the platform's markup."""
        ...

    async def send_message(self, user: str, outbound: Outbound) -> Receipt:
        """Send a free message inside the window (rung MESSAGE)."""
        ...

    async def send_template(self, user: str, notice: str, values: Mapping[str, str], *, unique: str) -> Receipt:
        """Send the template of a notice kind (rung TEMPLATE); `unique` makes a repeat within ten minutes harmless."""
        ...

    def has_template(self, notice: str) -> bool:
        """Whether a template serves this notice kind."""
        ...

    def subscriptions(self, notice: str = "") -> tuple[Subscription, ...]:
        """Return the subscription templates that serve a notice kind, the one to be tried first in front.

        Without a kind, all there are.
        """
        ...

    async def send_subscription(self, user: str, notice: str, values: Mapping[str, str], *, template: str) -> Receipt:
        """Send by a template the citizen has subscribed to (rung SUBSCRIPTION); a repeat would be sent again."""
        ...

    async def fetch(self, media: MediaRef, target: Path) -> FetchedMedia:
        """Download to `target` (parent exists); `Refused` when the platform no longer has it."""
        ...

    async def check(self) -> None:
        """Try the credentials once; raise `SendError` when they do not work."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionPage:
    """What one look found, oldest first; `cursor` is to be stored with it; unless `complete`, there is more."""

    found: tuple[Inbound, ...]
    cursor: str
    complete: bool


class PublicPlatform(Protocol):
    """What a platform can do besides where people speak in public. Coroutines raise only `SendError` or return."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """What a mention can stand in; each is looked at by itself, with a cursor of its own."""
        ...

    async def look(self, kind: str, cursor: str, *, oldest: datetime) -> MentionPage:
        """Look once from `cursor` on; at the beginning ('') nothing from before `oldest` is wanted."""
        ...

    def is_whole(self, mention: Inbound) -> bool:
        """Tell whether a mention has all that stands around it, so that nothing need be asked."""
        ...

    async def with_context(self, mention: Inbound) -> Inbound:
        """Return a mention with its whole text, link and pictures; `Refused` when it is gone."""
        ...

    async def ready_for_context(self, mention: Inbound) -> None:
        """Raise the `SendError` with which `with_context` would end before it calls anybody; costs nothing."""
        ...

    async def reply_mention(self, user: str, outbound: Outbound) -> Receipt:
        """Send the private message that a mention permits (rung MENTION_REPLY)."""
        ...

    async def comment_on(self, mention: str, words: str, *, post: str = "") -> Receipt:
        """Answer the mention with this key in public (rung PUBLIC_COMMENT)."""
        ...

    def public_words(self, words: str, *, number: str, secret: Iterable[str]) -> str:
        """Return `words` about a petition fit for everybody's eyes; raise `Refused` when nothing is left."""
        ...
