"""What the outbox writes: that an attempt begins, what became of it, and where its message stands.

An attempt is on record before anything leaves. Its outcome is written together with what it tells of the citizen: a
window used up or shut, a follower who is none. Decides nothing: `bot.outbox.verdict` does.
"""

from dataclasses import replace
from datetime import datetime

from adapters.platform import Platform, Rung
from bot.clock import Clock
from bot.messages import Outbound
from bot.outbox.verdict import Verdict
from bot.petitions.errors import Stale
from bot.petitions.ports import (
    Delivery,
    DeliveryOutcome,
    OutboxMessage,
    OutboxState,
    Storage,
    TurnWrites,
    UnitOfWork,
)
from dialogs.session import with_rest

_COUNTED = frozenset({DeliveryOutcome.ACCEPTED, DeliveryOutcome.UNKNOWN})
"""After these the platform counts, or may count, a free message as sent; one that it put off is not counted."""
_SHUT = frozenset({DeliveryOutcome.WINDOW_CLOSED})
_OF_MENTIONS = frozenset({Rung.MENTION_REPLY.value, Rung.PUBLIC_COMMENT.value})
"""Forms that say nothing of the window a private message opens, nor of following."""


class Record:
    """Keeps the record of attempts."""

    def __init__(self, *, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    async def begin(self, message: OutboxMessage, platform: Platform, rung: Rung, outbound: Outbound) -> int:
        """Write that an attempt begins; return its number. What does not fit one message is left for 更多."""
        async with self._storage.begin() as work:
            attempt = await work.outbox.start(message, rung=rung.value, now=self._clock.now())
            if rung in {Rung.MESSAGE, Rung.MENTION_REPLY}:
                await _keep_rest(work, message.citizen, platform.pages(outbound)[1])
            await work.commit()
        return attempt

    async def end(
        self,
        message: OutboxMessage,
        verdict: Verdict,
        *,
        attempt: int,
        rung: Rung,
        started: datetime,
        permits: str,
    ) -> None:
        """Write what became of an attempt; `permits` is the mention whose private message it used."""
        delivery = Delivery(
            outbox_id=message.id,
            attempt=attempt,
            rung=rung.value,
            started_at=started,
            finished_at=self._clock.now(),
            outcome=verdict.outcome,
            code=verdict.code,
            message_id=verdict.message_id,
            detail=verdict.detail,
        )
        try:
            await self._write(message, delivery, verdict, permits=permits)
        except Stale:  # a deadlock with whoever takes up messages whose lease ran out: what we know must not be lost
            await self._write(message, delivery, verdict, permits=permits)

    async def _write(self, message: OutboxMessage, delivery: Delivery, verdict: Verdict, *, permits: str) -> None:
        free = delivery.rung == Rung.MESSAGE.value
        async with self._storage.begin() as work:
            await work.outbox.finish(
                message,
                delivery,
                state=verdict.state or OutboxState.SENDING,
                next_at=verdict.next_at,
                detail=verdict.detail,
            )
            if delivery.rung in _OF_MENTIONS:
                if delivery.rung == Rung.MENTION_REPLY.value and verdict.outcome in _COUNTED | _SHUT:
                    await work.mentions.spend_reply(permits)
            elif free and verdict.outcome in _COUNTED:
                await work.turns.spend_window(message.citizen)
            elif verdict.outcome is DeliveryOutcome.WINDOW_CLOSED:
                await work.turns.spend_window(message.citizen, left=0)
            elif verdict.outcome is DeliveryOutcome.UNREACHABLE and not free:
                await work.turns.set_following(message.citizen, following=False)
            await work.commit()

    async def settle(
        self, message: OutboxMessage, state: OutboxState, *, next_at: datetime | None = None, detail: str
    ) -> None:
        """Move a message without an attempt."""
        async with self._storage.begin() as work:
            await work.outbox.finish(message, None, state=state, next_at=next_at, detail=detail)
            await work.commit()


async def _keep_rest(work: UnitOfWork, citizen: str, rest: str) -> None:
    """Leave what does not fit one message in the citizen's session, where 更多 finds it."""
    if rest:
        row = (await work.turns.load([], [citizen])).citizens[citizen]
        await work.turns.save(TurnWrites(citizens=[replace(row, session=with_rest(row.session, rest))]))
