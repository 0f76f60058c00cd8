"""What the outbox writes: that an attempt begins, what became of it, and where its message stands.

An attempt is on record before anything leaves. Its outcome is written together with what it tells of the citizen: a
window used up or shut, a consent used, a form that does not reach them. Decides nothing: `bot.outbox.verdict` does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from adapters.platform import Platform, Rung, Subscription
from bot.clock import Clock
from bot.messages import Outbound
from bot.outbox.reach import Told, before_told, keep_told
from bot.outbox.verdict import Verdict
from bot.petitions.errors import Stale
from bot.petitions.outbox_ports import Delivery, OutboxMessage, OutboxState
from bot.petitions.ports import Storage, UnitOfWork
from bot.petitions.reach_ports import Grant
from bot.petitions.turn_ports import TurnWrites
from dialogs.session_json import with_more


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """An attempt under way: its number, and the consent it uses."""

    attempt: int
    grant: Grant | None = None


class Record:
    """Keeps the record of attempts."""

    def __init__(self, *, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    async def begin(
        self,
        message: OutboxMessage,
        platform: Platform,
        rung: Rung,
        outbound: Outbound,
        *,
        subscription: Subscription | None = None,
        riders: Sequence[OutboxMessage] = (),
    ) -> Begun | None:
        """Write that an attempt begins, with `riders` in the same message. What does not fit one is left for 更多.

        A consent to `subscription` is used with it, whatever becomes of the attempt; None when none is left.
        """
        async with self._storage.begin() as work:
            now, grant = self._clock.now(), None
            if subscription is not None:
                template = subscription.template
                grant = await work.reach.use(message.citizen, template, message=message.id, now=now)
                if grant is None:
                    return None
            attempt = await work.outbox.start(message, rung=rung.value, now=now, riders=riders)
            if rung in {Rung.MESSAGE, Rung.MENTION_REPLY}:
                await _keep_rest(work, message.citizen, platform.pages(outbound)[1])
            await work.commit()
        return Begun(attempt=attempt, grant=grant)

    async def end(
        self,
        message: OutboxMessage,
        verdict: Verdict,
        *,
        begun: Begun,
        rung: Rung,
        started: datetime,
        permits: str,
        riders: Sequence[OutboxMessage] = (),
    ) -> None:
        """Write what became of an attempt; `permits` is the mention whose private message it used."""
        delivery = Delivery(
            outbox_id=message.id,
            attempt=begun.attempt,
            rung=rung.value,
            started_at=started,
            finished_at=self._clock.now(),
            outcome=verdict.outcome,
            code=verdict.code,
            message_id=verdict.message_id,
            detail=verdict.detail,
        )
        try:
            await self._write(message, delivery, verdict, grant=begun.grant, permits=permits, riders=riders)
        except Stale:  # a deadlock with whoever takes up messages whose lease ran out: what we know must not be lost
            await self._write(message, delivery, verdict, grant=begun.grant, permits=permits, riders=riders)

    async def _write(
        self,
        message: OutboxMessage,
        delivery: Delivery,
        verdict: Verdict,
        *,
        grant: Grant | None,
        permits: str,
        riders: Sequence[OutboxMessage],
    ) -> None:
        told = Told(
            rung=Rung(delivery.rung),
            outcome=verdict.outcome,
            code=verdict.code,
            left=verdict.left,
            message_id=verdict.message_id,
        )
        async with self._storage.begin() as work:
            await before_told(work, message.citizen, told)
            await work.outbox.finish(
                message,
                delivery,
                state=verdict.state or OutboxState.SENDING,
                next_at=verdict.next_at,
                detail=verdict.detail,
                riders=riders,
            )
            await keep_told(work, message.citizen, told, permits=permits, grant=grant, now=self._clock.now())
            await work.commit()

    async def merge(self, into: Mapping[int, OutboxMessage]) -> None:
        """Write which messages others have overtaken."""
        async with self._storage.begin() as work:
            await work.outbox.merge(into)
            await work.commit()

    async def wait(self, messages: Sequence[OutboxMessage], *, seen: datetime | None, detail: str) -> None:
        """Let messages of one citizen wait for the next contact, the first of them claimed.

        Whoever wrote since they were `seen` last has opened a window, and may have released what waited before this was
        written: then all of it is due at once. Reading the citizen locks them against a turn in between.
        """
        first, *riders = messages
        async with self._storage.begin() as work:
            row = (await work.turns.load([], [first.citizen])).citizens[first.citizen]
            if row.last_seen == seen:
                await work.outbox.finish(first, None, state=OutboxState.WAITING, next_at=None, detail=detail)
                await work.outbox.park(riders, detail=detail)
            else:
                now = self._clock.now()
                await work.outbox.finish(first, None, state=OutboxState.PENDING, next_at=now, detail="")
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
        await work.turns.save(TurnWrites(citizens=[replace(row, session=with_more(row.session, rest))]))
