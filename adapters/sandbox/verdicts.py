"""How the fake platform judged each call, counted: what it took, what it refused and by which rule, what was planned.

For tests and operators who want to know that nothing was asked for that the platform's rules forbid. A refusal that an
account could have foreseen (a closed window, a citizen who left, a value too long, a quota used up) is a forbidden
call; one that it could not (a post just deleted, a token replaced, a captcha) is not, nor is a planned fault. Knows no
platform: which code belongs to which rule is told.
"""

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

PASSIVE = "passive"
"""The name under which answers to callbacks are counted, as if they were calls."""
ABNORMAL = -1
"""The code of an answer that the platform cannot read, for which it has none."""


class Rule(StrEnum):
    """What a refused call ran against."""

    WINDOW = "window"
    """No message was permitted, or no further one."""
    FOLLOWING = "following"
    """The citizen does not follow, or never granted it."""
    CONTENT = "content"
    """Too long, empty, or with words or characters that are not taken."""
    REPEAT = "repeat"
    """The same again, too soon."""
    QUOTA = "quota"
    """The account's calls of the minute, hour or day are used up."""
    FORM = "form"
    """The call itself is wrong: its address, its body, an id that does not exist."""
    UNFORESEEN = "unforeseen"
    """What the caller could not know; the one that does not make a call forbidden."""


class Verdicts:
    """The counters of one account; a code that `rules` does not list is taken for a wrong call."""

    def __init__(self, rules: Mapping[int, Rule]) -> None:
        self._rules = rules
        self._taken: Counter[str] = Counter()
        self._planned: Counter[str] = Counter()
        self._refused: Counter[tuple[str, Rule, int]] = Counter()

    def count(self, call: str, *, code: int, planned: bool = False, unforeseen: bool = False) -> None:
        """Count a call: one that met a planned fault, was refused with `code`, or (0) was carried out."""
        if planned:
            self._planned[call] += 1
        elif code:
            rule = Rule.UNFORESEEN if unforeseen else self._rules.get(code, Rule.FORM)
            self._refused[call, rule, code] += 1
        else:
            self._taken[call] += 1

    def forbidden(self) -> dict[tuple[str, str, int], int]:
        """Return (call, rule, code) → how often, without what nobody could foresee."""
        refused = sorted(self._refused.items())
        return {(call, rule.value, code): n for (call, rule, code), n in refused if rule is not Rule.UNFORESEEN}

    def as_json(self) -> dict[str, Any]:
        """Return all counters; `refused` and `forbidden` are lists of `{"call", "rule", "code", "count"}`."""
        return {
            "taken": dict(sorted(self._taken.items())),
            "planned": dict(sorted(self._planned.items())),
            "refused": [
                {"call": call, "rule": rule.value, "code": code, "count": count}
                for (call, rule, code), count in sorted(self._refused.items())
            ],
            "forbidden": [
                {"call": call, "rule": rule, "code": code, "count": count}
                for (call, rule, code), count in self.forbidden().items()
            ],
        }
