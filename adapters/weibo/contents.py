"""What a message to a citizen can be: words, cards with a link each, a place on the map; and sending to many. Pure.

The first three are the same for the passive answer and for `messages/reply`: a `type` and a `data` object, which the
one wants percent-encoded inside its JSON and the other form-encoded, each once. The gateway speaks in words; cards and
places are here so that whoever needs them finds them right (longitude is not latitude, eight cards at most).

Sending to many (`messages/sendall`) is JSON, goes to those who subscribed, and is only queued: it may be audited and
dropped later without a word, and whether it may carry a notice to one person is not published. The gateway sends
nothing by it; its requests and answers are written and read here so that nobody has to find out their form again.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from adapters.platform import Refused, UnknownOutcome
from adapters.weibo.errcodes import code_of
from adapters.weibo.labels import Labels
from adapters.weibo.links import is_id
from adapters.weibo.rendering import without_rival

MOST_ARTICLES = 8
"""One or three are advised; with two or more the summary is shown for the first only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One message as both ways of sending have it."""

    type: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A card: the picture is JPG or PNG, 280 × 155 for the first one and 64 × 64 for the others."""

    title: str
    summary: str
    image: str
    url: str


def words(text: str) -> Content:
    """Return words as a message; that they fit is the renderer's matter."""
    return Content(type="text", data={"text": text})


def articles(cards: Sequence[Article], *, labels: Labels) -> Content:
    """Return one to eight cards as a message; ValueError for others, or for addresses that are not http(s)."""
    if not 0 < len(cards) <= MOST_ARTICLES:
        raise ValueError(f"a message has 1 to {MOST_ARTICLES} cards")
    if any(not address.startswith(("http://", "https://")) for card in cards for address in (card.image, card.url)):
        raise ValueError("pictures and links are absolute addresses")
    return Content(
        type="articles",
        data={
            "articles": [
                {
                    "display_name": without_rival(card.title, labels=labels),
                    "summary": without_rival(card.summary, labels=labels),
                    "image": card.image,
                    "url": card.url,
                }
                for card in cards
            ]
        },
    )


def position(*, longitude: float, latitude: float) -> Content:
    """Return a place on the map, its degrees as the texts Weibo wants; ValueError for what is no number."""
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        raise ValueError("not a place")
    return Content(type="position", data={"longitude": f"{longitude}", "latitude": f"{latitude}"})


def passive_reply(content: Content, *, sender: str, receiver: str) -> bytes:
    """Return the body that answers a push: `sender` is our uid, `receiver` the citizen's.

    Here `data` is percent-encoded inside the JSON, once, with `%20` for a space.
    """
    answer = {
        "result": True,
        "sender_id": sender,
        "receiver_id": receiver,
        "type": content.type,
        "data": quote(_json(content.data), safe="", errors="replace"),
    }
    return json.dumps(answer, separators=(",", ":")).encode()


def reply_form(content: Content, *, receiver: str) -> Mapping[str, str]:
    """Return the fields of `messages/reply`; whoever sends the form encodes them, once.

    A copy goes to the account's own outbox, where the office's people see what was said.
    """
    return {"type": content.type, "data": _json(content.data), "receiver_id": receiver, "save_sender_box": "1"}


def to_users(uids: Sequence[str], text: str) -> Mapping[str, Any]:
    """Return the JSON body that sends words to these subscribers; ValueError for what are no uids."""
    if not uids or not all(map(is_id, uids)):
        raise ValueError("uids are digits, and at least one is needed")
    return {"touser": list(uids), **_said(text)}


def to_group(group: str, text: str) -> Mapping[str, Any]:
    """Return the JSON body that sends words to a group of subscribers."""
    return {"filter": {"group_id": group}, **_said(text)}


def queued(answer: Mapping[str, Any]) -> str:
    """Return the id under which a sending to many was queued, which is not delivered; raise `SendError`."""
    if code := code_of(answer):
        raise Refused("messages/sendall: refused", code=code)
    found = answer.get("msg_id")
    if answer.get("result") is not True or isinstance(found, bool) or not isinstance(found, int | str):
        raise UnknownOutcome("messages/sendall: neither an id nor an error")
    return str(found)


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _said(text: str) -> Mapping[str, Any]:
    return {"text": {"content": words(text).data["text"]}, "msgtype": "text"}
