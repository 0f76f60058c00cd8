"""The routes of all accounts' callbacks, and the short way to them."""

from collections.abc import Mapping

from aiohttp import web

from adapters.platform import Callback
from bot.clock import Clock
from bot.connections import TakesCallbacks
from bot.messages import Channel
from bot.metrics import Metrics
from bot.webhooks.account import Account
from bot.webhooks.guarded import GuardedAccount
from bot.webhooks.ports import AdmitsPushes, TakesMention, TakesMessages


class Webhooks:
    """The callbacks of all accounts; the pushes of those with a guard are acted on only when it admits them."""

    def __init__(
        self,
        *,
        callbacks: Mapping[tuple[Channel, str], Callback],
        intake: TakesMessages,
        mentions: TakesMention,
        clock: Clock,
        metrics: Metrics,
        guards: Mapping[tuple[Channel, str], AdmitsPushes] | None = None,
    ) -> None:
        guards = guards or {}
        self._accounts = [
            Account(channel, account, callback=callback, intake=intake, mentions=mentions, clock=clock, metrics=metrics)
            if (channel, account) not in guards
            else GuardedAccount(
                channel,
                account,
                callback=callback,
                intake=intake,
                mentions=mentions,
                clock=clock,
                metrics=metrics,
                guard=guards[channel, account],
            )
            for (channel, account), callback in callbacks.items()
        ]

    def routes(self) -> list[web.RouteDef]:
        """Return the routes to be added to the application: two fixed ones an account, the rest of the paths is 404."""
        return [
            route
            for account in self._accounts
            for route in (
                web.get(account.path, account.verify, allow_head=False),
                web.post(account.path, account.receive),
            )
        ]

    def direct(self) -> Mapping[str, TakesCallbacks]:
        """Return what takes the plain POSTs of each path as soon as they stand ready; as `routes` do in the end."""
        return {account.path: account for account in self._accounts}
