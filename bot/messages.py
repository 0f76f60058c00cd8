"""The neutral message of every platform: what a citizen sent, and what goes back.

Adapters make `Inbound` out of a platform's payload and render `Outbound` for it; intake and dialogs see nothing else.
This module imports no I/O library and knows no platform's wire format.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from bot.values import frozen


class Channel(StrEnum):
    """The platform a citizen writes on."""

    WECHAT = "wechat"
    WEIBO = "weibo"


@frozen
class CitizenRef:
    """One citizen as one account of ours sees them: `user` is the openid or the uid."""

    channel: Channel
    account: str
    user: str

    @property
    def key(self) -> str:
        """The stored form, `channel:account:user`."""
        return ":".join((self.channel, self.account, self.user))  # noqa: FLY002 -- half as dear: nothing is formatted

    @classmethod
    def parse(cls, key: str) -> "CitizenRef":
        """Read the stored form back."""
        channel, account, user = key.split(":", 2)
        return cls(channel=Channel(channel), account=account, user=user)


class InboundKind(StrEnum):
    """What kind of thing arrived; persisted, so the strings stay."""

    TEXT = "text"
    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    LOCATION = "location"
    LINK = "link"
    DOCUMENT = "document"
    """A message of a kind that cannot be taken: a file, a sticker, a card; answered with what works instead."""
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    MENU = "menu"
    """A menu button; `text` is its key."""
    SCAN = "scan"
    """A scene QR code by a follower; `text` is the scene. A new follower's scan is FOLLOW with `text` set."""
    MENTION = "mention"
    REPORT = "report"
    """The platform's word on messages of ours; see `DeliveryReport`."""
    CONSENT = "consent"
    """What a citizen decided about subscriptions; see `Consent`."""
    IGNORED = "ignored"
    """Known and of no use to us."""
    UNKNOWN = "unknown"
    """Not known to the adapter: stored as it came."""


class MediaKind(StrEnum):
    """What a citizen attached."""

    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaRef:
    """Where the platform keeps something a citizen attached; `media_id` is opaque to all but the adapter."""

    kind: MediaKind
    media_id: str
    better_id: str = ""
    """A second id of the same thing in better quality (WeChat's MediaId16K), tried first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A map pin: degrees (GCJ-02 as the platforms give it) and the address line, if any."""

    latitude: float
    longitude: float
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """The platform's word on a message it had accepted: `delivered`, or not and why.

    `blocked`: not delivered because the citizen does not want such messages. `template` is the one that was used, ''
    where the platform does not say.
    """

    message_id: str
    delivered: bool
    detail: str = ""
    blocked: bool = False
    template: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A citizen's decision about one subscription template: `given`, or not.

    `asked`: an answer to a question put to them, which ends nothing they had agreed to before when it is no; else they
    changed their mind in their settings.
    """

    template: str
    given: bool
    asked: bool = True


Report = DeliveryReport | Consent
"""What the platform tells besides what a citizen says."""


@frozen
class Inbound:
    """One thing a citizen (or the platform about a citizen) sent."""

    key: str
    """Unique over all accounts: `channel:account:` and the platform's own idea of identity. Repeats carry the same."""
    citizen: CitizenRef
    kind: InboundKind
    sent_at: datetime
    """The platform's time, aware."""
    text: str = ""
    choice: str = ""
    """The id of a tapped choice; user input, forgeable."""
    media: tuple[MediaRef, ...] = ()
    location: Location | None = None
    reports: tuple[Report, ...] = ()
    """Of the kinds REPORT and CONSENT, at least one."""
    raw: Mapping[str, Any] = field(default_factory=dict)
    """The platform's fields, JSON-able, kept for the record."""


@frozen
class Choice:
    """One thing the citizen can pick: `label` is shown and is also what a tap sends; `id` is what the dialog knows."""

    id: str
    label: str


@frozen
class Option:
    """A choice that is still to be called something."""

    id: str
    label: "Reply | None" = None
    """None for the phrase `choice.<id>`."""


@frozen
class Reply:
    """What a dialog says: a phrase key of config/phrases, its values, and what can be picked."""

    phrase: str
    values: Mapping[str, Any] = field(default_factory=dict)
    """Texts, numbers, and what is put into words where it is said: dates (Beijing time), replies, tuples of these."""
    choices: tuple[Choice | Option, ...] = ()
    short: bool = False
    """Whether it is said in the short form, where a phrase has one; what lies inside it too."""


@frozen
class Outbound:
    """Rendered words on their way to a citizen, still without a platform's markup."""

    text: str
    choices: tuple[Choice, ...] = ()


_in_iso = lru_cache(maxsize=256)(datetime.isoformat)
"""Platforms give whole seconds, in which many messages come."""


def dump_inbound(inbound: Inbound) -> dict[str, Any]:
    """Return `inbound` as a JSON-able dict; `load_inbound` reads it back."""
    return {
        "key": inbound.key,
        "citizen": inbound.citizen.key,
        "kind": inbound.kind.value,
        **dump_contents(inbound),
    }


def dump_contents(inbound: Inbound) -> dict[str, Any]:
    """Return all but key, citizen and kind; what is empty is left out."""
    data: dict[str, Any] = {"sent_at": _in_iso(inbound.sent_at), "raw": dict(inbound.raw)}
    if inbound.text:
        data["text"] = inbound.text
    if inbound.choice:
        data["choice"] = inbound.choice
    if inbound.media:
        data["media"] = [[m.kind.value, m.media_id, m.better_id] for m in inbound.media]
    if (place := inbound.location) is not None:
        data["location"] = [place.latitude, place.longitude, place.label]
    if inbound.reports:
        data["reports"] = [_dump_report(report) for report in inbound.reports]
    return data


def _dump_report(report: Report) -> list[Any]:
    if isinstance(report, Consent):
        return ["consent", report.template, report.given, report.asked]
    return ["sent", report.message_id, report.delivered, report.detail, report.blocked, report.template]


def _load_report(data: Sequence[Any]) -> Report:
    if data[0] == "consent":
        return Consent(template=data[1], given=data[2], asked=data[3])
    return DeliveryReport(message_id=data[1], delivered=data[2], detail=data[3], blocked=data[4], template=data[5])


def _load_reports(data: Mapping[str, Any]) -> tuple[Report, ...]:
    """Read the reports; before there could be several, one was kept as three values."""
    if (old := data.get("report")) is not None:
        return (DeliveryReport(message_id=old[0], delivered=old[1], detail=old[2]),)
    return tuple(_load_report(report) for report in data.get("reports", ()))


def load_inbound(data: Mapping[str, Any]) -> Inbound:
    """Read back what `dump_inbound` made."""
    location = data.get("location")
    return Inbound(
        key=data["key"],
        citizen=CitizenRef.parse(data["citizen"]),
        kind=InboundKind(data["kind"]),
        sent_at=datetime.fromisoformat(data["sent_at"]),
        text=data.get("text", ""),
        choice=data.get("choice", ""),
        media=tuple(MediaRef(kind=MediaKind(k), media_id=i, better_id=b) for k, i, b in data.get("media", ())),
        location=Location(latitude=location[0], longitude=location[1], label=location[2]) if location else None,
        reports=_load_reports(data),
        raw=data["raw"],
    )


def dump_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a reply's values in JSON; `load_values` reads them back. What has no language yet keeps none."""
    return {name: _dump_value(value) for name, value in values.items()}


def _dump_value(value: object) -> object:
    match value:
        case Reply():
            return {"say": value.phrase, "with": dump_values(value.values)}
        case datetime():
            return {"at": value.isoformat()}
        case date():
            return {"day": value.isoformat()}
        case tuple() | list():
            return [_dump_value(one) for one in value]
        case _:
            return value


def load_values(data: Mapping[str, Any]) -> dict[str, Any]:
    """Read back what `dump_values` made."""
    return {name: _load_value(value) for name, value in data.items()}


def _load_value(value: object) -> object:
    match value:
        case {"say": str(phrase), "with": dict(values)}:
            return Reply(phrase=phrase, values=load_values(values))
        case {"at": str(at)}:
            return datetime.fromisoformat(at)
        case {"day": str(day)}:
            return date.fromisoformat(day)
        case list():
            return tuple(_load_value(one) for one in value)
        case _:
            return value
