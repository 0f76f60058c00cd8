"""`phrases`: what citizens are told, checked and listed, so that an office changes its words without a programmer."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from bot.app.office import phrases_file
from bot.commands.running import WRONG_SETTINGS, Config, end
from bot.phrasing import PhraseError, Phrasing
from config.errors import ConfigError, Problem
from config.phrases import BRIEF, PhraseSource, check_phrases, load_phrases, sample_values
from dialogs.spoken import SPOKEN

File = Annotated[
    Path | None, typer.Argument(metavar="[FILE]", help="A phrases file; without it, the one in the settings.")
]


def check(file: File = None, *, config: Config = None) -> None:
    """List everything that is wrong with the phrases, by key, each with its remedy; the exit code is 1 then."""
    path = file or _configured(config)
    try:
        phrases = load_phrases(path)
    except ConfigError as error:
        end(str(error))
    problems = [*check_phrases(phrases, SPOKEN)]
    if not problems:
        problems += _unsayable(phrases)
    for problem in problems:
        print(problem)
    if problems:
        end(f"{path}: {len(problems)} to mend")
    brief = sum(key.startswith(BRIEF) for key in phrases)
    print(f"{path}: ok, {len(phrases) - brief} phrases, {brief} of them in a short form too")


def listed(*, config: Config = None) -> None:
    """List every phrase: its key, the values it may use, and its words, one line each."""
    phrases = load_phrases(_configured(config))
    for key, values in sorted(SPOKEN.items()):
        text = " ".join(phrases[key]["text"].split()) if key in phrases else ""
        print("\t".join((key, " ".join(sorted(values)), text)))


def _configured(config: Path | None) -> Path:
    try:
        return phrases_file(config, environ=os.environ)
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
