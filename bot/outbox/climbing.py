"""One message up the ladder: where its citizen is, which forms are permitted now, and each tried until one settles it.

Messages of one citizen come one at a time (the claim sees to that). Before a call leaves, the attempt is committed as
started; whatever happens to the process then, the record says that the message may have arrived.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from adapters.platform import (
    CredentialsError,
    Platform,
    QuotaExceeded,
    Refused,
    Rung,
    SendError,
    UnknownOutcome,
    UnreachableCitizen,
)
from bot.clock import Clock
from bot.messages import CitizenRef, Outbound
from bot.metrics import Metrics
from bot.outbox.ladder import (
    BACKOFF,
    FORMS_WITH_MENTIONS,
    PRIVATE_FORMS,
    AccountForms,
    Backoff,
    Decision,
    Notice,
    decide,
)
from bot.outbox.pauses import Pauses
from bot.outbox.queueing import Parcel, Queue, Queues
from bot.outbox.reach import Reach, read_reach
from bot.outbox.record import Begun, Record
from bot.outbox.sending import Sender
from bot.outbox.verdict import Verdict, in_public, judge, longer, settled
from bot.petitions.outbox_ports import DRAFT_REMINDER, MENTION_ANSWER, DeliveryOutcome, OutboxMessage, OutboxState
from bot.petitions.ports import Storage
from bot.petitions.turn_ports import CitizenRow

log = structlog.get_logger(__name__)


_SHARED = frozenset({Rung.MESSAGE, Rung.MENTION_REPLY})
"""Forms with room for several messages at once."""
_LATER = frozenset({Rung.TEMPLATE, Rung.SUBSCRIPTION})


class Climber:
    """Delivers one message at a time; `pause` is how long an account rests after its credentials failed."""

    def __init__(
        self,
        *,
        storage: Storage,
        sender: Sender,
        record: Record,
        queues: Queues,
        pauses: Pauses,
        clock: Clock,
        metrics: Metrics,
        pause: timedelta,
        backoff: Backoff = BACKOFF,
    ) -> None:
        self._storage = storage
        self._sender = sender
        self._record = record
        self._queues = queues
        self._pauses = pauses
        self._clock = clock
        self._metrics = metrics
        self._pause = pause
        self._backoff = backoff

    async def climb(self, message: OutboxMessage) -> None:
        """Try the permitted rungs in order until one settles the message; it goes to where its citizen wrote last."""
        queue = await self._queues.of(message)
        if queue.message is None:
            return
        message = queue.message
        ref = CitizenRef.parse(message.citizen)
        platform = self._sender.platform(ref)
        if platform is None:
            await self._record.settle(message, OutboxState.DEAD, detail=f"no account {ref.account} in the settings")
            return
        reach, decision = await self._decided(message, platform, ref)
        outbound = self._worded(message, short=reach.short)
        if outbound is None:
            await self._record.settle(message, OutboxState.DEAD, detail="the phrase could not be rendered")
            return
        if decision.rungs:  # with no await since the rests were read: only one message probes after a pause
            self._pauses.probe(ref, public=decision.rungs[0] is Rung.PUBLIC_COMMENT)
        nowhere = not decision.rungs and decision.until is None
        if message.kind == DRAFT_REMINDER and (nowhere or _came_back(message, reach.row)):
            await self._record.settle(message, OutboxState.LAPSED, detail="a reminder goes at once or not at all")
        elif decision.rungs:
            await self._rise(queue, message, platform, outbound, reach=reach, decision=decision)
        elif _standing(decision) is OutboxState.WAITING:
            also = await self._no_way_either(queue, platform, ref)
            await self._record.wait((message, *also), seen=_seen(reach), detail=decision.reason)
        else:
            await self._record.settle(message, _standing(decision), next_at=decision.until, detail=decision.reason)

    def _worded(self, message: OutboxMessage, *, short: bool) -> Outbound | None:
        """Return the words of a message; None where it can never leave."""
        try:
            return self._sender.words(message, short=short)
        except Exception:
            log.exception("outbox.render_failed", message=message.id)
            return None

    async def _rise(
        self,
        queue: Queue,
        message: OutboxMessage,
        platform: Platform,
        outbound: Outbound,
        *,
        reach: Reach,
        decision: Decision,
    ) -> None:
        """Try one form after the other; what none of them settles waits, or is dead, or unknown."""
        ref, state, reason = CitizenRef.parse(message.citizen), _standing(decision), decision.reason
        for rung in decision.rungs:
            last = rung is decision.rungs[-1]
            parcel = Parcel(outbound=outbound)
            if rung in _SHARED:
                parcel = self._queues.parcel(
                    outbound, queue, pages=platform.pages, last=_only_one(decision, reach), short=reach.short
                )
            verdict = await self._attempt(
                message, platform, ref, rung, parcel, reach=reach, decision=decision, last=last
            )
            if parcel.riders and verdict.outcome is DeliveryOutcome.REFUSED and verdict.state is None:
                # Whose words they did not take is not known: each goes by itself, the oldest at once.
                parcel = Parcel(outbound=outbound)
                verdict = await self._attempt(
                    message, platform, ref, rung, parcel, reach=reach, decision=decision, last=last
                )
            if verdict.state is not None:
                return
            # Where a repeat was refused, what it repeats may still have arrived.
            state = settled(verdict, rung) if message.unclear_at is None else OutboxState.UNKNOWN
            reason = verdict.detail
        if message.kind == DRAFT_REMINDER:
            state = OutboxState.LAPSED
        if state is OutboxState.WAITING:
            await self._record.wait((message,), seen=_seen(reach), detail=reason)
        else:
            await self._record.settle(message, state, next_at=decision.until, detail=reason)

    async def _no_way_either(self, queue: Queue, platform: Platform, ref: CitizenRef) -> tuple[OutboxMessage, ...]:
        """Return those behind that cannot go either: they wait together, or a contact would find some on their way."""
        found = []
        for row in queue.behind:
            _, decision = await self._decided(row, platform, ref)
            if decision.rungs or _standing(decision) is not OutboxState.WAITING:
                break
            found.append(row)
        return tuple(found)

    async def _decided(self, message: OutboxMessage, platform: Platform, ref: CitizenRef) -> tuple[Reach, Decision]:
        """Return what is known of the ways to the citizen, and what the ladder makes of it."""
        now, mentions = self._clock.now(), self._sender.speaks_in_public(ref)
        async with self._storage.read() as work:
            reach = await read_reach(work, message, platform, mentions=mentions, now=now)
        account = AccountForms(
            forms=FORMS_WITH_MENTIONS if mentions else PRIVATE_FORMS,
            template=platform.has_template(message.kind),
            subscriptions=platform.subscriptions(message.kind),
            rests=self._pauses.rests(ref, Rung),
        )
        notice = Notice(
            of_petition=message.number is not None,
            answers_mention=message.kind == MENTION_ANSWER,
            unclear_at=message.unclear_at,
        )
        return reach, decide(notice, reach.state, now=now, account=account)

    async def _attempt(
        self,
        message: OutboxMessage,
        platform: Platform,
        ref: CitizenRef,
        rung: Rung,
        parcel: Parcel,
        *,
        reach: Reach,
        decision: Decision,
        last: bool,
    ) -> Verdict:
        """Send once; the attempt is on record before anything leaves, and its verdict right after."""
        started, public = self._clock.now(), rung is Rung.PUBLIC_COMMENT
        chosen = decision.subscription if rung is Rung.SUBSCRIPTION else None
        begun = await self._record.begin(
            message, platform, rung, parcel.outbound, subscription=chosen, riders=parcel.riders
        )
        if begun is None:
            return Verdict(outcome=DeliveryOutcome.UNREACHABLE, state=None, detail="subscription: no_grant")
        try:
            receipt = await self._sender.send(message, ref, rung, parcel.outbound, reach=reach, subscription=chosen)
            verdict = Verdict(
                outcome=DeliveryOutcome.ACCEPTED,
                state=OutboxState.SENT,
                message_id=receipt.message_id,
                detail="" if public else f"{rung}: {decision.reasons[rung]}",
            )
            self._pauses.worked(ref, public=public)
        except SendError as error:
            verdict = self._judge(message, ref, rung, error, begun=begun, reach=reach)
        if public:
            verdict = in_public(verdict, answers_mention=message.kind == MENTION_ANSWER, last=last, now=started)
        await self._record.end(
            message,
            verdict,
            begun=begun,
            rung=rung,
            started=started,
            permits=reach.permits,
            riders=parcel.riders,
        )
        self._metrics.notices.labels(ref.account, rung.value, verdict.outcome.value).inc()
        return verdict

    def _judge(
        self, message: OutboxMessage, ref: CitizenRef, rung: Rung, error: SendError, *, begun: Begun, reach: Reach
    ) -> Verdict:
        """Return what a failed attempt means, and let the account rest where the failure was its own."""
        now, public = self._clock.now(), rung is Rung.PUBLIC_COMMENT
        verdict = judge(
            error,
            rung,
            attempt=begun.attempt,
            now=now,
            pause=self._pause,
            backoff=self._backoff,
            window_until=reach.state.window_until,
        )
        if isinstance(error, CredentialsError):
            self._pauses.begin(ref, now + longer(self._pause, error.seconds), error, public=public)
            return verdict
        match error:
            case QuotaExceeded(whole_account=True) if verdict.next_at is not None:
                self._pauses.slow(ref, rung, code=error.code, until=verdict.next_at)
            case Refused() if rung in {Rung.TEMPLATE, Rung.SUBSCRIPTION}:
                log.error("outbox.template_refused", account=ref.account, notice=message.kind, code=error.code)
            case UnreachableCitizen():
                verdict = replace(verdict, left=error.left)
            case _:
                pass
        if not isinstance(error, UnknownOutcome):
            self._pauses.worked(ref, public=public)
        return verdict


def _standing(decision: Decision) -> OutboxState:
    """Return where a message stands while none of its forms is tried."""
    if decision.unclear:
        return OutboxState.UNKNOWN
    return OutboxState.WAITING if decision.until is None else OutboxState.PENDING


def _came_back(message: OutboxMessage, row: CitizenRow | None) -> bool:
    """Whether the citizen has written since, and was offered the draft then."""
    return row is not None and row.last_seen is not None and row.last_seen > message.created_at


def _only_one(decision: Decision, reach: Reach) -> bool:
    """Tell whether nothing more can be sent after this one, so that the citizen must hear what is left."""
    if not _LATER.isdisjoint(decision.rungs):
        return False
    return Rung.MESSAGE not in decision.rungs or (reach.row is not None and reach.row.window_left == 1)


def _seen(reach: Reach) -> datetime | None:
    """Return when the citizen was last heard of, as the ladder knew it."""
    return reach.row.last_seen if reach.row is not None else None
