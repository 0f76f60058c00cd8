"""The fields of a push → the neutral `Inbound`; every message and event type Weibo documents.

Identity: a push carries no message id, and `created_at` counts whole seconds, so everything it says is hashed; the same
words twice in one second count once. A mention is its post or comment, so that a push and a poll of it are one. In the
key what grows with time stands first. `subscribe` is not `follow`, and an event is told by its subtype, never by its
Chinese text. Knows no signature and no reply.
"""

import hashlib
import json
import math
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from adapters.weibo.links import is_id
from adapters.weibo.moments import parse_created_at
from adapters.weibo.parsing import Fields, UnreadableBodyError, parse_object
from bot.messages import Channel, CitizenRef, Inbound, InboundKind, Location, MediaKind, MediaRef

SUBSCRIBE, UNSUBSCRIBE = "subscribe", "unsubscribe"
"""What a subscription by keyword (`dy`, `td`) or by button is called as a menu key."""

_MEDIA = {"image": (InboundKind.IMAGE, MediaKind.IMAGE), "voice": (InboundKind.VOICE, MediaKind.VOICE)}
# What Weibo itself writes into the text of a place: its own words, whatever language is spoken with citizens.
_NO_ADDRESS = "发送了一个位置"
_AROUND_ADDRESS = re.compile(r"^我在这里[:：]?|https?://t\.cn/\w+", re.ASCII)
_SCENE = re.compile(r"^QR_(?:LIMIT_)?SCENE_")


class MentionKind(StrEnum):
    """What a mention can stand in, in Weibo's own words; persisted."""

    STATUS = "status"
    COMMENT = "comment"


_MENTION_LETTERS = {MentionKind.STATUS: "s", MentionKind.COMMENT: "c"}


class UnusableFieldsError(Exception):
    """A field that every push of the type must have is missing or not of its form."""


def receiver_of(fields: Fields) -> str:
    """Return the uid the push is for; raise `UnusableFieldsError`."""
    return identity(fields, "receiver_id")


def to_inbound(fields: Fields, *, account: str) -> Inbound:
    """Return the neutral form of one push; raise `UnusableFieldsError`.

    In `raw`, `data` is always the object, however it came.
    """
    receiver, sender = receiver_of(fields), identity(fields, "sender_id")
    kind = _required(fields, "type").lower()
    created = _required(fields, "created_at")
    try:
        sent_at = parse_created_at(created)
    except ValueError as error:
        raise UnusableFieldsError(f"created_at is {error}") from None
    data = _data(fields)
    own = sender == receiver
    values = {"kind": InboundKind.IGNORED} if own else _READERS.get(kind, _unknown)(fields, data)
    place = mention_place(kind, data)
    if place is not None and not own:
        key = mention_key(account, *place)
    else:
        whole = (receiver, sender, created, kind, _text(fields, "text"), _canonical(data))
        key = f"weibo:{account}:{int(sent_at.timestamp())}:{_digest(whole)}"
    return Inbound(
        key=key,
        citizen=CitizenRef(channel=Channel.WEIBO, account=account, user=sender),
        sent_at=sent_at,
        raw={**fields, "data": data},
        **values,
    )


def mention_key(account: str, kind: MentionKind, subject: str) -> str:
    """Return the key of the mention in a post or comment, however it was found."""
    return f"weibo:{account}:{_MENTION_LETTERS[kind]}{subject}"


def mention_place(kind: str, data: Mapping[str, Any]) -> tuple[MentionKind, str] | None:
    """Return where a mention stands and its id there; None for anything else. Raise `UnusableFieldsError`."""
    if kind != "mention":
        return None
    try:
        place = MentionKind(_text(data, "subtype").lower())
    except ValueError:
        return None
    return place, identity(data, "key")


def identity(fields: Mapping[str, Any], name: str) -> str:
    """Return an id that came as a number or as text; raise `UnusableFieldsError`."""
    value = fields.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not is_id(value):
        raise UnusableFieldsError(f"{name} is missing or no id")
    return value.lstrip("0") or "0"


def _text_message(fields: Fields, _data: Fields) -> dict[str, Any]:
    return {"kind": InboundKind.TEXT, "text": _text(fields, "text")}


def _media_message(fields: Fields, data: Fields) -> dict[str, Any]:
    """Only `tovfid` opens with the receiver's token; `vfid` is the sender's."""
    inbound, media = _MEDIA[_text(fields, "type").lower()]
    return {"kind": inbound, "media": (MediaRef(kind=media, media_id=identity(data, "tovfid")),)}


def _position(fields: Fields, data: Fields) -> dict[str, Any]:
    label = _AROUND_ADDRESS.sub("", _text(fields, "text").strip()).strip()
    place = Location(
        latitude=_degrees(data, "latitude", limit=90),
        longitude=_degrees(data, "longitude", limit=180),
        label="" if label == _NO_ADDRESS else label,
    )
    return {"kind": InboundKind.LOCATION, "location": place}


def _event(_fields: Fields, data: Fields) -> dict[str, Any]:
    subject = _text(data, "key")
    match _text(data, "subtype").lower():
        case "follow":
            return {"kind": InboundKind.FOLLOW}
        case "unfollow":
            return {"kind": InboundKind.UNFOLLOW}
        case "scan_follow":
            return {"kind": InboundKind.FOLLOW, "text": _SCENE.sub("", subject)}
        case "scan":
            return {"kind": InboundKind.SCAN, "text": _SCENE.sub("", subject)}
        case "click":
            return {"kind": InboundKind.MENU, "text": subject}
        case "subscribe" | "unsubscribe" as event:
            return {"kind": InboundKind.MENU, "text": event}
        case "view":
            return {"kind": InboundKind.IGNORED}
        case _:
            return {"kind": InboundKind.UNKNOWN}


def _mention(fields: Fields, data: Fields) -> dict[str, Any]:
    if mention_place("mention", data) is None:
        return {"kind": InboundKind.UNKNOWN}
    return {"kind": InboundKind.MENTION, "text": _text(fields, "text")}


def _unknown(_fields: Fields, _data: Fields) -> dict[str, Any]:
    """Take a type that is not documented for a message: whoever sent it waits for an answer."""
    return {"kind": InboundKind.DOCUMENT}


_READERS = {
    "text": _text_message,
    "image": _media_message,
    "voice": _media_message,
    "position": _position,
    "event": _event,
    "mention": _mention,
}


def _data(fields: Fields) -> Fields:
    """Return `data`, which the tables call a string and the samples show as an object."""
    value = fields.get("data")
    if isinstance(value, str) and value.strip():
        try:
            value = parse_object(value)
        except UnreadableBodyError as error:
            raise UnusableFieldsError(f"data is {error}") from None
    return value if isinstance(value, dict) else {}


def _text(fields: Mapping[str, Any], name: str) -> str:
    """Return a text field; a number as its digits, anything else as ''."""
    value = fields.get(name, "")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


def _required(fields: Fields, name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value.strip():
        raise UnusableFieldsError(f"{name} is missing or not one text")
    return value.strip()


def _degrees(fields: Fields, name: str, *, limit: int) -> float:
    value = fields.get(name)
    try:
        number = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number) or abs(number) > limit:
        raise UnusableFieldsError(f"{name} is no place on earth")
    return number


def _canonical(data: Fields) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _digest(parts: tuple[str, ...]) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
