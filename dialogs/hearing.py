"""What citizens type in one language, as data: which words mean what, and the form of the file that holds them.

The words stand in `config/hearing/<language>.toml`, one file a language. `FORM` says what such a file must hold;
`config.hearing` holds the file to it, `bot.app` hands the words over, `dialogs.understanding.Ear` listens with them.
What belongs to the country and not to the language (phones, petition numbers) is not here: see `dialogs.phones` and
`dialogs.references`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.petitions.vocabulary import Kind, Rating, Solved


class Word(StrEnum):
    """A command or a short answer; what it does depends on the question it answers. The names stand in the files."""

    HELP = "help"
    HUMAN = "human"
    LOOK = "look"
    CANCEL = "cancel"
    BACK = "back"
    EDIT = "edit"
    SKIP = "skip"
    CLEAR = "clear"
    DONE = "done"
    SUBMIT = "submit"
    CONTINUE = "continue"
    RESTART = "restart"
    YES = "yes"
    NO = "no"
    PUBLIC = "public"
    PRIVATE = "private"
    WITHDRAW = "withdraw"
    RATE = "rate"
    CHASE = "chase"
    SUPPLEMENT = "supplement"
    WHY = "why"
    REVIEW = "review"
    MORE = "more"
    MENU = "menu"
    FILE = "file"
    JOIN = "join"
    LEAVE = "leave"
    SIMPLE = "simple"
    FULL = "full"
    CHAT = "chat"
    """A greeting or thanks: said to be polite, not to be filed."""


_MOST_COMMAND = 64
Words = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lengths:
    """How long what is in this language, in characters: 汉字 say much in few.

    A text longer than `command` is never a bare command. From `story` on a text that is no command tells of a matter.
    Longer than `place` and with a comma it is no place. A question about rules is not longer than `question`, a clause
    at the end that names the kind not longer than `closing`, thanks in public not longer than `praise`.
    """

    command: int
    story: int
    place: int
    question: int
    closing: int
    praise: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """All that is typed in one language.

    `words` by section and key, as written. `patterns` are regular expressions with the words already in them, and a
    named group for each of their captures (see `PatternForm`). `signs`: a sign that is read as another one.
    """

    words: Mapping[str, Words]
    patterns: Mapping[str, str]
    signs: Mapping[str, str]
    lengths: Lengths


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionForm:
    """What a section of the file must hold: its `keys`, all of them.

    `filled`: no key without a word. `apart`: no word under two keys. `command`: no word longer than a command may be.
    `signs`: every word is one sign.
    """

    keys: frozenset[str]
    filled: bool = False
    apart: bool = False
    command: bool = False
    signs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternForm:
    """What a pattern of the file must hold: each of its `captures`, by name, written `{name}` in the file.

    The value of a capture is what it stands for; `{section}` in it are all words of that section. `joined`: read in a
    text without blanks. `listed`: its words stand in lists alone, so that their first letters are known.
    """

    captures: Mapping[str, str]
    joined: bool = False
    listed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingForm:
    """What a file must hold."""

    sections: Mapping[str, SectionForm]
    patterns: Mapping[str, PatternForm]
    lengths: Mapping[str, tuple[int, int]]
    """By name: the least and the most that each may be."""


def _choice(*keys: str) -> SectionForm:
    return SectionForm(keys=frozenset(keys), filled=True, apart=True, command=True)


def _lists(*keys: str) -> SectionForm:
    return SectionForm(keys=frozenset(keys))


ACTS = (
    Word.WITHDRAW,
    Word.RATE,
    Word.CHASE,
    Word.SUPPLEMENT,
    Word.WHY,
    Word.REVIEW,
    Word.JOIN,
    Word.LEAVE,
)
"""What can be said with the number of a petition behind it."""
FORM = HearingForm(
    sections={
        "commands": _choice(*Word),
        "acts": _choice(*ACTS),
        "ratings": _choice(*Rating),
        "solved": _choice(*Solved),
        "fields": _choice("kind", "content", "place", "evidence", "phone", "public"),
        "told": _choice(*Kind),
        "person": _choice("ends", "leaves"),
        "polite": _lists("before", "after"),
        "counting": SectionForm(keys=frozenset(map(str, range(1, 11))), apart=True),
        "choosing": _lists("who", "verb", "mark", "measure", "tail"),
        "digits": SectionForm(keys=frozenset(map(str, range(10))), apart=True, signs=True),
        "phone": _lists("extension"),
        "petition": _lists("look", "before", "name", "code", "is"),
        "judging": _lists("before", "who", "about", "feel", "after"),
        "changing": _lists("who", "wish", "verb", "after", "mark", "measure", "into"),
        "telling": _lists("greeting", "who", "just", "wish", "whom"),
        "asking": _lists("asks", "rules", "grieves"),
        "place": _lists("before", "no_name", "no_name_ends"),
        "mention": _lists("praise", "trouble", "advertised"),
    },
    patterns={
        "ordinal": PatternForm(captures={"number": "[0-9]{1,2}|{counting}{1,2}"}, joined=True),
        "rating": PatternForm(captures={"rating": "{ratings}"}, listed=True),
        "change": PatternForm(captures={"field": f".{{1,{_MOST_COMMAND}}}?"}, joined=True, listed=True),
        "meant": PatternForm(captures={"kind": f".{{1,{_MOST_COMMAND}}}"}, joined=True),
        "opening": PatternForm(captures={"kind": "{told}"}),
        "closing": PatternForm(captures={"kind": "{told}"}),
        "asks": PatternForm(captures={}),
        "advertising": PatternForm(captures={}),
    },
    lengths={
        "command": (8, _MOST_COMMAND),
        "story": (2, 100),
        "place": (5, 200),
        "question": (20, 400),
        "closing": (5, 100),
        "praise": (10, 400),
    },
)
"""What a file must hold today."""
