"""Alarms: what a citizen said of a danger to life, and who of the staff saw to it."""

from collections.abc import Mapping

from aiohttp import web

from bot.console import words
from bot.console.forms import LONGEST_LINE, field
from bot.console.rendering import path_of, see
from bot.console.settings import USER
from bot.keys import CLOCK, STORAGE
from bot.messages import CitizenRef
from bot.petitions.alarm_ports import AlarmRecord
from bot.petitions.masking import masked
from bot.petitions.staff_ports import AuditEntry

_SHOWN = 120


def alarm_words(alarm: AlarmRecord) -> Mapping[str, object]:
    """Put one alarm into words."""
    said = " ".join(masked(alarm.text).split())
    return {
        "id": alarm.id,
        "label": alarm.label,
        "at": alarm.at,
        "channel": words.channel_of(alarm.citizen),
        "who": words.masked_user(CitizenRef.parse(alarm.citizen).user),
        "text": said if len(said) <= _SHOWN else said[: _SHOWN - 1] + "…",
        "number": alarm.number,
    }


async def see_to(request: web.Request) -> web.StreamResponse:
    """Record that somebody saw to an alarm, and how."""
    now, user, alarm = request.app[CLOCK].now(), request[USER], int(request.match_info["id"])
    note = field(await request.post(), "note").strip()[:LONGEST_LINE]
    async with request.app[STORAGE].begin() as work:
        if await work.alarms.see(alarm, by=user.name, note=note, now=now):
            entry = AuditEntry(at=now, actor=user.name, action="alarm.seen", target=str(alarm), data={"note": note})
            await work.staff.audit(entry)
            await work.commit()
    return see(path_of(request, "inbox"))
