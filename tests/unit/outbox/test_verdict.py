"""What every failure means on every rung."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.platform import (
    CredentialsError,
    Refused,
    RetryAfter,
    Rung,
    SendError,
    UnknownOutcome,
    UnreachableCitizen,
    WindowClosed,
)
from bot.outbox.ladder import MOST_ATTEMPTS
from bot.outbox.verdict import Verdict, judge
from bot.petitions.ports import DeliveryOutcome as Outcome
from bot.petitions.ports import OutboxState as State

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
PAUSE = timedelta(minutes=5)
BOTH = (Rung.MESSAGE, Rung.TEMPLATE)
MESSAGE, TEMPLATE = (Rung.MESSAGE,), (Rung.TEMPLATE,)


@pytest.mark.parametrize(
    ("error", "on", "attempt", "outcome", "state", "seconds"),
    [
        (RetryAfter(), BOTH, 1, Outcome.RETRY, State.PENDING, 5),
        (RetryAfter(seconds=3600.0), BOTH, 1, Outcome.RETRY, State.PENDING, 3600),
        (RetryAfter(seconds=1.0), BOTH, 4, Outcome.RETRY, State.PENDING, 40),
        (RetryAfter(), BOTH, MOST_ATTEMPTS - 1, Outcome.RETRY, State.PENDING, 3600),
        (RetryAfter(), BOTH, MOST_ATTEMPTS, Outcome.RETRY, State.DEAD, None),
        (WindowClosed(), BOTH, 1, Outcome.WINDOW_CLOSED, None, None),
        (UnreachableCitizen(), BOTH, 1, Outcome.UNREACHABLE, None, None),
        (Refused(), BOTH, 1, Outcome.REFUSED, None, None),
        (CredentialsError(), BOTH, 1, Outcome.CREDENTIALS, State.PENDING, 300),
        (CredentialsError(), BOTH, MOST_ATTEMPTS + 1, Outcome.CREDENTIALS, State.PENDING, 300),
        (UnknownOutcome(), MESSAGE, 1, Outcome.UNKNOWN, State.UNKNOWN, None),
        (UnknownOutcome(), TEMPLATE, 1, Outcome.UNKNOWN, State.PENDING, 20),
        (UnknownOutcome(), TEMPLATE, 2, Outcome.UNKNOWN, State.PENDING, 40),
        (UnknownOutcome(), TEMPLATE, 3, Outcome.UNKNOWN, State.PENDING, 60),
        (UnknownOutcome(), TEMPLATE, 4, Outcome.UNKNOWN, State.UNKNOWN, None),
        (SendError(), BOTH, 1, Outcome.REFUSED, State.DEAD, None),
    ],
)
def test_verdicts(
    error: SendError, on: tuple[Rung, ...], attempt: int, outcome: Outcome, state: State | None, seconds: float | None
) -> None:
    expected = Verdict(
        outcome=outcome,
        state=state,
        next_at=None if seconds is None else NOW + timedelta(seconds=seconds),
        detail=str(error),
    )
    for rung in on:
        assert judge(error, rung, attempt=attempt, now=NOW, pause=PAUSE) == expected


def test_the_platforms_code_is_kept() -> None:
    verdict = judge(Refused("no", code="45002"), Rung.MESSAGE, attempt=1, now=NOW, pause=PAUSE)
    assert (verdict.code, verdict.detail) == ("45002", "no")


def test_repeats_without_an_answer_stay_inside_the_platforms_ten_minutes() -> None:
    moment = NOW
    for attempt in range(1, 10):
        verdict = judge(UnknownOutcome(), Rung.TEMPLATE, attempt=attempt, now=moment, pause=PAUSE)
        if verdict.next_at is None:
            break
        moment = verdict.next_at
    assert moment - NOW == timedelta(minutes=2)
