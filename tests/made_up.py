"""A made-up language: the shipped phrases with every fixed word replaced by rule; what stays Chinese is none of theirs.

`made_up` keeps values, logic and ids, and puts `[the key]` in the place of a phrase's words, cut where the phrase has a
limit. Dates are digits, in a form that WeChat's `time` fields and the gate before public texts know.
`made_up_hearing` are the words that citizens type: `skip Ka` for the command `skip`, and what must differ from that.
"""

import json
import re
from collections.abc import Mapping

from bot.petitions.vocabulary import Kind
from config.phrases import PhraseSource
from dialogs.hearing import FORM

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


_COUNTED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_TYPED = {
    "counting": {str(place): [word] for place, word in enumerate(_COUNTED, 1)},
    "digits": {str(digit): [sign] for digit, sign in enumerate("zuvwxpqrst")},
    "polite": {"before": ["please", "I want to"], "after": ["thank you"]},
    "phone": {"extension": ["then"]},
    "changing": {"verb": ["change"], "mark": ["the"], "into": ["into"]},
    "telling": {"greeting": ["Good day"], "who": ["I"], "wish": ["complain of"]},
    "asking": {"asks": ["where"], "rules": ["register"], "grieves": ["nobody"]},
    "told": {kind: [f"{kind}mo"] for kind in Kind},
    "place": {"before": ["im"], "no_name": [], "no_name_ends": []},
    "mention": {"praise": ["well done"], "trouble": ["but", "?"], "advertised": []},
    "petition": {"look": ["show"], "before": [], "name": ["case"], "code": ["secret"], "is": ["is"]},
}
_PATTERNS = {
    "ordinal": "(?:the)?{number}(?:th)?",
    "rating": "{judging.feel}?[\\s:]*{rating}",
    "change": "{changing.verb}{changing.mark}?{field}",
    "meant": ".*{changing.into}{kind}",
    "opening": "(?:{telling.greeting}|[\\s,])*+{telling.who}?[\\s]*+{telling.wish}?[\\s]*+{kind}",
    "closing": "[\\s,]{kind}[.!]?$",
    "asks": "{asking.asks}",
    "advertising": "",
}
_LENGTHS = {"command": 32, "story": 24, "place": 60, "question": 200, "closing": 30, "praise": 100}


def made_up_hearing() -> str:
    """Return a file that holds just what a file must hold: of every key a word `<key> Ka`, where none is given."""
    lines = []
    for name, section in FORM.sections.items():
        words = _TYPED.get(name, {})
        lines += [f"[{name}]", *(f"{key} = {words.get(key, [f'{key} Ka'])}" for key in sorted(section.keys))]
    lines += ["[patterns]", *(f"{name} = '{text}'" for name, text in _PATTERNS.items())]
    lines += ["[lengths]", *(f"{name} = {length}" for name, length in _LENGTHS.items())]
    return "\n".join([*lines, "[signs]", '"ä" = "a"'])
