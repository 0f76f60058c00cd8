"""References to petitions: a number typed alone, with 查询, or behind a verb such as 撤回.

The form of a number belongs to this system; the words around it belong to the language, and come from its file.
"""

import re
from typing import NamedTuple

from dialogs.folding import Folding, one_of
from dialogs.hearing import Hearing, Word

_GAP = r"\s*+"
"""Blanks, which are not given back: gaps that follow each other would be tried in every way in a text of blanks."""
_DASH = rf"{_GAP}[-‐‑‒–—−_]?{_GAP}"
_NUMBER = rf"(?:WQ)?{_GAP}\d{{8}}{_DASH}\d{{7}}"
_ALMOST_NUMBER = r"(?:WQ[\s:]*[\dA-Z-]{1,24}|20\d{2}[01][\d\s-]{7,20})(?:\s+\d{6})?"
_ACTED_ON = rf"{_NUMBER}|WQ[\dA-Z-]+|\d{{5,20}}"
_LONGEST_REFERENCE = 64
_MAYBE = re.compile(r"\d{6}|[WwＷｗ][QqＱｑ]")
"""A cheap look before the exact one: most texts hold neither."""


class Reference(NamedTuple):
    """A petition number typed alone or with 查询; `number` is as typed, `code` the 查询码 beside it or ''."""

    number: str
    code: str


class ActOn(NamedTuple):
    """A verb such as 撤回 or 催办 with a number, and the words after it."""

    word: Word
    number: str
    words: str


class References:
    """Reads references in one language."""

    def __init__(self, hearing: Hearing, folding: Folding) -> None:
        self._opened = folding.opened
        words = hearing.words["petition"]
        name, look = one_of(words["name"]), one_of(words["look"])
        before, code = one_of((*words["look"], *words["before"])), one_of(words["code"])
        self._reference = re.compile(
            rf"{before}?{_GAP}{name}?{_GAP}[:,.]?{_GAP}({_NUMBER})"
            rf"(?:[\s,.;、]*+{code}?{_GAP}(?:{one_of(words['is'])}|:)?{_GAP}(\d{{6}}))?{_GAP}[。.!?]?",
            re.IGNORECASE,
        )
        self._almost = re.compile(rf"(?:{look}{_GAP})?{_ALMOST_NUMBER}", re.IGNORECASE)
        acts = hearing.words["acts"]
        self._verbs = {folding.opened(said).lower(): Word(word) for word, listed in acts.items() for said in listed}
        self._starts = folding.starts(self._verbs)
        self._act_on = re.compile(
            rf"({one_of(self._verbs)}){_GAP}{name}?{_GAP}[:,]?{_GAP}({_ACTED_ON})(?![\d-])[\s,.:;。、]*(.*)",
            re.IGNORECASE | re.DOTALL,
        )

    def reference(self, text: str) -> Reference | None:
        """Return the petition number that is all `text` says, right or wrong in its digits; None when it says more."""
        if len(text) > _LONGEST_REFERENCE or _MAYBE.search(text) is None:
            return None
        folded = self._opened(text)
        if found := self._reference.fullmatch(folded):
            return Reference(found.group(1), found.group(2) or "")
        return Reference(folded, "") if self._almost.fullmatch(folded) else None

    def act_on(self, text: str) -> ActOn | None:
        """Read `撤回 <number>`, `评价 <number> <words>` and the like; None for anything else."""
        if not text or text[0] not in self._starts:
            return None
        found = self._act_on.fullmatch(self._opened(text))
        if found is None:
            return None
        verb, number, words = found.groups()
        word = self._verbs.get(verb.lower())
        return ActOn(word, number, words.strip()) if word is not None else None
