"""The sections of the settings as models: names, types, defaults and what each value must be by itself.

Knows nothing of files, of the environment, or of anything that uses the settings. Each rule that spans two sections
stands in `config.settings`. Secrets and URLs that may carry a password are `SecretStr`: masked wherever they are shown.
"""

import base64
import binascii
import difflib
import re
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    IPvAnyNetwork,
    SecretStr,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from bot.petitions.petition import NoticeKind

AES_KEY_CHARACTERS = 43
AES_KEY_BYTES = 32
FALLBACK_TEMPLATE = "progress"
"""The template that serves every kind of notice without one of its own."""


def refuse(what: str, remedy: str) -> NoReturn:
    """Refuse the value being validated; the words must not contain it."""
    raise PydanticCustomError("setting", "{what}", {"what": what, "remedy": remedy})


def _matching(pattern: str, what: str, remedy: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if re.fullmatch(pattern, value) is None:
            refuse("is empty" if not value else what, remedy)
        return value

    return check


def _filled(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if not text:
        refuse("is empty", "copy it from the platform's developer page (开发者设置)")
    if text != "".join(text.split()):
        refuse("has blanks or line breaks in it", "copy it again without them")
    return value


def _web_address(value: str) -> str:
    parts = _parsed(value)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        refuse("is no web address", "write it as https://host or http://host:port")
    if parts.query or parts.fragment or parts.username is not None:
        refuse("has more than scheme, host, port and path", "leave out user, password, ? and #")
    return value.rstrip("/")


def _parsed(value: str) -> Any:  # noqa: ANN401  # SplitResult or None; urllib's own class is generic over str and bytes
    try:
        parts = urlsplit(value)
        _ = parts.port  # a bad port is found only when asked for
    except ValueError:
        return None
    return parts


def _words(value: object) -> object:
    """Split a list that comes from the environment as one string."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _named(value: object) -> object:
    return refuse("is empty", "name a place in the file system") if value == "" else value


def _absolute(value: Path) -> Path:
    return value.expanduser().absolute()


def _notice(value: str) -> str:
    if value != FALLBACK_TEMPLATE and value not in set(NoticeKind):
        near = difflib.get_close_matches(value, [FALLBACK_TEMPLATE, *NoticeKind], n=1)
        refuse("is no kind of notice", f"did you mean {near[0]}?" if near else f"use {FALLBACK_TEMPLATE}, for all")
    return value


Slug = Annotated[
    str, AfterValidator(_matching(r"[a-z0-9_-]+", "is no short name", "use only a-z, 0-9, - and _, e.g. main"))
]
Secret = Annotated[SecretStr, AfterValidator(_filled)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Identifier = Annotated[
    str, AfterValidator(_matching(r"[0-9A-Za-z_-]+", "has characters it cannot have", "copy it again, without blanks"))
]
OriginalId = Annotated[
    str,
    AfterValidator(
        _matching(r"gh_[0-9A-Za-z]+", "is no original id", "copy 原始ID (gh_…) from 公众号设置, not the AppID")
    ),
]
Words = Annotated[str, AfterValidator(_matching(r"(?s).*\S.*", "is blank", "write what citizens are to read"))]
FieldName = Annotated[
    str, AfterValidator(_matching(r"[a-z]+(_[a-z]+)*\d*", "is no field", "write it as WeChat does, e.g. thing2"))
]
Place = Annotated[Path, BeforeValidator(_named), AfterValidator(_absolute)]
HostName = Annotated[
    str, AfterValidator(_matching(r"\.?[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*", "is no host name", "write host or .domain"))
]


class Section(BaseModel):
    """A table of the settings: frozen, and only known names."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Server(Section):
    """Where the gateway listens, and how it is known outside."""

    host: Words = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = ""
    trusted_proxies: Annotated[tuple[IPvAnyNetwork, ...], BeforeValidator(_words)] = ()

    @field_validator("public_url")
    @classmethod
    def _known_outside(cls, value: str) -> str:
        return _web_address(value) if value else ""


class Database(Section):
    """The store: '' is SQLite in data_dir, else PostgreSQL by URL."""

    url: SecretStr = SecretStr("")

    @field_validator("url")
    @classmethod
    def _postgresql(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        remedy = 'write postgresql+asyncpg://user:password@host/database, or "" for SQLite in storage.data_dir'
        parts = _parsed(text)
        if text and (parts is None or parts.scheme != "postgresql+asyncpg"):
            refuse("is no address of a database the gateway can use", remedy)
        if text and len(parts.path) <= 1:
            refuse("names no database", remedy)
        return value


class Redis(Section):
    """The shared memory of several processes: '' keeps it in this process."""

    url: SecretStr = SecretStr("")

    @field_validator("url")
    @classmethod
    def _redis(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        parts = _parsed(text)
        if text and (parts is None or parts.scheme not in {"redis", "rediss", "unix"}):
            refuse("is no address of a Redis", 'write redis://host:6379/0, or "" for none')
        return value


class Storage(Section):
    """Where files lie; `data_dir` is absolute, a relative one was taken from the working directory."""

    data_dir: Place = Field(default=Path("data"), validate_default=True)
    media_max_mb: int = Field(default=20, ge=1, le=1024)


class Intake(Section):
    """How callbacks are taken in; times in seconds."""

    max_age: int = Field(default=600, ge=0)
    """How old a callback's timestamp may be; 0 = not checked."""
    answer_within: float = Field(default=4.0, gt=0, lt=5)
    batch_limit: int = Field(default=256, ge=1)
    queue_limit: int = Field(default=4096, ge=1)


class Outbox(Section):
    """How messages leave; times in seconds."""

    poll: float = Field(default=1.0, gt=0)
    lease: float = Field(default=60.0, gt=0)
    backoff: float = Field(default=5.0, gt=0)
    backoff_limit: float = Field(default=3600.0, gt=0)


class SecureCookie(StrEnum):
    """When the session cookie is marked Secure."""

    AUTO = "auto"
    """When public_url is https."""
    ALWAYS = "always"
    NEVER = "never"


class Console(Section):
    """Signing in to the forwarding console; `login_window` in seconds."""

    session_hours: float = Field(default=12.0, gt=0)
    secure_cookie: SecureCookie = SecureCookie.AUTO
    login_limit: int = Field(default=5, ge=1)
    login_window: int = Field(default=900, ge=1)


class Office(Section):
    """What citizens are told about the office that runs the gateway."""

    name: Words = "网络问政办公室"
    short_name: Words = "问政办"
    phone: Words
    privacy_contact: Words
    retention: Words
    """How long personal data are kept, in words."""


class Files(Section):
    """Where the other data files lie, absolute."""

    units: Place
    matters: Place
    deadlines: Place
    phrases: Place


class Template(Section):
    """One message template of WeChat: its id, and for each field the expression that fills it."""

    id: Identifier
    fields: dict[FieldName, Words] = Field(min_length=1)


def _aes_key(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    remedy = "copy EncodingAESKey (43 letters and digits) from 基本配置"
    if len(text) != AES_KEY_CHARACTERS:
        refuse(f"has {len(text)} characters instead of {AES_KEY_CHARACTERS}" if text else "is empty", remedy)
    try:
        key = base64.b64decode(text + "=", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != AES_KEY_BYTES:
        refuse(f"does not decode to {AES_KEY_BYTES} bytes", remedy)
    return value


class WeChatAccount(Section):
    """One 服务号. `plain` accepts callbacks that are not encrypted; only then may `aes_key` be empty."""

    plain: bool = False
    account: Slug
    app_id: Identifier
    app_secret: Secret
    token: Secret
    aes_key: SecretStr = Field(default=SecretStr(""), validate_default=True)
    previous_aes_key: SecretStr = SecretStr("")
    original_id: OriginalId
    api_base: WebAddress = "https://api.weixin.qq.com"
    media_hosts: Annotated[tuple[HostName, ...], BeforeValidator(_words)] = (".qq.com", ".qpic.cn")
    """Where a video may be fetched from; a leading dot takes every host below it."""
    templates: dict[Annotated[str, AfterValidator(_notice)], Template] = Field(default_factory=dict)
    """By notice kind; `progress` serves the kinds without an entry of their own."""

    @field_validator("aes_key")
    @classmethod
    def _key(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        if info.data.get("plain") and not value.get_secret_value():
            return value
        return _aes_key(value)

    @field_validator("previous_aes_key")
    @classmethod
    def _previous_key(cls, value: SecretStr) -> SecretStr:
        return _aes_key(value) if value.get_secret_value() else value


class Mentions(StrEnum):
    """How @mentions are found."""

    PUSH = "push"
    POLL = "poll"
    BOTH = "both"


class WeiboAccount(Section):
    """One Weibo account."""

    account: Slug
    uid: Annotated[str, BeforeValidator(str), AfterValidator(_matching(r"\d+", "is no uid", "write its digits"))]
    app_key: Identifier
    app_secret: Secret
    fans_token: Secret
    oauth_token: Secret
    api_base: WebAddress = "https://api.weibo.com"
    messages_base: WebAddress = "https://m.api.weibo.com"
    upload_base: WebAddress = "https://upload.api.weibo.com"
    mentions: Mentions = Mentions.PUSH
