"""Let a town live: at each moment first the clocks act, then the citizens, then the office, each side by side.

The deeds of one life follow each other; what the rules do not admit at that moment (the clock was quicker, the citizen
withdrew) is counted and left. A callback that is not answered in time, or abnormally, fails the run.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from adapters.sandbox.keys import WECHAT, WEIBO
from adapters.sandbox.wechat import speech as wechat_speech
from adapters.sandbox.wechat.subscriptions import subscribe
from adapters.sandbox.weibo import speech as weibo_speech
from adapters.sandbox.weibo.mentions import mention
from bench.town.house import House
from bench.town.plans import Deed, Life, Temper, moments
from bot.petitions.errors import PetitionError
from bot.petitions.petition import Actor
from bot.petitions.service import ActRequest
from bot.petitions.vocabulary import Role

ACCOUNT = "demo"
AT_ONCE = 32
"""Citizens and staff who act side by side."""


@dataclass(slots=True)
class Resident:
    """One life as it went: who it is on the platform, and the number of its petition."""

    life: Life
    user: str
    number: str = ""
    mentioned: list[str] = field(default_factory=list)
    """Posts in which the office was named."""
    answered: list[str] = field(default_factory=list)
    """What came in private in answer to them."""

    @property
    def key(self) -> str:
        """The citizen as the gateway knows them."""
        return f"{'weibo' if self.life.on_weibo else 'wechat'}:{ACCOUNT}:{self.user}"


@dataclass(slots=True)
class Month:
    """What happened: the residents, what was not possible, and how often people did anything."""

    residents: list[Resident] = field(default_factory=list)
    hindered: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)


async def live(house: House, lives: Iterable[Life], *, days: int) -> Month:
    """Let the lives go on for so many days, and to a last evening for which nothing is planned."""
    month = Month(residents=[_settle_in(house, life) for life in lives])
    places = dict.fromkeys(range(len(month.residents)), 0)
    for moment in [*moments(days), moments(days + 1)[-1]]:
        house.clock.set(moment)
        await house.settled()
        due = [(resident, _due(resident.life, places, n, moment)) for n, resident in enumerate(month.residents)]
        for by_office in (False, True):
            if await _do_all(house, month, due, by_office=by_office):
                await house.settled(heard=not by_office)
    await house.finished()
    return month


async def _do_all(house: House, month: Month, due: list[tuple[Resident, list[Deed]]], *, by_office: bool) -> bool:
    """Do the deeds of citizens, or of the office; tell whether there were any."""
    gate, some = asyncio.Semaphore(AT_ONCE), False
    async with asyncio.TaskGroup() as group:
        for resident, deeds in due:
            if mine := [deed for deed in deeds if (deed.act is not None) is by_office]:
                some = True
                group.create_task(_do(house, month, resident, mine, gate))
    return some


def _due(life: Life, places: dict[int, int], which: int, moment: datetime) -> list[Deed]:
    begin = end = places[which]
    while end < len(life.deeds) and life.deeds[end].at <= moment:
        end += 1
    places[which] = end
    return list(life.deeds[begin:end])


def _settle_in(house: House, life: Life) -> Resident:
    if life.on_weibo:
        world = house.sandbox[WEIBO]
        person = world.square.invite(f"博主{life.name}")
        world.account(ACCOUNT).relation(person.uid).following = life.temper is Temper.WEIBO
        return Resident(life=life, user=person.uid)
    citizen = house.sandbox[WECHAT].account(ACCOUNT).add_citizen(f"市民{life.name}", openid=f"o{life.name:0>27}"[:28])
    return Resident(life=life, user=citizen.openid)


async def _do(house: House, month: Month, resident: Resident, deeds: list[Deed], gate: asyncio.Semaphore) -> None:
    async with gate:
        for deed in deeds:
            if deed.act is not None:
                await _act(house, month, resident, deed)
            else:
                await _say(house, resident, deed)
                month.done["said"] += 1


async def _say(house: House, resident: Resident, deed: Deed) -> None:
    body = dict(deed.body or {})
    if deed.consents:
        wechat = house.sandbox[WECHAT]
        for _ in range(deed.consents):
            await subscribe(wechat, wechat.account(ACCOUNT), {"openid": resident.user})
        return
    if not resident.life.on_weibo:
        world = house.sandbox[WECHAT]
        told = await wechat_speech.say(world, world.account(ACCOUNT), {"openid": resident.user} | body)
    else:
        weibo = house.sandbox[WEIBO]
        state = weibo.account(ACCOUNT)
        if deed.in_public:
            told = await mention(weibo, state, {"uid": resident.user} | body)
            resident.mentioned.append(told["post"])
        else:
            told = await weibo_speech.say(weibo, state, {"uid": resident.user} | body)
    if told["failed"]:
        raise RuntimeError(f"{resident.key} was not answered: {told}")
    resident.number = resident.number or _number_in(told)


def _number_in(told: dict[str, Any]) -> str:
    """Return the number of a petition that an answer gives after 提交."""
    words = "\n".join(reply["text"] for reply in told["replies"])
    return words.partition("编号：")[2].split("\n")[0].strip()


async def _act(house: House, month: Month, resident: Resident, deed: Deed) -> None:
    assert deed.act is not None
    name = "clerk" if deed.role == "clerk" else f"{deed.role} {deed.unit}".strip()
    actor = Actor(role=Role(deed.role), id=name, unit=deed.unit)
    request = ActRequest(act=deed.act, number=resident.number, **deed.fields)
    try:
        await house.gateway.service.act(request, actor=actor, now=house.clock.now())
    except PetitionError as error:
        month.hindered[f"{deed.act}: {type(error).__name__}"] += 1
    else:
        month.done[deed.act.value] += 1
