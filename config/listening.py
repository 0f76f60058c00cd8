"""What the dialog listens for in citizens' words besides the matter itself: dangers to life. Part of `matters.toml`."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field

from config.errors import Problem
from config.sections import Section
from config.values import Slug, Words, some

_Word = Annotated[str, Field(min_length=2, max_length=20)]
"""One letter is in too many words."""


class DangerRule(Section):
    """A danger: the words that show it, and what the citizen is told at once."""

    id: Slug
    label: Words
    keywords: Annotated[tuple[_Word, ...], AfterValidator(some)]
    say: Annotated[str, Field(min_length=4, max_length=80)]
    """One short text, read by somebody in danger."""


class DangerTable(Section):
    """The dangers, gravest first; see `dialogs.turn.Dangers`."""

    harmless: tuple[_Word, ...] = ()
    calm: tuple[_Word, ...] = ()
    rule: tuple[DangerRule, ...] = ()


def faults_of_dangers(table: DangerTable, file: str) -> Iterator[Problem]:
    """Yield what is wrong between the rules: an id given twice, a word of two."""
    ids: set[str] = set()
    owners: dict[str, str] = dict.fromkeys(table.harmless, "harmless")
    for rule in table.rule:
        if rule.id in ids:
            yield Problem(name=f"{file}: danger {rule.id}", what="is there twice", remedy="give each an id of its own")
        ids.add(rule.id)
        for word in rule.keywords:
            if owners.setdefault(word, rule.id) != rule.id:
                what = f"{word} is a word of {owners[word]} too"
                yield Problem(name=f"{file}: danger {rule.id}", what=what, remedy="let each word show one danger")
