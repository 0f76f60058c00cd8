"""催办: the citizen presses on, and hears honestly where the petition is, since when, and until when what is due.

It is counted once a working day; in between the answer is the same, and says from when on it counts again.
"""

from datetime import datetime
from typing import Any

from bot.messages import Reply
from bot.petitions.errors import WrongNumber
from bot.petitions.lifecycle import Act
from bot.petitions.number import parse_number
from bot.petitions.petition import Case
from bot.petitions.vocabulary import PROMISED, MilestoneName
from bot.petitions.wording import word
from dialogs.asking import resume
from dialogs.looking import SHOWN, due_of, pick
from dialogs.session import State
from dialogs.talk import Answer, Talk
from dialogs.turn import Chase, Mine, One

LONGEST_WORDS = 200


def start(talk: Talk) -> Answer:
    """Press on with the only petition under way, or offer those there are."""
    facts = talk.found(Mine())
    if facts is None:
        return Mine()
    able = [case for case in facts.cases if _can(talk, case)][:SHOWN]
    if not able:
        return resume(talk, Reply(phrase="chasing.none"))
    if len(able) == 1:
        return _chase(talk, able[0], "")
    session = talk.session
    session.aside(State.CHASE_PICK, at=talk.at)
    session.numbers = [case.petition.number for case in able]
    return Reply(phrase="chasing.pick", choices=tuple(pick("chase", case) for case in able))


def picked(talk: Talk) -> Answer | None:
    """Read a number typed after the list; None for anything else."""
    place, numbers = talk.heard.ordinal, talk.session.numbers
    return one(talk, numbers[place - 1]) if 0 < place <= len(numbers) else None


def one(talk: Talk, typed: str, words: str = "") -> Answer:
    """Press on with this petition, if it is one's own and under way."""
    try:
        number = parse_number(typed)
    except WrongNumber:
        return resume(talk, Reply(phrase="looking.wrong_number"))
    facts = talk.found(One(number=number))
    if facts is None:
        return One(number=number)
    case = talk.own(facts.case)
    if case is None or not _can(talk, case):
        return resume(talk, Reply(phrase="chasing.not_now"))
    return _chase(talk, case, words)


def _chase(talk: Talk, case: Case, words: str) -> Reply:
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


def _can(talk: Talk, case: Case) -> bool:
    return talk.can(Act.CHASE, case)
