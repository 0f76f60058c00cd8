"""Group commit: all messages that wait are one transaction.

The webhook hands a message over and waits. One task takes everything that waits (bounded), loads the citizens, makes
the pure turns in order of arrival, writes it all and commits once; then everybody is answered. No timer collects a
batch: it is what came while the last one was being committed, and what a few turns of the loop find on the sockets.
Rules that keep promises:

- A repeat of a message being worked on waits for the same turn; a repeat of a stored one gets its stored reply.
- A turn that raises is stored as failed, its citizen is told so, and the others of its batch commit.
- A turn that looks things up, or changes an existing petition, runs alone in a unit of work right after its batch, and
  so do the citizen's later messages: order per citizen is kept, and the batch stays two statements.
- A batch that fails as a whole (another process wrote the same citizen) is done again, then one by one.
- When the database is away, messages go to the spool, the citizen gets the holding phrase, and the spool is worked off
  in order before anything newer.
- Whoever has waited `answer_within` seconds is answered with nothing, and the words follow by the outbox.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from bot.answers import Answer
from bot.clock import Clock, local
from bot.errors import Overloaded
from bot.intake.acting import Registrar
from bot.intake.alone import SingleTurns
from bot.intake.aside import AWAY_SECONDS, Aside, Spool, keep_raw
from bot.intake.owed import OwedReplies
from bot.intake.pace import Pace
from bot.intake.patience import Patience
from bot.intake.pending import NO_CONTACT, Pending, Wait
from bot.intake.together import Together
from bot.intake.turning import Turner
from bot.messages import Inbound, InboundKind
from bot.metrics import Metrics
from bot.petitions.errors import Stale
from bot.petitions.ports import Storage, StorageUnavailable
from bot.petitions.turn_ports import Batch, RawInbound, TurnState

log = structlog.get_logger(__name__)

_GATHERING = 5
"""Turns of the loop before a batch is taken: enough to write the last answers, read what stands on the sockets and
bring it here. When nobody else writes they pass in microseconds; under load they make batches twice as large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeLimits:
    """`batch` messages a commit, `queue` messages waiting at most, an answer within `answer_within` seconds."""

    batch: int = 256
    queue: int = 4096
    answer_within: float = 4.0


class Intake:
    """Takes messages in; `run` must be running."""

    def __init__(
        self,
        *,
        storage: Storage,
        turner: Turner,
        registrar: Registrar,
        spool: Spool,
        clock: Clock,
        metrics: Metrics,
        limits: IntakeLimits,
        pace: Pace,
        on_outbox: Callable[[], None],
        on_media: Callable[[], None],
        on_contact: Callable[[str], None],
        on_chat: Callable[[], None] | None = None,
    ) -> None:
        self._storage = storage
        self._turner = turner
        self._registrar = registrar
        self._clock = clock
        self._metrics = metrics
        self._limits = limits
        self._pace = pace
        self._on_outbox = on_outbox
        self._on_media = on_media
        self._on_contact = on_contact
        self._on_chat = on_chat
        self._queue: deque[Pending] = deque()
        self._working: dict[str, Pending] = {}
        self._owed = OwedReplies(storage, on_outbox=on_outbox)
        self._alone = SingleTurns(storage=storage, turner=turner, registrar=registrar, clock=clock, metrics=metrics)
        self._ready = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._aside = Aside(
            spool=spool, storage=storage, metrics=metrics, time=self._loop.time, on_more=self._ready.set
        )
        self._patience = Patience(self._loop, seconds=limits.answer_within, on_late=metrics.turns.labels("late").inc)

    def take(self, inbound: Inbound, seal: Callable[[str], bytes], answer: Answer) -> None:
        """Make `inbound` durable and set `answer` to what `seal` makes of the words of its passive answer.

        The words are '' for nothing to say (or not yet). The answers of a batch are sealed in one go, right after it.
        Raises `Overloaded`; then nothing was kept, and the platform must be told to try again.
        """
        pending = self._working.get(inbound.key)
        if pending is None:
            if len(self._queue) >= self._limits.queue:
                raise Overloaded
            now = self._clock.now()
            pending = Pending(inbound=inbound, received_at=now, hurried=self._pace.hurried(inbound.citizen.user, now))
            self._working[inbound.key] = pending
            self._queue.append(pending)
            self._ready.set()
        wait = Wait(answer, seal)
        pending.waits.append(wait)
        self._patience.watch(pending, wait)

    async def answer(self, inbound: Inbound, seal: Callable[[str], bytes]) -> bytes:
        """Make `inbound` durable as `take` does, and return its answer."""
        answer: asyncio.Future[bytes] = self._loop.create_future()
        self.take(inbound, seal, answer)
        sealed = await answer
        await self.keep_late(inbound.key)
        return sealed

    def is_late(self, key: str) -> bool:
        """Return whether the message of this key must be kept on the disk before it is answered."""
        pending = self._working.get(key)
        return pending is not None and pending.late

    async def keep_late(self, key: str) -> None:
        """Keep the message of this key on the disk if it is still being worked on: to be called before it is answered.

        Only what waited too long is answered before its turn is stored, and the platform will not bring it again.
        """
        pending = self._working.get(key)
        if pending is not None and pending.late:
            await self._aside.keep(pending)

    async def keep_raw(self, raw: RawInbound) -> None:
        """Keep a body that cannot be understood, in the database or, while that is away, in the spool."""
        try:
            await keep_raw(self._storage, raw)
        except StorageUnavailable:
            await self._aside.put_raw(raw)

    async def run(self) -> None:
        """Commit what waits, for ever."""
        while True:
            await self._wait()
            await self._owed.pay()
            if self._aside.pending and not await self._aside.work_off(self._turn_kept, limit=self._limits.batch):
                while self._queue:
                    await self._set_aside(self._queue.popleft())
                continue
            batch = await self._gather()
            if batch:
                await self._commit(batch)

    async def _gather(self) -> Sequence[Pending]:
        if self._queue:
            for _ in range(_GATHERING):
                await asyncio.sleep(0)
        return [self._queue.popleft() for _ in range(min(len(self._queue), self._limits.batch))]

    async def _wait(self) -> None:
        if not self._queue:
            self._ready.clear()
            try:
                async with asyncio.timeout(AWAY_SECONDS if self._aside.pending or self._owed else None):
                    await self._ready.wait()
            except TimeoutError:
                return

    async def _commit(self, batch: Sequence[Pending]) -> None:
        self._metrics.batches.observe(len(batch))
        alone: Sequence[Pending] = ()
        try:
            try:
                alone = await self._commit_together(batch)
            except Stale:  # what was remembered was wrong, or another process wrote: once more, all read anew
                alone = await self._commit_together(batch)
        except StorageUnavailable:
            await self._database_is_away(batch)
            return
        except Exception:
            if len(batch) > 1:
                log.warning("intake.batch_failed", turns=len(batch), exc_info=True)
            alone = [pending for pending in batch if not pending.done]
        for index, pending in enumerate(alone):
            try:
                await self._commit_alone(pending)
            except StorageUnavailable:
                await self._database_is_away(alone[index:])
                return

    # --- many at once -----------------------------------------------------------------------------------------------

    async def _commit_together(self, batch: Sequence[Pending]) -> Sequence[Pending]:
        """Commit all turns that need nothing but the citizens' rows; return the others, in order."""
        now = self._clock.now()
        async with self._storage.batch() as transaction:
            together = Together(self._turner, await _state(transaction, batch), now=now)
            for pending in batch:
                together.take(pending)
            if together.filings:
                first = await transaction.reserve(local(now).date(), len(together.filings))
                together.file_all(self._registrar, first)
            if together.answered:
                await transaction.save(together.writes())
        for pending, text in together.repeats:
            self._finish(pending, text)
        for pending, text in together.answered:
            self._finish(pending, text)
        self._metrics.turns.labels("turned").inc(len(together.answered))
        self._metrics.turns.labels("repeat").inc(len(together.repeats))
        if together.attachments:
            self._on_media()
        await self._follow_up([pending for pending, _ in together.answered])
        return together.alone

    # --- one by one -------------------------------------------------------------------------------------------------

    async def _commit_alone(self, pending: Pending) -> None:
        try:
            text = await self._alone.turn(pending)
        except StorageUnavailable:
            raise
        except Exception as error:
            log.exception("intake.turn_failed", key=pending.inbound.key)
            text = await self._alone.store_failed(pending, type(error).__name__)
        self._finish(pending, text)
        if pending.inbound.media:
            self._on_media()
        if pending.chatted and self._on_chat is not None:
            self._on_chat()
        await self._follow_up([pending])

    # --- afterwards -------------------------------------------------------------------------------------------------

    def _finish(self, pending: Pending, text: str) -> None:
        self._working.pop(pending.inbound.key, None)
        pending.done = True
        for wait in pending.waits:
            self._patience.forget(wait)
            wait.end(text)

    async def _follow_up(self, finished: Sequence[Pending]) -> None:
        """Queue the replies that missed their answer while being committed, and tell the outbox who wrote."""
        self._owed.add(finished, now=self._clock.now())
        await self._owed.pay()
        if any(p.late or p.inbound.kind is InboundKind.MENTION for p in finished):
            self._on_outbox()
        for pending in finished:
            if pending.inbound.kind not in NO_CONTACT or pending.inbound.kind is InboundKind.CONSENT:
                self._on_contact(pending.inbound.citizen.key)

    # --- while the database is away ---------------------------------------------------------------------------------

    async def _database_is_away(self, batch: Sequence[Pending]) -> None:
        log.error("intake.database_away", waiting=len(batch))
        self._aside.leave_alone()
        for pending in batch:
            await self._set_aside(pending)

    async def _set_aside(self, pending: Pending) -> None:
        await self._aside.put(pending)
        talked_to = pending.inbound.kind not in NO_CONTACT
        self._finish(pending, self._turner.say("system.holding", pending.inbound)[0] if talked_to else "")

    async def _turn_kept(self, pending: Pending) -> None:
        await self._commit_alone(pending)
        if pending.repeated:  # its turn was made before; nobody knows whether its reply was queued
            text = self._turner.without_markup(pending.repeated, pending.inbound)
            await self._owed.pay_again(pending, text, now=self._clock.now())


async def _state(transaction: Batch, batch: Sequence[Pending]) -> TurnState:
    """Return what the batch must know; of citizens who are remembered nothing is read."""
    known = transaction.remembered([pending.inbound.citizen.key for pending in batch])
    unknown = [pending for pending in batch if pending.inbound.citizen.key not in known]
    if not unknown:
        return TurnState(repeats={}, citizens=known)
    state = await transaction.load(
        [pending.inbound.key for pending in unknown], list({pending.inbound.citizen.key for pending in unknown})
    )
    return TurnState(repeats=state.repeats, citizens={**known, **state.citizens})
