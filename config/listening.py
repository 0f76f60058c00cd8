"""What the dialog listens for in citizens' words besides the matter: dangers to life, and what is not taken on.

Parts of `matters.toml`.
"""

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field

from bot.petitions.vocabulary import Kind
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
    """The dangers, gravest first; see `dialogs.catalogue.Dangers`."""

    harmless: tuple[_Word, ...] = ()
    calm: tuple[_Word, ...] = ()
    rule: tuple[DangerRule, ...] = ()


class RefusalRule(Section):
    """A matter the office does not take on; see `dialogs.catalogue.Refusal`."""

    id: Slug
    label: Words
    keywords: Annotated[tuple[_Word, ...], AfterValidator(some)]
    say: Annotated[str, Field(min_length=4, max_length=120)]
    reason: Annotated[str, Field(min_length=4, max_length=200)]
    """Offered to the clerk as the reason of 不予受理."""
    elsewhere: Annotated[str, Field(min_length=2, max_length=100)]
    kinds: tuple[Kind, ...] = ()
    unless: tuple[_Word, ...] = ()
    fillers: tuple[str, ...] = ()
    least: int = Field(default=1, ge=1, le=9)
    only: bool = False
    insist: bool = True


def faults_of_refusals(rules: tuple[RefusalRule, ...], file: str) -> Iterator[Problem]:
    """Yield what is wrong within a rule: it could never fit."""
    for rule in rules:
        if rule.least > len(set(rule.keywords)):
            what = f"wants {rule.least} different keywords and has {len(set(rule.keywords))}"
            yield Problem(name=f"{file}: refusal {rule.id}", what=what, remedy="add keywords, or lower least")


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
