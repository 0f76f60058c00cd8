"""The audit trail: who did what, newest first."""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from bot.console import words
from bot.console.act_words import ROLES
from bot.console.rendering import render
from bot.keys import SERVICE, STORAGE
from bot.petitions.errors import WrongNumber
from bot.petitions.number import parse_number
from bot.petitions.routing import Unit
from bot.petitions.vocabulary import Role

_LIMIT: Final = 300
_LONGEST: Final = 80
_LABELS: Final = {"address": "地址", "file": "文件", "holder": "原来是"}


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
    units = request.app[SERVICE].units
    rows = [
        {
            "at": entry.at,
            "who": people.get(entry.actor, entry.actor),
            "login": entry.actor,
            "action": words.ACTIONS.get(entry.action, entry.action),
            "target": entry.target,
            "petition": entry.action.startswith("petition.") or entry.action == "file.original",
            "data": "，".join(_detail(name, str(value), units) for name, value in entry.data.items() if value),
        }
        for entry in entries
    ]
    return render(request, "audit.html", rows=rows, target=asked, limit=_LIMIT)


def _detail(name: str, value: str, units: Mapping[str, Unit]) -> str:
    match name:
        case "role":
            return ROLES[Role(value)] if value in {role.value for role in Role} else value
        case "unit":
            return units[value].name if value in units else value
        case _:
            return f"{_LABELS.get(name, name)} {value}"
