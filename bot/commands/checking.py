"""`check`: the same validation as at start, and with `--online` each platform's token."""

from typing import Annotated

import typer

from adapters.platform import SendError
from bot.app.office import Office
from bot.commands.asking import failure, open_accounts
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
    failed = []
    async with open_accounts(office) as accounts:
        for (channel, name), platform in accounts.platforms.items() if online else ():
            try:
                await platform.check()
                print(f"{channel}.{name}: token ok")
            except SendError as error:
                failed.append(failure(f"{channel}.{name}", error))
    return failed
