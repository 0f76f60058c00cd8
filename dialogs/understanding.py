"""Reading what citizens type: commands, numbers, yes and no, in the many forms people give them.

Nobody has to hit the exact form of a menu: full-width digits, 汉字 digits, ①, `1.`, 选1, 第一个, 繁体 of the main
words, politeness around a command, punctuation and emoji are all folded away before a word is looked up. Which words
mean what is data (`dialogs.hearing`). Knows no session and no phrase.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from dialogs.changing import Changes
from dialogs.finding import Kinds
from dialogs.folding import Folding
from dialogs.hearing import Hearing, Word
from dialogs.judging import Judgements
from dialogs.phones import Phones
from dialogs.places import Places
from dialogs.references import References

_TEN = 10
_new = tuple.__new__
"""Makes a `Heard` in a third of the time that its own constructor takes; one is made in every turn."""


class Heard(NamedTuple):
    """One text as it was understood."""

    text: str
    """As typed, without the blanks around it."""
    plain: str
    """Folded and without inner blanks; '' for a text too long to be a command."""
    bare: str
    """`plain` without politeness around it."""
    word: Word | None
    ordinal: int
    """A choice by its place, 1 on; 0 where none was named."""


class Ear:
    """Listens in one language. Built once; a word that was typed as it is listed costs one look into a table."""

    def __init__(self, hearing: Hearing) -> None:
        self.lengths = hearing.lengths
        self._longest = hearing.lengths.command
        polite = hearing.words["polite"]
        folding = Folding(signs=hearing.signs, before=polite["before"], after=polite["after"])
        listed = hearing.words["commands"]
        self.words: Mapping[str, Word] = {
            folding.joined(said): Word(word) for word, every in listed.items() for said in every
        }
        """Folded word → what it means."""
        folding.keep(self.words)
        self._known = {
            said: Heard(said, folding.joined(said), folding.joined(said), Word(word), 0)
            for word, every in listed.items()
            for said in every
        }
        self._counted = {
            folding.joined(said): int(place) for place, every in hearing.words["counting"].items() for said in every
        }
        self._ordinal = re.compile(hearing.patterns["ordinal"])
        person = hearing.words["person"]
        self.ends = frozenset(map(folding.fold, person["ends"]))
        """What ends a talk with a person."""
        self.leaves = self.ends | frozenset(map(folding.fold, person["leaves"]))
        """What ends waiting for one."""
        self.lowered = folding.lowered
        mention = hearing.words["mention"]
        self.praise, self.trouble = folding.any_of(mention["praise"]), folding.any_of(mention["trouble"])
        self.advertising = re.compile(hearing.patterns["advertising"])
        references, judgements = References(hearing, folding), Judgements(hearing, folding)
        changes = Changes(hearing, folding)
        phones = Phones(digits=hearing.words["digits"], extension=hearing.words["phone"]["extension"])
        self.fold, self.unpolite, self.simplified = folding.fold, folding.unpolite, folding.simplified
        self.reference, self.act_on = references.reference, references.act_on
        self.fields, self.field_wanted, self.kind_wanted = changes.fields, changes.field_wanted, changes.kind_wanted
        self.rated, self.solved_said = judgements.rated, judgements.solved_said
        self.kind_in = Kinds(hearing, folding).kind_in
        self.place_in = Places(hearing.words["place"]).place_in
        self.phone, self.phone_in = phones.phone, phones.phone_in

    def hear(self, text: str) -> Heard:
        """Read one text."""
        stripped = text.strip()
        if len(stripped) > self._longest:
            return _new(Heard, (stripped, "", "", None, 0))
        if (known := self._known.get(stripped)) is not None:
            return known
        plain = self.fold(stripped)
        bare = self.unpolite(plain)
        word = self.words.get(plain) or self.words.get(bare)
        ordinal = 0 if word else self.ordinal(plain) or self.ordinal(bare)
        return _new(Heard, (stripped, plain, bare, word, ordinal))

    def ordinal(self, plain: str) -> int:
        """Return which choice a folded text names (1 on), 0 for none: `3`, 三, 选3, 第三个, 十二."""
        if not plain or len(plain) > self._longest:
            return 0
        found = self._ordinal.fullmatch(plain)
        if found is None:
            return 0
        number = found["number"]
        if number.isdecimal():
            return int(number)
        if (place := self._counted.get(number)) is not None:
            return place
        return self._composed(number)

    def _composed(self, number: str) -> int:
        """Return what two signs count together, one of them ten: 十二, 二十; 0 for any others."""
        first, second = (self._counted.get(sign, 0) for sign in (number[:1], number[1:]))
        if first == _TEN and 0 < second < _TEN:
            return _TEN + second
        return first * _TEN if second == _TEN and 0 < first < _TEN else 0


def letters(text: str, *, enough: int) -> bool:
    """Whether `text` holds at least so many letters or 汉字: digits, signs and emoji say nothing by themselves."""
    for sign in text:
        if sign.isalpha():
            enough -= 1
            if enough <= 0:
                return True
    return False
