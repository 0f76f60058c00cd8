"""A chat and its lines in words. Pure: it decides nothing and knows no HTML."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from bot.console import words
from bot.messages import CitizenRef, InboundKind, MediaKind
from bot.petitions.attachment_ports import AttachmentState
from bot.petitions.chat_ports import Chat, ChatEnd, ChatState, Line, LineBy
from bot.petitions.outbox_ports import OutboxState

STATE_WORDS: Final = {ChatState.QUEUED: "等人接入", ChatState.HELD: "对话中", ChatState.ENDED: "已结束"}
END_WORDS: Final = {
    ChatEnd.CITIZEN: "市民结束",
    ChatEnd.OFFICER: "已交回系统",
    ChatEnd.NOBODY: "没有人接入",
    ChatEnd.IDLE: "很久没有新消息",
    ChatEnd.UNFOLLOWED: "市民取消关注",
}
_SHOWN: Final = {MediaKind.IMAGE: "image", MediaKind.VOICE: "audio", MediaKind.VIDEO: "video"}
_MARKUP: Final = re.compile(r"<[^>]*>")
_FAILED: Final = frozenset({OutboxState.DEAD.value, OutboxState.UNKNOWN.value, OutboxState.WAITING.value})


def chat_row(chat: Chat, people: Mapping[str, str], *, now: datetime) -> Mapping[str, Any]:
    """Put one chat of a list into words."""
    return {
        "id": str(chat.id),
        "channel": words.channel_of(chat.citizen),
        "who": words.masked_user(CitizenRef.parse(chat.citizen).user),
        "about": chat.about or "（还没有说）",
        "urgent": chat.urgent,
        "asked": chat.asked_at,
        "waited": words.span(max(now, chat.asked_at) - chat.asked_at),
        "last": chat.last_at,
        "officer": people.get(chat.officer, chat.officer),
        "end": END_WORDS[chat.ended_how] if chat.ended_how else "",
    }


def line_words(line: Line, people: Mapping[str, str], *, address: str) -> Mapping[str, Any]:
    """Put one line into words; `address` is where its file is served."""
    citizen = line.by in {LineBy.BEFORE, LineBy.CITIZEN}
    who = "市民" if citizen else people.get(line.actor, line.actor) or "系统"
    return {
        "seq": line.seq,
        "side": "theirs" if citizen else "ours",
        "before": line.by is LineBy.BEFORE,
        "who": who,
        "at": line.at,
        "text": _text(line),
        "reply": _MARKUP.sub("", line.reply).strip(),
        "address": address,
        "shown": _file(line),
        "sent": sent_words(line),
    }


def _text(line: Line) -> str:
    if line.location is not None:
        place = line.location
        return f"［位置］{place.label} {place.latitude:.5f}, {place.longitude:.5f}"
    if line.text:
        return line.text
    return f"［{words.INBOUND_KINDS.get(line.kind, line.kind.value)}］" if line.kind is not InboundKind.TEXT else ""


def _file(line: Line) -> str:
    """Return how a browser shows the file of this line: image, audio or video; '' while it is not there."""
    if line.file is None or line.file[1] != AttachmentState.STORED.value:
        return ""
    return _SHOWN[line.file[0]]


def sent_words(line: Line) -> Mapping[str, Any]:
    """Say whether a line reached the citizen; without a state for what was not sent."""
    if not line.sent:
        return {"state": "", "word": "", "failed": False, "detail": "", "outbox": ""}
    failed = line.sent in _FAILED
    return {
        "state": line.sent,
        "word": words.OUTBOX_STATES[OutboxState(line.sent)],
        "failed": failed,
        "detail": line.detail if failed else "",
        "outbox": str(line.outbox_id or ""),
    }
