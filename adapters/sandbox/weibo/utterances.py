"""Read what a script or the page says for a citizen in private, and make of it what is pushed and what is shown.

Pure but for the file store: pictures and voices are put there, as they would be by the phone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from adapters.sandbox.bodies import read_bytes, read_place, read_string
from adapters.sandbox.errors import BadInput
from adapters.sandbox.evidence import Samples
from adapters.sandbox.weibo.accounts import AccountState

KINDS = ("text", "image", "voice", "position", "file", "sticker", "event", "other")
CONTACT_EVENTS = frozenset({"follow", "subscribe", "scan", "scan_follow", "click"})
"""What opens the window; `view` is not among them."""
EVENT_TEXTS = {
    "follow": "关注事件消息",
    "unfollow": "取消关注事件消息",
    "subscribe": "订阅事件消息",
    "unsubscribe": "取消订阅事件消息",
    "scan": "扫描二维码",
    "scan_follow": "扫描二维码",
    "click": "自定义菜单事件消息",
    "view": "自定义菜单跳转链接事件消息",
}
KEYWORDS = {"dy": "subscribe", "td": "unsubscribe"}
"""A private message of one of these words is pushed as the event."""
_FILE_TEXTS = {"image": "发了一张图片", "voice": "发了一个语音消息"}
_NOTES = {
    "follow": "你关注了这个账号", "unfollow": "你取消了关注",
    "subscribe": "你订阅了这个账号的消息", "unsubscribe": "你取消了订阅",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """One thing a citizen does in private. `data` is the push's own object."""

    type: str
    text: str
    data: Mapping[str, Any] = field(default_factory=dict)
    shown_as: str = ""
    """The type in the conversation; '' shows nothing."""
    sender: str = "citizen"
    content: Mapping[str, Any] = field(default_factory=dict)
    opens: bool = True
    """Whether it opens the window."""

    @property
    def subtype(self) -> str:
        """Which event it is, or ''."""
        return str(self.data.get("subtype", "")) if self.type == "event" else ""


def read_utterance(body: Mapping[str, Any], state: AccountState, *, samples: Samples, now: datetime) -> Utterance:
    """Read the JSON of `say`: exactly one of `KINDS`."""
    given = [kind for kind in KINDS if kind in body]
    if len(given) != 1:
        raise BadInput(f"exactly one of {', '.join(KINDS)} is needed, not {', '.join(given) or 'none'}")
    kind, value = given[0], body[given[0]]
    match kind:
        case "text":
            return _text(read_string(value, "text"))
        case "image" | "voice":
            return _file(kind, read_bytes(kind, value, samples), state, now=now)
        case "position":
            return _position(value)
        case "file":
            return _unknown("file", "[文件]", read_string(value, "file"))
        case "sticker":
            return _unknown("emoticon", "[表情]", read_string(value, "sticker"))
        case "event":
            return _event(value, key=body.get("key", ""))
        case _:
            return _other(value)


def _text(text: str) -> Utterance:
    subtype = KEYWORDS.get(text.strip().lower())
    said = Utterance(type="text", text=text, shown_as="text", content={"text": text})
    if subtype is None:
        return said
    return replace(said, type="event", text=text.strip(), data={"subtype": subtype}, opens=subtype in CONTACT_EVENTS)


def _file(kind: str, content: bytes, state: AccountState, *, now: datetime) -> Utterance:
    file = state.keep_file(kind, content, now=now)
    return Utterance(
        type=kind,
        text=_FILE_TEXTS[kind],
        data={"vfid": file.fid, "tovfid": file.tofid},
        shown_as=kind,
        content={"fid": str(file.fid), "size": len(content)},
    )


def _position(value: object) -> Utterance:
    """Send a place: `{"latitude", "longitude", "label"}`, or only the address, at sample coordinates."""
    latitude, longitude, label = read_place(value, "position")
    return Utterance(
        type="position",
        text=f"我在这里: {label} http://t.cn/zQgLLYO" if label else "发送了一个位置",
        data={"longitude": f"{longitude:.6f}", "latitude": f"{latitude:.6f}"},
        shown_as="position",
        content={"text": label, "latitude": latitude, "longitude": longitude},
    )


def _event(value: object, *, key: object) -> Utterance:
    """Make an event: its subtype with `key` beside it, or `{"type", "key", "text", "data"}` (`data`: more fields)."""
    given = value if isinstance(value, Mapping) else {"type": value, "key": key}
    subtype, event_key = read_string(given.get("type"), "event.type"), str(given.get("key", ""))
    more = given.get("data", {})
    if not isinstance(more, Mapping):
        raise BadInput("event.data is an object")
    data = {"subtype": subtype} | ({"key": event_key} if event_key else {})
    if subtype in {"scan", "scan_follow"}:
        data["ticket"] = "gQH47joAAAAAAAAAASxodHRwOi8vd2VpYm8uY29tL3Evc2FuZGJveA"
    return Utterance(
        type="event",
        text=str(given.get("text", "")) or EVENT_TEXTS.get(subtype, ""),
        data=data | dict(more),
        shown_as="notice" if subtype in _NOTES else "",
        sender="system",
        content={"text": _NOTES.get(subtype, "")},
        opens=subtype in CONTACT_EVENTS,
    )


def _unknown(type_: str, shown: str, name: str) -> Utterance:
    """Send what the documents do not foresee, as a type of its own."""
    return Utterance(type=type_, text=name, shown_as="other", content={"text": f"{shown} {name}"})


def _other(value: object) -> Utterance:
    """Send a message of any other type: `{"type", "text", "data"}`."""
    if not isinstance(value, Mapping) or not isinstance(value.get("data", {}), Mapping):
        raise BadInput('other: {"type": …, "text": …, "data": {…}} is needed')
    type_ = read_string(value.get("type"), "other.type")
    text, data = str(value.get("text", "")), dict(value.get("data", {}))
    return Utterance(
        type=type_,
        text=text,
        data=data,
        shown_as="other",
        content={"text": text or f"[{type_}]"},
    )
