"""Judgements: how satisfied a citizen is, and whether the matter is solved, said in a few words."""

import re
from typing import NamedTuple

from bot.petitions.vocabulary import Rating, Solved
from dialogs.folding import Folding
from dialogs.hearing import Hearing

_CLAUSE = re.compile(r"[^,，。.!！;；\s]*")
_WORDS_AFTER = r"(?:$|[\s,.!?;:、。~]+(?P<words>.*))"


class Rated(NamedTuple):
    """A rating and the words that came with it."""

    rating: Rating
    words: str


class Judgements:
    """Reads judgements in one language."""

    def __init__(self, hearing: Hearing, folding: Folding) -> None:
        self._folding = folding
        self._longest = hearing.lengths.command
        ratings, around = hearing.words["ratings"], hearing.words["judging"]
        self._ratings = {
            folding.opened(said).lower(): Rating(rating) for rating, listed in ratings.items() for said in listed
        }
        self._rated = re.compile(f"(?:{hearing.patterns['rating']}){_WORDS_AFTER}", re.DOTALL | re.IGNORECASE)
        self._starts = folding.starts((*self._ratings, *(word for listed in around.values() for word in listed)))
        solved = hearing.words["solved"]
        self._solved = {folding.fold(said): Solved(one) for one, listed in solved.items() for said in listed}

    def rated(self, text: str) -> Rated | None:
        """Read `不满意`, `不满意 没解决`, `我对结果很满意！`; None for anything else."""
        if not text or text[0] not in self._starts:
            return None
        found = self._rated.fullmatch(self._folding.opened(text))
        rating = self._ratings.get(found["rating"].lower()) if found is not None else None
        if found is None or rating is None:
            return None
        return Rated(rating, (found["words"] or "").strip())

    def solved_said(self, text: str) -> Solved | None:
        """Read 解决了, 部分解决, 没解决 and the like, said alone or first: 没解决，还是黑的; None for anything else."""
        clause = _CLAUSE.match(text)
        if clause is None or not clause.group() or len(clause.group()) > self._longest:
            return None
        plain = self._folding.fold(clause.group())
        return self._solved.get(plain) or self._solved.get(self._folding.unpolite(plain))
