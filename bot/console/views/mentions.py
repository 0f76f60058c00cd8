"""Mentions in public: those that wait for their citizen to write in private, those of petitions, and what is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import web

from bot.console import words
from bot.console.rendering import render
from bot.console.settings import SETTINGS
from bot.keys import CLOCK, STORAGE
from bot.petitions.masking import masked
from bot.petitions.mention_ports import Mention, MentionState, Shown

SHOWN: Final = {Shown.WAITING: "等市民私信", Shown.FILED: "已成诉求", Shown.ASIDE: "不是诉求", Shown.ALL: "全部"}
_LAST_PAGE: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What was asked for in the address; nonsense is taken as nothing."""

    shown: Shown = Shown.WAITING
    page: int = 1

    def address(self, **changes: object) -> dict[str, str]:
        """Return this query as an address has it, changed in places."""
        fields = {"shown": self.shown, "page": self.page if self.page > 1 else ""}
        return {name: str(value) for name, value in (fields | changes).items() if value}


def read_query(given: Mapping[str, str]) -> Query:
    """Read the address; a bare one shows what waits."""
    shown, page = given.get("shown", ""), given.get("page", "1")
    return Query(
        shown=next((one for one in Shown if one.value == shown), Shown.WAITING),
        page=min(int(page), _LAST_PAGE) if page.isascii() and page.isdecimal() and int(page) else 1,
    )


async def show(request: web.Request) -> web.StreamResponse:
    """Show one page of the mentions, newest first."""
    query, now, size = read_query(request.query), request.app[CLOCK].now(), request.app[SETTINGS].page_size
    async with request.app[STORAGE].read() as work:
        counts = await work.mentions.counts()
        found = await work.mentions.page(query.shown, limit=size, offset=(query.page - 1) * size)
    total = counts[query.shown]
    return render(
        request,
        "mentions.html",
        rows=[_row(mention, now=now) for mention in found],
        tabs=[(shown, label, counts[shown]) for shown, label in SHOWN.items()],
        query=query,
        total=total,
        pages=max(-(-total // size), 1),
    )


def _row(mention: Mention, *, now: datetime) -> Mapping[str, object]:
    inbound = mention.inbound
    context = inbound.raw.get("context")
    url = str(context.get("url", "")) if isinstance(context, dict) else ""
    return {
        "at": inbound.sent_at,
        "where": "评论" if inbound.key.rpartition(":")[2].startswith("c") else "微博",
        "channel": words.CHANNELS[inbound.citizen.channel],
        "account": inbound.citizen.account,
        "who": words.masked_user(inbound.citizen.user),
        "text": masked(inbound.text),
        "pictures": len(inbound.media),
        "url": url if url.startswith("https://") else "",
        "number": mention.number,
        "word": _word(mention),
        "since": f"等了{words.span(now - inbound.sent_at)}" if _waits(mention) else "",
    }


def _waits(mention: Mention) -> bool:
    return mention.state is MentionState.DRAFTED and not mention.number


def _word(mention: Mention) -> str:
    if mention.number:
        return SHOWN[Shown.FILED]
    match mention.state:
        case MentionState.FOUND:
            return "刚收到"
        case MentionState.DRAFTED:
            return SHOWN[Shown.WAITING]
        case MentionState.ASIDE:
            return words.MENTION_SENSES.get(mention.detail, mention.detail)
