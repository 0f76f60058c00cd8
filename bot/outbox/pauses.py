"""Accounts at rest: after its credentials failed an account sends nothing for a while, and one alarm says why.

Private messages and comments in public have keys of their own, and rest apart. After too many calls only the form they
were made in rests. Kept in the memory of one process: another finds out by itself. Knows no database and no platform.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from adapters.platform import CredentialsError, Rung
from bot.clock import Clock
from bot.messages import Channel, CitizenRef
from bot.petitions.outbox_ports import AccountKey

log = structlog.get_logger(__name__)

_PROBE = timedelta(seconds=30)
"""How long the others wait for what comes of the first call after a pause: a call takes less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Why an account rests, and since when."""

    code: str
    remedy: str
    since: datetime


class Pauses:
    """Which accounts rest, and until when."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[tuple[Channel, str, bool], datetime] = {}
        self._alarmed: set[tuple[Channel, str, bool]] = set()
        self._why: dict[tuple[Channel, str, bool], Pause] = {}
        self._slowed: dict[tuple[Channel, str, Rung], datetime] = {}

    def until(self, ref: CitizenRef, *, public: bool) -> datetime | None:
        """Return until when the citizen's account rests, None when it does not."""
        return self.account_until((ref.channel, ref.account), public=public)

    def account_until(self, account: AccountKey, *, public: bool) -> datetime | None:
        """Return until when an account rests, None when it does not."""
        until = self._until.get((*account, public))
        return until if until is not None and until > self._clock.now() else None

    def rests(self, ref: CitizenRef, rungs: Iterable[Rung]) -> dict[Rung, datetime]:
        """Return the forms of the citizen's account that rest, each until when."""
        now, ends = self._clock.now(), {}
        for rung in rungs:
            known = (self._slowed.get((ref.channel, ref.account, rung)), self.until(ref, public=in_public(rung)))
            if (latest := max((end for end in known if end is not None and end > now), default=None)) is not None:
                ends[rung] = latest
        return ends

    def begin(self, ref: CitizenRef, until: datetime, error: CredentialsError, *, public: bool) -> None:
        """Let the account's private messages rest, or its comments; there is one alarm until it works again."""
        key = (ref.channel, ref.account, public)
        if key not in self._alarmed:
            event = "outbox.comments_paused" if public else "outbox.account_paused"
            log.error(event, account=ref.account, code=error.code, remedy=error.remedy)
            self._why[key] = Pause(code=error.code, remedy=error.remedy, since=self._clock.now())
        self._alarmed.add(key)
        self._until[key] = until

    def standing(self) -> dict[tuple[Channel, str, bool], tuple[Pause, datetime]]:
        """Return every account that has not worked since its credentials failed, with the end of its pause."""
        return {key: (self._why[key], self._until[key]) for key in self._alarmed if key in self._until}

    def lift(self, account: AccountKey) -> None:
        """End the pauses of an account: somebody has mended it, and its next call tells."""
        for public in (False, True):
            self._until.pop((*account, public), None)
            self._alarmed.discard((*account, public))

    def probe(self, ref: CitizenRef, *, public: bool) -> None:
        """Note that a call will leave: after a pause, the others wait for what comes of the first."""
        key = (ref.channel, ref.account, public)
        if key in self._alarmed:
            self._until[key] = self._clock.now() + _PROBE

    def worked(self, ref: CitizenRef, *, public: bool) -> None:
        """Note that the platform accepted the credentials: the next failure is a new one."""
        key = (ref.channel, ref.account, public)
        if key in self._alarmed:
            self._alarmed.discard(key)
            self._until.pop(key, None)
            log.info("outbox.account_resumed", account=ref.account)

    def slow(self, ref: CitizenRef, rung: Rung, *, code: str, until: datetime) -> None:
        """Let one form rest: the platform says that there were too many calls."""
        key = (ref.channel, ref.account, rung)
        if self._slowed.get(key, self._clock.now()) <= self._clock.now():
            log.warning("outbox.account_slowed", account=ref.account, rung=rung.value, code=code)
        self._slowed[key] = until


def in_public(rung: Rung) -> bool:
    """Tell whether a form is for all to read."""
    return rung is Rung.PUBLIC_COMMENT
