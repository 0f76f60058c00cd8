"""Phrase keys and values → the words a citizen reads.

Sources are what `config.phrases.load_phrases` returns: phrase key → `{"text": …, "choices": [{"id", "label"}, …]}`.
Everything is compiled once. A phrase of plain `{{ name }}` places is joined from its pieces; one with logic is a
sandboxed Jinja template; a value that is missing raises `PhraseError` naming key and variable.

Values may themselves be replies, or tuples of them: they are rendered in their place, a line each. A moment or a day
is said by the phrase `date.moment` or `date.day`. `lead` and `tail` are reserved: said before and after the phrase.
`short.<key>` is a phrase's short form, said to who asked for it. An option without a label takes it from the phrase
`choice.<id>`.
This module knows no settings, no platform and no dialog.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.errors import GatewayError
from bot.messages import Choice, Option, Outbound, Reply
from bot.petitions.wording import day_parts, moment_parts

SHORT = "short."
"""Before the key of a phrase's short form, for citizens who asked for simple words."""
_PLACE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
_LOGIC = re.compile(r"\{[%#]|\{\{|\}\}")
_WORDLESS = frozenset({Reply, tuple, datetime, date})
"""Values that are put into words where they are said."""
_DATES = 256
"""As many dates are kept as they were said; those of the petitions filed in one minute are the same."""
Source = Mapping[str, Any]
_Values = Mapping[str, Any]
_Text = Callable[[_Values], str]


class PhraseError(GatewayError):
    """A phrase is missing, cannot be read, or lacks a value; carries `key` and `variable`."""

    def __init__(self, message: str, *, key: str, variable: str = "") -> None:
        super().__init__(f"phrase {key}: {message}")
        self.key = key
        self.variable = variable


class _Phrase:
    """One phrase, compiled."""

    __slots__ = ("choices", "text")

    def __init__(self, text: _Text, choices: tuple[tuple[_Text, _Text], ...]) -> None:
        self.text = text
        self.choices = choices


_Book = Mapping[str, _Phrase]


class Phrasing:
    """All phrases of one language, ready to speak."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        environment = ImmutableSandboxedEnvironment(
            undefined=jinja2.StrictUndefined,
            autoescape=False,
            keep_trailing_newline=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        compiled = {key: _compile(environment, key, source) for key, source in sources.items()}
        self._phrases = {key: phrase for key, phrase in compiled.items() if not key.startswith(SHORT)}
        brief = {key.removeprefix(SHORT): phrase for key, phrase in compiled.items() if key.startswith(SHORT)}
        self._brief = {**self._phrases, **{key: self._offering(key, phrase) for key, phrase in brief.items()}}
        self._labels: dict[str, Choice] = {}
        self._date = lru_cache(maxsize=_DATES)(self._spoken_date)

    def render(self, reply: Reply) -> Outbound:
        """Say a reply, in the short form where it asks for that. Choices it carries win over the phrase's own."""
        book = self._brief if reply.short else self._phrases
        phrase = _of(book, reply.phrase)
        values = self._said(reply.values, book)
        text = _framed(values, phrase.text(values))
        if reply.choices:
            return Outbound(text=text, choices=tuple([self._labelled(choice) for choice in reply.choices]))
        return Outbound(text=text, choices=_declared(phrase, values) if phrase.choices else ())

    def say(self, key: str, values: Mapping[str, Any], *, short: bool = False) -> Outbound:
        """Say one phrase with its own choices; raise `PhraseError` where that cannot be done."""
        book = self._brief if short else self._phrases
        phrase = _of(book, key)
        values = self._said(values, book)
        return Outbound(text=phrase.text(values), choices=_declared(phrase, values))

    def notice(self, kind: str, values: Mapping[str, Any], *, short: bool = False) -> Outbound:
        """Say a notice: the phrase `notice.<kind>`, with the choices declared there."""
        return self.say(f"notice.{kind}", values, short=short)

    def short_fields(self, kind: str, values: Mapping[str, Any]) -> dict[str, str]:
        """Return a notice's values for a platform's template: one line each, `tip` being the phrase `tip.<kind>`.

        Their lengths are the adapter's business.
        """
        values = self._said(values, self._phrases)
        fields = {name: " ".join(str(value).split()) for name, value in values.items()}
        fields["tip"] = self._phrase(f"tip.{kind}").text(values).strip()
        return fields

    def text(self, words: object) -> str:
        """Return what a value says, without choices: a label, a date; a text is said as it stands."""
        return str(self._value(words, self._phrases))

    def _offering(self, key: str, brief: _Phrase) -> _Phrase:
        """Return a short form with the choices of the full one, where it has none of its own."""
        full = self._phrases.get(key)
        return brief if brief.choices or full is None else _Phrase(brief.text, full.choices)

    def _phrase(self, key: str) -> _Phrase:
        return _of(self._phrases, key)

    def _said(self, values: _Values, book: _Book) -> _Values:
        """Put into words what among the values has none yet."""
        said: dict[str, Any] | None = None
        for name, value in values.items():
            if type(value) in _WORDLESS:
                said = dict(values) if said is None else said
                said[name] = self._value(value, book)
        return values if said is None else said

    def _value(self, value: object, book: _Book) -> object:
        if isinstance(value, date):
            return self._date(value)
        if isinstance(value, Reply):
            if not value.values:
                return _of(book, value.phrase).text(value.values)
            inner = self._said(value.values, book)
            return _framed(inner, _of(book, value.phrase).text(inner))
        if isinstance(value, tuple):
            return "\n".join(str(self._value(one, book)) for one in value)
        return value

    def _spoken_date(self, value: date) -> str:
        if isinstance(value, datetime):
            return self._phrase("date.moment").text(moment_parts(value))
        return self._phrase("date.day").text(day_parts(value))

    def _labelled(self, choice: Choice | Option) -> Choice:
        if isinstance(choice, Choice):
            return choice
        if choice.label is not None:
            return Choice(id=choice.id, label=self.text(choice.label))
        known = self._labels.get(choice.id)
        if known is None:
            label = self._phrase(f"choice.{choice.id}").text({})
            known = self._labels[choice.id] = Choice(id=choice.id, label=label)
        return known


def _of(book: _Book, key: str) -> _Phrase:
    phrase = book.get(key)
    if phrase is None:
        raise PhraseError("does not exist; add it to the phrases file", key=key)
    return phrase


def _framed(values: _Values, text: str) -> str:
    """Put what is said before and after around the text."""
    lead, tail = values.get("lead"), values.get("tail")
    if lead:
        text = f"{lead}\n{text}"
    return f"{text}\n\n{tail}" if tail else text


def _declared(phrase: _Phrase, values: _Values) -> tuple[Choice, ...]:
    return tuple([Choice(id=identity(values), label=label(values)) for identity, label in phrase.choices])


def _compile(environment: jinja2.Environment, key: str, source: Source) -> _Phrase:
    choices: Iterable[Mapping[str, str]] = source.get("choices", ())
    return _Phrase(
        _text(environment, key, source["text"].strip()),
        tuple((_text(environment, key, one["id"]), _text(environment, key, one["label"])) for one in choices),
    )


def _text(environment: jinja2.Environment, key: str, text: str) -> _Text:
    pieces = _PLACE.split(text)
    if not any(_LOGIC.search(piece) for piece in pieces[::2]):
        return _joined(key, pieces)
    try:
        template = environment.from_string(text)
    except jinja2.TemplateSyntaxError as error:
        raise PhraseError(f"is no template: {error.message} (line {error.lineno})", key=key) from error
    template.globals = dict(template.globals)  # a chain of mappings otherwise, walked at every rendering

    def said(values: _Values) -> str:
        try:
            return template.render(values).strip()
        except jinja2.UndefinedError as error:
            raise PhraseError(f"lacks a value: {error.message}", key=key, variable=_undefined(error)) from error
        except (jinja2.TemplateError, ArithmeticError, TypeError, ValueError) as error:
            raise PhraseError(f"cannot be said: {error}", key=key) from error

    return said


def _undefined(error: jinja2.UndefinedError) -> str:
    found = re.match(r"'(\w+)'", error.message or "")
    return found.group(1) if found else ""


def _joined(key: str, pieces: list[str]) -> _Text:
    """Return a function that joins fixed pieces (even places) and values (odd places)."""
    if len(pieces) == 1:
        fixed = pieces[0]
        return lambda _values: fixed
    names = pieces[1::2]
    shape = "".join(piece.replace("{", "{{").replace("}", "}}") + "{}" for piece in pieces[:-1:2])
    shape += pieces[-1].replace("{", "{{").replace("}", "}}")
    form = shape.format

    def said(values: _Values) -> str:
        try:
            return form(*[values[name] for name in names])
        except KeyError as error:
            missing = str(error.args[0])
            raise PhraseError(f"lacks the value {missing!r}", key=key, variable=missing) from None

    return said
