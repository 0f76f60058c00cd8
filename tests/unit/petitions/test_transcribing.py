"""Writing down a voice message: an event with its author, that moves nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.console.forms import version_now
from bot.petitions.errors import Incomplete, NotAllowed
from bot.petitions.evolution import replay
from bot.petitions.petition import Actor
from bot.petitions.transcribing import LONGEST, transcribe
from bot.petitions.vocabulary import EventType, Role, State
from tests.contract.petitioning import filing

CLERK = Actor(role=Role.CLERK, id="wang")


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("role", [Role.CLERK, Role.OFFICER, Role.SUPERVISOR, Role.ADMIN])
def test_staff_may_write_down_in_any_state_and_nothing_else_changes(state, role):
    filed = filing()
    case = replace(filed.case, petition=replace(filed.case.petition, state=state))
    later = case.petition.filed_at + timedelta(hours=1)
    outcome = transcribe(case, actor=Actor(role=role, id="wang"), now=later, file="k", text=" 路灯不亮 ")
    [event] = outcome.events
    assert (event.type, event.actor, event.data) == (EventType.TRANSCRIBED, "wang", {"file": "k", "text": "路灯不亮"})
    assert outcome.notices == ()
    petition = replace(outcome.case.petition, version=case.petition.version, updated_at=case.petition.updated_at)
    assert (petition, outcome.case.milestones) == (case.petition, case.milestones)


def test_it_is_part_of_the_history_that_rebuilds_the_case():
    filed = filing()
    outcome = transcribe(filed.case, actor=CLERK, now=filed.case.petition.filed_at, file="k", text="很" * 3000)
    assert replay((*filed.events, *outcome.events)) == outcome.case
    assert len(outcome.events[0].data["text"]) == LONGEST


@pytest.mark.parametrize("role", [Role.CITIZEN, Role.CLOCK])
def test_nobody_else_may(role):
    filed = filing()
    with pytest.raises(NotAllowed):
        transcribe(filed.case, actor=Actor(role=role, id="x"), now=filed.case.petition.filed_at, file="k", text="话")


def test_nothing_is_not_written_down():
    filed = filing()
    with pytest.raises(Incomplete):
        transcribe(filed.case, actor=CLERK, now=filed.case.petition.filed_at, file="k", text=" \n")


def test_an_answer_being_written_meanwhile_is_not_sent_back():
    filed = filing()
    outcome = transcribe(filed.case, actor=CLERK, now=filed.case.petition.filed_at, file="k", text="话")
    assert version_now(1, (*filed.events, *outcome.events)) == 2
