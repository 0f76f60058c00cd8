"""评价: the citizen's judgement of an answer. It is filed at once; words that follow file it again."""

from bot.messages import Reply
from bot.petitions.errors import WrongNumber
from bot.petitions.lifecycle import Act, possible
from bot.petitions.number import parse_number
from bot.petitions.petition import Case
from bot.petitions.vocabulary import Rating
from dialogs.asking import RATINGS_IN_ORDER, choices, resume
from dialogs.session import State
from dialogs.talk import Answer, Talk
from dialogs.turn import Facts, Mine, One, Rate
from dialogs.understanding import Word, letters, rated

LONGEST_WORDS = 500


def awaited(talk: Talk, facts: Facts) -> Case | None:
    """Return the petition whose answer waits for a rating: the one that moved last."""
    open_ones = [case for case in facts.cases if case.petition.rating is None and _can(talk, case)]
    return max(open_ones, key=lambda case: case.petition.updated_at, default=None)


def latest(talk: Talk, rating: Rating, words: str) -> Answer | None:
    """Rate the petition that waits for it; None when none does."""
    facts = talk.found(Mine())
    if facts is None:
        return Mine()
    case = awaited(talk, facts)
    return None if case is None else _rate(talk, case.petition.number, rating, words)


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
    session.number = petition.number
    values = {"number": petition.number, "summary": petition.summary}
    return Reply(phrase="rating.ask", values=values, choices=choices(talk.office, session))


def picked(talk: Talk) -> Answer | None:
    """Read a number typed after the offered ratings; None for anything else."""
    place = talk.heard.ordinal
    if not 0 < place <= len(RATINGS_IN_ORDER):
        return None
    return given(talk, talk.session.number, RATINGS_IN_ORDER[place - 1])


def one(talk: Talk, typed: str, rest: str) -> Answer:
    """Read `评价 <number> 不满意 没解决`."""
    judged = rated(rest)
    try:
        number = parse_number(typed)
    except WrongNumber:
        return resume(talk, Reply(phrase="looking.wrong_number"))
    return given(talk, number, judged.rating if judged else None, judged.words if judged else "")


def given(talk: Talk, number: str, rating: Rating | None, words: str = "") -> Answer:
    """Rate a certain petition if it is the citizen's own and answered; without a rating, ask for it."""
    facts = talk.found(One(number=number))
    if facts is None:
        return One(number=number)
    case = talk.own(facts.case)
    if case is None or not _can(talk, case):
        return resume(talk, Reply(phrase="rating.not_yours" if case is None else "rating.too_early"))
    return _offer(talk, case) if rating is None else _rate(talk, number, rating, words)


def _can(talk: Talk, case: Case) -> bool:
    return Act.RATE in possible(case, talk.citizen)


def _rate(talk: Talk, number: str, rating: Rating, words: str) -> Reply:
    words = words[:LONGEST_WORDS]
    talk.intents.append(Rate(number=number, rating=rating, words=words))
    values = {"number": number, "rating": rating.label}
    if rating is Rating.SATISFIED or words:
        return resume(talk, Reply(phrase="rating.thanks", values=values))
    session = talk.session
    session.aside(State.RATE_WORDS, at=talk.at)
    session.number, session.rating = number, rating
    return Reply(phrase="rating.words", values=values, choices=choices(talk.office, session))


def said_why(talk: Talk) -> Answer | None:
    """Take one sentence about the rating just given; None for anything that is none."""
    heard, session = talk.heard, talk.session
    number, rating = session.number, session.rating
    if rating is None:
        return None
    if heard.word in {Word.SKIP, Word.NO, Word.DONE, Word.YES} or heard.ordinal == 1:
        return resume(talk, Reply(phrase="rating.thanks", values={"number": number, "rating": rating.label}))
    if heard.word is not None or not letters(heard.text, enough=2):
        return Reply(phrase="wrong.words", choices=choices(talk.office, session))
    again = rated(heard.text)
    if again is not None:
        return given(talk, number, again.rating, again.words)
    return given(talk, number, rating, heard.text)
