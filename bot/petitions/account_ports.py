"""What the gateway keeps about its own accounts on the platforms, and how staff and dashboards see them.

`AccountsHealth` is the read-only door for a page about accounts; `bot.app.weibo_upkeep.WeiboHealth` stands behind it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.messages import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """Why calls rest, since when and until when; `token` is the print of the one that failed, nothing of itself."""

    token: str
    code: str
    remedy: str
    failures: int
    since: datetime
    failed_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The last look for mentions of one kind: when, with what error ('' for none), and when one last went through."""

    account: str
    kind: str
    looked_at: datetime
    code: str = ""
    complete_at: datetime | None = None


class AccountNotes(Protocol):
    """What is kept about accounts."""

    async def rests(self) -> Sequence[tuple[str, str, Rest]]:
        """Return all rests as (lane, call, rest)."""
        ...

    async def put_rest(self, lane: str, call: str, rest: Rest) -> None:
        """Keep that a call has failed (again)."""
        ...

    async def clear_rest(self, lane: str, call: str) -> None:
        """Forget it."""
        ...

    async def looks(self) -> Sequence[Look]:
        """Return the last look of every account and kind."""
        ...

    async def mark(self, account: str, name: str, *, at: datetime) -> None:
        """Keep when something last happened to an account (`wechat:main`), the latest of all processes."""
        ...

    async def marks(self) -> Mapping[tuple[str, str], datetime]:
        """Return all marks by account and name."""
        ...

    async def note_look(self, account: str, kind: str, *, code: str, now: datetime) -> None:
        """Keep what came of the look that has begun: '' when it went through to its end."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedBody:
    """The body that came with a signed query; `body_hash` in hex."""

    account: str
    timestamp: str
    nonce: str
    body_hash: str


class SignedBodies(Protocol):
    """Which body came first with which signed query, for platforms whose signature does not cover the body."""

    async def first(self, bodies: Sequence[SignedBody], *, now: datetime) -> Sequence[str]:
        """Remember the first body of each query; return its hash for each of `bodies`, in their order."""
        ...

    async def forget(self, *, before: datetime, limit: int) -> int:
        """Forget those first seen before a moment, `limit` at most; return how many."""
        ...


OUTBOX_LANE = "outbox"
"""Rests of the outbox are kept as `outbox:<channel>:<account>`, call `private` or `public`."""
CALLBACK = "callback"
"""The mark of the last callback that was answered."""


class TokenState(StrEnum):
    """How a token stands."""

    GOOD = "good"
    ENDING = "ending"
    """It ends within thirty days."""
    ENDED = "ended"
    """By the date in the settings."""
    RESTING = "resting"
    """The platform refused it, or asks for a person: calls rest until it is tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenHealth:
    """One token of an account, by the name of its setting; `expires` None where the settings do not say.

    Of a resting one: `code` and `remedy` by the platform's word, `since` when, and `tried_at`, when it is tried again.
    `call` is the one interface that rests, '' when all do.
    """

    name: str
    state: TokenState
    expires: datetime | None = None
    days_left: int | None = None
    code: str = ""
    remedy: str = ""
    call: str = ""
    since: datetime | None = None
    tried_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallQuota:
    """How many calls of one form the platform says are left today, of how many; `call` is the form's name."""

    call: str
    left: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountHealth:
    """One account: its tokens, the calls of the day, and the looks for mentions (none where all is pushed)."""

    channel: Channel
    account: str
    tokens: tuple[TokenHealth, ...]
    calls_a_day: int
    calls_made: int
    kept_for_answers: int
    looks: tuple[Look, ...] = ()
    plain: bool = False
    """Whether callbacks come unencrypted (明文模式)."""
    templates: tuple[str, ...] = ()
    """The kinds of notice that a template serves."""
    subscriptions: tuple[str, ...] = ()
    """The kinds of notice that a subscription message serves."""
    quotas: tuple[CallQuota, ...] = ()
    """What the platform itself told of today's calls; none where it was not asked or did not tell."""

    @property
    def calls_left(self) -> int:
        """How many calls may still be made today."""
        return max(self.calls_a_day - self.calls_made, 0)


class AccountsHealth(Protocol):
    """How the accounts stand."""

    async def health(self, *, now: datetime) -> tuple[AccountHealth, ...]:
        """Return it, account by account; raise `StorageUnavailable`."""
        ...


class NoAccountsHealth:
    """An `AccountsHealth` for a gateway with nothing to tell."""

    async def health(self, *, now: datetime) -> tuple[AccountHealth, ...]:  # noqa: ARG002  as AccountsHealth has it
        """Return nothing."""
        return ()
