"""The delivery loop: claims what is due, climbs the ladder, records every attempt before and after it.

Messages of one citizen leave in order and one at a time (the claim sees to that), those of different citizens side by
side. Before a call leaves, the attempt is committed as started; whatever happens to the process then, the record says
that the message may have arrived, and it is not sent again unless the platform can tell a repeat (template messages
carry a `client_msg_id`). A cancelled loop finishes what it has started.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from adapters.platform import CredentialsError, Platform, PublicPlatform, Receipt, Rung, SendError
from bot.clock import Clock
from bot.messages import Channel, CitizenRef, Outbound, Reply
from bot.metrics import Metrics
from bot.outbox.ladder import BACKOFF, Backoff, rungs
from bot.outbox.reach import Reach, read_reach
from bot.outbox.verdict import Verdict, in_public, judge
from bot.petitions.errors import Stale
from bot.petitions.ports import (
    MENTION_ANSWER,
    Delivery,
    DeliveryOutcome,
    OutboxMessage,
    OutboxState,
    Storage,
    StorageUnavailable,
    TurnWrites,
    UnitOfWork,
)
from bot.phrasing import Phrasing
from dialogs.session import with_rest

log = structlog.get_logger(__name__)

_COUNTED = frozenset({DeliveryOutcome.ACCEPTED, DeliveryOutcome.UNKNOWN})
"""After these the platform counts, or may count, a free message as sent; one that it put off is not counted."""
_SHUT = frozenset({DeliveryOutcome.WINDOW_CLOSED})
_OF_MENTIONS = frozenset({Rung.MENTION_REPLY.value, Rung.PUBLIC_COMMENT.value})
"""Forms that say nothing of the window a private message opens, nor of following."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxLimits:
    """`lease` outlasts the slowest call; `pause` is how long an account rests after its credentials failed."""

    poll: float = 1.0
    at_once: int = 32
    lease: timedelta = timedelta(seconds=90)
    pause: timedelta = timedelta(minutes=5)
    backoff: Backoff = BACKOFF


class OutboxLoop:
    """Delivers; `owner` names this process in leases."""

    def __init__(
        self,
        *,
        storage: Storage,
        platforms: Mapping[tuple[Channel, str], Platform],
        public: Mapping[tuple[Channel, str], PublicPlatform] | None = None,
        phrasing: Phrasing,
        clock: Clock,
        metrics: Metrics,
        owner: str,
        limits: OutboxLimits,
    ) -> None:
        self._storage = storage
        self._platforms = platforms
        self._public = public or {}
        self._phrasing = phrasing
        self._clock = clock
        self._metrics = metrics
        self._owner = owner
        self._limits = limits
        self._awake = asyncio.Event()
        self._contacts: set[str] = set()
        self._paused: dict[tuple[Channel, str, bool], datetime] = {}

    def wake(self) -> None:
        """Look at once: something was queued."""
        self._awake.set()

    def contact(self, citizen: str) -> None:
        """Note that the citizen wrote: what waited for them may go now."""
        self._contacts.add(citizen)

    async def run(self) -> None:
        """Deliver for ever; on cancellation wait for the attempts under way."""
        under_way: set[asyncio.Task[None]] = set()
        try:
            while True:
                under_way = await self._round(under_way)
        finally:
            if under_way:
                await asyncio.wait(under_way)

    async def _round(self, under_way: set[asyncio.Task[None]]) -> set[asyncio.Task[None]]:
        self._awake.clear()
        claimed: Iterable[OutboxMessage] = ()
        try:
            await self._release()
            room = self._limits.at_once - len(under_way)
            claimed = await self._claim(room) if room > 0 else ()
        except StorageUnavailable:
            log.warning("outbox.database_away")
        except Exception:
            log.exception("outbox.claim_failed")
        under_way |= {asyncio.create_task(self._deliver(message)) for message in claimed}
        waker = asyncio.create_task(self._pause_or_wake())
        try:
            done, _ = await asyncio.wait({waker, *under_way}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waker.cancel()
        return under_way - done

    async def _pause_or_wake(self) -> None:
        sleeping = asyncio.ensure_future(self._clock.sleep(self._limits.poll))
        waking = asyncio.ensure_future(self._awake.wait())
        try:
            await asyncio.wait({sleeping, waking}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            waking.cancel()

    async def _release(self) -> None:
        if not self._contacts:
            return
        wrote, self._contacts = self._contacts, set()
        try:
            async with self._storage.begin() as work:
                owners = await work.followings.owners(sorted(wrote))
                await work.outbox.release(sorted({*wrote, *owners}), now=self._clock.now())
                await work.commit()
        except StorageUnavailable:
            self._contacts |= wrote
            raise

    async def _claim(self, limit: int) -> tuple[OutboxMessage, ...]:
        now = self._clock.now()
        async with self._storage.begin() as work:
            claimed = await work.outbox.claim(owner=self._owner, now=now, lease=now + self._limits.lease, limit=limit)
            await work.commit()
        return claimed

    async def _deliver(self, message: OutboxMessage) -> None:
        try:
            await self._climb(message)
        except (StorageUnavailable, Stale):
            log.warning("outbox.database_away", message=message.id)  # the lease brings it back
        except Exception as error:
            log.exception("outbox.delivery_failed", message=message.id)
            await self._give_up(message, type(error).__name__)

    async def _give_up(self, message: OutboxMessage, what: str) -> None:
        """Show a message that we cannot handle to the staff; left to its lease, it would come back for ever."""
        try:
            await self._settle(message, OutboxState.UNKNOWN, detail=f"the gateway failed on it: {what}")
        except Exception:
            log.exception("outbox.not_settled", message=message.id)

    async def _climb(self, message: OutboxMessage) -> None:
        """Try the permitted rungs in order until one settles the message; it goes to where its citizen wrote last."""
        if message.number is not None:
            async with self._storage.read() as work:
                citizen = await work.followings.last_active(message.number, message.citizen)
            message = replace(message, citizen=citizen)
        ref = CitizenRef.parse(message.citizen)
        platform = self._platforms.get((ref.channel, ref.account))
        if platform is None:
            await self._settle(message, OutboxState.DEAD, detail=f"no account {ref.account} in the settings")
            return
        rest = self._resting(ref, public=message.kind == MENTION_ANSWER)
        if rest is not None:
            await self._settle(message, OutboxState.PENDING, next_at=rest, detail="the account is paused")
            return
        try:
            outbound = self._outbound(message)
        except Exception:
            log.exception("outbox.render_failed", message=message.id)
            await self._settle(message, OutboxState.DEAD, detail="the phrase could not be rendered")
            return
        state, reason = OutboxState.WAITING, "no permitted way now; waits for the next contact"
        reach, permitted = await self._ways(message, platform, ref)
        for rung in permitted:
            last = rung is permitted[-1]
            verdict = await self._attempt(message, platform, ref, rung, outbound, reach=reach, last=last)
            if verdict.state is not None:
                return
            refused = verdict.outcome is DeliveryOutcome.REFUSED
            state, reason = OutboxState.DEAD if refused else OutboxState.WAITING, verdict.detail
        await self._settle(message, state, detail=reason)

    async def _ways(
        self, message: OutboxMessage, platform: Platform, ref: CitizenRef
    ) -> tuple[Reach, tuple[Rung, ...]]:
        """Return what is known of the ways to the citizen, and those that are permitted now, in their order."""
        now = self._clock.now()
        async with self._storage.read() as work:
            if (ref.channel, ref.account) in self._public:
                reach = await read_reach(work, message, platform, now=now)
            else:
                reach = Reach(row=await work.turns.citizen(message.citizen))
        return reach, rungs(
            reach.row,
            has_template=message.number is not None and platform.has_template(message.kind),
            now=now,
            mention_reply=bool(reach.permits) and self._resting(ref, public=False) is None,
            public=bool(reach.place) and self._resting(ref, public=True) is None,
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
        async with self._storage.begin() as work:
            attempt = await work.outbox.start(message, rung=rung.value, now=started)
            if rung in {Rung.MESSAGE, Rung.MENTION_REPLY}:
                await self._keep_rest(work, message.citizen, platform.pages(outbound)[1])
            await work.commit()
        try:
            receipt = await self._send(message, platform, ref, rung, outbound, reach=reach)
            verdict = Verdict(outcome=DeliveryOutcome.ACCEPTED, state=OutboxState.SENT, message_id=receipt.message_id)
        except SendError as error:
            now = self._clock.now()
            verdict = judge(
                error, rung, attempt=attempt, now=now, pause=self._limits.pause, backoff=self._limits.backoff
            )
            if isinstance(error, CredentialsError):
                self._pause(ref, now + self._limits.pause, error, public=rung is Rung.PUBLIC_COMMENT)
        if rung is Rung.PUBLIC_COMMENT:
            verdict = in_public(verdict, answers_mention=message.kind == MENTION_ANSWER, last=last, now=started)
        await self._record(message, verdict, attempt=attempt, rung=rung, started=started, permits=reach.permits)
        self._metrics.notices.labels(ref.account, rung.value, verdict.outcome.value).inc()
        return verdict

    async def _keep_rest(self, work: UnitOfWork, citizen: str, rest: str) -> None:
        """Leave what does not fit one message in the citizen's session, where 更多 finds it."""
        if rest:
            row = (await work.turns.load([], [citizen])).citizens[citizen]
            await work.turns.save(TurnWrites(citizens=[replace(row, session=with_rest(row.session, rest))]))

    async def _send(
        self,
        message: OutboxMessage,
        platform: Platform,
        ref: CitizenRef,
        rung: Rung,
        outbound: Outbound,
        *,
        reach: Reach,
    ) -> Receipt:
        if rung is Rung.MENTION_REPLY:
            return await self._public[ref.channel, ref.account].reply_mention(ref.user, outbound)
        if rung is Rung.PUBLIC_COMMENT:
            return await self._comment(message, self._public[ref.channel, ref.account], outbound, reach)
        if rung is Rung.TEMPLATE:
            values = self._phrasing.short_fields(message.kind, message.values)
            return await platform.send_template(ref.user, message.kind, values, unique=message.key)
        return await platform.send_message(ref.user, outbound)

    async def _comment(
        self, message: OutboxMessage, speaker: PublicPlatform, outbound: Outbound, reach: Reach
    ) -> Receipt:
        """Say in public what was asked there, or of a petition that there is news and nothing more."""
        words = outbound.text
        if message.kind != MENTION_ANSWER:
            news = {name: message.values[name] for name in ("number", "status", "time")}
            words = self._phrasing.render(Reply(phrase="public.news", values=news)).text
            words = speaker.public_words(words, number=str(message.number), secret=reach.secret)
        return await speaker.comment_on(reach.place, words, post=reach.post)

    async def _record(
        self,
        message: OutboxMessage,
        verdict: Verdict,
        *,
        attempt: int,
        rung: Rung,
        started: datetime,
        permits: str,
    ) -> None:
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

    async def _settle(
        self, message: OutboxMessage, state: OutboxState, *, next_at: datetime | None = None, detail: str
    ) -> None:
        """Move a message without an attempt."""
        async with self._storage.begin() as work:
            await work.outbox.finish(message, None, state=state, next_at=next_at, detail=detail)
            await work.commit()

    def _outbound(self, message: OutboxMessage) -> Outbound:
        if message.phrase.startswith("notice."):
            return self._phrasing.notice(message.kind, message.values)
        return self._phrasing.render(Reply(phrase=message.phrase, values=message.values))

    def _resting(self, ref: CitizenRef, *, public: bool) -> datetime | None:
        until = self._paused.get((ref.channel, ref.account, public))
        return until if until is not None and until > self._clock.now() else None

    def _pause(self, ref: CitizenRef, until: datetime, error: CredentialsError, *, public: bool) -> None:
        """Let the account's private messages rest, or its comments: they have keys of their own."""
        if self._resting(ref, public=public) is None:  # one alarm a pause
            event = "outbox.comments_paused" if public else "outbox.account_paused"
            log.error(event, account=ref.account, code=error.code, remedy=error.remedy)
        self._paused[ref.channel, ref.account, public] = until
