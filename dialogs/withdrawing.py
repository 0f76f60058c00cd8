"""撤回: a citizen takes back an own petition, after being asked once."""

from bot.messages import Reply
from bot.petitions.errors import WrongNumber
from bot.petitions.lifecycle import Act
from bot.petitions.number import parse_number
from bot.petitions.petition import Case
from bot.petitions.wording import word
from dialogs.asking import choices, resume
from dialogs.hearing import Word
from dialogs.looking import SHOWN, pick
from dialogs.session import State
from dialogs.talk import Answer, Talk
from dialogs.turn import Mine, One, Withdraw

_LONG = 10
"""Characters of a text that is no answer to a yes-or-no question."""


def start(talk: Talk) -> Answer:
    """Find what can be taken back: the only one, or a list to pick from."""
    facts = talk.found(Mine())
    if facts is None:
        return Mine()
    able = [case for case in facts.cases if _can(talk, case)][:SHOWN]
    if not able:
        return resume(talk, Reply(phrase="withdrawing.none"))
    if len(able) == 1:
        return _confirm(talk, able[0])
    session = talk.session
    session.aside(State.WITHDRAW_PICK, at=talk.at)
    session.numbers = [case.petition.number for case in able]
    return Reply(phrase="withdrawing.pick", choices=tuple(pick("withdraw", case) for case in able))


def one(talk: Talk, typed: str) -> Answer:
    """Ask whether this petition, if it is one's own, is to be taken back."""
    try:
        number = parse_number(typed)
    except WrongNumber:
        return resume(talk, Reply(phrase="looking.wrong_number"))
    facts = talk.found(One(number=number))
    if facts is None:
        return One(number=number)
    case = talk.filed(facts.case)
    if case is None:
        return resume(talk, Reply(phrase="withdrawing.not_own"))
    return _confirm(talk, case) if _can(talk, case) else _impossible(talk, case)


def picked(talk: Talk) -> Answer | None:
    """Read a number typed after the list; None for anything else."""
    place, numbers = talk.heard.ordinal, talk.session.numbers
    return one(talk, numbers[place - 1]) if 0 < place <= len(numbers) else None


def confirmed(talk: Talk) -> Answer | None:
    """Read the answer to the question whether to withdraw; None for anything that is none."""
    heard, session = talk.heard, talk.session
    if heard.word is Word.NO or heard.word is Word.CONTINUE or heard.ordinal == 2:  # noqa: PLR2004 -- the second of two
        return resume(talk, Reply(phrase="withdrawing.kept"))
    if heard.word not in {Word.YES, Word.WITHDRAW} and heard.ordinal != 1:
        if session.parts is not None or len(heard.text) >= _LONG:
            return None
        return Reply(phrase="wrong.withdraw", choices=choices(talk.office, session))
    number = session.number
    facts = talk.found(One(number=number))
    if facts is None:
        return One(number=number)
    case = talk.filed(facts.case)
    if case is None:
        return resume(talk, Reply(phrase="withdrawing.not_own"))
    if not _can(talk, case):
        return _impossible(talk, case)
    talk.intents.append(Withdraw(number=number))
    return resume(talk, Reply(phrase="withdrawing.done", values={"number": number}))


def _can(talk: Talk, case: Case) -> bool:
    return talk.can(Act.WITHDRAW, case)


def _impossible(talk: Talk, case: Case) -> Reply:
    petition = case.petition
    return resume(
        talk,
        Reply(phrase="withdrawing.impossible", values={"number": petition.number, "state": word(petition.state)}),
    )


def _confirm(talk: Talk, case: Case) -> Reply:
    session, petition = talk.session, case.petition
    session.aside(State.WITHDRAW_CONFIRM, at=talk.at)
    session.number = petition.number
    values = {"number": petition.number, "kind": word(petition.kind), "summary": petition.summary}
    return Reply(phrase="withdrawing.confirm", values=values, choices=choices(talk.office, session))
