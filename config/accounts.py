"""The accounts of the settings as models: [[wechat]] with its templates, and [[weibo]].

Knows of a platform what its account's settings must be, and nothing of how it is spoken to. Secrets are `SecretStr`.
"""

from datetime import date
from enum import StrEnum
from ipaddress import IPv4Address
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationInfo, field_validator, model_validator

from config.sections import Section
from config.values import (
    FieldName,
    HostName,
    Identifier,
    OriginalId,
    Secret,
    Slug,
    WebAddress,
    Words,
    aes_key,
    link,
    matching,
    notice,
    refuse,
    some,
    split_list,
)

SUBSCRIBE_NAMES = ("account", "templates")
"""What `subscribe_url` may hold in braces: our name for the account; the ids of its templates, separated by commas."""


class Template(Section):
    """One message template of WeChat: its id, and for each field the expression that fills it."""

    id: Identifier
    fields: Annotated[dict[FieldName, Words], AfterValidator(some)]


class Term(StrEnum):
    """What a citizen's consent to a subscription template is good for."""

    ONE_TIME = "one_time"
    LONG_TERM = "long_term"


class SubscriptionTemplate(Template):
    """One template of 订阅通知. Long-term ones WeChat gives only to public services (政务民生 and the like)."""

    term: Term = Term.ONE_TIME


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
    subscriptions: dict[Annotated[str, AfterValidator(notice)], SubscriptionTemplate] = Field(default_factory=dict)
    """The templates of 订阅通知, in the same way."""
    subscribe_url: str = ""
    """Where a citizen can consent to them: an article or a page with the subscription in it. '' asks nobody."""

    @field_validator("subscribe_url")
    @classmethod
    def _link(cls, value: str) -> str:
        return link(value, names=SUBSCRIBE_NAMES) if value else ""

    @model_validator(mode="after")
    def _something_to_subscribe(self) -> Self:
        if self.subscribe_url and not self.subscriptions:
            refuse("has a subscribe_url and nothing to subscribe to", "add [wechat.subscriptions.progress]")
        return self

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
    name: str = ""
    """The account's nickname, which may stand in its own public answers."""
    app_key: Identifier
    app_secret: Secret
    fans_token: Secret
    fans_expires: date | None = None
    """The day on which the fans service's token ends, as its page shows it."""
    oauth_token: Secret
    oauth_expires: date | None = None
    rip: str = ""
    """The public address this gateway calls from, which Weibo itself demands with each public comment."""
    api_base: WebAddress = "https://api.weibo.com"
    messages_base: WebAddress = "https://m.api.weibo.com"
    upload_base: WebAddress = "https://upload.api.weibo.com"
    mentions: Mentions = Mentions.PUSH
    poll_minutes: float = Field(default=60.0, gt=0)
    """Between two looks for mentions; each takes two calls of the day's budget, one more for each further page."""
    daily_calls: int = Field(default=100, ge=1)
    """How many calls of the open interfaces a day Weibo gives the app for this account."""
    kept_for_answers: int = Field(default=40, ge=0)
    """How many of them looking for mentions leaves alone."""
    window_hours: float = Field(default=48.0, gt=0)
    window_messages: int = Field(default=99, ge=1)
    mention_hours: float = Field(default=48.0, gt=0)
    mention_messages: int = Field(default=1, ge=0)
    window_codes: Annotated[tuple[Identifier, ...], BeforeValidator(split_list)] = ("26401", "26402")
    """The codes of messages/reply that mean a closed window. Weibo does not publish them: these are the sandbox's."""
    bots: Annotated[tuple[Identifier, ...], BeforeValidator(split_list)] = ()
    """The uids of other automatic accounts, which are never answered."""

    @field_validator("rip")
    @classmethod
    def _public_address(cls, value: str) -> str:
        try:
            IPv4Address(value or "0.0.0.0")  # noqa: S104 -- not listened on
        except ValueError:
            refuse("is no IPv4 address", "write the public one this gateway calls from, e.g. 203.0.113.7")
        return value

    @model_validator(mode="after")
    def _leaves_some(self) -> Self:
        if self.kept_for_answers >= self.daily_calls:
            refuse("keeps all calls of a day for answers", "make kept_for_answers smaller than daily_calls")
        if not self.rip and self.api_base.endswith("weibo.com"):
            refuse("has no rip", "set rip to the public IPv4 address this gateway calls from")
        return self
