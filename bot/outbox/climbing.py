"""One message up the ladder: where its citizen is, which forms are permitted now, and each tried until one settles it.

Messages of one citizen come one at a time (the claim sees to that). Before a call leaves, the attempt is committed as
started; whatever happens to the process then, the record says that the message may have arrived.
"""

from dataclasses import replace
from datetime import timedelta

import structlog

from adapters.platform import CredentialsError, Platform, Rung, SendError
from bot.clock import Clock
from bot.messages import CitizenRef, Outbound
from bot.metrics import Metrics
from bot.outbox.ladder import BACKOFF, Backoff, rungs
from bot.outbox.pauses import Pauses
from bot.outbox.reach import Reach, read_reach
from bot.outbox.record import Record
from bot.outbox.sending import Sender
from bot.outbox.verdict import Verdict, in_public, judge, longer
from bot.petitions.ports import (
    DRAFT_REMINDER,
    MENTION_ANSWER,
    CitizenRow,
    DeliveryOutcome,
    OutboxMessage,
    OutboxState,
    Storage,
)

log = structlog.get_logger(__name__)


class Climber:
    """Delivers one message at a time; `pause` is how long an account rests after its credentials failed."""

    def __init__(
        self,
        *,
        storage: Storage,
        sender: Sender,
        record: Record,
        pauses: Pauses,
        clock: Clock,
        metrics: Metrics,
        pause: timedelta,
        backoff: Backoff = BACKOFF,
    ) -> None:
        self._storage = storage
        self._sender = sender
        self._record = record
        self._pauses = pauses
        self._clock = clock
        self._metrics = metrics
        self._pause = pause
        self._backoff = backoff

    async def climb(self, message: OutboxMessage) -> None:
        """Try the permitted rungs in order until one settles the message; it goes to where its citizen wrote last."""
        if message.number is not None:
            async with self._storage.read() as work:
                citizen = await work.followings.last_active(message.number, message.citizen)
            message = replace(message, citizen=citizen)
        ref = CitizenRef.parse(message.citizen)
        platform = self._sender.platform(ref)
        if platform is None:
            await self._record.settle(message, OutboxState.DEAD, detail=f"no account {ref.account} in the settings")
            return
        rest = self._pauses.until(ref, public=message.kind == MENTION_ANSWER)
        if rest is not None:
            await self._record.settle(message, OutboxState.PENDING, next_at=rest, detail="the account is paused")
            return
        try:
            outbound = self._sender.words(message)
        except Exception:
            log.exception("outbox.render_failed", message=message.id)
            await self._record.settle(message, OutboxState.DEAD, detail="the phrase could not be rendered")
            return
        state, reason = OutboxState.WAITING, "no permitted way now; waits for the next contact"
        reach, permitted = await self._ways(message, platform, ref)
        if message.kind == DRAFT_REMINDER and (not permitted or _came_back(message, reach.row)):
            await self._record.settle(message, OutboxState.LAPSED, detail="a reminder goes at once or not at all")
            return
        for rung in permitted:
            last = rung is permitted[-1]
            verdict = await self._attempt(message, platform, ref, rung, outbound, reach=reach, last=last)
            if verdict.state is not None:
                return
            refused = verdict.outcome is DeliveryOutcome.REFUSED
            state, reason = OutboxState.DEAD if refused else OutboxState.WAITING, verdict.detail
        if message.kind == DRAFT_REMINDER:
            state = OutboxState.LAPSED
        await self._record.settle(message, state, detail=reason)

    async def _ways(
        self, message: OutboxMessage, platform: Platform, ref: CitizenRef
    ) -> tuple[Reach, tuple[Rung, ...]]:
        """Return what is known of the ways to the citizen, and those that are permitted now, in their order."""
        now = self._clock.now()
        async with self._storage.read() as work:
            if self._sender.speaks_in_public(ref):
                reach = await read_reach(work, message, platform, now=now)
            else:
                reach = Reach(row=await work.turns.citizen(message.citizen))
        return reach, rungs(
            reach.row,
            has_template=message.number is not None and platform.has_template(message.kind),
            now=now,
            mention_reply=bool(reach.permits) and self._pauses.until(ref, public=False) is None,
            public=bool(reach.place) and self._pauses.until(ref, public=True) is None,
            answers_mention=message.kind == MENTION_ANSWER,
        )

    async def _attempt(
        self,
        message: OutboxMessage,
        platform: Platform,
        ref: CitizenRef,
        rung: Rung,
        outbound: Outbound,
        *,
        reach: Reach,
        last: bool,
    ) -> Verdict:
        """Send once; the attempt is on record before anything leaves, and its verdict right after."""
        started = self._clock.now()
        attempt = await self._record.begin(message, platform, rung, outbound)
        try:
            receipt = await self._sender.send(message, ref, rung, outbound, reach=reach)
            verdict = Verdict(outcome=DeliveryOutcome.ACCEPTED, state=OutboxState.SENT, message_id=receipt.message_id)
            self._pauses.worked(ref, public=rung is Rung.PUBLIC_COMMENT)
        except SendError as error:
            now = self._clock.now()
            verdict = judge(error, rung, attempt=attempt, now=now, pause=self._pause, backoff=self._backoff)
            if isinstance(error, CredentialsError):
                until = now + longer(self._pause, error.seconds)
                self._pauses.begin(ref, until, error, public=rung is Rung.PUBLIC_COMMENT)
        if rung is Rung.PUBLIC_COMMENT:
            verdict = in_public(verdict, answers_mention=message.kind == MENTION_ANSWER, last=last, now=started)
        await self._record.end(message, verdict, attempt=attempt, rung=rung, started=started, permits=reach.permits)
        self._metrics.notices.labels(ref.account, rung.value, verdict.outcome.value).inc()
        return verdict


def _came_back(message: OutboxMessage, row: CitizenRow | None) -> bool:
    """Whether the citizen has written since, and was offered the draft then."""
    return row is not None and row.last_seen is not None and row.last_seen > message.created_at
