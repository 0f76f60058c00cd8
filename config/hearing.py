"""The words that citizens type: reads `hearing/<language>.toml` and holds it to the form that the dialog needs.

A file is sections of word lists, `[patterns]` in which `{section.key}` stands for the words of a list and `{name}` for
what the dialog reads out of the text, `[lengths]`, and `[signs]`, rows of signs that are read as others. Which
sections, keys, patterns and lengths there must be is told by the caller. Everything wrong is told at once. It knows no
dialog; whether a pattern could be slow is told by `config.repeats`.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from config.errors import ConfigError, Problem
from config.repeats import repeats_fault
from config.sources import read_toml

HEARING = Path(__file__).with_name("hearing") / "zh.toml"
"""The words of Simplified Chinese."""
Words = Mapping[str, tuple[str, ...]]
_SIGNS, _PATTERNS, _LENGTHS = "signs", "patterns", "lengths"
_PLACE = re.compile(r"\{([a-z_]+(?:\.[a-z_]+)?)\}")
_NEVER = "(?!)"
_COMMAND = "command"
"""The length that words of a section of commands may have."""


class HearingFileError(ConfigError):
    """The file of words cannot be read or does not have its form."""


class SectionForm(Protocol):
    """What a section must hold; see `dialogs.hearing.SectionForm`."""

    @property
    def keys(self) -> frozenset[str]: ...  # noqa: D102
    @property
    def filled(self) -> bool: ...  # noqa: D102
    @property
    def apart(self) -> bool: ...  # noqa: D102
    @property
    def command(self) -> bool: ...  # noqa: D102
    @property
    def signs(self) -> bool: ...  # noqa: D102


class PatternForm(Protocol):
    """What a pattern must hold; see `dialogs.hearing.PatternForm`."""

    @property
    def captures(self) -> Mapping[str, str]: ...  # noqa: D102
    @property
    def joined(self) -> bool: ...  # noqa: D102
    @property
    def listed(self) -> bool: ...  # noqa: D102


class HearingForm(Protocol):
    """What a file must hold; see `dialogs.hearing.HearingForm`."""

    @property
    def sections(self) -> Mapping[str, SectionForm]: ...  # noqa: D102
    @property
    def patterns(self) -> Mapping[str, PatternForm]: ...  # noqa: D102
    @property
    def lengths(self) -> Mapping[str, tuple[int, int]]: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingFile:
    """What a file holds: words by section and key, patterns with the words in them, signs read as others, lengths."""

    words: Mapping[str, Words]
    patterns: Mapping[str, str]
    signs: Mapping[str, str]
    lengths: Mapping[str, int]


def load_hearing(path: Path = HEARING, *, form: HearingForm) -> HearingFile:
    """Read the words; raise `HearingFileError` with everything that is wrong."""
    problems: list[Problem] = []
    table = read_toml(path, problems)
    if problems:
        raise HearingFileError(problems)
    reader = _Reader(f"{path.parent.name}/{path.name}", table)
    file = reader.read(form)
    if reader.problems:
        raise HearingFileError(reader.problems)
    return file


class _Reader:
    """Reads one file and gathers what is wrong with it."""

    def __init__(self, file: str, table: Mapping[str, Any]) -> None:
        self._file = file
        self._table = table
        self.problems: list[Problem] = []

    def read(self, form: HearingForm) -> HearingFile:
        known = {*form.sections, _PATTERNS, _SIGNS, _LENGTHS}
        for section in self._table.keys() - known:
            self._wrong(
                section, "is no section of this file", f"remove it, or mend its name: {', '.join(sorted(known))}"
            )
        signs = self._read_signs()
        lengths = self._read_lengths(form.lengths)
        longest = lengths.get(_COMMAND, 0)
        words = {name: self._read_section(name, one, signs, longest) for name, one in form.sections.items()}
        texts = self._tables(_PATTERNS, form.patterns.keys())
        patterns = {
            name: self._pattern(name, texts[name], one, words, signs)
            for name, one in form.patterns.items()
            if name in texts
        }
        self.problems.sort(key=lambda problem: problem.name)
        return HearingFile(words=words, patterns=patterns, signs=signs, lengths=lengths)

    def _wrong(self, key: str, what: str, remedy: str) -> None:
        self.problems.append(Problem(name=f"{self._file}: {key}", what=what, remedy=remedy))

    def _tables(self, section: str, keys: Iterable[str] | None) -> Mapping[str, Any]:
        """Return a section, with what `keys` it lacks or should not have told."""
        table = self._table.get(section)
        if not isinstance(table, dict):
            what = "is missing" if table is None else "is no section"
            self._wrong(section, what, f"write [{section}] on a line of its own, its entries below it")
            return {}
        if keys is not None:
            needed = set(keys)
            for key in needed - table.keys():
                self._wrong(f"{section}.{key}", "is missing", "add it; see the shipped file of this name for its form")
            for key in table.keys() - needed:
                self._wrong(f"{section}.{key}", "is not known", f"remove it, or mend it: {', '.join(sorted(needed))}")
            return {key: value for key, value in table.items() if key in needed}
        return table

    # --- words

    def _read_section(self, section: str, form: SectionForm, signs: Mapping[str, str], longest: int) -> Words:
        words: dict[str, tuple[str, ...]] = {}
        for key, listed in self._tables(section, form.keys).items():
            if not isinstance(listed, list) or not all(isinstance(word, str) for word in listed):
                self._wrong(f"{section}.{key}", "is no list of words", 'write ["…", "…"], each word in quotes')
                continue
            if form.filled and not listed:
                self._wrong(f"{section}.{key}", "has no word", "write at least one")
            words[key] = tuple(listed)
        self._check_words(section, form, words, signs, longest=1 if form.signs else longest if form.command else 0)
        return words

    def _check_words(
        self, section: str, form: SectionForm, words: Words, signs: Mapping[str, str], *, longest: int
    ) -> None:
        owners: dict[str, str] = {}
        for key, listed in words.items():
            where = f"{section}.{key}"
            for word in listed:
                said = _compared(word, signs)
                if not said:
                    self._wrong(where, "has an empty word", "remove the quotes with nothing in them")
                elif word != word.strip():
                    self._wrong(where, f"{word!r} has blanks around it", "remove them")
                elif longest and max(len(said), len(word.strip())) > longest:
                    remedy = f"at most {longest} characters, or it is never heard"
                    self._wrong(where, f"{word!r} is too long", remedy)
                elif form.filled and said.isdecimal():
                    self._wrong(where, f"{word!r} is a number", "remove it: numbers pick from what is offered")
                elif form.apart and (owner := owners.setdefault(said, key)) != key:
                    self._wrong(where, f"{word!r} stands under {owner} too", f"leave it under {owner} or under {key}")

    # --- lengths and signs

    def _read_lengths(self, form: Mapping[str, tuple[int, int]]) -> Mapping[str, int]:
        lengths: dict[str, int] = {}
        for name, value in self._tables(_LENGTHS, form.keys()).items():
            least, most = form[name]
            if type(value) is int and least <= value <= most:
                lengths[name] = value
            else:
                self._wrong(f"{_LENGTHS}.{name}", "is no number in its range", f"write one from {least} to {most}")
        return lengths

    def _read_signs(self) -> Mapping[str, str]:
        signs: dict[str, str] = {}
        for typed, read in self._tables(_SIGNS, None).items():
            where = f"{_SIGNS}.{typed[:4]}…"
            if not isinstance(read, str) or len(read) != len(typed):
                self._wrong(where, "has not as many signs on the right", "write one sign for each sign on the left")
                continue
            for sign, other in zip(typed, read, strict=True):
                if signs.setdefault(sign, other) != other:
                    self._wrong(where, f"{sign!r} is read as {signs[sign]!r} already", "leave one of the two")
        for sign, other in signs.items():
            if other in signs and signs[other] != other:
                self._wrong(
                    _SIGNS, f"{sign!r} is read as {other!r}, which is read as another", "read it as the last one"
                )
        capitals = {sign.upper(): other for sign, other in signs.items() if len(sign.upper()) == 1}
        return {**capitals, **signs}

    # --- patterns

    def _pattern(
        self, name: str, text: object, form: PatternForm, words: Mapping[str, Words], signs: Mapping[str, str]
    ) -> str:
        """Return the regular expression that a pattern stands for; '' with what is wrong told."""
        where = f"{_PATTERNS}.{name}"
        if not isinstance(text, str):
            self._wrong(where, "is no text", "write it in single quotes")
            return ""
        if not text:
            return _NEVER + "".join(f"(?P<{capture}>)" for capture in form.captures)
        for capture in form.captures:
            if (times := text.count(f"{{{capture}}}")) != 1:
                self._wrong(where, f"names {{{capture}}} {times} times", f"write {{{capture}}} once")
                return ""
        if form.listed and any(sign.isalpha() for sign in re.sub(r"\\.", "", _PLACE.sub("", text))):
            self._wrong(where, "has words of its own", "put them into a list and write {section.list} here")
            return ""
        full = text
        for capture, stands_for in form.captures.items():
            full = full.replace(f"{{{capture}}}", f"(?P<{capture}>{stands_for})")
        full = _PLACE.sub(lambda place: self._listed(where, place[1], words, signs, joined=form.joined), full)
        try:
            re.compile(full)
        except re.error as error:
            self._wrong(where, f"is no pattern: {error.msg}", "mend it; see the shipped file of this name for its form")
            return ""
        if (fault := repeats_fault(full)) is not None:
            self._wrong(where, fault, "end a repeated group with ++ or *+, and write {0,6} instead of * or +")
        return full

    def _listed(
        self, where: str, place: str, words: Mapping[str, Words], signs: Mapping[str, str], *, joined: bool
    ) -> str:
        """Return the group of all words of a list, or of a section; longer ones first."""
        section, _, key = place.partition(".")
        lists = words.get(section, {})
        if section not in words or (key and key not in lists):
            self._wrong(where, f"names {{{place}}}, which there is none of", "name a list of this file: {section.list}")
            return _NEVER
        said = {
            _compared(word, signs) if joined else _simplified(word, signs).lower()
            for name, listed in lists.items()
            for word in listed
            if key in ("", name)
        }
        return _one_of(said)


def _one_of(words: Iterable[str]) -> str:
    """Return a group that matches any of the words, longer ones first, single signs at once."""
    listed = sorted(words, key=lambda word: (-len(word), word))
    signs = "".join(re.escape(word) for word in listed if len(word) == 1)
    longer = "|".join(re.escape(word) for word in listed if len(word) > 1)
    return f"(?:{'|'.join(filter(None, (longer, signs and f'[{signs}]'))) or _NEVER})"


def _simplified(word: str, signs: Mapping[str, str]) -> str:
    return "".join(signs.get(sign, sign) for sign in word)


def _compared(word: str, signs: Mapping[str, str]) -> str:
    """Return a word as the dialog compares it: folded, small, without blanks."""
    return "".join(_simplified(unicodedata.normalize("NFKC", word), signs).lower().split())
