"""Words → what WeChat shows: the passive reply's XML, choices as in-text menu links, pages that fit.

The platform takes about 2048 bytes of text and drops longer replies with a failure notice to the citizen; 1800 is kept.
In-text menu links are undocumented: a client without them still shows the numbers, and numbers and labels can be typed.
Only a `Choice` may become a link: `<` of any other text is made full-width. Knows no encryption, no network and no
language: what the link to the rest is called is handed in.
"""

import re
from functools import lru_cache
from urllib.parse import quote

from adapters.pages import tidy_end
from adapters.wechat.parsing import clean
from bot.messages import Choice, Outbound

LONGEST = 1800
"""Bytes of UTF-8 in one text message."""
MORE = "more"
"""The id of the choice that is offered when a text goes on; a tap or its label asks for the rest."""

_LONGEST_LINKS = 1200  # above it, choices lose their links: the words come first
_TAG = re.compile(r"</?a[^>]*>")


def cdata(text: str) -> str:
    """Return `text` as it may stand inside one CDATA section."""
    return clean(text).replace("]]>", "]]]]><![CDATA[>")


def reply_xml(*, to: str, sender: str, seconds: int, text: str) -> str:
    """Return the passive text reply; `text` is final, with its links."""
    return (
        f"<xml><ToUserName><![CDATA[{cdata(to)}]]></ToUserName>"
        f"<FromUserName><![CDATA[{cdata(sender)}]]></FromUserName><CreateTime>{seconds}</CreateTime>"
        f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{cdata(text)}]]></Content></xml>"
    )


def envelope_xml(*, encrypted: str, signature: str, seconds: int, nonce: str) -> str:
    """Return the encrypted reply's envelope."""
    return (
        f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt><MsgSignature><![CDATA[{signature}]]></MsgSignature>"
        f"<TimeStamp>{seconds}</TimeStamp><Nonce><![CDATA[{cdata(nonce)}]]></Nonce></xml>"
    )


def render(outbound: Outbound, *, more: str) -> tuple[str, str]:
    """Return (the text to send now, the words left over); the second is plain and may be rendered again.

    What is sent fits `LONGEST` and ends with the choices, and with the link `more` when words are left over.
    """
    text = clean(outbound.text).strip()
    links, size = _links(outbound.choices)
    if size > _LONGEST_LINKS:
        text = "\n".join([text, *(f"{n}. {_label(choice)}" for n, choice in enumerate(outbound.choices, 1))]).strip()
        links = ""
    whole = _joined(_harmless(text), links)
    if _size(whole) <= LONGEST:
        return whole, ""
    rest = Choice(id=MORE, label=more)
    links = _joined(links, _link(rest, label=_label(rest)))
    cut = _cut(text, room=LONGEST - _size(links) - 1)
    return _joined(_harmless(text[:cut].rstrip(" ")), links), text[cut:].lstrip(" ")


def plain(rendered: str) -> str:
    """Return the words of a rendered text: the links become their labels."""
    return _TAG.sub("", rendered)


@lru_cache(maxsize=1024)
def _links(choices: tuple[Choice, ...]) -> tuple[str, int]:
    """Return the numbered links and their size; most replies offer the same few."""
    links = "\n".join(_link(choice, label=f"{n}. {_label(choice)}") for n, choice in enumerate(choices, 1))
    return links, _size(links)


def _link(choice: Choice, *, label: str) -> str:
    content, identity = quote(_label(choice), safe=""), quote(clean(choice.id), safe="")
    if not content or not identity:  # the client ignores a tap on such a link
        return label
    return f'<a href="weixin://bizmsgmenu?msgmenucontent={content}&msgmenuid={identity}">{label}</a>'


def _label(choice: Choice) -> str:
    return _harmless(" ".join(clean(choice.label).split()))


def _harmless(text: str) -> str:
    """Take from `text` the means to open a tag; every character stays one character."""
    return text.replace("<", "＜")


def _joined(first: str, second: str) -> str:
    between = "\n" if first and second and not first.endswith("\n") else ""
    return f"{first}{between}{second}"


def _size(text: str) -> int:
    return len(text.encode())


def _cut(text: str, *, room: int) -> int:
    """Return how many characters fit into `room` bytes, back to a sentence's end, else a pause, else anywhere."""
    fits = len(_harmless(text).encode()[:room].decode("utf-8", "ignore"))
    return tidy_end(text, fits)
