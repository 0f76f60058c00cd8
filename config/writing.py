"""Another way to write a language: texts of one file, written otherwise word by word and sign by sign, as 繁體 is.

`[written]` of such a file says how. `words` come first, at each place the longest; then `signs`, rows of signs on the
left, each written as the sign at its place on the right. A `doubtful` sign is written in several ways (复: 復, 複, 覆):
it must stand in one of the words. Knows no phrase.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from config.errors import Problem

_KEYS = {"words", "signs", "doubtful"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """How texts are written otherwise."""

    words: Mapping[str, str] = field(default_factory=dict)
    signs: Mapping[str, str] = field(default_factory=dict)
    doubtful: frozenset[str] = frozenset()

    def written(self, text: str) -> str:
        """Return `text` as it is written here."""
        table = str.maketrans(dict(self.signs))
        return "".join(
            self.words[piece] if place % 2 else piece.translate(table) for place, piece in enumerate(self._pieces(text))
        )

    def doubts(self, text: str) -> tuple[str, ...]:
        """Return the doubtful signs of `text` that stand in no word, each with what is around it."""
        pieces = self._pieces(text)
        return tuple(
            piece[max(0, at - 2) : at + 3]
            for piece in pieces[::2]
            for at, sign in enumerate(piece)
            if sign in self.doubtful
        )

    def _pieces(self, text: str) -> list[str]:
        """Return the text between words and, at odd places, the words."""
        if not self.words:
            return [text]
        return re.split("(" + "|".join(map(re.escape, sorted(self.words, key=len, reverse=True))) + ")", text)


def read_writing(table: object, name: str, problems: list[Problem]) -> Writing:
    """Read `[written]` of the file called `name`; what is wrong is added to `problems`."""
    if not isinstance(table, dict):
        problems.append(_wrong(f"{name}: written", "is no table"))
        return Writing()
    problems += [_wrong(f"{name}: written.{key}", "is not known") for key in sorted(table.keys() - _KEYS)]
    words = _texts(table, "words", name, problems)
    signs = dict(_signs(_texts(table, "signs", name, problems), name, problems))
    doubtful = table.get("doubtful", "")
    if not isinstance(doubtful, str):
        problems.append(_wrong(f"{name}: written.doubtful", "is no text"))
        doubtful = ""
    both = sorted(signs.keys() & set(doubtful))
    problems += [_wrong(f"{name}: written.doubtful", f"holds {sign!r}, which the signs write") for sign in both]
    return Writing(words=words, signs=signs, doubtful=frozenset(doubtful))


def _texts(table: Mapping[str, Any], key: str, name: str, problems: list[Problem]) -> Mapping[str, str]:
    listed = table.get(key, {})
    if isinstance(listed, dict) and all(isinstance(text, str) for text in listed.values()) and all(listed):
        return listed
    problems.append(_wrong(f"{name}: written.{key}", 'is not lines of "…" = "…"'))
    return {}


def _signs(rows: Mapping[str, str], name: str, problems: list[Problem]) -> Iterator[tuple[str, str]]:
    seen: dict[str, str] = {}
    for left, right in rows.items():
        where = f"{name}: written.signs.{left[:4]}…"
        if len(left) != len(right):
            problems.append(_wrong(where, "has not as many signs on the right"))
            continue
        for sign, other in zip(left, right, strict=True):
            if seen.setdefault(sign, other) != other:
                problems.append(_wrong(where, f"writes {sign!r} as {seen[sign]!r} already"))
            yield sign, other


def _wrong(name: str, what: str) -> Problem:
    return Problem(name=name, what=what, remedy="see how the shipped zh-hant.toml is made")
