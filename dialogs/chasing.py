"""催办: the citizen presses on, and hears honestly where the petition is, since when, and until when what is due.

It is counted once a working day; in between the answer is the same, and says from when on it counts again.
"""

from datetime import datetime
from typing import Any

from bot.messages import Reply
from bot.petitions.acts import Act
from bot.petitions.petition import Case
from bot.petitions.vocabulary import PROMISED, MilestoneName
from bot.petitions.wording import word
from dialogs.asking import resume
from dialogs.choosing import Choosing, choose, named
from dialogs.intents import Chase
from dialogs.looking import due_of
from dialogs.lookups import Facts
from dialogs.session import State
from dialogs.talk import Answer, Talk

LONGEST_WORDS = 200
_HOW = Choosing(act=Act.CHASE, verb="chase", state=State.CHASE_PICK, none="chasing.none", which="chasing.pick")


def start(talk: Talk) -> Answer:
    """Press on with the only petition under way, or offer those there are."""
    return choose(talk, _HOW, _chase)


def one(talk: Talk, typed: str, words: str = "") -> Answer:
    """Press on with this petition, if it is one's own and under way."""
    facts = named(talk, typed)
    if not isinstance(facts, Facts):
        return facts
    case = talk.able(Act.CHASE, facts.case)
    if case is None:
        return resume(talk, Reply(phrase="chasing.not_now"))
    return _chase(talk, case, words)


def _chase(talk: Talk, case: Case, words: str = "") -> Reply:
    petition, again = case.petition, case.petition.chase_again_at
    values: dict[str, Any] = {
        "number": petition.number,
        "state": word(petition.state),
        "where": talk.office.unit(petition.unit),
        "since": _since(case),
        "dues": tuple(due_of(clock, talk.now) for clock in case.milestones if clock.open and clock.name in PROMISED),
    }
    if again is not None and talk.now < again:
        return resume(talk, Reply(phrase="chasing.lately", values=values | {"again": again}))
    talk.intents.append(Chase(number=petition.number, words=words[:LONGEST_WORDS]))
    return resume(talk, Reply(phrase="chasing.done", values=values | {"count": petition.chases + 1}))


def _since(case: Case) -> datetime:
    """Return since when the unit, or else the office, has it."""
    sign = case.milestone(MilestoneName.SIGN)
    return sign.started_at if sign is not None and case.petition.unit else case.petition.filed_at
