"""How many calls each WeChat account has left today, asked now and then and remembered, for /metrics and the console.

Nothing depends on it: an account that does not tell is logged once and asked again in the next round. A process that
holds no access token does not fetch one for this; it asks after its first message. Each process asks for itself.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from adapters.platform import Rung, SendError
from adapters.wechat.client import WeChatPlatform
from adapters.wechat.quotas import CALL_PATHS
from bot.clock import Clock, local
from bot.metrics import Metrics
from bot.petitions.account_ports import CallQuota

log = structlog.get_logger(__name__)

SHORTEST = timedelta(minutes=5)
"""Between two rounds, however often the clock is moved."""


class WeChatQuotas:
    """What the accounts last told."""

    def __init__(self, platforms: Mapping[str, WeChatPlatform], *, clock: Clock, metrics: Metrics) -> None:
        self._platforms = platforms
        self._clock = clock
        self._metrics = metrics
        self._known: dict[str, dict[Rung, CallQuota]] = {}
        self._asked: dict[str, datetime] = {}
        self._silent: set[tuple[str, str]] = set()

    def of(self, account: str, *, now: datetime) -> tuple[CallQuota, ...]:
        """Return what is known of today, form by form; nothing from before midnight, when counting starts again."""
        asked = self._asked.get(account)
        if asked is None or local(asked).date() != local(now).date():
            return ()
        return tuple(self._known.get(account, {}).values())

    async def look(self) -> None:
        """Ask every account that has called the platform already."""
        for account, platform in self._platforms.items():
            now, asked = self._clock.now(), self._asked.get(account)
            if platform.holds_token and (asked is None or abs(now - asked) >= SHORTEST):
                await self._ask(account, platform)
                self._asked[account] = now

    async def _ask(self, account: str, platform: WeChatPlatform) -> None:
        self._known[account] = {}
        for rung in CALL_PATHS:
            if not _is_used(platform, rung):
                continue
            try:
                quota = await platform.quota(rung)
            except SendError as error:
                self._note_silence(account, rung, error)
                continue
            self._silent.discard((account, rung))
            self._known[account][rung] = quota
            self._metrics.quota_left.labels(account, rung.value).set(quota.left)

    def _note_silence(self, account: str, rung: Rung, error: SendError) -> None:
        if (account, rung) not in self._silent:
            log.warning("wechat.quota_not_told", account=account, rung=rung.value, code=error.code)
            self._silent.add((account, rung))


def _is_used(platform: WeChatPlatform, rung: Rung) -> bool:
    match rung:
        case Rung.TEMPLATE:
            return platform.uses_templates
        case Rung.SUBSCRIPTION:
            return bool(platform.subscriptions())
        case _:
            return True
