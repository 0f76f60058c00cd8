"""The audit trail: who did what, newest first."""

from typing import Final

from aiohttp import web

from bot.console import words
from bot.console.rendering import render
from bot.keys import STORAGE
from bot.petitions.errors import WrongNumber
from bot.petitions.number import parse_number

_LIMIT: Final = 300
_LONGEST: Final = 80


async def show(request: web.Request) -> web.StreamResponse:
    """Show the newest entries, of one target if asked for."""
    asked = request.query.get("target", "").replace("\x00", "").strip()[:_LONGEST]
    try:
        target = parse_number(asked)
    except WrongNumber:
        target = asked
    async with request.app[STORAGE].read() as work:
        entries = await work.staff.audit_trail(target=target, limit=_LIMIT)
        people = {user.name: user.display for user in await work.staff.users()}
    units = {"unit": "单位", "address": "地址", "role": "岗位", "file": "文件"}
    rows = [
        {
            "at": entry.at,
            "who": people.get(entry.actor, entry.actor),
            "login": entry.actor,
            "action": words.ACTIONS.get(entry.action, entry.action),
            "target": entry.target,
            "petition": entry.action.startswith("petition.") or entry.action == "file.original",
            "data": "，".join(f"{units.get(k, k)}：{v}" for k, v in entry.data.items() if v not in ("", None)),
        }
        for entry in entries
    ]
    return render(request, "audit.html", rows=rows, target=asked, limit=_LIMIT)
