"""Access tokens as the platform issues them: `stable_token` and the older `token`, isolated from each other.

Pure in the sense that it opens nothing; the moment is passed in. `check` tells the two token errors apart.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from adapters.sandbox.errors import ApiError

LIFETIME = timedelta(seconds=7200)
OVERLAP = timedelta(minutes=5)
FORCED_A_DAY = 20
FORCED_APART = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A token and the moment until which it is good."""

    token: str
    until: datetime


class Tokens:
    """The tokens of one account."""

    def __init__(self, *, make: Callable[[], str] = lambda: secrets.token_urlsafe(100)) -> None:
        self._make = make
        self._issued: dict[str, datetime] = {}
        self._stable: Issued | None = None
        self._classic: Issued | None = None
        self._forced: tuple[date, int, datetime] | None = None

    def stable(self, *, now: datetime) -> Issued:
        """Return the stable token: the same while it has five minutes left, then a new one beside it."""
        if self._stable is None or self._stable.until - now < OVERLAP:
            self._stable = self._issue(now=now)
        return self._stable

    def force(self, *, now: datetime) -> Issued:
        """Replace the stable token at once (for leaks); at most 20 a day, 30 seconds apart."""
        today, count, last = self._forced or (now.date(), 0, now - FORCED_APART)
        count = count if today == now.date() else 0
        if now - last < FORCED_APART:
            raise ApiError(45011, "api minute-quota reach limit, must slower")
        if count >= FORCED_A_DAY:
            raise ApiError(45009, "reach max api daily quota limit")
        self._forced = (now.date(), count + 1, now)
        if self._stable is not None:
            self._issued.pop(self._stable.token, None)
        self._stable = self._issue(now=now)
        return self._stable

    def classic(self, *, now: datetime) -> Issued:
        """Return a new token of the older kind; the one before lives five minutes more."""
        if self._classic is not None and self._classic.token in self._issued:
            self._issued[self._classic.token] = min(self._classic.until, now + OVERLAP)
        self._classic = self._issue(now=now)
        return self._classic

    def knows(self, token: str) -> bool:
        """Tell whether this account issued the token, expired or not."""
        return token in self._issued

    def check(self, token: str, *, now: datetime) -> None:
        """Raise 40001 for a token that is not ours or was replaced, 42001 for one that ran out."""
        until = self._issued.get(token)
        if until is None:
            raise ApiError(40001, "invalid credential, access_token is invalid or not latest")
        if now >= until:
            raise ApiError(42001, "access_token expired")

    def _issue(self, *, now: datetime) -> Issued:
        issued = Issued(token=self._make(), until=now + LIFETIME)
        self._issued[issued.token] = issued.until
        return issued
