"""The kinds of value a setting can have, each with its check, its fault and its remedy in words.

Knows nothing of where a value stands or what it is for. No word of a fault contains the value: it may be a secret.
"""

import base64
import binascii
import difflib
import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_core import PydanticCustomError

from bot.petitions.vocabulary import NoticeKind

AES_KEY_CHARACTERS = 43
AES_KEY_BYTES = 32
FALLBACK_TEMPLATE = "progress"
"""The template that serves every kind of notice without one of its own."""

Entries = TypeVar("Entries", bound=Collection[Any])


def refuse(what: str, remedy: str) -> NoReturn:
    """Refuse the value being validated; the words must not contain it."""
    raise PydanticCustomError("setting", "{what}", {"what": what, "remedy": remedy})


def matching(pattern: str, what: str, remedy: str) -> Callable[[str], str]:
    """Return a validator for text that must match `pattern` whole; an empty text is said to be empty."""

    def check(value: str) -> str:
        if re.fullmatch(pattern, value) is None:
            refuse("is empty" if not value else what, remedy)
        return value

    return check


def some(value: Entries) -> Entries:
    """Refuse no entries at all; unlike a minimal length, says nothing when it is the entries that are wrong."""
    return value or refuse("is empty", "add at least one")


def _filled(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if not text:
        refuse("is empty", "copy it from the platform's developer page (开发者设置)")
    if text != "".join(text.split()):
        refuse("has blanks or line breaks in it", "copy it again without them")
    return value


def web_address(value: str) -> str:
    """Refuse what is no http or https address; return it without a slash at the end."""
    parts = parsed_url(value)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        refuse("is no web address", "write it as https://host or http://host:port")
    if parts.query or parts.fragment or parts.username is not None:
        refuse("has more than scheme, host, port and path", "leave out user, password, ? and #")
    return value.rstrip("/")


def link(value: str, *, names: Collection[str]) -> str:
    """Refuse what is no http or https address; `names` may stand in braces in it."""
    try:
        parts = parsed_url(value.format_map(dict.fromkeys(names, "x")))
    except (KeyError, ValueError, IndexError, AttributeError):
        refuse("has braces that mean nothing", f"use only {', '.join(f'{{{name}}}' for name in names)}")
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname or value != "".join(value.split()):
        refuse("is no web address", "write the whole address, from https:// on")
    return value


def parsed_url(value: str) -> SplitResult | None:
    """Return the parts of a URL, or None when it has no such form."""
    try:
        parts = urlsplit(value)
        _ = parts.port  # a bad port is found only when asked for
    except ValueError:
        return None
    return parts


def split_list(value: object) -> object:
    """Split a list that comes from the environment as one string."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _named(value: object) -> object:
    return refuse("is empty", "name a place in the file system") if value == "" else value


def _absolute(value: Path) -> Path:
    return value.expanduser().absolute()


def notice(value: str) -> str:
    """Refuse what is no kind of notice."""
    if value != FALLBACK_TEMPLATE and value not in set(NoticeKind):
        near = difflib.get_close_matches(value, [FALLBACK_TEMPLATE, *NoticeKind], n=1)
        refuse("is no kind of notice", f"did you mean {near[0]}?" if near else f"use {FALLBACK_TEMPLATE}, for all")
    return value


def aes_key(value: SecretStr) -> SecretStr:
    """Refuse what is no EncodingAESKey."""
    text = value.get_secret_value()
    remedy = "copy EncodingAESKey (43 letters and digits) from 基本配置"
    if len(text) != AES_KEY_CHARACTERS:
        refuse(f"has {len(text)} characters instead of {AES_KEY_CHARACTERS}" if text else "is empty", remedy)
    try:
        key = base64.b64decode(text + "=", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != AES_KEY_BYTES:
        refuse(f"does not decode to {AES_KEY_BYTES} bytes", remedy)
    return value


Slug = Annotated[
    str, AfterValidator(matching(r"[a-z0-9_-]+", "is no short name", "use only a-z, 0-9, - and _, e.g. main"))
]
Secret = Annotated[SecretStr, AfterValidator(_filled)]
WebAddress = Annotated[str, AfterValidator(web_address)]
Identifier = Annotated[
    str, AfterValidator(matching(r"[0-9A-Za-z_-]+", "has characters it cannot have", "copy it again, without blanks"))
]
OriginalId = Annotated[
    str,
    AfterValidator(
        matching(r"gh_[0-9A-Za-z]+", "is no original id", "copy 原始ID (gh_…) from 公众号设置, not the AppID")
    ),
]
Words = Annotated[str, AfterValidator(matching(r"(?s).*\S.*", "is blank", "write what citizens are to read"))]
FieldName = Annotated[
    str, AfterValidator(matching(r"[a-z]+(_[a-z]+)*\d*", "is no field", "write it as WeChat does, e.g. thing2"))
]
Place = Annotated[Path, BeforeValidator(_named), AfterValidator(_absolute)]
HostName = Annotated[
    str, AfterValidator(matching(r"\.?[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*", "is no host name", "write host or .domain"))
]
