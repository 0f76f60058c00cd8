"""`phrases`: what citizens are told and what they type, checked and listed.

So an office changes its words without a programmer.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from bot.app.office import hearing_file, hearing_of, phrases_file
from bot.commands.running import WRONG_SETTINGS, Config, end
from bot.phrasing import PhraseError, Phrasing
from config.errors import ConfigError, Problem
from config.phrases import BRIEF, PhraseSource, check_phrases, load_phrases, sample_values
from dialogs.needed import NEEDED
from dialogs.spoken import SPOKEN

File = Annotated[
    Path | None, typer.Argument(metavar="[FILE]", help="A phrases file; without it, the one in the settings.")
]

Typed = Annotated[
    Path | None, typer.Option(metavar="FILE", help="A file of words that citizens type; checked alone, or beside FILE.")
]


def check(file: File = None, *, hearing: Typed = None, config: Config = None) -> None:
    """List everything that is wrong with the phrases and the words citizens type, with the remedies; then end with 1.

    Without a file the two that the settings name are checked.
    """
    both = file is None and hearing is None
    found = 0
    if both or hearing is not None:
        found += _heard(hearing or _configured(config, hearing_file))
    if both or file is not None:
        found += _spoken(file or _configured(config, phrases_file))
    if found:
        end(f"{found} to mend")


def _heard(path: Path) -> int:
    """Check the words that citizens type; return how much is wrong."""
    try:
        words = hearing_of(path).words
    except ConfigError as error:
        print(error)
        return len(error.problems)
    count = sum(len(listed) for section in words.values() for listed in section.values())
    print(f"{path}: ok, {count} words that citizens type")
    return 0


def _spoken(path: Path) -> int:
    """Check the phrases; return how much is wrong."""
    try:
        phrases = load_phrases(path)
    except ConfigError as error:
        print(error)
        return len(error.problems)
    problems = [*check_phrases(phrases, SPOKEN, needed=NEEDED)]
    if not problems:
        problems += _unsayable(phrases)
    for problem in problems:
        print(problem)
    if not problems:
        brief = sum(key.startswith(BRIEF) for key in phrases)
        print(f"{path}: ok, {len(phrases) - brief} phrases, {brief} of them in a short form too")
    return len(problems)


def listed(*, config: Config = None) -> None:
    """List every phrase: its key, the values it may use, and its words, one line each."""
    phrases = load_phrases(_configured(config, phrases_file))
    for key, values in sorted(SPOKEN.items()):
        text = " ".join(phrases[key]["text"].split()) if key in phrases else ""
        print("\t".join((key, " ".join(sorted(values)), text)))


def _configured(config: Path | None, name: Callable[..., Path]) -> Path:
    try:
        return name(config, environ=os.environ)
    except ConfigError as error:
        end(str(error), code=WRONG_SETTINGS)


def _unsayable(phrases: Mapping[str, PhraseSource]) -> list[Problem]:
    """Say every phrase once, with made-up values: what raises would raise before a citizen."""
    try:
        phrasing = Phrasing(phrases)
    except PhraseError as error:
        return [Problem(name=error.key, what=str(error), remedy="mend the phrase")]
    found = []
    for key in phrases:
        plain = key.removeprefix(BRIEF)
        try:
            phrasing.say(plain, sample_values(SPOKEN[plain]), short=key != plain)
        except PhraseError as error:
            found.append(Problem(name=key, what=str(error), remedy="mend the phrase"))
    return found
