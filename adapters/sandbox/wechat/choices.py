"""In-text choices: the `weixin://bizmsgmenu` links of a text, as the phone understands them.

Pure. Everything that is not such a link is plain text to the phone and stays as it is.
"""

import html
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

_LINK = re.compile(r"""<a\s+href=(["'])(.*?)\1\s*>(.*?)</a>""", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneChoice:
    """Something to tap: `label` is what the tap sends as text, with `id` as bizmsgmenuid."""

    id: str
    label: str

    def as_json(self) -> dict[str, str]:
        """Return the JSON form."""
        return {"id": self.id, "label": self.label}


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneText:
    """A text as the phone shows it: `plain` without the links' markup, and `parts` in their order.

    A part is `{"text": …}` or `{"text": …, "choice": {"id", "label"}}`.
    """

    plain: str
    parts: tuple[dict[str, Any], ...]
    choices: tuple[PhoneChoice, ...]


def read_text(raw: str) -> PhoneText:
    """Split a text into what is shown and what can be tapped. A link without both values does nothing: it is text."""
    parts: list[dict[str, Any]] = []
    choices: list[PhoneChoice] = []
    position = 0
    for match in _LINK.finditer(raw):
        choice = _choice(html.unescape(match.group(2)))
        if choice is None:
            continue
        if match.start() > position:
            parts.append({"text": raw[position : match.start()]})
        parts.append({"text": match.group(3), "choice": choice.as_json()})
        choices.append(choice)
        position = match.end()
    if position < len(raw):
        parts.append({"text": raw[position:]})
    return PhoneText(plain="".join(part["text"] for part in parts), parts=tuple(parts), choices=tuple(choices))


def _choice(href: str) -> PhoneChoice | None:
    """Return the choice of a link, or None when it is no menu link or lacks a value."""
    try:
        address = urlsplit(href)
    except ValueError:
        return None
    if address.scheme != "weixin" or address.netloc != "bizmsgmenu":
        return None
    query = parse_qs(address.query)
    label, choice_id = query.get("msgmenucontent", [""])[0], query.get("msgmenuid", [""])[0]
    return PhoneChoice(id=choice_id, label=label) if label and choice_id else None
