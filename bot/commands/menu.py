"""`menu`: the bottom menu of the WeChat accounts, brought to the platform and compared with what it has."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Annotated

import typer

from adapters.platform import SendError
from adapters.wechat.client import WeChatPlatform
from adapters.wechat.storefront import menu_body, menu_lines
from bot.app.office import Office
from bot.commands.asking import failure, open_accounts
from bot.commands.running import Config, end, office_of, run

Account = Annotated[str, typer.Option("--account", metavar="NAME", help="Only this account; all WeChat ones without.")]


def push(
    config: Config = None,
    account: Account = "",
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
) -> None:
    """Make the menu of the settings that of the accounts; phones show it within a day."""
    office = office_of(config)
    wanted = menu_lines(menu_body(office.menu))

    async def do(platform: WeChatPlatform) -> str:
        has = await platform.menu()
        if has == wanted:
            return "has this menu already"
        if dry_run:
            return "\n".join(["would get this menu:", *_compared(has, wanted)])
        await platform.put_menu(office.menu)
        return "got this menu:\n" + "\n".join(wanted)

    each_account(office, account, do)


def show(config: Config = None, account: Account = "") -> None:
    """Show the menu each account has; marked where the settings have another: + wanted, - not wanted."""
    office = office_of(config)
    wanted = menu_lines(menu_body(office.menu))

    async def do(platform: WeChatPlatform) -> str:
        has = await platform.menu()
        same = "as in the settings:" if has == wanted else "not as in the settings:"
        return "\n".join([same, *_compared(has, wanted)])

    each_account(office, account, do)


def _compared(has: tuple[str, ...], wanted: tuple[str, ...]) -> Iterator[str]:
    yield from (f"{' ' if line in wanted else '-'} {line}" for line in has)
    yield from (f"+ {line}" for line in wanted if line not in has)


def each_account(office: Office, only: str, do: Callable[[WeChatPlatform], Awaitable[str]]) -> None:
    """Do something with every WeChat account, or with `only` that one, and print what came of it."""
    names = [account.account for account in office.settings.wechat]
    if not names or (only and only not in names):
        end(f"no such WeChat account; there are: {', '.join(names) or 'none'}")
    failed = run(lambda: _each(office, [only] if only else names, do))
    if failed:
        end("\n".join(failed))


async def _each(office: Office, names: list[str], do: Callable[[WeChatPlatform], Awaitable[str]]) -> list[str]:
    failed = []
    async with open_accounts(office) as accounts:
        for name in names:
            try:
                print(f"wechat.{name} {await do(accounts.wechat[name])}")
            except SendError as error:
                failed.append(failure(f"wechat.{name}", error))
    return failed
