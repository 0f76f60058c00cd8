"""The few words that adapters say by themselves, out of the phrases; and whether what is said in public may be.

A phrase that the gate before public texts would stop, or take apart, would be found out only when a citizen waits for
an answer. So each is tried at start on what it can hold.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from adapters.wechat.labels import Labels as WeChatLabels
from adapters.weibo.labels import Labels as WeiboLabels
from adapters.weibo.personal import findings
from adapters.weibo.public import LONGEST_PUBLIC
from adapters.weibo.rendering import length, names_rival
from bot.clock import SHANGHAI
from bot.messages import Reply
from bot.petitions.vocabulary import State
from bot.petitions.wording import word
from bot.phrasing import Phrasing
from config.errors import Problem


def wechat_labels(phrasing: Phrasing) -> WeChatLabels:
    """Return what WeChat messages say by themselves."""
    return WeChatLabels(more=_said(phrasing, "more"), blank=_said(phrasing, "blank"))


def weibo_labels(phrasing: Phrasing) -> WeiboLabels:
    """Return what Weibo messages say by themselves."""
    return WeiboLabels(
        more=_said(phrasing, "more_line"),
        omitted=_said(phrasing, "omitted"),
        numbered=lambda number: _said(phrasing, "numbered", number=number),
        rival=_said(phrasing, "rival"),
        rival_address=_said(phrasing, "rival_address"),
    )


def public_problems(phrasing: Phrasing) -> Iterator[Problem]:
    """Yield what would keep the phrases that are said in public on Weibo from being said as they are."""
    labels = weibo_labels(phrasing)
    for name, words in (("rival", labels.rival), ("rival_address", labels.rival_address)):
        if names_rival(words):
            yield _problem(f"platform.{name}", "names WeChat, whose name Weibo does not take", "write another word")
    status = max((phrasing.text(word(state)) for state in State), key=len)
    news = {"number": _NUMBER, "status": status, "time": datetime(2026, 12, 31, 23, 59, tzinfo=SHANGHAI)}
    said: dict[str, Mapping[str, Any]] = {"public.news": news, "mention.received": _MARK, "mention.bare": _MARK}
    for key, values in said.items():
        text = phrasing.text(Reply(phrase=key, values=values))
        if kinds := findings(text):
            what = f"is taken for personal data in public ({', '.join(kinds)})"
            yield _problem(key, what, "write dates as 2026-12-31 23:59 or as Chinese does, and no other long numbers")
        if length(text) > LONGEST_PUBLIC:
            yield _problem(key, f"has {length(text)} characters with its values", f"at most {LONGEST_PUBLIC}")


_NUMBER = "WQ20261121-0000019"
_MARK = {"mark": "KTMWRSAB"}


def _problem(key: str, what: str, remedy: str) -> Problem:
    return Problem(name=f"files.phrases: {key}", what=what, remedy=remedy)


def _said(phrasing: Phrasing, name: str, **values: str) -> str:
    return phrasing.text(Reply(phrase=f"platform.{name}", values=values))
