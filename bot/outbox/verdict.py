"""What one attempt to reach a citizen means: the outcome to record, and where the message goes. Pure.

A call without an answer may have arrived: it is made again only where the platform knows a repeat by its id, which
WeChat does for template messages within ten minutes.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from adapters.platform import (
    CredentialsError,
    FieldRejected,
    QuotaExceeded,
    Refused,
    RetryAfter,
    Rung,
    SendError,
    UnknownOutcome,
    UnreachableCitizen,
    WindowClosed,
)
from bot.outbox.ladder import BACKOFF, Backoff, retry_at
from bot.petitions.outbox_ports import DeliveryOutcome, OutboxState

_LONGEST_PAUSE = timedelta(hours=1)
_SAFE_REPEATS = 4
"""Attempts of a template message without an answer; 20, 40 and 60 seconds apart, well inside the ten minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The meaning of an attempt; `state` None means that the next rung is tried."""

    outcome: DeliveryOutcome
    state: OutboxState | None
    next_at: datetime | None = None
    code: str = ""
    detail: str = ""
    message_id: str = ""
    left: bool = False
    """The platform said that the citizen does not follow the account."""


_SOON = timedelta(minutes=10)
"""A comment that can be made again within this time is waited for rather than said in private."""


def in_public(verdict: Verdict, *, answers_mention: bool, last: bool, now: datetime) -> Verdict:
    """Return what an attempt in public means.

    A comment about a petition only says that there is news: whatever became of it, the words themselves wait for the
    next contact. The answer to a mention may go in private, where another form is permitted, when the wait is long.
    """
    if not answers_mention:
        detail = verdict.detail or "said in public that there is news; the words wait for the next contact"
        return replace(verdict, state=OutboxState.WAITING, next_at=None, detail=detail)
    if not last and verdict.next_at is not None and verdict.next_at > now + _SOON:
        return replace(verdict, state=None, next_at=None)
    return verdict


def longer(pause: timedelta, seconds: float | None) -> timedelta:
    """Return how long an account rests: our own pause, or what its adapter asks for where that is longer.

    An hour at most: it may work again before, and looking costs no call while the adapter itself lets it rest.
    """
    return max(pause, min(timedelta(seconds=seconds or 0.0), _LONGEST_PAUSE))


def settled(verdict: Verdict, rung: Rung) -> OutboxState:
    """Return where a message stands when the last of its forms led nowhere.

    What the platform will not take as a free message is dead. A template it will not take is the office's trouble: the
    words can still be said at the next contact.
    """
    refused = verdict.outcome in {DeliveryOutcome.REFUSED, DeliveryOutcome.FIELD_REJECTED}
    return OutboxState.DEAD if refused and rung not in _BY_TEMPLATE else OutboxState.WAITING


_BY_TEMPLATE = frozenset({Rung.TEMPLATE, Rung.SUBSCRIPTION})


def judge(
    error: SendError,
    rung: Rung,
    *,
    attempt: int,
    now: datetime,
    pause: timedelta,
    backoff: Backoff = BACKOFF,
    window_until: datetime | None = None,
) -> Verdict:
    """Return what the `attempt`-th attempt, failed with `error` on `rung`, means.

    `window_until`: when the window shuts that the form needs.
    """
    before = window_until if rung is Rung.MESSAGE else None
    outcome, state, next_at = _meaning(
        error, rung, attempt=attempt, now=now, pause=pause, backoff=backoff, before=before
    )
    return Verdict(outcome=outcome, state=state, next_at=next_at, code=error.code, detail=str(error))


def _meaning(  # noqa: PLR0911 -- one line for each error
    error: SendError,
    rung: Rung,
    *,
    attempt: int,
    now: datetime,
    pause: timedelta,
    backoff: Backoff,
    before: datetime | None,
) -> tuple[DeliveryOutcome, OutboxState | None, datetime | None]:
    match error:
        case RetryAfter(seconds=seconds):
            again = retry_at(attempt, now=now, seconds=seconds, backoff=backoff, before=before)
            quota = isinstance(error, QuotaExceeded)
            outcome = DeliveryOutcome.QUOTA if quota else DeliveryOutcome.RETRY
            return outcome, OutboxState.PENDING if again else OutboxState.DEAD, again
        case WindowClosed():
            return DeliveryOutcome.WINDOW_CLOSED, None, None
        case UnreachableCitizen():
            return DeliveryOutcome.UNREACHABLE, None, None
        case CredentialsError(seconds=seconds):
            return DeliveryOutcome.CREDENTIALS, OutboxState.PENDING, now + longer(pause, seconds)
        case UnknownOutcome() if rung is Rung.TEMPLATE and attempt < _SAFE_REPEATS:
            return DeliveryOutcome.UNKNOWN, OutboxState.PENDING, now + timedelta(seconds=20 * attempt)
        case UnknownOutcome():
            return DeliveryOutcome.UNKNOWN, OutboxState.UNKNOWN, None
        case FieldRejected():
            return DeliveryOutcome.FIELD_REJECTED, None, None
        case Refused():
            return DeliveryOutcome.REFUSED, None, None
        case _:
            return DeliveryOutcome.REFUSED, OutboxState.DEAD, None
