"""The typed keys under which the roof hands its parts to the web applications."""

from collections.abc import Mapping

from aiohttp import web

from bot.clock import Clock
from bot.connections import TakesCallbacks
from bot.petitions.account_ports import AccountsHealth
from bot.petitions.ports import Storage
from bot.petitions.service import PetitionService

STORAGE: web.AppKey[Storage] = web.AppKey("storage")
SERVICE: web.AppKey[PetitionService] = web.AppKey("service")
CLOCK: web.AppKey[Clock] = web.AppKey("clock")
ACCOUNTS: web.AppKey[AccountsHealth] = web.AppKey("accounts")
"""How our own accounts on the platforms stand: tokens, calls of the day, looks for mentions."""
DIRECT: web.AppKey[Mapping[str, TakesCallbacks]] = web.AppKey("direct")
"""Path → what takes its plain POSTs as soon as they stand ready: `bot.connections`."""
