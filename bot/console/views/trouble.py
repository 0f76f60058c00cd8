"""What went wrong on the way in or out."""

import json
from collections.abc import Mapping
from typing import Final

from aiohttp import web

from bot.console import sheet, words
from bot.console.forms import LONGEST_LINE, field
from bot.console.rendering import path_of, render, see
from bot.console.settings import PHRASING, USER, WAKE
from bot.keys import CLOCK, STORAGE
from bot.petitions.masking import masked
from bot.petitions.outbox_ports import OutboxMessage
from bot.petitions.staff_ports import AuditEntry
from bot.petitions.turn_ports import InboundRecord
from bot.phrasing import Phrasing

_DONE: Final = {
    ("replayed", "1"): "已放回待发送队列。",
    ("replayed", "0"): "这条消息已经不需要重发。",
    ("dropped", "1"): "已放弃这条消息，理由已记下。",
    ("dropped", "0"): "这条消息已经不用放弃了。",
    ("dropped", "no"): "没有放弃：请写明理由。",
}


async def show(request: web.Request) -> web.StreamResponse:
    """Show all lists, newest first."""
    async with request.app[STORAGE].read() as work:
        inbound = await work.turns.troubled()
        outbox = await work.outbox.troubled()
    done = next((said for (name, value), said in _DONE.items() if request.query.get(name) == value), "")
    return render(
        request,
        "trouble.html",
        inbound=[_inbound(record) for record in inbound],
        outbox=[_outbox(message, request.app[PHRASING]) for message in outbox],
        done=done,
    )


async def replay(request: web.Request) -> web.StreamResponse:
    """Send one message again."""
    now, outbox_id = request.app[CLOCK].now(), int(request.match_info["id"])
    async with request.app[STORAGE].begin() as work:
        replayed = await work.outbox.replay(outbox_id, now=now)
        if replayed:
            entry = AuditEntry(
                at=now, actor=request[USER].name, action="outbox.replayed", target=str(outbox_id), data={}
            )
            await work.staff.audit(entry)
        await work.commit()
    if replayed:
        request.app[WAKE]()
    return see(path_of(request, "trouble", query={"replayed": "1" if replayed else "0"}))


async def drop(request: web.Request) -> web.StreamResponse:
    """Give up one message, for the reason that is written down."""
    now, outbox_id = request.app[CLOCK].now(), int(request.match_info["id"])
    reason = field(await request.post(), "reason").strip()[:LONGEST_LINE]
    if not reason:
        return see(path_of(request, "trouble", query={"dropped": "no"}))
    async with request.app[STORAGE].begin() as work:
        dropped = await work.outbox.drop(outbox_id, reason=reason)
        if dropped:
            entry = AuditEntry(
                at=now,
                actor=request[USER].name,
                action="outbox.dropped",
                target=str(outbox_id),
                data={"reason": reason},
            )
            await work.staff.audit(entry)
        await work.commit()
    return see(path_of(request, "trouble", query={"dropped": "1" if dropped else "0"}))


def _inbound(record: InboundRecord) -> Mapping[str, object]:
    inbound = record.inbound
    return {
        "at": record.received_at,
        "word": words.inbound_word(record),
        "kind": words.INBOUND_KINDS.get(inbound.kind, inbound.kind.value),
        "channel": words.CHANNELS[inbound.citizen.channel],
        "account": inbound.citizen.account,
        "who": words.masked_user(inbound.citizen.user),
        "text": masked(inbound.text),
        "detail": record.detail,
        "raw": masked(json.dumps(dict(inbound.raw), ensure_ascii=False, indent=2, default=str)) if inbound.raw else "",
    }


def _outbox(message: OutboxMessage, phrasing: Phrasing) -> Mapping[str, object]:
    return {
        "id": message.id,
        "at": message.created_at,
        "title": words.NOTICES.get(message.kind, message.kind),
        "channel": words.channel_of(message.citizen),
        "number": message.number or "",
        "state": message.state.value,
        "word": words.OUTBOX_STATES[message.state],
        "attempts": message.attempts,
        "detail": words.outbox_detail(message.detail),
        "values": masked(json.dumps(sheet.values_of(message, phrasing), ensure_ascii=False, indent=2, default=str)),
    }
