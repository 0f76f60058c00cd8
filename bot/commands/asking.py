"""What a command needs to ask the platforms by itself, beside or without a running gateway."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.platform import CredentialsError, SendError
from adapters.transport import Transport
from adapters.wechat.tokens import MemoryTokens
from bot.app.accounts import Accounts, build_accounts
from bot.app.office import Office
from bot.clock import SystemClock


@asynccontextmanager
async def open_accounts(office: Office) -> AsyncIterator[Accounts]:
    """Open every account of the settings, with tokens of its own."""
    transport = await Transport.create()
    try:
        yield build_accounts(
            office.settings,
            phrasing=office.phrasing,
            transport=transport,
            tokens=MemoryTokens(),
            clock=SystemClock(),
        )
    finally:
        await transport.close()


def failure(account: str, error: SendError) -> str:
    """Return in a line what a platform refused, and what an operator can do."""
    remedy = f" — {error.remedy}" if isinstance(error, CredentialsError) and error.remedy else ""
    return f"{account}: {error} [{error.code}]{remedy}"
