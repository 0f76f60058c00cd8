"""What callbacks ask of the rest of the gateway."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Protocol

from adapters.platform import MalformedMessage
from bot.answers import Answer
from bot.messages import Inbound
from bot.petitions.turn_ports import RawInbound


class TakesMessages(Protocol):
    """Intake, as far as callbacks know it."""

    def take(self, inbound: Inbound, seal: Callable[[str], bytes], answer: Answer) -> None:
        """Make a message durable, then set `answer` to what `seal` makes of its words; raise `Overloaded`."""
        ...

    def is_late(self, key: str) -> bool:
        """Return whether a message is answered before it is durable."""
        ...

    async def keep_late(self, key: str) -> None:
        """Keep a message that is answered before it is durable; nothing to do for any other."""
        ...

    async def keep_raw(self, raw: RawInbound) -> None:
        """Keep a body that cannot be understood."""
        ...


TakesMention = Callable[[Inbound], Awaitable[None]]
"""Makes a mention in public durable, or raises `Overloaded`; its answer goes by the outbox."""


class AdmitsPushes(Protocol):
    """Knows what was delivered before, for a platform whose signature does not cover the body."""

    async def admit(self, pushes: Sequence[Any], *, now: datetime) -> Sequence[MalformedMessage | None]:
        """Return for each opened push None, or the error that keeps it from being acted on."""
        ...
