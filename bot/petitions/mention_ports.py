"""What the gateway asks of its storage about mentions in public: which were found, how far was looked, what calls cost.

A mention is kept before anything is done with it, under the key of the inbound message it will be, so that a push and a
look that find the same one are one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.messages import Inbound


class MentionState(StrEnum):
    """What became of a mention; persisted."""

    FOUND = "found"
    """Not yet turned: what stands around it may have to be asked for."""
    DRAFTED = "drafted"
    """It is a draft petition of its citizen."""
    ASIDE = "aside"
    """No request, by rule; staff see it."""


class Shown(StrEnum):
    """Which mentions a list shows."""

    WAITING = "waiting"
    """Of no petition yet: a draft whose citizen has not gone on, or not even turned."""
    FILED = "filed"
    ASIDE = "aside"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A mention and where it stands; `replies` are the private messages it has permitted so far and that were sent."""

    inbound: Inbound
    state: MentionState
    found_at: datetime
    attempts: int = 0
    next_at: datetime | None = None
    replies: int = 0
    detail: str = ""
    number: str = ""
    """Of the petition that its citizen made of it, '' for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BegunLook:
    """Where a look starts: the cursor ('' until one went through), and when the very first one was tried."""

    cursor: str
    first_at: datetime


class Mentions(Protocol):
    """Mentions, and how far was looked for them."""

    async def add(self, found: Sequence[Inbound], *, now: datetime, better: bool = False) -> int:
        """Keep what was found, to be worked on at once; return how many were written.

        One that is known already stays as it is, unless this is the `better` form of one that still waits to be made
        whole.
        """
        ...

    async def claim(self, *, now: datetime, lease: datetime, limit: int) -> tuple[Mention, ...]:
        """Take mentions whose `next_at` has come, oldest first; they are not given again before `lease`."""
        ...

    async def update(self, mention: Mention) -> None:
        """Write inbound, state, attempts, next_at and detail."""
        ...

    async def get(self, key: str) -> Mention | None:
        """Return one mention."""
        ...

    async def latest(self, citizen: str) -> Mention | None:
        """Return the citizen's newest mention."""
        ...

    async def spend_reply(self, key: str) -> None:
        """Count one private message that a mention permitted."""
        ...

    async def filed(self, key: str, number: str) -> None:
        """Keep that a petition was made of a mention."""
        ...

    async def forget(self, *, before: datetime, limit: int) -> int:
        """Forget mentions found before a moment that no petition was made of, `limit` at most; return how many."""
        ...

    async def listed(self, state: MentionState, *, limit: int = 200) -> tuple[Mention, ...]:
        """Return the mentions of a state, newest first."""
        ...

    async def page(self, shown: Shown, *, limit: int, offset: int = 0) -> tuple[Mention, ...]:
        """Return one page of the mentions, those found last first."""
        ...

    async def counts(self) -> Mapping[Shown, int]:
        """Return how many each list shows."""
        ...

    async def begin_look(self, account: str, kind: str, *, now: datetime, before: datetime) -> BegunLook | None:
        """Take the next look at `kind` for this process; None when somebody has looked since `before`."""
        ...

    async def put_cursor(self, account: str, kind: str, cursor: str) -> None:
        """Keep how far was looked."""
        ...


class Calls(Protocol):
    """Counters of calls by name and Beijing day."""

    async def spend(self, name: str, day: str, cost: int, *, limit: int, reserve: int) -> bool:
        """Count `cost` calls if they stay within `limit`, and those with a `reserve` within the limit less that."""
        ...

    async def made(self, name: str, day: str) -> int:
        """Return how many were made."""
        ...

    async def forget(self, *, before: str) -> int:
        """Forget the counts of days before this one; return how many."""
        ...


class Followings(Protocol):
    """Petitions that their citizen follows on another platform too, having shown number and 查询码 there."""

    async def add(self, number: str, citizen: str) -> None:
        """Let a citizen follow a petition; doing so again changes nothing."""
        ...

    async def has(self, number: str, citizen: str) -> bool:
        """Tell whether they do."""
        ...

    async def numbers(self, citizen: str, *, limit: int = 20) -> tuple[str, ...]:
        """Return what a citizen follows, the newest numbers first."""
        ...

    async def owners(self, citizens: Sequence[str]) -> tuple[str, ...]:
        """Return who filed what these citizens follow, but for 举报, whose notices stay where it was filed."""
        ...

    async def last_active(self, number: str, owner: str) -> str:
        """Return who wrote last: who filed the petition, or one who follows it; of a 举报 always who filed it."""
        ...


class Joinings(Protocol):
    """Who stands by whose petition (联名)."""

    async def add(self, number: str, citizen: str, *, now: datetime) -> bool:
        """Let a citizen stand by a petition; False when they do already."""
        ...

    async def drop(self, number: str, citizen: str) -> bool:
        """End it; False when they did not."""
        ...

    async def has(self, number: str, citizen: str) -> bool:
        """Tell whether they do."""
        ...

    async def of(self, number: str) -> tuple[str, ...]:
        """Return who does, the first first."""
        ...
