"""What comes in with forms: the token that proves a form is ours, and the fields, cut to what is lawful.

It decides nothing about petitions.
"""

import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web
from multidict import MultiMapping

from bot.petitions.acts import Act
from bot.petitions.petition import Event
from bot.petitions.vocabulary import EventType, Role

TOKEN: Final = "csrf"  # noqa: S105 -- the name of a form field
VISITOR_COOKIE: Final = "wenqiao_visitor"
"""Carries the form token of who is not signed in yet; the sign-in form must repeat it."""
LONGEST_TEXT: Final = 5000
LONGEST_LINE: Final = 200
LONGEST_EXTENSION: Final = 365


def new_token() -> str:
    """Return a fresh token of 256 random bits."""
    return secrets.token_urlsafe(32)


def carries(form: Mapping[str, object], token: str) -> bool:
    """Tell whether the form carries this token."""
    given = form.get(TOKEN)
    return isinstance(given, str) and token != "" and hmac.compare_digest(given.encode(), token.encode())


def visitor_token(request: web.Request) -> str:
    """Return the token of the visitor's cookie, or a fresh one that no form can carry yet."""
    return request.cookies.get(VISITOR_COOKIE) or new_token()


def field(form: Mapping[str, object], name: str) -> str:
    """Return one text field as typed, with plain line ends; '' when absent or a file."""
    value = form.get(name, "")
    return value.replace("\r\n", "\n").replace("\x00", "") if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedAct:
    """One act as a person filled it in; kept until it succeeds."""

    act: Act
    text: str = ""
    elsewhere: str = ""
    unit: str = ""
    units: tuple[str, ...] = ()
    amount: int = 0
    version: int | None = None

    @property
    def too_long(self) -> str:
        """Return in one sentence which field is too long, '' for none."""
        if len(self.text) > LONGEST_TEXT:
            return f"内容最多{LONGEST_TEXT}字，现在有{len(self.text)}字，请删短。"
        if len(self.elsewhere) > LONGEST_LINE:
            return f"“应当去哪里办”最多{LONGEST_LINE}字，请删短。"
        return ""

    @property
    def words(self) -> str:
        """Everything typed, for a page that can only give it back."""
        return "\n".join(part for part in (self.text, self.elsewhere) if part.strip())


def read_act(act: Act, form: MultiMapping[Any]) -> TypedAct:
    """Read the form of an act."""
    version, amount = field(form, "version"), field(form, "amount").strip()
    return TypedAct(
        act=act,
        text=field(form, "text"),
        elsewhere=field(form, "elsewhere"),
        unit=field(form, "unit"),
        units=tuple(str(unit) for unit in form.getall("units", ()) if unit),
        amount=min(int(amount), LONGEST_EXTENSION) if amount.isascii() and amount.isdecimal() else 0,
        version=int(version) if version.isascii() and version.isdecimal() else None,
    )


def version_now(seen: int | None, events: Iterable[Event]) -> int:
    """Return the version to act on: the present one when only clocks moved (or a voice was written down), else `seen`.

    A lamp that turns while somebody writes an answer is no reason to send them back. A form without a version has
    seen nothing.
    """
    seen = seen or 0
    later = [event for event in events if event.seq > seen]
    harmless = all(event.role is Role.CLOCK or event.type is EventType.TRANSCRIBED for event in later)
    return later[-1].seq if seen and later and harmless else seen
