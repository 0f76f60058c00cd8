"""What is set aside on the local disk, and turned when the database takes it: in order, before anything newer.

Two things lie there: messages and bodies that came while the database was away, and messages that were answered before
their turn was stored. Of the latter, the turn that is made after all finds the kept one to be a repeat.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Protocol

import structlog

from bot.intake.pending import Pending
from bot.messages import dump_inbound, load_inbound
from bot.metrics import Metrics
from bot.petitions.ports import Storage, StorageUnavailable
from bot.petitions.turn_ports import RawInbound

log = structlog.get_logger(__name__)

AWAY_SECONDS = 1.0
"""How long a database that failed is left alone."""


class Spool(Protocol):
    """Keeps messages on the local disk while the database is away; every write is fsynced."""

    async def append(self, entry: dict[str, Any]) -> None:
        """Keep one more."""
        ...

    async def read(self, limit: int) -> Sequence[dict[str, Any]]:
        """Return the oldest."""
        ...

    async def drop(self, count: int) -> None:
        """Forget the oldest."""
        ...

    @property
    def pending(self) -> int:
        """How many it keeps."""
        ...


class Aside:
    """Sets aside; `time` tells the seconds of the loop, `on_more` is called when something new lies there."""

    def __init__(
        self,
        *,
        spool: Spool,
        storage: Storage,
        metrics: Metrics,
        time: Callable[[], float],
        on_more: Callable[[], None],
    ) -> None:
        self._spool = spool
        self._storage = storage
        self._metrics = metrics
        self._time = time
        self._on_more = on_more
        self._away_until = 0.0

    @property
    def pending(self) -> int:
        """How much lies there."""
        return self._spool.pending

    def leave_alone(self) -> None:
        """Try the database again only after a while: it has just failed."""
        self._away_until = self._time() + AWAY_SECONDS

    async def keep(self, pending: Pending) -> None:
        """Keep a message before its delivery is answered: the platform will not come again. Once is enough."""
        if not pending.spooled:
            await self._spool.append(dump_pending(pending))
            pending.spooled = True  # not before: another delivery of it must not be answered while this one writes
            self._on_more()

    async def put(self, pending: Pending) -> None:
        """Set a message aside that cannot be turned now."""
        await self.keep(pending)
        self._metrics.spooled.set(self._spool.pending)
        self._metrics.turns.labels("spooled").inc()

    async def put_raw(self, raw: RawInbound) -> None:
        """Set a body aside that cannot be understood."""
        await self._spool.append({"raw": dump_raw(raw)})
        self._on_more()

    async def work_off(self, turn: Callable[[Pending], Awaitable[None]], *, limit: int) -> bool:
        """Turn what was set aside, oldest first, `limit` read at a time; False while the database is still away."""
        if self._time() < self._away_until:
            return False
        while entries := await self._spool.read(limit):
            for entry in entries:
                try:
                    await self._replay(entry, turn)
                except StorageUnavailable:
                    self.leave_alone()
                    return False
                await self._spool.drop(1)
                self._metrics.spooled.set(self._spool.pending)
        log.info("intake.spool_worked_off")
        return True

    async def _replay(self, entry: dict[str, Any], turn: Callable[[Pending], Awaitable[None]]) -> None:
        if "raw" in entry:
            await keep_raw(self._storage, load_raw(entry["raw"]))
        else:
            await turn(load_pending(entry))


async def keep_raw(storage: Storage, raw: RawInbound) -> None:
    """Keep a body that cannot be understood in the database; raise `StorageUnavailable`."""
    async with storage.begin() as work:
        await work.turns.keep_raw(raw)
        await work.commit()


def dump_pending(pending: Pending) -> dict[str, Any]:
    """Return the message as a spool entry."""
    return {"inbound": dump_inbound(pending.inbound), "received_at": pending.received_at.isoformat()}


def load_pending(entry: dict[str, Any]) -> Pending:
    """Read a spool entry back; its citizen has only the holding phrase so far, so the reply is late."""
    return Pending(
        inbound=load_inbound(entry["inbound"]),
        received_at=datetime.fromisoformat(entry["received_at"]),
        late=True,
    )


def dump_raw(raw: RawInbound) -> dict[str, str]:
    """Return a raw body as JSON-able fields."""
    return {
        "key": raw.key,
        "account": raw.account,
        "body": raw.body,
        "detail": raw.detail,
        "received_at": raw.received_at.isoformat(),
    }


def load_raw(data: dict[str, str]) -> RawInbound:
    """Read back what `dump_raw` made."""
    return RawInbound(
        key=data["key"],
        account=data["account"],
        body=data["body"],
        detail=data["detail"],
        received_at=datetime.fromisoformat(data["received_at"]),
    )
