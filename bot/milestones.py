"""The deadline loop: works through the milestones that are due, and touches no others.

Every due row is one act of the clock in a transaction of its own; one that fails is logged, left due and tried in the
next round, behind the others.
"""

import structlog

from bot.clock import Clock
from bot.metrics import Metrics
from bot.petitions.petition import Milestone
from bot.petitions.ports import Storage, StorageUnavailable
from bot.petitions.service import PetitionService

log = structlog.get_logger(__name__)


class MilestoneLoop:
    """Lets clocks warn and pass; wakes every `poll` seconds, and when the clock is moved."""

    def __init__(
        self,
        *,
        storage: Storage,
        service: PetitionService,
        clock: Clock,
        metrics: Metrics,
        poll: float = 5.0,
        limit: int = 200,
    ) -> None:
        self._storage = storage
        self._service = service
        self._clock = clock
        self._metrics = metrics
        self._poll = poll
        self._limit = limit
        self._failing: set[tuple[str, str]] = set()

    async def run(self) -> None:
        """Work for ever."""
        while True:
            try:
                while await self.sweep() > 0:
                    pass
            except StorageUnavailable:
                log.warning("milestones.database_away")
            except Exception:
                log.exception("milestones.sweep_failed")
            await self._clock.sleep(self._poll)

    async def sweep(self) -> int:
        """Work through the milestones that are due now, `limit` and those that failed; return how many moved."""
        now = self._clock.now()
        async with self._storage.read() as work:
            due = await work.cases.due_milestones(now=now, limit=self._limit + len(self._failing))
        moved = 0
        for milestone in sorted(due, key=lambda one: (one.number, one.key) in self._failing):
            moved += await self._one(milestone)
        return moved

    async def _one(self, milestone: Milestone) -> bool:
        try:
            moved = await self._service.tick(milestone, now=self._clock.now())
        except StorageUnavailable:
            raise
        except Exception:
            log.exception("milestones.tick_failed", number=milestone.number, milestone=milestone.key)
            self._failing.add((milestone.number, milestone.key))
            return False
        self._failing.discard((milestone.number, milestone.key))
        if moved:
            self._metrics.milestones.labels(milestone.name.value).inc()
        return moved
