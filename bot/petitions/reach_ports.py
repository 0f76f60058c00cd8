"""What the gateway asks of its storage about reaching citizens: what they agreed to be sent, and what was refused.

A consent is good for one message, or lasts until it is taken back. Its row says which message it was used for, and when
and why it ended; nothing is deleted. A refusal is the platform's word that a form of sending does not reach a citizen;
it holds until they are heard of again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class GrantSource(StrEnum):
    """Where a consent was given; persisted."""

    POPUP = "popup"
    """An answer to the platform's question, in an article or on a page."""
    SETTINGS = "settings"
    """In the citizen's own settings."""


class GrantEnd(StrEnum):
    """Why a consent is no longer good; persisted."""

    USED = "used"
    """For the message it was good for."""
    REVOKED = "revoked"
    """The citizen took it back."""
    REFUSED = "refused"
    """The platform says that there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A citizen's consent to messages by one template. `used_for` is the outbox message that used it (last)."""

    key: str
    """The key of the event that brought it, and its place in there."""
    citizen: str
    template: str
    lasting: bool
    source: GrantSource
    granted_at: datetime
    used_for: int | None = None
    used_at: datetime | None = None
    ended_at: datetime | None = None
    ended: GrantEnd | None = None


class ReachRecords(Protocol):
    """Consents and refusals."""

    async def grant(self, grant: Grant) -> bool:
        """Keep a consent; False when its key was kept before."""
        ...

    async def revoke(self, citizen: str, template: str, *, why: GrantEnd, now: datetime) -> int:
        """End all consents of a citizen to a template; return how many were good until now."""
        ...

    async def granted(self, citizen: str) -> Mapping[str, int]:
        """Return the templates whose messages a citizen agreed to, each with how many consents are good."""
        ...

    async def use(self, citizen: str, template: str, *, message: int, now: datetime) -> Grant | None:
        """Use the oldest good consent for a message, a lasting one first; None when there is none.

        One that does not last ends with it.
        """
        ...

    async def give_back(self, key: str) -> None:
        """Make a consent good again that ended with a message the platform did not take."""
        ...

    async def of_citizen(self, citizen: str) -> Sequence[Grant]:
        """Return all consents of a citizen, oldest first."""
        ...

    async def refuse(self, citizen: str, rung: str, *, code: str, now: datetime) -> None:
        """Record that a form of sending does not reach a citizen."""
        ...

    async def refusals(self, citizen: str) -> Mapping[str, datetime]:
        """Return the forms that did not reach a citizen, each with when it was last told."""
        ...
