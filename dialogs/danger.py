"""Words that show a danger to life, found in one look at a text.

What is found is answered before anything else; see `dialogs.warning`. The look is part of every turn, so it is a sweep
for the first two letters of any word (well under a microsecond for what people type), and only behind them the words
themselves are tried. Knows no session and no phrase.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from dialogs.catalogue import Danger, Dangers

_NEVER = "(?!)"


class Sign(NamedTuple):
    """A danger somebody speaks of; `calm` when the words say that it is over, or only spoken of."""

    danger: Danger
    calm: bool


class DangerWords:
    """The dangers of the office, compiled once."""

    def __init__(self, dangers: Dangers) -> None:
        self._rank = {rule.id: place for place, rule in enumerate(dangers.rules)}
        self._rules: dict[str, Danger | None] = dict.fromkeys(dangers.harmless)
        for rule in reversed(dangers.rules):
            self._rules |= dict.fromkeys(rule.keywords, rule)
        self._begins = _starts_of(self._rules)
        self._maybe = self._begins.search
        self._words = {pair: any_of(word for word in self._rules if word[:2] == pair) for pair in _pairs(self._rules)}
        self._calm = any_of(dangers.calm).search

    def sign(self, text: str) -> Sign | None:
        """Return the gravest danger that `text` speaks of, None for an ordinary text."""
        return None if self._maybe(text) is None else self._gravest(text)

    def _gravest(self, text: str) -> Sign | None:
        dangers: list[Danger] = []
        end = 0
        for begin in self._begins.finditer(text):
            start = begin.start()
            words = self._words.get(text[start : start + 2])
            if words is None or start < end or (found := words.match(text, start)) is None:
                continue
            end = found.end()
            if (danger := self._rules[found.group()]) is not None:
                dangers.append(danger)
        if not dangers:
            return None
        gravest = min(dangers, key=lambda danger: self._rank[danger.id])
        return Sign(gravest, self._calm(text) is not None)


def _starts_of(words: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that finds where a word may begin: by its two first letters, for every word has as many.

    Any first letter before any second one is good enough, and the cheapest to look for.
    """
    pairs = _pairs(words)
    firsts, seconds = ("".join(sorted({re.escape(pair[place]) for pair in pairs})) for place in (0, 1))
    return re.compile(f"[{firsts}](?=[{seconds}])" if pairs else _NEVER)


def _pairs(words: Iterable[str]) -> set[str]:
    return {word[:2] for word in words}


def any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that finds any of the words, longer ones first."""
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))) or _NEVER)
