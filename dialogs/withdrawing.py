"""撤回: a citizen takes back an own petition, after being asked once."""

from bot.messages import Reply
from bot.petitions.acts import Act
from bot.petitions.petition import Case
from bot.petitions.wording import word
from dialogs.asking import choices, resume
from dialogs.choosing import Choosing, choose, named
from dialogs.hearing import Word
from dialogs.intents import Withdraw
from dialogs.lookups import Facts
from dialogs.session import State
from dialogs.talk import Answer, Talk

_HOW = Choosing(
    act=Act.WITHDRAW,
    verb="withdraw",
    state=State.WITHDRAW_PICK,
    none="withdrawing.none",
    which="withdrawing.pick",
)
_LONG = 10
"""Characters of a text that is no answer to a yes-or-no question."""


def start(talk: Talk) -> Answer:
    """Find what can be taken back: the only one, or a list to pick from."""
    return choose(talk, _HOW, _confirm)


def one(talk: Talk, typed: str) -> Answer:
    """Ask whether this petition, if it is one's own, is to be taken back."""
    case = _own(talk, typed)
    return _confirm(talk, case) if isinstance(case, Case) else case


def confirmed(talk: Talk) -> Answer | None:
    """Read the answer to the question whether to withdraw; None for anything that is none."""
    heard, session = talk.heard, talk.session
    if heard.word is Word.NO or heard.word is Word.CONTINUE or heard.ordinal == 2:  # noqa: PLR2004 -- the second of two
        return resume(talk, Reply(phrase="withdrawing.kept"))
    if heard.word not in {Word.YES, Word.WITHDRAW} and heard.ordinal != 1:
        if session.parts is not None or len(heard.text) >= _LONG:
            return None
        return Reply(phrase="wrong.withdraw", choices=choices(talk.office, session))
    case = _own(talk, session.number)
    if not isinstance(case, Case):
        return case
    number = case.petition.number
    talk.intents.append(Withdraw(number=number))
    return resume(talk, Reply(phrase="withdrawing.done", values={"number": number}))


def _own(talk: Talk, typed: str) -> Case | Answer:
    """Return the petition with this number if its citizen can take it back now, else what is given back first."""
    facts = named(talk, typed)
    if not isinstance(facts, Facts):
        return facts
    case = talk.filed(facts.case)
    if case is None:
        return resume(talk, Reply(phrase="withdrawing.not_own"))
    if talk.can(Act.WITHDRAW, case):
        return case
    values = {"number": case.petition.number, "state": word(case.petition.state)}
    return resume(talk, Reply(phrase="withdrawing.impossible", values=values))


def _confirm(talk: Talk, case: Case) -> Reply:
    session, petition = talk.session, case.petition
    session.aside(State.WITHDRAW_CONFIRM, at=talk.at)
    session.number = petition.number
    values = {"number": petition.number, "kind": word(petition.kind), "summary": petition.summary}
    return Reply(phrase="withdrawing.confirm", values=values, choices=choices(talk.office, session))
