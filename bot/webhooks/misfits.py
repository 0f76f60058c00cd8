"""Deliveries that bring no message: forged, oversized, malformed, none of our business, or more than can be taken.

All are counted; a body that may hold a citizen's words is kept for the staff.
"""

import hashlib

import structlog
from aiohttp import web

from adapters.platform import ForgedMessage, MalformedMessage
from bot.clock import Clock
from bot.messages import Channel
from bot.metrics import Metrics
from bot.petitions.turn_ports import RawInbound
from bot.webhooks.ports import TakesMessages

log = structlog.get_logger(__name__)


class Misfits:
    """Those of one account."""

    def __init__(
        self, channel: Channel, account: str, *, intake: TakesMessages, clock: Clock, metrics: Metrics
    ) -> None:
        self._channel = channel
        self._account = account
        self._intake = intake
        self._clock = clock
        self._metrics = metrics

    def count(self, result: str) -> None:
        """Count one."""
        self._metrics.callbacks.labels(self._channel.value, self._account, result).inc()

    def forged(self, error: ForgedMessage) -> web.HTTPForbidden:
        """Return what is answered to somebody who is not the platform."""
        self.count("forged")
        log.warning("webhook.forged", channel=self._channel.value, account=self._account, reason=str(error))
        return web.HTTPForbidden(text="forbidden")

    async def keep(self, error: MalformedMessage) -> None:
        """Keep a body that cannot be understood; raise what aiohttp answers to one that nobody should send."""
        if error.oversized:
            self.count("oversized")
            raise web.HTTPRequestEntityTooLarge(max_size=0, actual_size=0, text="too large")
        self.count(self._alarmed(error))
        body = error.raw.decode("utf-8", "backslashreplace") if isinstance(error.raw, bytes) else error.raw
        digest = hashlib.sha256(body.encode("utf-8", "backslashreplace")).hexdigest()[:32]
        channel, account = self._channel, self._account
        log.warning("webhook.malformed", channel=channel.value, account=account, reason=str(error), digest=digest)
        await self._intake.keep_raw(
            RawInbound(
                key=f"{channel}:{account}:raw:{digest}",
                account=account,
                body=body,
                detail=str(error),
                received_at=self._clock.now(),
            )
        )

    def _alarmed(self, error: MalformedMessage) -> str:
        """Return what to count the body as, after crying out over what a person must look at."""
        where = {"channel": self._channel.value, "account": self._account}
        if getattr(error, "quarantined", False):
            log.error("webhook.quarantined", **where)
            return "quarantined"
        if getattr(error, "switched_to_xml", False):
            log.error("webhook.switched_to_xml", **where)
            return "switched_to_xml"
        return "malformed"
