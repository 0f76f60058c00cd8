"""Finding the kind of a petition in a citizen's own words, so that it need not be asked.

What is found is shown and can be changed, never taken for certain: so it is found only where the words are plain, and
rather not at all than wrong. Pure; knows no session.
"""

import re

from bot.petitions.vocabulary import Kind
from dialogs.folding import Folding
from dialogs.hearing import Hearing
from dialogs.places import LONGEST_LOOKED_AT


class Kinds:
    """Finds kinds in one language."""

    def __init__(self, hearing: Hearing, folding: Folding) -> None:
        self._lowered, self._lengths = folding.lowered, hearing.lengths
        told, words, patterns = hearing.words["told"], hearing.words["asking"], hearing.patterns
        self._told = {folding.lowered(said): Kind(kind) for kind, listed in told.items() for said in listed}
        self._opening, self._closing = re.compile(patterns["opening"]), re.compile(patterns["closing"])
        self._asks = re.compile(patterns["asks"])
        self._of_rules, self._grieves = folding.any_of(words["rules"]), folding.any_of(words["grieves"])

    def kind_in(self, text: str) -> Kind | None:
        """Return the kind that free words show by themselves: 我要投诉…, …，求助！, 请问社保怎么交; None where not."""
        length, last = len(text), text[-self._lengths.closing :]
        text = self._lowered(text[:LONGEST_LOOKED_AT])
        end = text[-self._lengths.closing :] if length <= LONGEST_LOOKED_AT else self._lowered(last)
        named = self._opening.match(text) or self._closing.search(end)
        if named is not None:
            return self._told.get(named["kind"])
        asks = length <= self._lengths.question and self._asks.search(text) and self._of_rules.search(text)
        return Kind.CONSULT if asks and not self._grieves.search(text) else None
