"""A message on its way through intake, and what is said of it in the records.

Knows neither the database nor how turns are made.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.answers import Answer
from bot.intake.turning import plain
from bot.messages import Inbound, InboundKind, Outbound
from bot.petitions.turn_ports import InboundState, LateReply

NO_CONTACT = frozenset(
    {InboundKind.REPORT, InboundKind.CONSENT, InboundKind.IGNORED, InboundKind.UNKNOWN, InboundKind.UNFOLLOW}
)
"""Kinds after which nothing can be sent: the citizen did not turn to us."""
_NOTHING = Outbound(text="")
_TURNED = InboundState.TURNED
_UNTALKED = {InboundKind.IGNORED: InboundState.IGNORED, InboundKind.UNKNOWN: InboundState.IGNORED}


@dataclass(slots=True, eq=False)
class Wait:
    """One delivery that waits for its `answer`, and how the words are sealed for just this one."""

    answer: Answer
    seal: Callable[[str], bytes]

    def end(self, text: str) -> None:
        """Give the answer; nothing happens when it was given before, or when nobody waits any more."""
        if self.answer.done():
            return
        try:
            self.answer.set_result(self.seal(text))
        except Exception as error:  # noqa: BLE001 -- raised where it is awaited, and the others get their answers
            self.answer.set_exception(error)


@dataclass(slots=True, eq=False)
class Pending:
    """A message being worked on; `late` once somebody was answered with nothing."""

    inbound: Inbound
    received_at: datetime
    waits: list[Wait] = field(default_factory=list)
    """One a delivery of the message; the platform may deliver it again while the first is still open."""
    hurried: bool = False
    """Whether its citizen writes too fast for it to be answered as usual."""
    done: bool = False
    late: bool = False
    late_written: bool = False
    chatted: bool = False
    """Whether its turn said something to a person of the staff."""
    spooled: bool = False
    """Whether it lies on the local disk, to be turned once more."""
    repeated: str = ""
    """The stored reply, when it turned out to be a repeat of a message turned before."""
    outbound: Outbound = _NOTHING


def state_of(inbound: Inbound) -> InboundState:
    """Return what a message that made no trouble is stored as."""
    return _UNTALKED.get(inbound.kind, _TURNED)


def late_replies(pending: Pending, now: datetime) -> list[LateReply]:
    """Return the reply that must go by the outbox: somebody was answered with nothing, or a mention in public."""
    if pending.inbound.kind is InboundKind.MENTION:
        return [_public_answer(pending, now)] if pending.outbound.text else []
    if not pending.late or not pending.outbound.text:
        return []
    key = f"reply:{pending.inbound.key}"
    return [LateReply(key=key, citizen=pending.inbound.citizen.key, text=plain(pending.outbound), at=now)]


def _public_answer(pending: Pending, now: datetime) -> LateReply:
    inbound = pending.inbound
    context = inbound.raw.get("context")
    post = str(context.get("status_id", "")) if isinstance(context, dict) else ""
    return LateReply(
        key=f"mention:{inbound.key}",
        citizen=inbound.citizen.key,
        text=pending.outbound.text,
        at=now,
        mention=inbound.key,
        post=post,
    )
