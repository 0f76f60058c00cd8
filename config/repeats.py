"""Whether a regular expression that an office wrote could be slow: told by its form, before it reads anything.

Reads the text of the expression, not what it is for.
"""

import re

_MOST_REPEATS = 1
"""Parts of a pattern that may repeat without end and give back: each more makes the worst text a length slower."""
_TOKEN = re.compile(
    r"""(?P<one>\\.|\[\^?\]?(?:\\.|[^\]\\])*\])
    | (?P<open>\((?:\?(?:P<\w+>|<[=!]|[:=!>]))?)
    | (?P<close>\))
    | (?:\{(?P<least>\d*)(?P<comma>,?)(?P<most>\d*)\}|(?P<star>[*+]))(?P<mode>[+?]?)
    | .""",
    re.DOTALL | re.VERBOSE,
)
_OFTEN = 2
"""So often a group may repeat and be tried in every way; a group that repeats oftener must be possessive."""
_LONG = 100
"""So often, and it is as good as without end."""


def repeats_fault(pattern: str) -> str | None:
    """Return why a pattern could be slow on a text made for it, None where it cannot.

    A group that repeats, in which one text can be read in several ways, is tried in all of them when the rest does not
    fit: their number doubles with every repeat. So it must be possessive (`*+`, `++`, `{0,9}+`: what it took it keeps).
    Of what may give back, one part may repeat without end: the time grows with the square of the length at most.
    """
    endless = 0
    group = False  # whether what stands before is a group
    for token in _TOKEN.finditer(pattern):
        most = _most(token)
        if most > _OFTEN and group and token["mode"] != "+":
            return "repeats a group that is not possessive"
        endless += most > _LONG and token["mode"] != "+"
        group = token["close"] is not None
    return f"has {endless} parts that repeat without end" if endless > _MOST_REPEATS else None


def _most(token: re.Match[str]) -> int:
    """Return how often a repeat repeats at most; 0 for what is no repeat."""
    if token["star"]:
        return _LONG + 1
    if token["comma"] is None:
        return 0
    if token["most"]:
        return int(token["most"])
    return _LONG + 1 if token["comma"] else int(token["least"] or 0)
