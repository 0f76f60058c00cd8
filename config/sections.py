"""The sections of the settings as models: names, types, defaults and what each value must be by itself.

The accounts on the platforms stand in `config.accounts`, each rule that spans two sections in `config.settings`. Knows
nothing of files, of the environment, or of anything that uses the settings. Secrets and URLs that may carry a password
are `SecretStr`: masked wherever they are shown.
"""

import re
from datetime import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    IPvAnyNetwork,
    SecretStr,
    field_validator,
    model_validator,
)

from config.values import (
    Place,
    Slug,
    Words,
    parsed_url,
    refuse,
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
    mentions_days: int = Field(default=365, ge=30)
    """How long mentions are kept that no petition was made of."""
    calls_days: int = Field(default=400, ge=35)
    """How long it is kept how many calls of Weibo's interfaces a day took."""
    chats_days: int = Field(default=1095, ge=30)
    """How long chats with a person are kept after their end; those of citizens with an open petition stay."""
    alarms_days: int = Field(default=1095, ge=30)
    """How long alarms are kept that somebody has seen to; those of citizens with an open petition stay."""


class Intake(Section):
    """How callbacks are taken in; times in seconds."""

    max_age: int = Field(default=600, ge=0)
    """How old a callback's timestamp may be; 0 = not checked."""
    answer_within: float = Field(default=4.0, gt=0, lt=5)
    batch_limit: int = Field(default=256, ge=1)
    queue_limit: int = Field(default=4096, ge=1)


class Dialog(Section):
    """How the conversation treats citizens; times from their last message."""

    draft_days: int = Field(default=7, ge=1, le=365)
    offer_after_hours: float = Field(default=6.0, gt=0)
    remind_after_hours: float = Field(default=40.0, ge=0)
    """0: never reminded. The platforms permit a message for 48 hours only."""
    messages_per_minute: int = Field(default=60, ge=0)
    """Of one citizen, in one process; 0: no limit. An album of thirty pictures comes at once."""
    petitions_per_day: int = Field(default=20, ge=0)
    """Of one citizen, in one process; 0: no limit."""
    joining: bool = True
    """Whether others may stand by (联名) a petition that its citizen lets be published."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.remind_after_hours and self.remind_after_hours >= self.draft_days * 24:
            refuse("reminds of a draft that is gone by then", "make remind_after_hours shorter than draft_days")
        return self


class Phrases(Section):
    """In which language citizens speak and are spoken to: the name of a file, without its ending.

    It names one of `files.phrases` and one of `files.hearing`.
    """

    language: Slug = "zh"


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


class Person(Section):
    """Chats with a person of the staff (人工): opening hours of each workday, no hours for never; times in minutes."""

    hours: Annotated[tuple[str, ...], BeforeValidator(split_list)] = ("10:00-14:00", "16:00-20:00")
    wait_minutes: float = Field(default=10.0, gt=0)
    """How long somebody waits, in opening hours, before we apologise and offer to file."""
    idle_minutes: float = Field(default=30.0, gt=0)
    """How long nobody says anything before a chat ends."""

    @field_validator("hours")
    @classmethod
    def _spans(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        remedy = 'write times of Beijing in order, e.g. ["10:00-14:00", "16:00-20:00"]'
        ends = [end for span in value for end in span.split("-")]
        shaped = all(re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", span) for span in value)
        if not shaped or ends != sorted(set(ends)):
            refuse("are no opening hours", remedy)
        return value

    @property
    def spans(self) -> tuple[tuple[time, time], ...]:
        """The opening hours of a workday, as times of Beijing."""
        return tuple(
            (time.fromisoformat(opens), time.fromisoformat(closes))
            for opens, _, closes in (span.partition("-") for span in self.hours)
        )


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
    hearing: Place
    menu: Place
