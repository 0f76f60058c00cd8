"""The accounts of the fake WeChat and what happens on their citizens' phones; all of it in memory.

Knows nothing of HTTP. Times are the sandbox clock's, passed in.
"""

import base64
import hashlib
import itertools
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from adapters.sandbox.errors import ApiError
from adapters.sandbox.faults import FaultPlan
from adapters.sandbox.timeline import show_moment
from adapters.sandbox.traffic import Traffic
from adapters.sandbox.verdicts import Verdicts
from adapters.sandbox.wechat.quotas import RULES, Quotas
from adapters.sandbox.wechat.tokens import Tokens
from adapters.sandbox.wechat.windows import Windows

MEDIA_LIFE = timedelta(days=3)
FIRST_CITIZENS = ("王阿姨", "李先生", "小张")
FAULT_NAMES = frozenset(
    {
        "token",
        "custom_send",
        "template_send",
        "media_get",
        "menu_create",
        "menu_get",
        "quota_get",
        "qrcode_create",
        "callback_ip",
        "template_report",
        "subscription_send",
        "subscription_report",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxAccount:
    """One 服务号 as its owner registered it; `account` is the name in the sandbox's own URLs.

    `templates`: template id → names of its fields, or names → labels shown on the card. `callback_url` is where the
    gateway listens, complete with scheme and host.
    """

    account: str
    app_id: str
    app_secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    original_id: str
    callback_url: str
    name: str
    templates: Mapping[str, Collection[str]] = field(default_factory=dict)
    subscriptions: Mapping[str, Collection[str]] = field(default_factory=dict)
    """The templates that citizens can subscribe to, in the same form."""
    lasting: Collection[str] = ()
    """Those of them whose consent is good for many messages (长期订阅)."""
    absent: Collection[str] = ()
    """Openids that follow the account though nobody plays them here: what is sent to them is taken and not shown."""


@dataclass(slots=True, kw_only=True)
class Citizen:
    """A person with a phone."""

    openid: str
    name: str
    following: bool = True
    windows: Windows = field(default_factory=Windows)

    def as_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {"openid": self.openid, "name": self.name, "following": self.following}


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneMessage:
    """Something on a citizen's phone. `sender` is citizen, account or system; `content` holds what its type needs."""

    id: int
    sender: str
    type: str
    time: datetime
    content: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return the JSON form: `text` and `choices` are always there."""
        head = {"id": self.id, "from": self.sender, "type": self.type, "time": show_moment(self.time)}
        return head | {"text": "", "choices": []} | dict(self.content)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMedia:
    """Bytes behind a media id; `kind` is image, voice or video."""

    kind: str
    content: bytes
    content_type: str
    suffix: str
    stored_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SentTemplate:
    """A template message taken by the platform, remembered for its repeats."""

    msgid: int
    sent_at: datetime


class AccountState:
    """Everything the fake platform knows of one account."""

    def __init__(self, account: SandboxAccount) -> None:
        self.account = account
        self.citizens: dict[str, Citizen] = {}
        self.tokens = Tokens()
        self.traffic = Traffic()
        self.quotas = Quotas()
        self.verdicts = Verdicts(RULES)
        self.faults = FaultPlan(FAULT_NAMES)
        self.menu: dict[str, Any] | None = None
        self.codes: dict[str, str] = {}
        """Address of a QR code → its scene."""
        self.sent_templates: dict[tuple[str, str], SentTemplate] = {}
        self.grants: dict[tuple[str, str], int] = {}
        """(openid, template) → how many messages the citizen consented to; -1 for all."""
        self._media: dict[str, StoredMedia] = {}
        self._phones: dict[str, list[PhoneMessage]] = {}
        self._absent = {openid: Citizen(openid=openid, name="") for openid in account.absent}
        self._numbers = itertools.count(1)
        for name in FIRST_CITIZENS:
            self.add_citizen(name, openid=_openid(f"{account.app_id}:{name}".encode()))

    def add_citizen(self, name: str, *, openid: str = "", following: bool = True) -> Citizen:
        """Add a person; without an openid one is made up (`o` and 27 characters)."""
        openid = openid or _openid(secrets.token_bytes(16))
        citizen = Citizen(openid=openid, name=name or f"市民{openid[-4:]}", following=following)
        self.citizens[openid] = citizen
        return citizen

    def follower(self, openid: object, *, otherwise: ApiError) -> Citizen:
        """Return the citizen, or raise 40003 for one that does not exist and `otherwise` for one that left."""
        citizen = (self.citizens.get(openid) or self._absent.get(openid)) if isinstance(openid, str) else None
        if citizen is None:
            raise ApiError(40003, "invalid openid")
        if not citizen.following:
            raise ApiError(otherwise.errcode, otherwise.errmsg, unforeseen=citizen.windows.telling)
        return citizen

    def known(self, openid: str) -> bool:
        """Tell whether there is such a citizen, following or not."""
        return openid in self.citizens or openid in self._absent

    def show(self, openid: str, sender: str, type_: str, *, now: datetime, **content: object) -> PhoneMessage:
        """Put a message on a citizen's phone."""
        message = PhoneMessage(id=next(self._numbers), sender=sender, type=type_, time=now, content=content)
        self._phones.setdefault(openid, []).append(message)
        return message

    def phone(self, openid: str, *, after: int = 0) -> list[PhoneMessage]:
        """Return what is on the phone, oldest first, from the message after id `after` on."""
        return [message for message in self._phones.get(openid, ()) if message.id > after]

    def keep_media(self, media: StoredMedia) -> str:
        """Keep what a citizen sent; return its media id."""
        media_id = secrets.token_urlsafe(48)
        self._media[media_id] = media
        return media_id

    def media(self, media_id: str, *, now: datetime) -> StoredMedia:
        """Return what is behind a media id; 40007 when there is nothing, or nothing any more after three days."""
        if not self.has_media(media_id, now=now):
            raise ApiError(40007, "invalid media_id")
        return self._media[media_id]

    def on_phone(self, media_id: str) -> StoredMedia | None:
        """Return what is behind a media id as the citizen's own phone keeps it, without end."""
        return self._media.get(media_id)

    def has_media(self, media_id: str, *, now: datetime) -> bool:
        """Tell whether there still is something behind a media id."""
        media = self._media.get(media_id)
        return media is not None and now - media.stored_at < MEDIA_LIFE


def _openid(seed: bytes) -> str:
    """Return `o` and 27 characters of the alphabet of openids."""
    return "o" + base64.urlsafe_b64encode(hashlib.sha256(seed).digest()).decode()[:27]


def new_msgid(now: datetime) -> int:
    """Return a 64-bit message id that does not come again after a restart."""
    return (int(now.timestamp() * 1000) << 20 | secrets.randbits(20)) & (2**63 - 1)
