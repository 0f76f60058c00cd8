"""Folding: the forms in which what was typed is compared with what is known.

Full-width signs, ①, emoji variants, 繁体 (by the language's table), blanks and punctuation are folded away. What is
folded serves recognition only; what becomes part of a petition stays as it was typed.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping

NEVER = "(?!)"
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\ufe0e\ufe0f\u20e3\u00ad"))
_SKIN = dict.fromkeys((*range(0x1F3FB, 0x1F400), 0x2640, 0x2642))
"""What makes variants of one emoji."""
_CIRCLED = {first + place: str(place + 1) for first in (0x2776, 0x24F5) for place in range(10)}
"""❶ and ⓵, which NFKC leaves alone."""
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_AFTER_SIGNS = "[,、.!~]"


class Folding:
    """The folding of one language; `signs` are read as others, `polite` are its words before and after a command."""

    def __init__(self, *, signs: Mapping[str, str], before: Iterable[str], after: Iterable[str]) -> None:
        self._signs = str.maketrans(dict(signs))
        self._folds = {**self._signs, **INVISIBLE, **_SKIN, **_CIRCLED}
        self._written_so, self._foldable = _any_sign(self._signs), _any_sign(self._folds)
        self._kept: Collection[str] = frozenset()
        self._before = re.compile(f"^{one_of(map(self.joined, before))}+")
        self._after = re.compile(f"(?:{_AFTER_SIGNS}|{one_of(map(self.joined, after))})++$")

    def keep(self, words: Collection[str]) -> None:
        """Let these words be what they are, even where they are nothing but signs."""
        self._kept = words

    def joined(self, text: str) -> str:
        """Return `text` folded and without blanks, with the signs around it."""
        return "".join(self._folded(text).lower().split())

    def fold(self, text: str) -> str:
        """Return the form in which words are compared; a lone sign such as 👍 or ？ keeps itself."""
        folded = self.joined(text)
        return folded if folded in self._kept else _EDGES.sub("", folded)

    def opened(self, text: str) -> str:
        """Return `text` folded, with its blanks and capitals, where more than a command is read."""
        return self._folded(text).strip()

    def lowered(self, text: str) -> str:
        """Return `text` in small letters, with signs read as others: free words are looked at so."""
        return self.simplified(text).lower()

    def any_of(self, words: Iterable[str]) -> re.Pattern[str]:
        """Return what finds any of the words in a text that is `lowered`."""
        return re.compile(one_of(map(self.lowered, words)))

    def simplified(self, text: str) -> str:
        """Return `text` with signs read as others, sign by sign: it stays as long as it was."""
        return text.translate(self._signs) if self._written_so.search(text) else text

    def _folded(self, text: str) -> str:
        """Fold sign by sign; most texts hold nothing to fold, and finding that out is the cheaper part."""
        text = unicodedata.normalize("NFKC", text)
        return text.translate(self._folds) if self._foldable.search(text) else text

    def unpolite(self, plain: str) -> str:
        """Take the politeness off a folded text: 我想咨询一下 → 咨询; a text that is nothing else stays."""
        return self._after.sub("", self._before.sub("", plain)) or plain

    def starts(self, words: Iterable[str]) -> frozenset[str]:
        """Return every letter that a text may begin with, before it is folded, when it begins with one of the words."""
        firsts = {word[0] for word in words}
        firsts |= {chr(sign) for sign, read in self._signs.items() if read in firsts}
        firsts |= {letter.upper() for letter in firsts}
        return frozenset(firsts | {chr(ord(letter) + 0xFEE0) for letter in firsts if "!" <= letter <= "~"})


def _any_sign(table: Mapping[int, object]) -> re.Pattern[str]:
    """Return what finds a sign that a table of `str.translate` changes."""
    signs = "".join(re.escape(chr(sign)) for sign in table)
    return re.compile(f"[{signs}]" if signs else NEVER)


def one_of(words: Iterable[str]) -> str:
    """Return a group that matches any of the words, longer ones first; without words one that matches nothing."""
    listed = sorted(words, key=len, reverse=True)
    signs = "".join(re.escape(word) for word in listed if len(word) == 1)
    longer = "|".join(re.escape(word) for word in listed if len(word) > 1)
    return f"(?:{'|'.join(filter(None, (longer, signs and f'[{signs}]'))) or NEVER})"
