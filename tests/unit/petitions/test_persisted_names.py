"""The names that stand in databases and phrases files: they are added to, and never changed."""

import pytest

from adapters.wechat.fields import fit_fields
from bot.petitions.notices import notice_of
from bot.petitions.petition import Event, split_key
from bot.petitions.vocabulary import EventType, Ground, MilestoneName, NoticeKind, Role, State
from bot.petitions.wording import statuses
from dialogs.spoken import SPOKEN
from tests.contract.petitioning import filing
from tests.phrasing import CHINESE


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (State, (
        "filed accepted forwarded waiting answered reviewing rechecking closed refused withdrawn"
        )),
        (EventType, (
        "filed accepted refused forwarded answered closed withdrawn rated warned passed rescheduled signed "
        "returned cohandled contributed asked supplemented resumed extension_asked extended extension_refused "
        "chased supervised feedback redone review_asked reviewed enriched transcribed joined left"
        )),
        (MilestoneName, (
        "response answer sign cohandle supplement extension feedback review recheck"
        )),
        (NoticeKind, (
        "accepted refused forwarded response_overdue answer_due_soon answer_overdue answered closed "
        "rescheduled signed returned cohandled asked resumed extended supervised redone review_taken reviewed "
        "review_overdue joined_ended"
        )),
        (Ground, (
        "hand overdue chased dissatisfied"
        )),
    ],
)  # fmt: skip
def test_the_persisted_names_stay(kind, names):
    assert [member.value for member in kind] == names.split()


WAITING = (
    "date.provisional list.and list.then moved.later moved.extended word.joint word.kind.consult word.state.filed "
    "word.clock.review word.ground.chased word.rating.fair word.solved.partly"
)
STATUSES = (
    "response_overdue answer_due_soon answer_overdue rescheduled signed returned cohandled resumed extended supervised "
    "redone reviewed review_overdue"
)


def test_the_phrases_that_waiting_notices_name_stay():
    """They lie in the outbox by these keys, perhaps for months; the words of a set go by the names above."""
    kept = {*WAITING.split(), *(f"word.status.{name}" for name in STATUSES.split())}
    assert kept - SPOKEN.keys() == set()


@pytest.mark.parametrize(
    ("key", "parts"),
    [
        ("answer", (MilestoneName.ANSWER, "", 1)),
        ("answer:17", (MilestoneName.ANSWER, "", 17)),
        ("sign:2", (MilestoneName.SIGN, "", 2)),
        ("cohandle:donghu-chenguang:3", (MilestoneName.COHANDLE, "donghu-chenguang", 3)),
    ],
)
def test_the_key_of_a_clock_says_what_it_is_whose_and_since_when(key, parts):
    assert split_key(key) == parts


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_the_status_of_a_notice_fits_a_template(kind):
    case = filing().case
    event = Event(
        number=case.petition.number, seq=2, type=EventType.SIGNED, at=case.petition.filed_at, role=Role.CLOCK, actor=""
    )
    assert notice_of(case, event, kind).values["status"] in statuses(kind)
    for shown in map(CHINESE.text, statuses(kind)):
        assert fit_fields({"phrase1": shown}, blank="-") == {"phrase1": shown}
