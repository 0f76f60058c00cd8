"""The fields of a decrypted callback → the neutral `Inbound`; every message and event type WeChat documents.

Identity: a message is account + sender + MsgId; an event, which has none, account + sender + second + name + EventKey.
In the key what grows with time stands first, so that new keys lie side by side in the database's index.
Knows no encryption, no XML and no reply.
"""

import hashlib
import math
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from adapters.wechat.parsing import Fields
from adapters.wechat.reports import CONSENT_EVENTS, read_reports, subject_of, text_of
from bot.messages import Channel, CitizenRef, Inbound, InboundKind, Location, MediaKind, MediaRef

_LONGEST_KEY_PART = 128
_MEDIA = {
    "image": (InboundKind.IMAGE, MediaKind.IMAGE),
    "voice": (InboundKind.VOICE, MediaKind.VOICE),
    "video": (InboundKind.VIDEO, MediaKind.VIDEO),
    "shortvideo": (InboundKind.VIDEO, MediaKind.VIDEO),
}
IGNORED_EVENTS = frozenset(
    {
        "location", "view", "view_miniprogram", "scancode_push",
        "pic_sysphoto", "pic_photo_or_album", "pic_weixin", "location_select",
        "masssendjobfinish",
        "kf_create_session", "kf_close_session", "kf_switch_session",
        "qualification_verify_success", "qualification_verify_fail", "naming_verify_success", "naming_verify_fail",
        "annual_renew", "verify_expired", "user_authorization_revoke", "user_authorization_cancellation",
        "user_authorize_invoice", "user_info_modified",
    }
)  # fmt: skip
"""Known and of no use: what a citizen picked by pic_* and location_select follows as a message of its own."""

UNSHOWN = frozenset(
    {"【收到不支持的消息类型，暂无法显示】", "[收到不支持的消息类型，暂无法显示]", "[Unsupported Message]"}
)
"""What WeChat itself writes in place of a sticker and of whatever else it does not hand on: nobody said these words."""


class UnusableFieldsError(Exception):
    """A field that every message of the type must have is missing or not of its form."""


def to_inbound(fields: Fields, *, account: str) -> Inbound:
    """Return the neutral form of one callback; raise `UnusableFieldsError`."""
    sender = _required(fields, "FromUserName")
    seconds = _number(fields, "CreateTime", digits=10)
    kind = _required(fields, "MsgType").lower()
    if kind == "event":
        identity, values = _event_identity(fields, sender=sender, seconds=seconds), _event(fields)
    else:
        identity = _message_identity(fields, sender=sender, kind=kind, seconds=seconds)
        values = _message(fields, kind=kind)
    return Inbound(
        key=f"wechat:{account}:{identity}",
        citizen=CitizenRef(channel=Channel.WECHAT, account=account, user=sender),
        sent_at=_moment(seconds),
        raw=fields,
        **values,
    )


@lru_cache(maxsize=256)
def _moment(seconds: int) -> datetime:
    """Return the moment of a CreateTime: one value for all messages of a second, whose hash is computed once."""
    return datetime.fromtimestamp(seconds, UTC)


def _message_identity(fields: Fields, *, sender: str, kind: str, seconds: int) -> str:
    if "MsgId" in fields or kind in _MESSAGES:
        return f"{_number(fields, 'MsgId', digits=20)}:{sender}"
    return f"t{seconds}:{sender}:{_short(kind)}"  # a type we do not know, and without an id


def _event_identity(fields: Fields, *, sender: str, seconds: int) -> str:
    subject = text_of(fields, "EventKey")
    if said := subject_of(fields):
        subject = f"{subject}#{said}"  # two reports of one second differ by what they speak of
    return f"e{seconds}:{sender}:{_short(text_of(fields, 'Event').lower())}:{_short(subject)}"


def _short(part: str) -> str:
    """Keep keys within a column: a VIEW event's key is a whole URL."""
    if len(part) <= _LONGEST_KEY_PART:
        return part
    return hashlib.sha256(part.encode("utf-8", "surrogatepass")).hexdigest()


def _message(fields: Fields, *, kind: str) -> dict[str, Any]:
    read = _MESSAGES.get(kind)
    if read is not None:
        return read(fields, kind)
    if kind.endswith("event"):
        return {"kind": InboundKind.UNKNOWN}
    return {"kind": InboundKind.DOCUMENT, "text": text_of(fields, "Title")}


def _text_message(fields: Fields, _kind: str) -> dict[str, Any]:
    text = text_of(fields, "Content")
    if text in UNSHOWN:
        return {"kind": InboundKind.DOCUMENT}
    return {"kind": InboundKind.TEXT, "text": text, "choice": text_of(fields, "bizmsgmenuid")}


def _media_message(fields: Fields, kind: str) -> dict[str, Any]:
    inbound, media = _MEDIA[kind]
    better = text_of(fields, "MediaId16K") if media is MediaKind.VOICE else ""
    ref = MediaRef(kind=media, media_id=_required(fields, "MediaId"), better_id=better)
    return {"kind": inbound, "media": (ref,)}


def _location_message(fields: Fields, _kind: str) -> dict[str, Any]:
    """Location_X is the latitude."""
    place = Location(
        latitude=_degrees(fields, "Location_X", limit=90),
        longitude=_degrees(fields, "Location_Y", limit=180),
        label=text_of(fields, "Label"),
    )
    return {"kind": InboundKind.LOCATION, "location": place}


def _link_message(fields: Fields, _kind: str) -> dict[str, Any]:
    lines = (text_of(fields, "Title"), text_of(fields, "Url"))
    return {"kind": InboundKind.LINK, "text": "\n".join(line for line in lines if line)}


_MESSAGES = {
    "text": _text_message,
    "image": _media_message,
    "voice": _media_message,
    "video": _media_message,
    "shortvideo": _media_message,
    "location": _location_message,
    "link": _link_message,
    "miniprogrampage": _link_message,
}


def _event(fields: Fields) -> dict[str, Any]:
    if isinstance(fields.get("Event", ""), dict | list):
        raise UnusableFieldsError("Event is not a text")
    subject = text_of(fields, "EventKey")
    match text_of(fields, "Event").lower():
        case "subscribe":
            return {"kind": InboundKind.FOLLOW, "text": subject.removeprefix("qrscene_")}
        case "unsubscribe":
            return {"kind": InboundKind.UNFOLLOW}
        case "scan":
            return {"kind": InboundKind.SCAN, "text": subject}
        case "click" | "scancode_waitmsg":  # the second one shows the citizen a wait for our answer
            return {"kind": InboundKind.MENU, "text": subject}
        case (
            "templatesendjobfinish"
            | "subscribe_msg_sent_event"
            | "subscribe_msg_popup_event"
            | ("subscribe_msg_change_event") as event
        ):
            return _reported(fields, event)
        case event if event in IGNORED_EVENTS:
            return {"kind": InboundKind.IGNORED}
        case _:
            return {"kind": InboundKind.UNKNOWN}


def _reported(fields: Fields, event: str) -> dict[str, Any]:
    try:
        reports = read_reports(fields, event)
    except ValueError as error:
        raise UnusableFieldsError(str(error)) from None
    consents = event in CONSENT_EVENTS
    if not reports:
        return {"kind": InboundKind.IGNORED}
    return {"kind": InboundKind.CONSENT if consents else InboundKind.REPORT, "reports": reports}


def _required(fields: Fields, name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value.strip():
        raise UnusableFieldsError(f"{name} is missing or not one text")
    return value.strip()


def _number(fields: Fields, name: str, *, digits: int) -> int:
    value = _required(fields, name)
    if not (value.isascii() and value.isdigit() and len(value) <= digits):
        raise UnusableFieldsError(f"{name} is not a number")
    return int(value)


def _degrees(fields: Fields, name: str, *, limit: int) -> float:
    try:
        value = float(_required(fields, name))
    except ValueError:
        raise UnusableFieldsError(f"{name} is not a number") from None
    if not math.isfinite(value) or abs(value) > limit:
        raise UnusableFieldsError(f"{name} is no place on earth")
    return value
