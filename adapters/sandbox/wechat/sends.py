"""The calls that put something on a citizen's phone: 客服消息 and template messages, with all their refusals."""

import asyncio
import hashlib
import json
import re
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from adapters.sandbox.errors import ApiError
from adapters.sandbox.wechat.accounts import AccountState, SentTemplate, new_msgid
from adapters.sandbox.wechat.answers import TEXT_LIMIT, shown_text
from adapters.sandbox.wechat.template_fields import LABELS, check_fields, kind_of
from adapters.sandbox.wechat.world import World

CLIENT_ID_LIFE = timedelta(minutes=10)
SAME_CONTENT_LIFE = timedelta(seconds=60)
_ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u(?!00[01])[0-9a-fA-F]{4}")
TEMPLATE_TITLE = "业务进度提醒"


def read_json(raw: bytes) -> dict[str, Any]:
    """Read a call's body: UTF-8 JSON without unicode escapes (40033), an object (47001)."""
    if _ESCAPED.search(raw):
        raise ApiError(40033, "invalid charset. please check your request, if include \\uxxxx will create fail!")
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise ApiError(47001, "data format error") from error
    if not isinstance(body, dict):
        raise ApiError(47001, "data format error")
    return body


def custom_send(world: World, state: AccountState, raw: bytes) -> dict[str, Any]:
    """Take a 客服消息 if the window allows it."""
    body, now = read_json(raw), world.clock.now()
    citizen = state.follower(
        body.get("touser"), otherwise=ApiError(45015, "response out of time limit or subscription is canceled")
    )
    type_, content = _content(state, body, world=world)
    citizen.windows.spend(now=now)
    world.show(state, citizen.openid, "account", type_, via="custom", **content)
    return {}


def _content(state: AccountState, body: Mapping[str, Any], *, world: World) -> tuple[str, dict[str, Any]]:
    """Return the phone's type and content of a 客服消息."""
    msgtype = body.get("msgtype")
    part = body.get(str(msgtype))
    if msgtype not in {"text", "image", "voice", "video", "msgmenu"}:
        raise ApiError(40008, "invalid message type")
    if not isinstance(part, Mapping):
        raise ApiError(44004, "empty content hint")
    match msgtype:
        case "text":
            return "text", shown_text(_within_limit(part.get("content")))
        case "msgmenu":
            return "text", _menu(part)
        case _:
            media_id = str(part.get("media_id", ""))
            state.media(media_id, now=world.clock.now())
            return str(msgtype), {"media_id": media_id}


def _within_limit(content: object) -> str:
    if not isinstance(content, str) or not content.strip():
        raise ApiError(44004, "empty content hint")
    if len(content.encode()) > TEXT_LIMIT:
        raise ApiError(45002, "content size out of limit")
    return content


def _menu(part: Mapping[str, Any]) -> dict[str, Any]:
    """Show a menu message: head, the choices one a line, tail."""
    entries = part.get("list")
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise ApiError(47001, "data format error")
    choices = [{"id": str(entry.get("id", "")), "label": str(entry.get("content", ""))} for entry in entries]
    head, tail = str(part.get("head_content", "")), str(part.get("tail_content", ""))
    lines: list[dict[str, Any]] = [
        {"text": head},
        *({"text": c["label"], "choice": c} for c in choices),
        {"text": tail},
    ]
    parts: list[dict[str, Any]] = []
    for line in (line for line in lines if line["text"]):
        parts += [{"text": "\n"}, line] if parts else [line]
    text = _within_limit("".join(part["text"] for part in parts))
    return {"text": text, "choices": choices, "parts": parts, "raw": text}


def template_send(world: World, state: AccountState, raw: bytes) -> dict[str, Any]:
    """Take a template message; the report on it follows as an event. A repeated client_msg_id is sent once."""
    body, now = read_json(raw), world.clock.now()
    citizen = state.follower(body.get("touser"), otherwise=ApiError(43004, "require subscribe"))
    template_id = str(body.get("template_id", ""))
    if template_id not in state.account.templates:
        raise ApiError(40037, "invalid template_id")
    names = state.account.templates[template_id]
    values = check_fields(names, body.get("data"))
    digest = hashlib.sha256(json.dumps([template_id, values], ensure_ascii=False).encode()).hexdigest()
    client_id = str(body.get("client_msg_id", "") or "")
    repeated, same = (citizen.openid, f"id:{client_id}"), (citizen.openid, f"content:{digest}")
    earlier = state.sent_templates.get(repeated)
    if client_id and earlier and now - earlier.sent_at < CLIENT_ID_LIFE:
        return {"msgid": earlier.msgid}
    earlier = state.sent_templates.get(same)
    if earlier and now - earlier.sent_at < SAME_CONTENT_LIFE:
        raise ApiError(40241, "duplicate content within 60 seconds")
    sent = SentTemplate(msgid=new_msgid(now), sent_at=now)
    state.sent_templates |= {same: sent} | ({repeated: sent} if client_id else {})
    shown = card(names, values) | {"template_id": template_id, "url": str(body.get("url", "") or "")}
    world.show(state, citizen.openid, "account", "template", via="template", **shown)
    world.courier.later(_report(world, state, citizen.openid, msgid=sent.msgid))
    return {"msgid": sent.msgid}


def card(names: Collection[str], values: Mapping[str, str]) -> dict[str, Any]:
    """Return the card's title, its lines, and all of it as text."""
    labels = names if isinstance(names, Mapping) else {}
    fields = [
        {"name": name, "label": str(labels.get(name) or LABELS.get(kind_of(name), "内容")), "value": value}
        for name, value in values.items()
    ]
    text = "\n".join([TEMPLATE_TITLE, *(f"{line['label']}：{line['value']}" for line in fields)])
    return {"title": TEMPLATE_TITLE, "fields": fields, "text": text}


async def _report(world: World, state: AccountState, openid: str, *, msgid: int) -> None:
    """Tell the gateway what became of a template message (TEMPLATESENDJOBFINISH)."""
    fault = state.faults.take("template_report")
    await asyncio.sleep(world.report_seconds)
    fields = {
        "ToUserName": state.account.original_id,
        "FromUserName": openid,
        "CreateTime": int(world.clock.now().timestamp()),
        "MsgType": "event",
        "Event": "TEMPLATESENDJOBFINISH",
        "MsgID": msgid,
        "Status": fault.status if fault else "success",
    }
    await world.courier.deliver(state, fields, openid=openid)
    world.feed.publish("traffic", account=state.account.account)
