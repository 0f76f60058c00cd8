"""Mentions in public: kept when they are pushed, looked for where the settings say so, and turned one by one.

A mention is on record before anything is done with it, under one key however it was found; how far was looked is
committed with what was found. Then it is made whole where a push brought only a part (which asks the platform, so it
cannot be done while the push waits), and goes through intake like every other message. Where nothing can be asked now,
it is turned as it came, and what stands around it follows. Knows no platform's fields.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

from adapters.platform import CredentialsError, Refused, SendError
from bot.clock import Clock, local
from bot.doze import Doze
from bot.errors import Overloaded
from bot.intake.enriching import Enricher
from bot.intake.listening import Listening, Troubles
from bot.intake.mention_looks import Looks
from bot.messages import Inbound
from bot.petitions.errors import Stale
from bot.petitions.mention_ports import Mention, MentionState
from bot.petitions.ports import Storage, StorageUnavailable
from dialogs.mentioned import Mentions, Sense

log = structlog.get_logger(__name__)

_PATIENCE = timedelta(days=1)
"""How long a mention waits to be made whole; then it is turned as it came."""
_LONG = timedelta(minutes=30)
"""A wait that is not worth it: the day's calls are spent. The mention is turned as it came, and made whole later."""
_LATER = timedelta(minutes=10)
"""The shortest wait before what stands around a turned mention is asked for again."""
_WORTHWHILE = timedelta(days=7)
"""How long that is tried."""
_Found = tuple[Inbound, datetime | None]
"""A mention to be turned, and when to ask for what stands around it, where that is still missing."""
_AWAITS_LOOK = timedelta(minutes=10)
"""How long a mention waits for a look that brings the whole of it."""


class TakesMessages(Protocol):
    """Intake, as far as mentions know it."""

    async def answer(self, inbound: Inbound, seal: Callable[[str], bytes]) -> bytes:
        """Make a message durable; raise `Overloaded`."""
        ...


class MentionLoop:
    """Finds and turns the mentions of all accounts, given by name."""

    def __init__(
        self,
        *,
        storage: Storage,
        accounts: Mapping[str, Listening],
        intake: TakesMessages,
        mentions: Mentions,
        clock: Clock,
        on_media: Callable[[], None],
        poll: float = 1.0,
        at_once: int = 32,
        lease: timedelta = timedelta(minutes=5),
    ) -> None:
        self._storage = storage
        self._accounts = accounts
        self._intake = intake
        self._clock = clock
        self._on_media = on_media
        self._mentions = mentions
        self._enricher = Enricher(storage, mentions)
        self._at_once = at_once
        self._lease = lease
        self._doze = Doze(clock, seconds=poll)
        self._troubles = Troubles()
        self._looks = Looks(storage, accounts, troubles=self._troubles)

    async def take(self, inbound: Inbound) -> None:
        """Make a pushed mention durable; raise `Overloaded` when it could not be kept at all."""
        try:
            await self._keep([inbound])
        except StorageUnavailable:
            await self._intake.answer(inbound, str.encode)  # goes to the spool, and is turned as it came
            return
        self._doze.wake()

    async def run(self) -> None:
        """Work for ever."""
        while True:
            self._doze.over()
            try:
                while await self._round(self._clock.now()):
                    pass
            except StorageUnavailable:
                log.warning("mentions.database_away")
            except Exception:
                log.exception("mentions.round_failed")
            await self._doze.doze()

    async def _keep(self, found: Sequence[Inbound]) -> None:
        async with self._storage.begin() as work:
            await work.mentions.add(found, now=self._clock.now())
            await work.commit()

    async def _round(self, now: datetime) -> int:
        """Look and turn as of one moment, so that nothing is given up before a look that is due has been made."""
        await self._looks.around(now)
        return await self._work(now)

    # --- turning ----------------------------------------------------------------------------------------------------

    async def _work(self, now: datetime) -> int:
        """Turn what is due; return how many were taken."""
        async with self._storage.begin() as work:
            mentions = await work.mentions.claim(now=now, lease=now + self._lease, limit=self._at_once)
            await work.commit()
        await asyncio.gather(*(self._one(mention, now) for mention in mentions))
        return len(mentions)

    async def _one(self, mention: Mention, now: datetime) -> None:
        try:
            if mention.state is MentionState.FOUND:
                await self._turn(mention, now)
            else:
                await self._enrich(mention, now)
        except (StorageUnavailable, Overloaded):
            log.warning("mentions.database_away")  # the lease brings it back
        except Stale:
            log.info("mentions.again", key=mention.inbound.key)  # the citizen wrote meanwhile; so does the lease
        except Exception:
            log.exception("mentions.turn_failed", key=mention.inbound.key)

    async def _turn(self, mention: Mention, now: datetime) -> None:
        found = await self._whole(mention, now)
        if found is None:
            return
        inbound, later = found
        await self._intake.answer(inbound, str.encode)
        what = self._mentions.sense(inbound)
        state = MentionState.DRAFTED if what is Sense.REQUEST else MentionState.ASIDE
        await self._update(replace(mention, inbound=inbound, state=state, next_at=later, detail=what.value))

    async def _enrich(self, mention: Mention, now: datetime) -> None:
        """Give what stands around a mention that was turned without it to what was made of it; try for a week."""
        inbound, account = mention.inbound, mention.inbound.citizen.account
        listening = self._accounts.get(account)
        if listening is None or now > mention.found_at + _WORTHWHILE:
            await self._update(replace(mention, next_at=None))
            return
        whole = inbound
        if not listening.platform.is_whole(inbound):
            try:
                asked = await self._asked(inbound, listening, now)
            except Refused:
                await self._update(replace(mention, next_at=None))  # gone, or closed to us: the push's words stay
                return
            except SendError as error:
                self._troubles.note(account, "context", error)
                wait = max(self._wait(error, mention.attempts), _LATER)
                await self._update(replace(mention, attempts=mention.attempts + 1, next_at=now + wait))
                return
            if asked is None:
                await self._update(replace(mention, next_at=_tomorrow(now)))
                return
            whole = asked
            self._troubles.over(account, "context")
        if await self._enricher.add(mention, whole, now=now):
            self._on_media()

    async def _whole(self, mention: Mention, now: datetime) -> _Found | None:
        """Return the mention with all that stands around it, or as it came; None when it is to wait."""
        inbound, account = mention.inbound, mention.inbound.citizen.account
        listening = self._accounts.get(account)
        if listening is None or listening.platform.is_whole(inbound):
            return inbound, None
        try:
            whole = await self._asked(inbound, listening, now)
        except Refused:
            return inbound, None  # gone, or closed to us: the push's own words are what is left
        except SendError as error:
            self._troubles.note(account, "context", error)
            wait = self._wait(error, mention.attempts)
            if wait > _LONG or isinstance(error, CredentialsError) or now + wait > mention.found_at + _PATIENCE:
                return inbound, now + max(wait, _LATER)
            await self._update(replace(mention, attempts=mention.attempts + 1, next_at=now + wait, detail=error.code))
            return None
        if whole is None:
            return await self._looked_for(mention, listening, now)
        self._troubles.over(account, "context")
        return whole, None

    async def _asked(self, inbound: Inbound, listening: Listening, now: datetime) -> Inbound | None:
        """Ask for what stands around a mention; None when today's single questions are used up. Raises `SendError`.

        While the platform lets nobody call, no question is counted: they are there when the token works again.
        """
        await listening.platform.ready_for_context(inbound)
        async with self._storage.begin() as work:
            name, day = f"mentions:{inbound.citizen.account}:asks", local(now).date().isoformat()
            taken = await work.calls.spend(name, day, 1, limit=listening.asks, reserve=0)
            await work.commit()
        return await listening.platform.with_context(inbound) if taken else None

    async def _looked_for(self, mention: Mention, listening: Listening, now: datetime) -> _Found | None:
        """Wait for a look, made soon, to bring the whole of it; return it as it came where none will or did."""
        until = mention.found_at + _AWAITS_LOOK
        if listening.every is None or now >= until:
            return mention.inbound, _tomorrow(now)
        self._looks.hasten(mention.inbound.citizen.account)
        await self._update(replace(mention, next_at=until, detail="waits for the next look"))
        return None

    @staticmethod
    def _wait(error: SendError, attempts: int) -> timedelta:
        asked = getattr(error, "seconds", None) or 0.0
        if isinstance(error, CredentialsError):
            return timedelta(seconds=max(asked, 600.0))
        return timedelta(seconds=max(asked, 5.0 * 2 ** min(attempts, 8)))

    async def _update(self, mention: Mention) -> None:
        async with self._storage.begin() as work:
            await work.mentions.update(mention)
            await work.commit()


def _tomorrow(now: datetime) -> datetime:
    """Return a moment soon after the coming midnight of Beijing, when the calls of a day start again."""
    midnight = local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight + timedelta(days=1, minutes=1)).astimezone(UTC)
