"""The delivery loop: claims what is due and has it climb the ladder, `bot.outbox.climbing`.

Messages of one citizen leave in order and one at a time (the claim sees to that), those of different citizens side by
side. What a crash leaves under way comes back by its lease, and is not sent again unless the platform can tell a
repeat (template messages carry a `client_msg_id`). A cancelled loop finishes what it has started.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from adapters.platform import Platform, PublicPlatform
from bot.clock import Clock
from bot.doze import Doze
from bot.messages import Channel, CitizenRef
from bot.metrics import Metrics
from bot.outbox.climbing import Climber
from bot.outbox.ladder import BACKOFF, Backoff
from bot.outbox.pauses import Pauses
from bot.outbox.queueing import Queues
from bot.outbox.record import Record
from bot.outbox.sending import Sender
from bot.petitions.errors import Stale
from bot.petitions.outbox_ports import AccountKey, OutboxMessage, OutboxState
from bot.petitions.ports import Storage, StorageUnavailable
from bot.phrasing import Phrasing

log = structlog.get_logger(__name__)


_ACCOUNTS_EVERY = timedelta(minutes=1)
"""How often we look for messages of accounts that are no longer in the settings."""
_LEAST_SHARE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxLimits:
    """`at_once` calls under way, shared evenly by the accounts; `lease` outlasts the slowest call.

    `pause` is how long an account rests after its credentials failed.
    """

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
        self._clock = clock
        self._accounts = frozenset(platforms)
        self._speaking = frozenset(public or ())
        self._strangers: frozenset[AccountKey] = frozenset()
        self._look_again: datetime | None = None
        self._busy: Counter[AccountKey] = Counter()
        self._pauses = Pauses(clock)
        self._record = Record(storage=storage, clock=clock)
        sender = Sender(platforms=platforms, public=public or {}, phrasing=phrasing)
        self._climber = Climber(
            storage=storage,
            sender=sender,
            record=self._record,
            queues=Queues(
                storage=storage, record=self._record, sender=sender, phrasing=phrasing, clock=clock, metrics=metrics
            ),
            pauses=self._pauses,
            clock=clock,
            metrics=metrics,
            pause=limits.pause,
            backoff=limits.backoff,
        )
        self._owner = owner
        self._limits = limits
        self._doze = Doze(clock, seconds=limits.poll)
        self._contacts: set[str] = set()

    @property
    def pauses(self) -> Pauses:
        """The accounts at rest, for whoever shows them or ends a rest."""
        return self._pauses

    def wake(self) -> None:
        """Look at once: something was queued."""
        self._doze.wake()

    def resume(self, account: AccountKey) -> None:
        """End the rest of an account that was mended, and look at once."""
        self._pauses.lift(account)
        self.wake()

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
        self._doze.over()
        claimed: Iterable[OutboxMessage] = ()
        try:
            await self._release()
            claimed = await self._claim()
        except StorageUnavailable:
            log.warning("outbox.database_away")
        except Exception:
            log.exception("outbox.claim_failed")
        under_way |= {asyncio.create_task(self._deliver(message)) for message in claimed}
        waker = asyncio.create_task(self._doze.doze())
        try:
            done, _ = await asyncio.wait({waker, *under_way}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waker.cancel()
        return under_way - done

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

    async def _claim(self) -> tuple[OutboxMessage, ...]:
        now = self._clock.now()
        async with self._storage.begin() as work:
            if self._look_again is None or now >= self._look_again or self._look_again > now + _ACCOUNTS_EVERY:
                self._strangers = await work.outbox.accounts() - self._accounts
                self._look_again = now + _ACCOUNTS_EVERY
            claimed = await work.outbox.claim(
                owner=self._owner, now=now, lease=now + self._limits.lease, shares=self._shares()
            )
            await work.commit()
        return claimed

    def _shares(self) -> dict[AccountKey, int]:
        """Return how many more messages of each account may be under way: every account has its own share.

        One that rests is not asked, unless it can still speak in public.
        """
        all_ = self._accounts | self._strangers
        share = max(_LEAST_SHARE, self._limits.at_once // max(1, len(all_)))
        return {account: share - self._busy[account] for account in all_ if not self._at_rest(account)}

    def _at_rest(self, account: AccountKey) -> bool:
        return account not in self._speaking and self._pauses.account_until(account, public=False) is not None

    async def _deliver(self, message: OutboxMessage) -> None:
        account = CitizenRef.parse(message.citizen)
        key = (account.channel, account.account)
        self._busy[key] += 1
        try:
            await self._climber.climb(message)
        except StorageUnavailable:
            log.warning("outbox.database_away", message=message.id)  # the lease brings it back
        except Stale:
            log.info("outbox.claim_lost", message=message.id)  # whoever took it over sends it
        except Exception as error:
            log.exception("outbox.delivery_failed", message=message.id)
            await self._give_up(message, type(error).__name__)
        finally:
            self._busy[key] -= 1

    async def _give_up(self, message: OutboxMessage, what: str) -> None:
        """Show a message that we cannot handle to the staff; left to its lease, it would come back for ever."""
        try:
            await self._record.settle(message, OutboxState.UNKNOWN, detail=f"the gateway failed on it: {what}")
        except Exception:
            log.exception("outbox.not_settled", message=message.id)
