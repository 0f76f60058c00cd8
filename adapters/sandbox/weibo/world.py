"""The running fake Weibo: its square, accounts, clock, courier and the feed that tells the page, in one place."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.sandbox.errors import BadInput
from adapters.sandbox.evidence import Samples
from adapters.sandbox.feed import Feed
from adapters.sandbox.weibo.accounts import AccountState, SandboxWeibo
from adapters.sandbox.weibo.courier import Courier
from adapters.sandbox.weibo.identities import Numbers, uid_of
from adapters.sandbox.weibo.square import FIRST_PEOPLE, GOVERNMENT, Square, names_in
from bot.clock import MovableClock


@dataclass(frozen=True, slots=True, kw_only=True)
class WeiboWorld:
    """What every handler of the fake Weibo works on."""

    accounts: Mapping[str, AccountState]
    square: Square
    clock: MovableClock
    feed: Feed
    courier: Courier
    samples: Samples
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def account(self, name: str) -> AccountState:
        """Return the account of a URL."""
        try:
            return self.accounts[name]
        except KeyError as error:
            raise BadInput(f"no such account: {name}; there are {', '.join(self.accounts)}") from error

    def mentioned(self, text: str) -> list[AccountState]:
        """Return the accounts that a text mentions by their nickname."""
        names = names_in(text)
        return [state for state in self.accounts.values() if state.account.name in names]

    def show(self, state: AccountState, uid: str, sender: str, type_: str, **content: object) -> dict[str, Any]:
        """Put a message into a private conversation and tell the page; return its JSON form."""
        message = state.show(uid, sender, type_, now=self.clock.now(), **content)
        self.feed.publish("weibo_message", account=state.account.account, openid=uid)
        return message.as_json()


def open_world(
    accounts: Sequence[SandboxWeibo], *, clock: MovableClock, feed: Feed, samples: Samples, retry_seconds: float
) -> WeiboWorld:
    """Build the world with its first people: the offices, and citizens who follow them."""
    numbers, now = Numbers(), clock.now()
    square = Square(numbers=numbers)
    states = {account.account: AccountState(account, numbers=numbers, now=now) for account in accounts}
    for account in accounts:
        square.meet(account.uid, name=account.name, verified_type=GOVERNMENT)
    for name in FIRST_PEOPLE:
        citizen = square.meet(uid_of(name), name=name)
        for state in states.values():
            relation = state.relation(citizen.uid)
            relation.following = True
            relation.subscribed_at = now if name in state.account.subscribed else None
    return WeiboWorld(
        accounts=states,
        square=square,
        clock=clock,
        feed=feed,
        courier=Courier(clock=clock, retry_seconds=retry_seconds),
        samples=samples,
    )
