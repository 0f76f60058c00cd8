"""`check`: the same validation as at start, and with `--online` each platform's token."""

from typing import Annotated

import typer

from adapters.platform import SendError
from adapters.transport import Transport
from adapters.wechat.tokens import MemoryTokens
from bot.app.accounts import build_accounts
from bot.app.office import Office
from bot.clock import SystemClock
from bot.commands.running import Config, end, office_of, run
from config.errors import ConfigError


def check(
    config: Config = None,
    *,
    online: Annotated[bool, typer.Option("--online", help="Also fetch a token for every account.")] = False,
) -> None:
    """Check settings and data files; list everything that is wrong."""
    office = office_of(config)
    try:
        wrong = run(lambda: _check(office, online=online))
    except ConfigError as error:
        end(str(error), code=2)
    if wrong:
        end("\n".join(wrong))
    accounts = ", ".join(account.account for account in office.settings.wechat) or "none (no citizen can write yet)"
    weibo = ", ".join(account.account for account in office.settings.weibo) or "none"
    print(
        f"settings: ok\ndatabase: {office.settings.database_shown}\n"
        f"WeChat accounts: {accounts}\nWeibo accounts: {weibo}"
    )


async def _check(office: Office, *, online: bool) -> list[str]:
    """Build every account, and ask the platform for a token where wished; return what failed."""
    transport = await Transport.create()
    try:
        accounts = build_accounts(
            office.settings,
            phrasing=office.phrasing,
            transport=transport,
            tokens=MemoryTokens(),
            clock=SystemClock(),
        )
        failed = []
        for (channel, name), platform in accounts.platforms.items() if online else ():
            try:
                await platform.check()
                print(f"{channel}.{name}: token ok")
            except SendError as error:
                remedy = getattr(error, "remedy", "")
                failed.append(f"{channel}.{name}: {error} [{error.code}]" + (f" — {remedy}" if remedy else ""))
        return failed
    finally:
        await transport.close()
