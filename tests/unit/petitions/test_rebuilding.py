"""What does not follow from the events is named: a field, a clock, a date."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.petitions import hops, lifecycle
from bot.petitions.deadlines import deadlines_for
from bot.petitions.evolution import replay
from bot.petitions.petition import Actor, Draft
from bot.petitions.policy import HOP_RULES, Policy
from bot.petitions.rebuilding import Difference, differences
from bot.petitions.routing import Unit
from bot.petitions.terms import Terms
from bot.petitions.vocabulary import EventType, Kind, MilestoneName, Role, State
from tests.terms import terms

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
NUMBER = "WQ20261123-0000018"
CLERK = Actor(role=Role.CLERK, id="wang")


@pytest.fixture
def kept():
    """Return a forwarded petition that was asked about, its case and its events."""
    filed = lifecycle.file(
        Draft(kind=Kind.COMPLAINT, content="井盖坏了"),
        number=NUMBER,
        code="123456",
        citizen="wechat:main:u1",
        policy="urumqi",
        deadlines=deadlines_for(terms().policy, MONDAY, terms().calendar),
        now=MONDAY,
    )
    unit = Unit(id="water", name="市水务局", short="水务局")
    forwarded = lifecycle.forward(filed.case, actor=CLERK, now=MONDAY, unit=unit, terms=terms())
    common = {"actor": CLERK, "terms": terms()}
    asked = hops.ask(forwarded.case, **common, now=MONDAY, question="哪里？", by="办公室")
    events = [*filed.events, *forwarded.events, *asked.events]
    going = hops.resume(asked.case, **common, now=MONDAY + timedelta(days=2), history=events)
    return going.case, [*events, *going.events]


def found(case, events, of=None):
    return [(one.what, one.stored, one.rebuilt) for one in differences(case, events, of or terms())]


def test_what_follows_is_no_difference(kept):
    assert found(*kept) == []


def test_a_wrong_state_and_a_wrong_date_are_named(kept):
    case, events = kept
    answer = case.milestone(MilestoneName.ANSWER)
    wrong = replace(answer, due_at=answer.due_at + timedelta(days=1))
    stored = replace(
        case,
        petition=replace(case.petition, state=State.CLOSED),
        milestones=tuple(wrong if clock is answer else clock for clock in case.milestones),
    )
    assert found(stored, events) == [
        ("state", "closed", "forwarded"),
        ("answer due_at", "2026-12-04 15:59:59+00:00", "2026-12-03 15:59:59+00:00"),
    ]


def test_a_clock_too_many_or_too_few_is_named(kept):
    case, events = kept
    fewer = replace(case, milestones=case.milestones[1:])
    more = replace(case, milestones=(*case.milestones, replace(case.milestones[-1], seq=9)))
    assert found(fewer, events) == [("response", "", "a clock")]
    assert found(more, events) == [("supplement:9", "a clock", "")]


def test_a_date_that_the_policy_does_not_give_is_named_even_when_stored_and_events_agree(kept):
    _, events = kept
    resumed = events[-1]
    row = resumed.data["clocks"][0] | {"due": "2026-12-08T15:59:59+00:00"}
    events[-1] = replace(resumed, data=resumed.data | {"clocks": [row]})
    counted = ("answer counted", "2026-12-08 15:59:59+00:00", "2026-12-03 15:59:59+00:00")
    assert found(replay(events), events) == [counted]
    moved = replace(resumed, seq=5, type=EventType.RESCHEDULED, data={"clocks": [row]})
    assert found(replay([*events, moved]), [*events, moved]) == []  # a promise that was kept


def test_a_policy_without_the_limit_and_a_petition_without_events_are_named(kept):
    case, events = kept
    bare = Terms(policy=Policy(name="bare", rules=(), later=tuple(HOP_RULES.values())), calendar=terms().calendar)
    assert found(case, events, bare) == [("answer", "2026-12-03 15:59:59+00:00", "no limit in bare")]
    assert list(differences(case, [], terms())) == [
        Difference(number=NUMBER, what="events", stored="", rebuilt="a filing")
    ]
