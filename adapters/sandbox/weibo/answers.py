"""Read what the gateway answered to a push, as strictly as the documents have it.

An empty body says nothing. Anything else is one JSON object addressed from the account to the citizen, whose `data` is
percent-encoded JSON, encoded once. Pure.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from adapters.platform import MalformedMessage
from adapters.sandbox.errors import ApiError
from adapters.sandbox.weibo.content import read_content

_ENCODED = re.compile(r"(?:[A-Za-z0-9_.~*+-]|%[0-9A-Fa-f]{2})+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What an answer puts into the conversation: nothing (`type` empty), or a message; `plain` is `data` decoded."""

    type: str = ""
    content: Mapping[str, Any]
    plain: str = ""


def read_answer(body: bytes, *, uid: str, citizen: str) -> Shown:
    """Return what the citizen sees of an HTTP 200; raise `MalformedMessage` with the reason."""
    if not body:
        return Shown(content={})
    fields = _fields(body)
    if fields.get("result") is not True:
        raise MalformedMessage("result is not true")
    if (str(fields.get("sender_id")), str(fields.get("receiver_id"))) != (uid, citizen):
        raise MalformedMessage("sender_id and receiver_id are not the account and the citizen")
    plain, type_ = _decode(fields.get("data")), str(fields.get("type"))
    try:
        return Shown(type=type_, content=read_content(type_, plain), plain=plain)
    except ApiError as error:
        raise MalformedMessage(str(error)) from error


def _fields(body: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(body.decode())
    except ValueError as error:
        raise MalformedMessage("the answer is no JSON in UTF-8") from error
    if not isinstance(fields, dict):
        raise MalformedMessage("the answer is no JSON object")
    return fields


def _decode(data: object) -> str:
    if not isinstance(data, str) or not _ENCODED.fullmatch(data):
        raise MalformedMessage("data is not percent-encoded")
    try:
        return unquote_plus(data, errors="strict")
    except ValueError as error:
        raise MalformedMessage("data is not UTF-8") from error
