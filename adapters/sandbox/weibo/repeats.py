"""How often a push comes: once, or more, at once or one after the other. Also reads who acts. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.sandbox.errors import BadInput

OPTIONS = frozenset({"uid", "repeat", "at_once", "gap"})
MOST_REPEATS = 50
LONGEST_GAP = 60.0
LONGEST_UID = 19


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """The same push `count` times, `gap` real seconds apart."""

    count: int
    at_once: bool
    gap: float

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> "Repeats":
        """Read the options of a script."""
        try:
            repeats = cls(
                count=int(body.get("repeat", 1)),
                at_once=bool(body.get("at_once", False)),
                gap=float(body.get("gap", 0)),
            )
        except (TypeError, ValueError) as error:
            raise BadInput("repeat is a whole number, gap is seconds, at_once is true or false") from error
        if not (1 <= repeats.count <= MOST_REPEATS and 0 <= repeats.gap <= LONGEST_GAP):
            raise BadInput(f"repeat is 1 to {MOST_REPEATS}, gap 0 to {LONGEST_GAP:.0f} seconds")
        return repeats


def read_uid(body: Mapping[str, Any], *, own: str) -> str:
    """Return who acts: a uid in digits (a number will do), and not the account itself."""
    uid = body.get("uid")
    text = str(uid) if isinstance(uid, str | int) and not isinstance(uid, bool) else ""
    if not (text.isdecimal() and text.isascii()) or len(text) > LONGEST_UID or text.startswith("0"):
        raise BadInput(f"uid: up to {LONGEST_UID} digits are needed")
    if text == own:
        raise BadInput("uid: this is the account itself")
    return text


def refuse_unknown(body: Mapping[str, Any], known: frozenset[str]) -> None:
    """Refuse options that do not exist."""
    if unknown := set(body) - known:
        raise BadInput(f"not known here: {', '.join(sorted(unknown))}")
