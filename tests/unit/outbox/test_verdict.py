"""What every failure means on every rung."""

from datetime import UTC, datetime, timedelta

import pytest

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
from bot.outbox.ladder import MOST_ATTEMPTS
from bot.outbox.verdict import Verdict, judge, settled
from bot.petitions.outbox_ports import DeliveryOutcome as Outcome
from bot.petitions.outbox_ports import OutboxState as State

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
PAUSE = timedelta(minutes=5)
BOTH = (Rung.MESSAGE, Rung.TEMPLATE)
ALL = (*BOTH, Rung.SUBSCRIPTION)
TEMPLATE = (Rung.TEMPLATE,)


@pytest.mark.parametrize(
    ("error", "on", "attempt", "outcome", "state", "seconds"),
    [
        (RetryAfter(), BOTH, 1, Outcome.RETRY, State.PENDING, 5),
        (RetryAfter(seconds=3600.0), BOTH, 1, Outcome.RETRY, State.PENDING, 3600),
        (RetryAfter(seconds=1.0), BOTH, 4, Outcome.RETRY, State.PENDING, 40),
        (RetryAfter(), BOTH, MOST_ATTEMPTS - 1, Outcome.RETRY, State.PENDING, 3600),
        (RetryAfter(), BOTH, MOST_ATTEMPTS, Outcome.RETRY, State.DEAD, None),
        (WindowClosed(), ALL, 1, Outcome.WINDOW_CLOSED, None, None),
        (UnreachableCitizen(), ALL, 1, Outcome.UNREACHABLE, None, None),
        (Refused(), ALL, 1, Outcome.REFUSED, None, None),
        (FieldRejected(), ALL, 1, Outcome.FIELD_REJECTED, None, None),
        (QuotaExceeded(), ALL, 1, Outcome.QUOTA, State.PENDING, 5),
        (QuotaExceeded(seconds=3600.0), ALL, 1, Outcome.QUOTA, State.PENDING, 3600),
        (QuotaExceeded(), ALL, MOST_ATTEMPTS, Outcome.QUOTA, State.DEAD, None),
        (CredentialsError(), BOTH, 1, Outcome.CREDENTIALS, State.PENDING, 300),
        (CredentialsError(), BOTH, MOST_ATTEMPTS + 1, Outcome.CREDENTIALS, State.PENDING, 300),
        (UnknownOutcome(), (Rung.MESSAGE, Rung.SUBSCRIPTION), 1, Outcome.UNKNOWN, State.UNKNOWN, None),
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


@pytest.mark.parametrize(
    ("outcome", "rung", "state"),
    [
        (Outcome.REFUSED, Rung.MESSAGE, State.DEAD),
        (Outcome.REFUSED, Rung.MENTION_REPLY, State.DEAD),
        (Outcome.REFUSED, Rung.TEMPLATE, State.WAITING),
        (Outcome.FIELD_REJECTED, Rung.TEMPLATE, State.WAITING),
        (Outcome.FIELD_REJECTED, Rung.SUBSCRIPTION, State.WAITING),
        (Outcome.WINDOW_CLOSED, Rung.MESSAGE, State.WAITING),
        (Outcome.UNREACHABLE, Rung.TEMPLATE, State.WAITING),
    ],
)
def test_only_words_that_are_refused_are_dead(outcome: Outcome, rung: Rung, state: State) -> None:
    """What no template will take can still be said at the next contact."""
    assert settled(Verdict(outcome=outcome, state=None), rung) is state


@pytest.mark.parametrize(
    ("attempt", "asked", "shuts", "seconds"),
    [
        (9, None, 3600, 1280),  # our own wait ends in time
        (9, None, 900, 860),  # it would not: the message is certain, so it goes while the window is open
        (9, None, 46, 6),
        (9, None, 44, 1280),  # there is no room left for a second attempt
        (9, None, -5, 1280),
        (9, 60.0, 900, 860),
        (9, 60.0, 99, 1280),  # the platform's own wait is never cut short
        (9, 3600.0, 900, 3600),
    ],
)
def test_a_certain_message_goes_before_its_window_shuts(
    attempt: int, asked: float | None, shuts: float, seconds: float
) -> None:
    until = NOW + timedelta(seconds=shuts)
    error = RetryAfter(seconds=asked)
    verdict = judge(error, Rung.MESSAGE, attempt=attempt, now=NOW, pause=PAUSE, window_until=until)
    assert verdict.next_at == NOW + timedelta(seconds=seconds)
    by_template = judge(error, Rung.TEMPLATE, attempt=attempt, now=NOW, pause=PAUSE, window_until=until)
    assert by_template.next_at == NOW + timedelta(seconds=max(1280, asked or 0))
