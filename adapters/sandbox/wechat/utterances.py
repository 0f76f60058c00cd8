"""Read what a script or the page says for a citizen, and make of it what the platform posts and the phone shows.

Pure but for the media store: pictures, voices and videos are put there, as they would be by the phone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from adapters.sandbox.bodies import read_bytes, read_place, read_string
from adapters.sandbox.errors import BadInput
from adapters.sandbox.evidence import Samples
from adapters.sandbox.wechat.accounts import AccountState, StoredMedia
from adapters.sandbox.wechat.windows import Scene

KINDS = ("text", "choice", "image", "voice", "video", "location", "link", "file", "sticker", "event", "scan", "other")
CONTACT_EVENTS = frozenset({"subscribe", "click", "scan", "scancode_push", "scancode_waitmsg"})
_MEDIA = {
    "image": ("image/jpeg", ".jpg"),
    "voice": ("audio/amr", ".amr"),
    "video": ("video/mp4", ".mp4"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """One thing a citizen does. `fields` are the XML's own, without the addressing."""

    msgtype: str
    fields: Mapping[str, Any]
    shown_as: str = ""
    """The type on the phone; '' shows nothing."""
    sender: str = "citizen"
    content: Mapping[str, Any] = field(default_factory=dict)
    scene: Scene | None = Scene.MESSAGE
    following: bool | None = None
    """What it makes of the citizen, where it does."""


def read_utterance(body: Mapping[str, Any], state: AccountState, *, samples: Samples, now: datetime) -> Utterance:
    """Read the JSON of `say`: exactly one of `KINDS`."""
    given = [kind for kind in KINDS if kind in body]
    if len(given) != 1:
        raise BadInput(f"exactly one of {', '.join(KINDS)} is needed, not {', '.join(given) or 'none'}")
    kind, value = given[0], body[given[0]]
    match kind:
        case "text":
            text = read_string(value, "text")
            return Utterance(msgtype="text", fields={"Content": text}, shown_as="text", content={"text": text})
        case "choice":
            return _choice(value, state, openid=str(body["openid"]))
        case "image" | "voice" | "video":
            return _media(kind, read_bytes(kind, value, samples), state, samples=samples, now=now)
        case "location" | "link":
            return _location(value) if kind == "location" else _link(value)
        case "file" | "sticker":
            return _unread(kind, read_string(value, kind))
        case "scan":
            return _scan(value, state, openid=str(body["openid"]))
        case "event":
            return _event(value, key=body.get("key", body.get("event_key", "")))
        case _:
            return _other(value)


def _choice(value: object, state: AccountState, *, openid: str) -> Utterance:
    """Tap an in-text choice: `{"id", "label"}`, or the id or label of one that is on the phone."""
    if isinstance(value, Mapping):
        choice_id, label = read_string(value.get("id"), "choice.id"), read_string(value.get("label"), "choice.label")
    else:
        wanted = read_string(value, "choice")
        offered = [c for message in reversed(state.phone(openid)) for c in message.content.get("choices", ())]
        found = [c for c in offered if c["id"] == wanted] or [c for c in offered if c["label"] == wanted]
        if not found:
            raise BadInput(f"no such choice on the phone: {wanted}")
        choice_id, label = found[0]["id"], found[0]["label"]
    return Utterance(
        msgtype="text",
        fields={"Content": label, "bizmsgmenuid": choice_id},
        shown_as="text",
        content={"text": label, "choice": choice_id},
        scene=Scene.CONTACT,
    )


def _media(kind: str, content: bytes, state: AccountState, *, samples: Samples, now: datetime) -> Utterance:

    def keep(data: bytes, *, of: str = kind) -> str:
        type_, ending = _MEDIA[of]
        return state.keep_media(StoredMedia(kind=of, content=data, content_type=type_, suffix=ending, stored_at=now))

    media_id = keep(content)
    fields: dict[str, Any]
    match kind:
        case "image":
            fields = {"PicUrl": f"http://mmbiz.qpic.cn/mmbiz_jpg/{media_id}/0", "MediaId": media_id}
        case "voice":
            fields = {"MediaId": media_id, "Format": "amr", "MediaId16K": keep(content), "Recognition": ""}
        case _:
            fields = {"MediaId": media_id, "ThumbMediaId": keep(samples.image(), of="image")}
    return Utterance(msgtype=kind, fields=fields, shown_as=kind, content={"media_id": media_id, "size": len(content)})


def _location(value: object) -> Utterance:
    """Send a place: `{"latitude", "longitude", "label"}`, or only the address, at sample coordinates."""
    latitude, longitude, label = read_place(value, "location")
    return Utterance(
        msgtype="location",
        fields={"Location_X": latitude, "Location_Y": longitude, "Scale": 16, "Label": label},
        shown_as="location",
        content={"text": label, "latitude": latitude, "longitude": longitude},
    )


def _link(value: object) -> Utterance:
    """Send a link: `{"title", "description", "url"}`, or only the address."""
    given = value if isinstance(value, Mapping) else {"url": read_string(value, "link")}
    title, url = str(given.get("title", "")), str(given.get("url", ""))
    fields = {"Title": title, "Description": str(given.get("description", "")), "Url": url}
    return Utterance(msgtype="link", fields=fields, shown_as="link", content={"text": title or url, "url": url})


def _unread(kind: str, name: str) -> Utterance:
    """Send a document, which comes as a `file` that nothing opens, or a sticker: a text of WeChat's own replaces it."""
    if kind == "sticker":
        fields: dict[str, Any] = {"Content": "【收到不支持的消息类型，暂无法显示】"}
        return Utterance(msgtype="text", fields=fields, shown_as="other", content={"text": f"[表情] {name}"})
    fields = {
        "Title": name,
        "Description": "225.5 KB",
        "FileKey": "BAAAAAAAAACJHA0y",
        "FileMd5": "95d98d3bf1b251a9e4a40f3bd88eef29",
        "FileTotalLen": 230895,
    }
    return Utterance(msgtype="file", fields=fields, shown_as="other", content={"text": f"[文件] {name}"})


def _scan(value: object, state: AccountState, *, openid: str) -> Utterance:
    """Scan a QR code of the account, by its address or its scene: who does not follow yet follows by it."""
    text = read_string(value, "scan")
    scene = state.codes.get(text) or next((one for one in state.codes.values() if one == text), None)
    if scene is None:
        raise BadInput("scan: no QR code of this account has that address or scene")
    citizen = state.citizens.get(openid)
    if citizen is None or citizen.following:
        return _event({"type": "SCAN", "key": scene}, key="")
    return _event({"type": "subscribe", "key": f"qrscene_{scene}"}, key="")


def _event(value: object, *, key: object) -> Utterance:
    """Make an event: its name with `key` beside it, or `{"type", "key", "fields"}` (`fields`: more XML elements)."""
    given = value if isinstance(value, Mapping) else {"type": value, "key": key}
    name, event_key = read_string(given.get("type"), "event.type"), str(given.get("key", ""))
    more = given.get("fields", {})
    if not isinstance(more, Mapping):
        raise BadInput("event.fields is an object")
    fields = {"Event": name, "EventKey": event_key}
    lowered = name.lower()
    if lowered == "scan" or (lowered == "subscribe" and event_key):
        fields["Ticket"] = "gQH47joAAAAAAAAAASxodHRwOi8vd2VpeGluLnFxLmNvbS9xL3NhbmRib3g"
    notes = {"subscribe": "你已关注该公众号", "unsubscribe": "你已取消关注该公众号"}
    return Utterance(
        msgtype="event",
        fields=fields | dict(more),
        shown_as="notice" if lowered in notes else "",
        sender="system",
        content={"text": notes.get(lowered, "")},
        scene=Scene.CONTACT if lowered in CONTACT_EVENTS else None,
        following={"subscribe": True, "unsubscribe": False}.get(lowered),
    )


def _other(value: object) -> Utterance:
    """Send a message of any other type: `{"type", "fields"}`."""
    if not isinstance(value, Mapping) or not isinstance(value.get("fields", {}), Mapping):
        raise BadInput('other: {"type": …, "fields": {…}} is needed')
    msgtype = read_string(value.get("type"), "other.type")
    return Utterance(
        msgtype=msgtype, fields=dict(value.get("fields", {})), shown_as="other", content={"text": f"[{msgtype}]"}
    )
