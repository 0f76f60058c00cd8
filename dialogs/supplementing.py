"""补充: words and files for a petition that is under way, asked for (待补充) or not.

A citizen who was asked simply answers: the next free words or pictures go to the petition that waits for them, unless
a draft is open. Whatever follows within the half hour goes there too.
"""

from bot.messages import InboundKind, Reply
from bot.petitions.acts import Act
from bot.petitions.petition import Case
from bot.petitions.vocabulary import State
from dialogs.asking import choices, files, resume
from dialogs.choosing import Choosing, choose, named
from dialogs.hearing import Word
from dialogs.intents import Supplement
from dialogs.lookups import Facts, Mine, One
from dialogs.session import State as Step
from dialogs.talk import Answer, Talk

LONGEST = 2_000
_HOW = Choosing(
    act=Act.SUPPLEMENT,
    verb="supplement",
    state=Step.SUPPLEMENT_PICK,
    none="supplement.none",
    which="supplement.pick",
)
_ENDS = frozenset({Word.DONE, Word.SKIP, Word.NO, Word.CONTINUE})
_ANSWERS = frozenset({None, Word.YES, Word.NO, Word.PUBLIC, Word.PRIVATE, Word.CLEAR, Word.DONE})
"""Short words that may be the answer to what the office asked."""


def start(talk: Talk) -> Answer:
    """Ask for what is to be added: to the petition that waits, to the only one under way, or to one picked."""
    return choose(talk, _HOW, _ask, rather=_waits)


def one(talk: Talk, typed: str, words: str = "") -> Answer:
    """Add `words` to this petition, if it is one's own and under way; without words, ask for them."""
    facts = named(talk, typed)
    if not isinstance(facts, Facts):
        return facts
    case = talk.able(Act.SUPPLEMENT, facts.case)
    if case is None:
        return resume(talk, Reply(phrase="supplement.not_now"))
    return _take(talk, case, words) if words else _ask(talk, case)


def awaited(talk: Talk) -> Answer | None:
    """Give words or a file to the petition that waits for them; None when none does, or this is no answer.

    Who was never told about personal data never filed, and is not looked up.
    """
    session = talk.session
    if not (session.notified or session.follows) or session.parts is not None or talk.heard.word not in _ANSWERS:
        return None
    facts = talk.found(Mine())
    if facts is None:
        return Mine()
    waiting = [case for case in facts.cases if _waits(case)]
    return _take(talk, waiting[0], _words(talk)) if waiting else None


def said(talk: Talk) -> Answer | None:
    """Take what follows 补充; 完成 ends it. None for a petition that is no longer under way."""
    number = talk.session.number
    facts = talk.found(One(number=number))
    if facts is None:
        return One(number=number)
    case = talk.able(Act.SUPPLEMENT, facts.case)
    if case is None:
        return None
    ended = talk.heard.word in _ENDS or talk.heard.ordinal == 1  # the one choice that is offered is 1. 完成
    if (ended and not _waits(case)) or talk.heard.word is Word.DONE:
        return resume(talk, Reply(phrase="supplement.done", values={"number": number}))
    return _take(talk, case, _words(talk))


def _words(talk: Talk) -> str:
    """Return the words of the message: what was typed, or where the pin on the map is."""
    pin = talk.message.location
    if pin is not None:
        return pin.label or f"{pin.latitude:.5f}, {pin.longitude:.5f}"
    return talk.message.text


def _take(talk: Talk, case: Case, words: str) -> Reply:
    files = (talk.message.key,) if talk.message.kind in _FILES else ()
    number, session = case.petition.number, talk.session
    talk.intents.append(Supplement(number=number, text=words[:LONGEST], attachments=files))
    session.aside(Step.SUPPLEMENT, at=talk.at)
    session.number = number
    phrase = "supplement.resumed" if _waits(case) else "supplement.taken"
    return Reply(phrase=phrase, values={"number": number}, choices=choices(talk.office, session))


_FILES = frozenset({InboundKind.IMAGE, InboundKind.VOICE, InboundKind.VIDEO})


def _ask(talk: Talk, case: Case) -> Reply:
    session, petition = talk.session, case.petition
    session.aside(Step.SUPPLEMENT, at=talk.at)
    session.number = petition.number
    values = {"number": petition.number, "summary": petition.summary, "files": files(talk)}
    return Reply(phrase="supplement.ask", values=values, choices=choices(talk.office, session))


def _waits(case: Case) -> bool:
    return case.petition.state is State.WAITING
