"""Which waiting notices a later one makes pointless, and which never are."""

import pytest

from bot.petitions.superseding import OVERTAKEN_BY, overtaken
from bot.petitions.vocabulary import NoticeKind as N

OWN_WORDS = (N.REFUSED, N.ANSWERED, N.CLOSED, N.REVIEWED)


def test_every_notice_has_its_rule() -> None:
    assert set(OVERTAKEN_BY) == set(N)


@pytest.mark.parametrize("kind", OWN_WORDS)
def test_what_says_something_of_its_own_is_overtaken_by_nothing(kind: N) -> None:
    assert not overtaken(kind, {}, list(N))


@pytest.mark.parametrize(
    ("kind", "later", "expected"),
    [
        (N.RESPONSE_OVERDUE, [N.ANSWER_OVERDUE], True),
        (N.ANSWER_DUE_SOON, [N.ANSWER_OVERDUE], True),
        (N.ANSWER_OVERDUE, [N.ANSWER_OVERDUE], True),
        (N.ANSWER_OVERDUE, [N.ANSWERED], True),
        (N.ANSWER_OVERDUE, [N.SUPERVISED, N.RESCHEDULED], False),
        (N.FORWARDED, [N.ANSWERED], True),
        (N.FORWARDED, [N.SIGNED], False),
        (N.FORWARDED, [N.RETURNED], True),
        (N.RETURNED, [N.FORWARDED], True),
        (N.ACCEPTED, [N.FORWARDED], True),
        (N.ACCEPTED, [N.ANSWER_DUE_SOON], False),
        (N.ASKED, [N.RESUMED], False),
        (N.ASKED, [N.ANSWERED], True),
        (N.REVIEW_TAKEN, [N.REVIEWED], True),
        (N.REVIEW_TAKEN, [N.ANSWERED], False),
        (N.REDONE, [N.ANSWERED], True),
        (N.FORWARDED, [], False),
    ],
)
def test_the_rule(kind: N, later: list[N], *, expected: bool) -> None:
    assert overtaken(kind, {"note": ""}, later) is expected


def test_a_note_of_the_office_is_never_passed_over() -> None:
    assert not overtaken(N.FORWARDED, {"note": "请携带身份证到窗口"}, [N.ANSWERED])
