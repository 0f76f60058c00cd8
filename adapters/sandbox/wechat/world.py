"""The running fake WeChat: its accounts, clock, courier and the feed that tells the page, in one place for handlers."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.sandbox.errors import BadInput
from adapters.sandbox.evidence import Samples
from adapters.sandbox.feed import Feed
from adapters.sandbox.wechat.accounts import AccountState
from adapters.sandbox.wechat.courier import Courier
from bot.clock import MovableClock


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What every handler of the fake WeChat works on."""

    accounts: Mapping[str, AccountState]
    clock: MovableClock
    feed: Feed
    courier: Courier
    samples: Samples
    report_seconds: float
    """Real seconds between taking a template message and reporting on it."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def account(self, name: str) -> AccountState:
        """Return the account of a URL."""
        try:
            return self.accounts[name]
        except KeyError as error:
            raise BadInput(f"no such account: {name}; there are {', '.join(self.accounts)}") from error

    def show(self, state: AccountState, openid: str, sender: str, type_: str, **content: object) -> dict[str, Any]:
        """Put a message on a phone and tell the page; return its JSON form."""
        message = state.show(openid, sender, type_, now=self.clock.now(), **content)
        self.feed.publish("message", account=state.account.account, openid=openid)
        return message.as_json()
