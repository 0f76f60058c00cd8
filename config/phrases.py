"""The phrases: reads `phrases/zh.toml` and checks it against what the gateway says.

A phrase is a text, or a table with `text` and `choices`; tables nest, and a phrase's key is its way through them joined
by dots (`filing.place`). Which phrases are needed, and which values each gets, is told by the caller. It knows no
dialog and renders nothing.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import meta

from config.errors import ConfigError, Problem
from config.writing import read_writing

PHRASES = Path(__file__).with_name("phrases") / "zh.toml"
"""The phrases in Simplified Chinese."""
PhraseSource = Mapping[str, Any]
_KEYS = {"text", "choices"}
_FRAMES = frozenset({"lead", "tail"})


class PhraseFileError(ConfigError):
    """The phrases file cannot be read or does not have its form."""


def load_phrases(path: Path = PHRASES) -> Mapping[str, PhraseSource]:
    """Return the phrases by key, each with `text` and perhaps `choices`; raise `PhraseFileError` with all problems.

    A file that is `like` another one beside it has that one's phrases, written as it says in `[written]`, and its own
    in the place of some.
    """
    data = _read(path)
    like, written = data.pop("like", None), data.pop("written", None)
    problems: list[Problem] = []
    phrases: dict[str, PhraseSource] = {}
    if like is not None or written is not None:
        phrases |= _otherwise(path, like, written, problems)
    problems += _gather(data, "", path.name, phrases)
    if problems:
        raise PhraseFileError(problems)
    return phrases


def _read(path: Path) -> dict[str, Any]:
    name = path.name
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        problem = Problem(name=name, what=f"cannot be read ({error.strerror})", remedy="put the phrases file there")
        raise PhraseFileError([problem]) from error
    except ValueError as error:  # TOMLDecodeError and UnicodeDecodeError
        problem = Problem(name=name, what=f"is not valid TOML in UTF-8: {error}", remedy="mend that place")
        raise PhraseFileError([problem]) from error


def _otherwise(path: Path, like: object, written: object, problems: list[Problem]) -> Mapping[str, PhraseSource]:
    """Return the phrases of the file that `path` is like, written as it says."""
    base = path.with_name(f"{like}.toml")
    if not isinstance(like, str) or base == path or "like" in _read(base):
        remedy = "name a file that stands by itself, e.g. zh"
        problems.append(Problem(name=f"{path.name}: like", what="names no file to be like", remedy=remedy))
        return {}
    writing = read_writing(written, path.name, problems)
    if problems:
        return {}
    found: dict[str, PhraseSource] = {}
    for key, source in load_phrases(base).items():
        texts = [source["text"], *(one["label"] for one in source.get("choices", ()))]
        for doubt in (doubt for text in texts for doubt in writing.doubts(text)):
            remedy = f"put the word into [written.words] of {path.name}"
            problems.append(Problem(name=f"{base.name}: {key}", what=f"{doubt!r} is in doubt", remedy=remedy))
        choices = [{**one, "label": writing.written(one["label"])} for one in source.get("choices", ())]
        found[key] = {"text": writing.written(source["text"]), **({"choices": choices} if choices else {})}
    return found


def _gather(table: Mapping[str, Any], way: str, name: str, phrases: dict[str, PhraseSource]) -> Iterator[Problem]:
    """Fill `phrases` from one table and those below it; give what is wrong."""
    for key, value in table.items():
        full = f"{way}{key}"
        match value:
            case str():
                phrases[full] = {"text": value}
            case {"text": str()}:
                yield from _choices(value, f"{name}: {full}")
                phrases[full] = value
            case dict():
                yield from _gather(value, f"{full}.", name, phrases)
            case _:
                yield Problem(name=f"{name}: {full}", what="is no text", remedy="write it in quotes")


def _choices(table: Mapping[str, Any], where: str) -> Iterator[Problem]:
    for key in sorted(table.keys() - _KEYS):
        yield Problem(name=where, what=f"does not know {key!r}", remedy="keep text and choices")
    listed = table.get("choices", [])
    fits = isinstance(listed, list) and all(
        isinstance(one, dict) and one.keys() == {"id", "label"} and all(isinstance(text, str) for text in one.values())
        for one in listed
    )
    if not fits:
        yield Problem(name=where, what="has choices of another form", remedy='write [{ id = "…", label = "…" }]')


BRIEF = "short."
"""Before the key of a phrase's short form; one without a full form beside it is a mistake."""
_PAGE = 280
"""Characters of a phrase's own words, so that with its values it fits one private message of Weibo (299) mostly."""
_LONGEST: Mapping[str, int] = {
    "tip.": 20,
    "choice.": 12,
    "word.kind.": 12,
    "word.rating.": 12,
    "word.solved.": 12,
    "public.": 120,
    "mention.": 120,
    "platform.blank": 5,
    "platform.more_line": 60,
    "platform.": 12,
}
"""By the beginning of the key: a field of WeChat's templates, a choice, a comment on Weibo (140 with its values)."""
_SENTENCE = 40
_SENTENCES = re.compile(r"[。！？；：:!?\n]")
_LOGIC = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


def _lengths(key: str, text: str) -> Iterator[Problem]:
    """Tell what is too long for where it is said."""
    words = _LOGIC.sub("", text).strip()
    full = key.removeprefix(BRIEF)
    most = next((most for start, most in _LONGEST.items() if full.startswith(start)), _PAGE)
    if len(words) > most:
        yield Problem(name=key, what=f"has {len(words)} characters without its values", remedy=f"at most {most}")
    if key.startswith(BRIEF):
        for sentence in _SENTENCES.split(words):
            if len(sentence.strip()) > _SENTENCE:
                what = f"has a sentence of {len(sentence.strip())} characters"
                yield Problem(name=key, what=what, remedy=f"at most {_SENTENCE} in the short form")


def sample_values(names: Iterable[str]) -> Mapping[str, Any]:
    """Return a made-up value for each name, to say a phrase with."""
    numbers = {"count", "days", "first", "last", "most", "year", "month", "day", "weekday"}
    return {name: 3 if name in numbers else "某某" for name in names}


def check_phrases(
    phrases: Mapping[str, PhraseSource],
    known: Mapping[str, Iterable[str]],
    *,
    needed: Mapping[str, frozenset[str]] | None = None,
) -> tuple[Problem, ...]:
    """Return everything wrong with the phrases.

    `known` names each phrase that is said, and the values it gets; `needed` those that it may not leave out.
    """
    environment = jinja2.Environment(autoescape=False)  # noqa: S701 -- only parsed here, never rendered
    problems = [
        Problem(name=key, what="is missing", remedy="add it to the phrases file")
        for key in sorted(known.keys() - phrases.keys())
    ]
    for key, source in phrases.items():
        full = key.removeprefix(BRIEF)
        if full not in known:
            problems.append(Problem(name=key, what="is never said", remedy="remove it, or mend its name"))
            continue
        lacking = (needed or {}).get(full, frozenset())
        problems.extend(_check(environment, key, source, frozenset(known[full]), needed=lacking))
        problems.extend(_lengths(key, source["text"]))
    return tuple(problems)


def _check(
    environment: jinja2.Environment,
    key: str,
    source: PhraseSource,
    values: frozenset[str],
    *,
    needed: frozenset[str],
) -> Iterator[Problem]:
    texts = [source["text"], *(text for one in source.get("choices", ()) for text in (one["id"], one["label"]))]
    if not source["text"].strip():
        yield Problem(name=key, what="is empty", remedy="write what is to be said")
    for place, text in enumerate(texts):
        try:
            used = meta.find_undeclared_variables(environment.parse(text))
        except jinja2.TemplateSyntaxError as error:
            yield Problem(name=key, what=f"is no template: {error.message}", remedy="mend the braces")
            continue
        for lacking in sorted(needed - used) if place == 0 else ():
            yield Problem(name=key, what=f"does not say {lacking!r}", remedy=f"put {{{{ {lacking} }}}} into it")
        for variable in sorted(used - values):
            given = ", ".join(sorted(values - _FRAMES)) or "none"
            yield Problem(name=key, what=f"uses {variable!r}, which it does not get", remedy=f"use one of: {given}")
