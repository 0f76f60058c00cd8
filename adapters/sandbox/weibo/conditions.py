"""What is wrong with the account until somebody mends it, and in which of its forms the platform pushes.

A condition lasts until it is ordered otherwise; a planned fault (`adapters.sandbox.faults`) strikes so many calls.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from adapters.sandbox.errors import BadInput
from adapters.sandbox.weibo.quotas import LIMITS, Quotas
from adapters.sandbox.weibo.tokens import TokenKind, Tokens

CALLS = frozenset(
    {
        "comments_create", "comments_reply", "comments_show_batch", "comments_mentions", "statuses_show",
        "statuses_mentions", "messages_reply", "media_get", "user_info", "token_info", "rate_limit",
    }
)  # fmt: skip
"""The names of the API's calls, in fault plans and in `no_grant`."""


class PushForm(StrEnum):
    """How a push is written."""

    JSON = "json"
    """As the samples are: ids as numbers, `data` as an object."""
    STRINGS = "strings"
    """As the tables say: ids as texts, `data` as a text of JSON."""
    XML = "xml"
    """The account was switched to XML."""


@dataclass(slots=True, kw_only=True)
class Conditions:
    """The standing conditions of one account."""

    tokens: Tokens
    quotas: Quotas
    no_grant: frozenset[str] = frozenset()
    """Calls that the app may not make: 10014."""
    captcha: bool = False
    """Everything that writes is answered 20031."""
    mention_push: bool = True
    """Whether mentions are pushed to this account, which needs a grant of its own."""
    resign: bool = True
    """Whether a repeated push is signed anew; else it carries the query of the first."""
    push_form: PushForm = field(default=PushForm.JSON)

    def knows(self, name: str) -> bool:
        """Tell whether this is the name of a condition."""
        return name in {"no_grant", "captcha", "mention_push", "resign", "push_form", *TokenKind, *LIMITS}

    def prepare(self, name: str, wish: object, *, now: datetime) -> Callable[[], None]:
        """Return what sets one condition, once it is known that it can be; `null` is how it is at the start."""
        match name:
            case "no_grant":
                return partial(setattr, self, name, _calls(wish))
            case "captcha" | "mention_push" | "resign":
                return partial(setattr, self, name, _switch(name, name != "captcha" if wish is None else wish))
            case "push_form":
                return partial(setattr, self, name, _form(wish))
            case TokenKind.FANS | TokenKind.OAUTH:
                return self.tokens.prepare(TokenKind(name), "good" if wish is None else wish, now=now)
            case _:
                limit = _limit(name, LIMITS[name] if wish is None else wish)
                return partial(self.quotas.limits.__setitem__, name, limit)

    def as_json(self, *, now: datetime) -> dict[str, Any]:
        """Return all of them."""
        return {
            "no_grant": sorted(self.no_grant),
            "captcha": self.captcha,
            "mention_push": self.mention_push,
            "resign": self.resign,
            "push_form": self.push_form.value,
            **self.tokens.as_json(now=now),
            **self.quotas.as_json(now=now),
        }


def split_order(request: Mapping[str, Any], conditions: Conditions) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return (what is for the conditions, what is for the fault plan)."""
    mine = {name: wish for name, wish in request.items() if conditions.knows(name)}
    return mine, {name: wish for name, wish in request.items() if name not in mine}


def _calls(wish: object) -> frozenset[str]:
    names = [] if wish is None else wish
    if not isinstance(names, list) or not all(name in CALLS for name in names):
        raise BadInput(f"no_grant: a list out of {', '.join(sorted(CALLS))}")
    return frozenset(names)


def _switch(name: str, wish: object) -> bool:
    if not isinstance(wish, bool):
        raise BadInput(f"{name}: true or false is needed")
    return wish


def _form(wish: object) -> PushForm:
    try:
        return PushForm.JSON if wish is None else PushForm(str(wish))
    except ValueError as error:
        raise BadInput(f"push_form: one of {', '.join(PushForm)}") from error


def _limit(name: str, wish: object) -> int:
    if isinstance(wish, bool) or not isinstance(wish, int) or wish < 0:
        raise BadInput(f"{name}: a whole number is needed")
    return wish
