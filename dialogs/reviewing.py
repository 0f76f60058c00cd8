"""申请复查, 申请复核: the citizen does not agree with a written reply, and the petition's rules let it be reviewed.

Which of the two it is, and whether it is still time, the caller says; the citizen gives a reason and is answered by the
notice that names the date.
"""

from bot.messages import Reply
from bot.petitions.acts import Act
from bot.petitions.errors import WrongNumber
from bot.petitions.number import parse_number
from bot.petitions.supervision import REVIEWS
from bot.petitions.wording import word
from dialogs.asking import resume
from dialogs.hearing import Word
from dialogs.intents import Review
from dialogs.lookups import Facts, Why
from dialogs.session import State
from dialogs.talk import Answer, Talk
from dialogs.understanding import letters

LONGEST_REASON = 1_000


def start(talk: Talk) -> Answer:
    """Ask for the reason, for the citizen's newest petition."""
    return _begun(talk, Why(), "")


def one(talk: Talk, typed: str, words: str) -> Answer:
    """Ask for the reason for this petition, or take the one that came along."""
    try:
        return _begun(talk, Why(number=parse_number(typed)), words)
    except WrongNumber:
        return resume(talk, Reply(phrase="looking.wrong_number"))


def said(talk: Talk) -> Answer | None:
    """Take the reason; None for anything that is none."""
    if talk.heard.word in {Word.NO, Word.SKIP}:
        return resume(talk, Reply(phrase="reviewing.kept"))
    if talk.heard.word is not None or not letters(talk.heard.text, enough=2):
        return None
    return _begun(talk, Why(number=talk.session.number), talk.heard.text)


def _begun(talk: Talk, lookup: Why, words: str) -> Answer:
    facts = talk.found(lookup)
    if facts is None:
        return lookup
    case, level = talk.own(facts.case), _level(facts)
    if case is None or level is None:
        return resume(talk, Reply(phrase="reviewing.not_now"))
    number, session = case.petition.number, talk.session
    values = {"number": number, "level": word(REVIEWS[level])}
    if not letters(words, enough=2):
        session.aside(State.REVIEW_REASON, at=talk.at)
        session.number = number
        return Reply(phrase="reviewing.ask", values=values)
    talk.intents.append(Review(number=number, level=level, reason=words[:LONGEST_REASON]))
    return resume(talk, Reply(phrase="reviewing.done", values=values))


def _level(facts: Facts) -> Act | None:
    return next((act for act in REVIEWS if act in facts.doable), None)
