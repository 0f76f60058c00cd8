"""The callback of an account whose platform's signature does not cover the body."""

import asyncio
from collections.abc import Sequence
from typing import Any

from adapters.platform import OpenedCallback
from bot.messages import Channel
from bot.webhooks.account import Account
from bot.webhooks.delivery import Delivery
from bot.webhooks.ports import AdmitsPushes


class GuardedAccount(Account):
    """The callback of an account with a guard, which is asked once for all pushes that wait."""

    def __init__(self, channel: Channel, account: str, *, guard: AdmitsPushes, **parts: Any) -> None:  # noqa: ANN401
        super().__init__(channel, account, **parts)
        self._guard = guard
        self._unadmitted: list[tuple[Delivery, OpenedCallback]] = []
        self._admitting: asyncio.Task[None] | None = None

    def _open(self, delivery: Delivery) -> None:
        opened = self._callback.open(delivery.query, delivery.body, now=delivery.now)
        self._unadmitted.append((delivery, opened))
        if self._admitting is None:
            self._admitting = asyncio.create_task(self._admit_all(), name=f"guard {self.path}")

    async def _admit_all(self) -> None:
        """Ask the guard until nothing waits; one task at a time, so that order is kept."""
        while self._unadmitted:
            waiting, self._unadmitted = self._unadmitted, []
            errors: Sequence[Exception | None]
            try:
                errors = await self._guard.admit([opened for _, opened in waiting], now=self._clock.now())
            except Exception as failure:  # noqa: BLE001 -- raised where each of them is awaited
                errors = [failure] * len(waiting)
            for (delivery, opened), error in zip(waiting, errors, strict=True):
                self._admit(delivery, opened, error)
        self._admitting = None

    def _admit(self, delivery: Delivery, opened: OpenedCallback, error: Exception | None) -> None:
        if error is None:
            try:
                self._take(delivery, opened)
            except Exception as failure:  # noqa: BLE001 -- raised where it is awaited
                error = failure
        if error is not None and not delivery.answer.done():
            delivery.answer.set_exception(error)
