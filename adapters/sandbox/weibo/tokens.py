"""The two tokens of an account: the fans service's, shown once and good for a year, and the OAuth2 one.

There is no refreshing: a token runs out, or is revoked, until somebody mends it by hand. The moment is passed in.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from adapters.sandbox.errors import ApiError, BadInput
from adapters.sandbox.timeline import parse_duration, show_moment


class TokenKind(StrEnum):
    """Which of the two."""

    FANS = "fans_token"
    OAUTH = "oauth_token"


LIFE = {TokenKind.FANS: timedelta(days=365), TokenKind.OAUTH: timedelta(days=5 * 365)}
"""A year; five for the owner of the app authorising it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A token and what became of it."""

    token: str
    since: datetime
    until: datetime
    revoked: bool = False


class Tokens:
    """The tokens of one account, good from `now` on."""

    def __init__(self, *, fans: str, oauth: str, now: datetime) -> None:
        given = {TokenKind.FANS: fans, TokenKind.OAUTH: oauth}
        self._slots = {kind: Slot(token=token, since=now, until=now + LIFE[kind]) for kind, token in given.items()}

    def find(self, token: str) -> TokenKind | None:
        """Return which of our tokens this is, good or not."""
        return next((kind for kind, slot in self._slots.items() if slot.token == token), None)

    def slot(self, kind: TokenKind) -> Slot:
        """Return a token with its dates."""
        return self._slots[kind]

    def check(self, kind: TokenKind, *, now: datetime) -> None:
        """Raise 21317 for a token that was revoked, 21327 for one that ran out."""
        slot = self._slots[kind]
        if slot.revoked:
            raise ApiError(21317, "token_rejected")
        if now >= slot.until:
            raise ApiError(21327, "expired_token")

    def prepare(self, kind: TokenKind, wish: object, *, now: datetime) -> Callable[[], None]:
        """Return what makes it `good` (anew), `expired`, `revoked`, or good for so long, such as `30d`."""
        if not isinstance(wish, str):
            raise BadInput(f"{kind}: good, expired, revoked or a duration such as 30d is needed")
        slot = self._slots[kind]
        match wish:
            case "good":
                changed = replace(slot, revoked=False, since=now, until=now + LIFE[kind])
            case "expired":
                changed = replace(slot, revoked=False, until=now)
            case "revoked":
                changed = replace(slot, revoked=True)
            case _:
                changed = replace(slot, revoked=False, until=now + parse_duration(wish))
        return partial(self._slots.__setitem__, kind, changed)

    def as_json(self, *, now: datetime) -> dict[str, Any]:
        """Return what each is: good, expired or revoked, and until when."""
        return {
            kind.value: {"state": self._state(kind, now=now), "until": show_moment(slot.until)}
            for kind, slot in self._slots.items()
        }

    def _state(self, kind: TokenKind, *, now: datetime) -> str:
        slot = self._slots[kind]
        if slot.revoked:
            return "revoked"
        return "good" if now < slot.until else "expired"
