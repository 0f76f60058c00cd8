"""The sections of the settings as models: names, types, defaults and what each value must be by itself.

Knows nothing of files, of the environment, or of anything that uses the settings. Each rule that spans two sections
stands in `config.settings`. Secrets and URLs that may carry a password are `SecretStr`: masked wherever they are shown.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

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

from config.values import (
    FieldName,
    HostName,
    Identifier,
    OriginalId,
    Place,
    Secret,
    Slug,
    WebAddress,
    Words,
    aes_key,
    matching,
    notice,
    parsed_url,
    refuse,
    some,
    split_list,
    web_address,
)


class Section(BaseModel):
    """A table of the settings: frozen, and only known names."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Server(Section):
    """Where the gateway listens, and how it is known outside."""

    host: Words = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = ""
    trusted_proxies: Annotated[tuple[IPvAnyNetwork, ...], BeforeValidator(split_list)] = ()

    @field_validator("public_url")
    @classmethod
    def _known_outside(cls, value: str) -> str:
        return web_address(value) if value else ""


class Database(Section):
    """The store: '' is SQLite in data_dir, else PostgreSQL by URL."""

    url: SecretStr = SecretStr("")

    @field_validator("url")
    @classmethod
    def _postgresql(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        remedy = 'write postgresql+asyncpg://user:password@host/database, or "" for SQLite in storage.data_dir'
        parts = parsed_url(text) if text else None
        if text and (parts is None or parts.scheme != "postgresql+asyncpg"):
            refuse("is no address of a database the gateway can use", remedy)
        if parts is not None and len(parts.path) <= 1:
            refuse("names no database", remedy)
        return value


class Redis(Section):
    """The shared memory of several processes: '' keeps it in this process."""

    url: SecretStr = SecretStr("")

    @field_validator("url")
    @classmethod
    def _redis(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        parts = parsed_url(text)
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
    hours: str = ""
    """When somebody answers the phone, in words."""


class Files(Section):
    """Where the other data files lie, absolute."""

    units: Place
    matters: Place
    deadlines: Place
    phrases: Place


class Template(Section):
    """One message template of WeChat: its id, and for each field the expression that fills it."""

    id: Identifier
    fields: Annotated[dict[FieldName, Words], AfterValidator(some)]


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
    media_hosts: Annotated[tuple[HostName, ...], BeforeValidator(split_list)] = (".qq.com", ".qpic.cn")
    """Where a video may be fetched from; a leading dot takes every host below it."""
    templates: dict[Annotated[str, AfterValidator(notice)], Template] = Field(default_factory=dict)
    """By notice kind; `progress` serves the kinds without an entry of their own."""

    @field_validator("aes_key")
    @classmethod
    def _key(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        if info.data.get("plain") and not value.get_secret_value():
            return value
        return aes_key(value)

    @field_validator("previous_aes_key")
    @classmethod
    def _previous_key(cls, value: SecretStr) -> SecretStr:
        return aes_key(value) if value.get_secret_value() else value


class Mentions(StrEnum):
    """How @mentions are found."""

    PUSH = "push"
    POLL = "poll"
    BOTH = "both"


class WeiboAccount(Section):
    """One Weibo account."""

    account: Slug
    uid: Annotated[str, BeforeValidator(str), AfterValidator(matching(r"\d+", "is no uid", "write its digits"))]
    app_key: Identifier
    app_secret: Secret
    fans_token: Secret
    oauth_token: Secret
    api_base: WebAddress = "https://api.weibo.com"
    messages_base: WebAddress = "https://m.api.weibo.com"
    upload_base: WebAddress = "https://upload.api.weibo.com"
    mentions: Mentions = Mentions.PUSH
