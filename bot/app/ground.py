"""What a gateway is built on: database, Redis, sockets, accounts, spool and calendar, opened together.

What was opened last is closed first. Knows nothing of what stands on it.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

from adapters.transport import Transport
from bot.app.accounts import Accounts, build_accounts
from bot.app.calendars import read_calendar
from bot.app.office import Office
from bot.app.weibo_upkeep import SharedBudget, SharedStanding, open_lane
from bot.clock import Clock
from bot.metrics import Metrics
from config.settings import Settings
from storage.engine import SqlStorage
from storage.ephemeral.memory import MemoryEphemeral
from storage.ephemeral.redis import RedisEphemeral
from storage.spool import Spool
from storage.spools import claimed_spool

_REMEMBERED = 2048
"""Citizens: whoever talks now, and a few kilobytes each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Everything that is open as long as the gateway is."""

    office: Office
    clock: Clock
    storage: SqlStorage
    accounts: Accounts
    ephemeral: MemoryEphemeral | RedisEphemeral
    spool: Spool
    calendar_version: int
    """The newest one that the calendar of `office` rests on."""
    metrics: Metrics


@asynccontextmanager
async def open_ground(office: Office, *, clock: Clock) -> AsyncIterator[Ground]:
    """Open it all; the calendar of `office` is replaced by the one that the database keeps."""
    settings = office.settings
    async with AsyncExitStack() as stack:
        storage = await SqlStorage.open(settings.database_url, remember=_remembered(settings))
        stack.push_async_callback(storage.close)
        transport = await Transport.create()
        stack.push_async_callback(transport.close)
        ephemeral = await _ephemeral(office, stack)
        limits = {open_lane(account.account): account.daily_calls for account in settings.weibo}
        accounts = build_accounts(
            settings,
            phrasing=office.phrasing,
            transport=transport,
            tokens=ephemeral,
            clock=clock,
            budget=SharedBudget(storage, limits=limits),
            standing=SharedStanding(storage, clock=clock),
        )
        spool = await stack.enter_async_context(claimed_spool(settings.storage.data_dir))
        versions, calendar = await read_calendar(storage)
        yield Ground(
            office=replace(office, calendar=calendar),
            clock=clock,
            storage=storage,
            accounts=accounts,
            ephemeral=ephemeral,
            spool=spool,
            calendar_version=len(versions),
            metrics=Metrics(),
        )


def _remembered(settings: Settings) -> int:
    """Return how many citizens intake keeps in mind: none where Redis says that other processes may turn messages."""
    return 0 if settings.redis.url.get_secret_value() else _REMEMBERED


async def _ephemeral(office: Office, stack: AsyncExitStack) -> MemoryEphemeral | RedisEphemeral:
    url = office.settings.redis.url.get_secret_value()
    if not url:
        return MemoryEphemeral()
    redis = await RedisEphemeral.open(url)
    stack.push_async_callback(redis.close)
    return redis
