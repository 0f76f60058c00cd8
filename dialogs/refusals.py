"""The rules by which words show a matter that the office does not take on. What is said then: `dialogs.refusing`."""

import re
from collections.abc import Iterable

from bot.petitions.vocabulary import Kind
from dialogs.catalogue import Refusal
from dialogs.danger import any_of

_LEFT = 4
"""So many letters beside the words of an `only` rule, and the text says something else too."""


class RefusalRules:
    """The rules of the office, compiled once."""

    def __init__(self, rules: Iterable[Refusal]) -> None:
        self._rules = tuple(
            (rule, any_of(rule.keywords), any_of(rule.unless), any_of((*rule.keywords, *rule.fillers)))
            for rule in rules
        )

    def found(self, text: str, kind: Kind | None = None, *, final: bool = False) -> Refusal | None:
        """Return the first rule that a text of this kind falls under; with `final` only of those that bar it."""
        for rule, words, unless, fill in self._rules:
            if (final and rule.insist) or (rule.kinds and kind is not None and kind not in rule.kinds):
                continue
            if len(set(words.findall(text))) < rule.least or unless.search(text) is not None:
                continue
            if rule.only and _letters(fill, text) >= _LEFT:
                continue
            return rule
        return None


def _letters(fill: re.Pattern[str], text: str) -> int:
    """Count what a text says besides the words of `fill`."""
    return sum(sign.isalpha() for sign in fill.sub("", text))
