"""What the gateway asks of its storage about alarms: citizens who spoke of a danger to life."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRecord:
    """One alarm; `danger` is the rule's id, `message` the inbound key of what was said."""

    id: int
    citizen: str
    danger: str
    label: str
    message: str
    at: datetime
    text: str
    """What was said; '' when the message is not there."""
    number: str
    """The citizen's first petition since then, '' for none."""


class Alarms(Protocol):
    """Alarms, until somebody of the staff has seen to them."""

    async def add(self, citizen: str, *, danger: str, label: str, message: str, now: datetime) -> bool:
        """Raise one; False when the citizen has an open one of this danger."""
        ...

    async def open(self, *, limit: int = 20) -> tuple[AlarmRecord, ...]:
        """Return those nobody has seen to, newest first."""
        ...

    async def open_count(self) -> int:
        """Return how many they are."""
        ...

    async def see(self, alarm: int, *, by: str, note: str, now: datetime) -> bool:
        """Record who saw to it, and how; False when somebody did before."""
        ...

    async def forget(self, *, before: datetime, limit: int) -> int:
        """Forget those seen to before a moment, `limit` at most, but none of a citizen with an open petition.

        Returns how many.
        """
        ...
