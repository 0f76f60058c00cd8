"""A made-up language: the shipped phrases with every fixed word replaced by rule; what stays Chinese is none of theirs.

`made_up` keeps values, logic and ids, and puts `[the key]` in the place of a phrase's words, cut where the phrase has a
limit. Dates are digits, in a form that WeChat's `time` fields and the gate before public texts know.
"""

import json
import re
from collections.abc import Mapping

from config.phrases import PhraseSource

_BRACES = re.compile(r"(\{\{.*?\}\}|\{%.*?%\})", re.DOTALL)
_WORDS = re.compile(r"[^\x00-\x7f]+(?:[ \w]*[^\x00-\x7f]+)*")
_LONGEST = {"tip.": 20, "choice.": 12, "platform.more_line": 30, "platform.": 5, "word.": 12}
_DATES = {
    "date.moment": "{{ year }}-{{ month }}-{{ day }} {{ hour }}:{{ minute }}",
    "date.day": "{{ year }}-{{ month }}-{{ day }}",
}


def made_up(sources: Mapping[str, PhraseSource]) -> str:
    """Return a phrases file (TOML) in which no word is Chinese."""
    return "".join(f"{json.dumps(key)} = {_table(key, source)}\n" for key, source in sources.items())


def mark(key: str) -> str:
    """Return what stands in the place of a phrase's words."""
    longest = next((most for start, most in _LONGEST.items() if key.startswith(start)), None)
    name = key.partition(".")[2] if longest else key
    return f"[{name[: longest - 2 if longest else None]}]"


def _table(key: str, source: PhraseSource) -> str:
    text = _DATES.get(key) or _replaced(source["text"], mark(key))
    choices = [
        f"{{ id = {json.dumps(one['id'])}, label = {json.dumps(_replaced(one['label'], f'[{number}]'))} }}"
        for number, one in enumerate(source.get("choices", ()))
    ]
    return f"{{ text = {json.dumps(text)}, choices = [{', '.join(choices)}] }}"


def _replaced(text: str, said: str) -> str:
    """Put `said` for the first fixed words, `~` for those after it; in braces only each sign."""
    pieces = _BRACES.split(text)
    for place, piece in enumerate(pieces):
        if place % 2:
            pieces[place] = re.sub(r"[^\x00-\x7f]", "x", piece)
        elif _WORDS.search(piece):
            first, said = said, "~"
            pieces[place] = _WORDS.sub("~", _WORDS.sub(lambda _, first=first: first, piece, count=1))
    return "".join(pieces)
