"""Accounts at rest: after its credentials failed an account sends nothing for a while, and one alarm says why.

Private messages and comments in public have keys of their own, and rest apart. Knows no database and no platform.
"""

from datetime import datetime

import structlog

from adapters.platform import CredentialsError
from bot.clock import Clock
from bot.messages import Channel, CitizenRef

log = structlog.get_logger(__name__)


class Pauses:
    """Which accounts rest, and until when."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[tuple[Channel, str, bool], datetime] = {}
        self._alarmed: set[tuple[Channel, str, bool]] = set()

    def until(self, ref: CitizenRef, *, public: bool) -> datetime | None:
        """Return until when the citizen's account rests, None when it does not."""
        until = self._until.get((ref.channel, ref.account, public))
        return until if until is not None and until > self._clock.now() else None

    def begin(self, ref: CitizenRef, until: datetime, error: CredentialsError, *, public: bool) -> None:
        """Let the account's private messages rest, or its comments; there is one alarm until it works again."""
        key = (ref.channel, ref.account, public)
        if key not in self._alarmed:
            self._alarmed.add(key)
            event = "outbox.comments_paused" if public else "outbox.account_paused"
            log.error(event, account=ref.account, code=error.code, remedy=error.remedy)
        self._until[key] = until

    def worked(self, ref: CitizenRef, *, public: bool) -> None:
        """Note that something was sent: the next failure is a new one."""
        self._alarmed.discard((ref.channel, ref.account, public))
