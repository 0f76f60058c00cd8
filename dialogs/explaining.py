"""为什么是这一天: the steps by which the dates that were promised were counted."""

from bot.messages import Reply
from bot.petitions.errors import WrongNumber
from bot.petitions.number import parse_number
from bot.petitions.petition import Milestone
from bot.petitions.vocabulary import PROMISED
from bot.petitions.wording import word
from dialogs.asking import resume
from dialogs.lookups import Facts, Why
from dialogs.talk import Answer, Talk

_FOR_STAFF = frozenset({"explain.version"})
"""Steps that say nothing to a citizen: which version of the calendar it was, staff read in the console."""


def start(talk: Talk) -> Answer:
    """Explain the dates of the citizen's newest petition under way, else of the newest."""
    return _explained(talk, Why())


def one(talk: Talk, typed: str) -> Answer:
    """Explain the dates of this petition, if it is one's own."""
    try:
        return _explained(talk, Why(number=parse_number(typed)))
    except WrongNumber:
        return resume(talk, Reply(phrase="looking.wrong_number"))


def _explained(talk: Talk, lookup: Why) -> Answer:
    facts = talk.found(lookup)
    if facts is None:
        return lookup
    case = talk.own(facts.case)
    if case is None:
        return resume(talk, Reply(phrase="explaining.not_own" if lookup.number else "explaining.none"))
    clocks = [clock for clock in case.milestones if clock.name in PROMISED and case.milestone(clock.name) is clock]
    values = {"number": case.petition.number, "lines": tuple(_line(clock, facts) for clock in clocks)}
    return resume(talk, Reply(phrase="explaining.one", values=values))


def _line(clock: Milestone, facts: Facts) -> Reply:
    values = {
        "clock": word(clock.name),
        "due": clock.due_at,
        "steps": tuple(
            Reply(phrase="explaining.step", values={"step": step})
            for step in facts.reasons.get(clock.key, ())
            if step.phrase not in _FOR_STAFF
        ),
    }
    return Reply(phrase="explaining.clock", values=values)
