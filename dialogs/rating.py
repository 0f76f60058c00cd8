"""评价: the citizen's judgement of an answer, one question at a time: how satisfied, whether solved, in one sentence.

Each answer is recorded at once and each question may be skipped; what is not answered stays unsaid. Whoever says that
nothing was solved, or is not satisfied, is asked whether it shall be done again, where the policy allows that.
"""

from collections.abc import Callable

from bot.messages import Reply
from bot.petitions.acts import Act
from bot.petitions.petition import Case
from bot.petitions.vocabulary import Rating, Solved
from bot.petitions.wording import word
from dialogs.asking import RATINGS_IN_ORDER, SOLVED_IN_ORDER, choices, resume, said
from dialogs.choosing import named
from dialogs.hearing import Word
from dialogs.intents import Rate, Redo
from dialogs.lookups import Facts, Mine
from dialogs.session import State
from dialogs.talk import Answer, Talk
from dialogs.understanding import letters

LONGEST_WORDS = 500
_Then = Callable[[Talk, Case, Facts], Reply]
_PASSES = frozenset({Word.SKIP, Word.NO, Word.DONE})


def awaited(talk: Talk, facts: Facts) -> Case | None:
    """Return the petition whose answer waits for a rating: the one that moved last."""
    open_ones = [case for case in facts.cases if not _judged(case) and _can(talk, case)]
    return max(open_ones, key=lambda case: case.petition.updated_at, default=None)


def _judged(case: Case) -> bool:
    return case.petition.rating is not None or case.petition.solved is not None


def latest(talk: Talk, rating: Rating, words: str) -> Answer | None:
    """Rate the petition that waits for it; None when none does."""
    facts = talk.found(Mine())
    if facts is None:
        return Mine()
    case = awaited(talk, facts)
    return None if case is None else _rate(talk, case, facts, rating=rating, words=words)


def latest_solved(talk: Talk, solved: Solved) -> Answer | None:
    """Take `没解决` said without being asked, for the petition that waits for a rating; None when none does."""
    facts = talk.found(Mine())
    if facts is None:
        return Mine()
    case = awaited(talk, facts)
    return None if case is None else _settle(talk, case, facts, solved=solved)


def nothing(talk: Talk) -> Reply:
    """Say that no petition waits for a rating."""
    return resume(talk, Reply(phrase="rating.none"))


def ask(talk: Talk) -> Answer:
    """Answer a bare 评价: offer the ratings for the petition that waits."""
    facts = talk.found(Mine())
    if facts is None:
        return Mine()
    case = awaited(talk, facts)
    return nothing(talk) if case is None else _offer(talk, case)


def _offer(talk: Talk, case: Case) -> Reply:
    petition, session = case.petition, talk.session
    session.aside(State.RATE_PICK, at=talk.at)
    session.number, session.rating = petition.number, None
    values = {"number": petition.number, "summary": petition.summary}
    return Reply(phrase="rating.ask", values=values, choices=choices(talk.office, session))


def one(talk: Talk, typed: str, rest: str) -> Answer:
    """Read `评价 <number> 不满意 没解决`."""
    judged = talk.ear.rated(rest)
    if judged is None and (solved := talk.ear.solved_said(rest)) is not None:
        return settled(talk, typed, solved)
    return given(talk, typed, judged.rating if judged else None, judged.words if judged else "")


# --- how satisfied --------------------------------------------------------------------------------------------------


def picked(talk: Talk) -> Answer | None:
    """Read the answer to how satisfied; None for anything that is none."""
    heard, number = talk.heard, talk.session.number
    if 0 < heard.ordinal <= len(RATINGS_IN_ORDER):
        return given(talk, number, RATINGS_IN_ORDER[heard.ordinal - 1])
    if (solved := talk.ear.solved_said(heard.plain)) is not None:
        return settled(talk, number, solved)
    if heard.word in _PASSES or heard.ordinal == len(RATINGS_IN_ORDER) + 1:
        return _with_case(talk, number, lambda talk, case, facts: _go_on(talk, case, facts, solved=None, words=""))
    return None


def given(talk: Talk, number: str, rating: Rating | None, words: str = "") -> Answer:
    """Rate a certain petition if it is the citizen's own and answered; without a rating, ask for it."""

    def rate(talk: Talk, case: Case, facts: Facts) -> Reply:
        return _offer(talk, case) if rating is None else _rate(talk, case, facts, rating=rating, words=words)

    return _with_case(talk, number, rate)


def _rate(talk: Talk, case: Case, facts: Facts, *, rating: Rating, words: str) -> Reply:
    words, said_too = words[:LONGEST_WORDS], talk.ear.solved_said(words)
    talk.intents.append(Rate(number=case.petition.number, rating=rating, solved=said_too, words=words))
    talk.session.rating = rating
    if words and case.petition.solved is not None and rating is not Rating.DISSATISFIED:
        return _thanks(talk, case, facts)  # judged anew, and better
    return _go_on(talk, case, facts, solved=said_too or case.petition.solved, words=words)


# --- whether it is solved -------------------------------------------------------------------------------------------


def settled(talk: Talk, number: str, solved: Solved) -> Answer:
    """Take whether the matter is solved."""

    def take(talk: Talk, case: Case, facts: Facts) -> Reply:
        return _settle(talk, case, facts, solved=solved)

    return _with_case(talk, number, take)


def _settle(talk: Talk, case: Case, facts: Facts, *, solved: Solved) -> Reply:
    number = case.petition.number
    words = _words_before(talk, number)
    talk.intents.append(Rate(number=number, solved=solved, words=words))
    return _go_on(talk, case, facts, solved=solved, words=words)


def said_solved(talk: Talk) -> Answer | None:
    """Read the answer to whether it is solved; None for anything that is none."""
    heard, number = talk.heard, talk.session.number
    place = heard.ordinal
    solved = SOLVED_IN_ORDER[place - 1] if 0 < place <= len(SOLVED_IN_ORDER) else talk.ear.solved_said(heard.plain)
    if heard.word is Word.YES:
        solved = Solved.SOLVED
    if heard.word is Word.NO:
        solved = Solved.UNSOLVED
    if solved is not None:
        return settled(talk, number, solved)
    if heard.word in {Word.SKIP, Word.DONE} or place == len(SOLVED_IN_ORDER) + 1:
        return _with_case(talk, number, lambda talk, case, _facts: _ask_words(talk, case))
    if heard.word is None and not place and letters(heard.text, enough=2):
        return _with_case(talk, number, _worded)  # why, without being asked: the sentence is given
    return None


def _words_before(talk: Talk, number: str) -> str:
    """Return the words that came with the rating just given, so that the fuller record has them too."""
    session = talk.session
    return session.numbers[0] if session.number == number and session.numbers else ""


# --- in one sentence ------------------------------------------------------------------------------------------------


def said_why(talk: Talk) -> Answer | None:
    """Take one sentence about the rating just given; None for anything that is none."""
    heard, session = talk.heard, talk.session
    number = session.number
    if heard.word in _PASSES | {Word.YES} or heard.ordinal == 1:
        return _with_case(talk, number, _end)
    if (solved := talk.ear.solved_said(heard.plain)) is not None:
        return settled(talk, number, solved)
    if heard.word is not None or not letters(heard.text, enough=2):
        return Reply(phrase="wrong.words", choices=choices(talk.office, session))
    if (again := talk.ear.rated(heard.text)) is not None:
        return given(talk, number, again.rating, again.words)
    return _with_case(talk, number, _worded)


def _worded(talk: Talk, case: Case, facts: Facts) -> Reply:
    words = talk.heard.text[:LONGEST_WORDS]
    talk.intents.append(Rate(number=case.petition.number, rating=talk.session.rating, words=words))
    return _end(talk, case, facts)


# --- shall it be done again -----------------------------------------------------------------------------------------


def answered_redo(talk: Talk) -> Answer | None:
    """Read whether it shall be done again; None for anything that is no answer."""
    heard, number = talk.heard, talk.session.number
    if heard.word in {Word.NO, Word.SKIP, Word.DONE} or heard.ordinal == 2:  # noqa: PLR2004 -- the second of two
        return _with_case(talk, number, _thanks)
    if heard.word is not Word.YES and heard.ordinal != 1:
        return None

    def send_back(talk: Talk, case: Case, facts: Facts) -> Reply:
        if not (number in facts.redoable and _unhappy(case)):
            return _thanks(talk, case, facts)
        talk.intents.append(Redo(number=number))
        return resume(talk, Reply(phrase="rating.redone", values={"number": number}))

    return _with_case(talk, number, send_back)


def _unhappy(case: Case) -> bool:
    return case.petition.rating is Rating.DISSATISFIED or case.petition.solved is Solved.UNSOLVED


# --- from question to question --------------------------------------------------------------------------------------


def _with_case(talk: Talk, number: str, then: _Then) -> Answer:
    """Look the petition up and go on with it, if it is the citizen's own and answered."""
    facts = named(talk, number)
    if not isinstance(facts, Facts):
        return facts
    case = talk.own(facts.case)
    if case is None or not _can(talk, case):
        return resume(talk, Reply(phrase="rating.not_yours" if case is None else "rating.too_early"))
    return then(talk, case, facts)


def _can(talk: Talk, case: Case) -> bool:
    return talk.can(Act.RATE, case)


def _go_on(talk: Talk, case: Case, facts: Facts, *, solved: Solved | None, words: str) -> Reply:
    """Ask what was not said yet; over a draft, nothing more."""
    if talk.session.parts is not None:
        return _thanks(talk, case, facts)
    if solved is None:
        return _ask_solved(talk, case, words)
    return _end(talk, case, facts, solved=solved) if words else _ask_words(talk, case, solved=solved)


def _ask_solved(talk: Talk, case: Case, words: str) -> Reply:
    session, number = talk.session, case.petition.number
    rating = session.rating
    session.aside(State.RATE_SOLVED, at=talk.at)
    session.number, session.numbers = number, [words] if words else []
    asked = Reply(phrase="rating.solved", choices=choices(talk.office, session))
    if rating is None:
        return asked
    return said(asked, lead=Reply(phrase="rating.noted", values={"rating": word(rating)}))


def _ask_words(talk: Talk, case: Case, *, solved: Solved | None = None) -> Reply:
    session, number = talk.session, case.petition.number
    session.aside(State.RATE_WORDS, at=talk.at)
    session.number, session.numbers = number, []
    asked = Reply(phrase="rating.words", choices=choices(talk.office, session))
    if solved is None:
        return asked
    return said(asked, lead=Reply(phrase="rating.noted", values={"rating": word(solved)}))


def _end(talk: Talk, case: Case, facts: Facts, *, solved: Solved | None = None) -> Reply:
    """Ask whether it shall be done again, where that is open and called for; else thank."""
    session = talk.session
    unhappy = Rating.DISSATISFIED in {session.rating, case.petition.rating}
    unhappy = unhappy or Solved.UNSOLVED in {solved, case.petition.solved}
    if not (unhappy and case.petition.number in facts.redoable):
        return _thanks(talk, case, facts)
    session.aside(State.RATE_REDO, at=talk.at)
    session.number, session.numbers = case.petition.number, []
    return Reply(phrase="rating.redo", choices=choices(talk.office, session))


def _thanks(talk: Talk, case: Case, _facts: Facts) -> Reply:
    return resume(talk, Reply(phrase="rating.thanks", values={"number": case.petition.number}))
