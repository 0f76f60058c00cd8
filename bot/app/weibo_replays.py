"""A signed query of Weibo is good for one body, in all processes and after a restart.

The database is asked once for all pushes that came in together, and which body came first is committed before any of
them is acted on. While the database is away only this process's own memory guards, and what passed then is written
down as soon as it is back.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from adapters.platform import MalformedMessage
from adapters.weibo.errors import QuarantinedMessage
from adapters.weibo.protocol import Opened
from adapters.weibo.replay import MemoryReplays
from bot.petitions.account_ports import SignedBody
from bot.petitions.ports import Storage, StorageUnavailable

log = structlog.get_logger(__name__)

_MOST_OWED = 10_000


class SharedReplays:
    """One account's signed queries, remembered by all (`bot.webhooks.ports.AdmitsPushes`); each is good for `keeps`."""

    def __init__(self, storage: Storage, *, account: str, keeps: timedelta) -> None:
        self._storage = storage
        self._account = account
        self._memory = MemoryReplays(keeps=keeps)
        self._owed: list[SignedBody] = []

    async def admit(self, pushes: Sequence[Opened], *, now: datetime) -> Sequence[MalformedMessage | None]:
        """Return for each push None, or the error that keeps it for the staff: its query came with another body."""
        bodies = [self._body(push) for push in pushes]
        owed, self._owed = self._owed, []
        try:
            async with self._storage.begin() as work:
                first = await work.signed_bodies.first([*owed, *bodies], now=now)
                await work.commit()
        except StorageUnavailable:
            log.warning("weibo.replays_unguarded", account=self._account, pushes=len(pushes))
            fits = [self._fits(body, body.body_hash, now) for body in bodies]
            self._owed = [*owed, *(body for body, fit in zip(bodies, fits, strict=True) if fit)][-_MOST_OWED:]
        else:
            known = first[len(owed) :]
            fits = [hash_ == body.body_hash for hash_, body in zip(known, bodies, strict=True)]
            for hash_, body in zip(known, bodies, strict=True):
                self._fits(body, hash_, now)
        return [None if fit else QuarantinedMessage(raw=push.raw) for fit, push in zip(fits, pushes, strict=True)]

    def _fits(self, body: SignedBody, body_hash: str, now: datetime) -> bool:
        return self._memory.seen(body.timestamp, body.nonce, body_hash, now=now) != "other"

    def _body(self, push: Opened) -> SignedBody:
        seen = push.fingerprint
        return SignedBody(account=self._account, timestamp=seen.timestamp, nonce=seen.nonce, body_hash=seen.body_hash)
