"""The chore that looks after drafts left lying: reminds once while that is permitted, and ends what is over.

What time does to a session is decided in `dialogs.drafts`; here the citizens are found whose moment has come, by the
partial index on `draft_at`, and read again with their rows locked. It talks to no platform: a reminder is a row of the
outbox, written with the session that remembers it, so that it is sent once.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.clock import Clock
from bot.messages import Outbound
from bot.petitions.errors import Stale
from bot.petitions.outbox_ports import DRAFT_REMINDER
from bot.petitions.ports import Storage, StorageUnavailable
from bot.petitions.turn_ports import CitizenRow, LateReply, TurnWrites
from bot.phrasing import Phrasing
from dialogs.catalogue import DraftTimes
from dialogs.drafts import Swept, swept

log = structlog.get_logger(__name__)

_MARGIN = timedelta(minutes=10)
"""A window that closes within this time is taken as closed: nothing that waits for a retry may leave after it."""
_SPARE = 1
"""Messages of the window that a reminder leaves for news of petitions."""


class DraftCare:
    """Looks after drafts, `limit` citizens in a transaction; `on_reminder` wakes the outbox."""

    def __init__(
        self,
        *,
        storage: Storage,
        phrasing: Phrasing,
        clock: Clock,
        times: DraftTimes,
        on_reminder: Callable[[], None],
        limit: int = 100,
    ) -> None:
        self._storage = storage
        self._phrasing = phrasing
        self._clock = clock
        self._times = times
        self._on_reminder = on_reminder
        self._limit = limit

    async def look(self) -> None:
        """Look after all that is due now."""
        while await self.sweep() > 0:
            pass

    async def sweep(self) -> int:
        """Look at the citizens that are due now, `limit` at most; return how many were looked at and written."""
        now = self._clock.now()
        async with self._storage.read() as work:
            due = await work.turns.due_drafts(now=now, limit=self._limit)
        try:
            return await self._look_at(due, now)
        except StorageUnavailable:
            raise
        except Exception:  # noqa: BLE001 -- one by one, so that only the row in the way waits for the next round
            return sum([await self._alone(citizen, now) for citizen in due])

    async def _alone(self, citizen: str, now: datetime) -> int:
        try:
            return await self._look_at([citizen], now)
        except (StorageUnavailable, Stale):
            return 0  # they wrote this very moment
        except Exception:
            log.exception("drafts.look_failed", citizen=citizen)
            return 0

    async def _look_at(self, citizens: Sequence[str], now: datetime) -> int:
        if not citizens:
            return 0
        async with self._storage.begin() as work:
            state = await work.turns.load([], citizens)
            rows: list[CitizenRow] = []
            reminders: list[LateReply] = []
            for row in state.citizens.values():
                if row.draft_at is None or row.draft_at > now:
                    continue
                found = self._swept(row, now)
                rows.append(replace(row, session=found.session, draft_at=found.next_at))
                if found.remind is not None:
                    reminders.append(self._reminder(row, found, now))
            await work.turns.save(TurnWrites(citizens=rows, late=reminders))
            await work.commit()
        if reminders:
            self._on_reminder()
        return len(rows)

    def _swept(self, row: CitizenRow, now: datetime) -> Swept:
        seen = row.last_seen or now
        return swept(row.session, seen=seen, now=now, times=self._times, reachable=reachable(row, now))

    def _reminder(self, row: CitizenRow, found: Swept, now: datetime) -> LateReply:
        words = self._phrasing.render(found.remind) if found.remind is not None else Outbound(text="")
        seen = row.last_seen or now
        key = f"draft:{row.key}:{int(seen.timestamp())}"
        return LateReply(key=key, citizen=row.key, text=words.text, at=now, kind=DRAFT_REMINDER)


def reachable(row: CitizenRow, now: datetime) -> bool:
    """Whether a free message is permitted to a citizen now, with one to spare for news."""
    open_ = row.window_until is not None and now < row.window_until - _MARGIN
    return row.following and open_ and row.window_left > _SPARE
