"""The gateway in one piece: opens what it stands on, builds its parts, and names the loops that must run."""

from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.app.chores import Chores, build_chores
from bot.app.ground import Ground, open_ground
from bot.app.office import Office
from bot.app.site import build_site
from bot.app.workers import Workers, build_workers
from bot.chats.service import ChatService
from bot.clock import Clock
from bot.intake.acting import Registrar
from bot.petitions.service import PetitionService
from storage.engine import SqlStorage

Loop = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """A gateway ready to serve: `app` to be run, `loops` to be kept running beside it."""

    app: web.Application
    loops: Mapping[str, Loop]
    storage: SqlStorage
    service: PetitionService
    registrar: Registrar
    chats: ChatService | None
    """None where no person answers in the chat."""


@asynccontextmanager
async def open_gateway(office: Office, *, clock: Clock) -> AsyncIterator[Gateway]:
    """Open database, Redis and sockets, and build everything on them."""
    async with open_ground(office, clock=clock) as ground:
        yield _build(ground)


def _build(ground: Ground) -> Gateway:
    workers = build_workers(ground)
    chores = build_chores(ground, workers.outbox)
    return Gateway(
        app=build_site(ground, workers, accounts=chores.health),
        loops=_loops(ground, workers, chores),
        storage=ground.storage,
        service=workers.service,
        registrar=workers.registrar,
        chats=workers.chats,
    )


def _loops(ground: Ground, workers: Workers, chores: Chores) -> dict[str, Loop]:
    return {
        "intake": workers.intake.run,
        "outbox": workers.outbox.run,
        "milestones": workers.milestones.run,
        "media": workers.media.run,
        "calendar": workers.calendar.run,
        "chats": workers.board.run,
        "upkeep": chores.upkeep.run,
        "accounts": chores.accounts.run,
        **({"mentions": workers.mentions.run} if ground.office.settings.weibo else {}),
    }
