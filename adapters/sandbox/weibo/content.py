"""What the platform lets an account say: types, lengths, and words that it does not take. Pure."""

import json
import re
from collections.abc import Mapping
from typing import Any

from adapters.sandbox.errors import ApiError

TEXT_LIMIT = 300
"""A private message is shorter than this, in UTF-16 units."""
COMMENT_LIMIT = 140
"""汉字 in a comment; two narrow characters count as one."""
MOST_ARTICLES = 8
SENSITIVE = "违禁测试词"
"""Stands for whatever the platform would not let through."""
_RIVAL = re.compile(r"微信|weixin|wechat", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s/]+", re.IGNORECASE)


def read_content(type_: str, data: str) -> dict[str, Any]:
    """Return what a private message shows: `text` and what else its type has. Raise the platform's refusal."""
    try:
        value = json.loads(data)
    except ValueError as error:
        raise ApiError(10017, "parameter (data)'s value invalid: not JSON") from error
    if not isinstance(value, Mapping):
        raise ApiError(10017, "parameter (data)'s value invalid: not an object")
    match type_:
        case "text":
            return {"text": _text(value.get("text"))}
        case "articles":
            return _articles(value.get("articles"))
        case "position":
            return _position(value)
        case _:
            raise ApiError(10017, "parameter (type)'s value invalid, expect (text, articles, position)")


def check_comment(comment: str, *, prefix: str = "") -> str:
    """Return the whole text of a comment; `prefix` is what the platform puts before it, and counts."""
    if not comment.strip():
        raise ApiError(20008, "content is null")
    whole = prefix + comment
    if sum(1 if ord(sign) < 128 else 2 for sign in whole) > 2 * COMMENT_LIMIT:  # noqa: PLR2004 -- the end of ASCII
        raise ApiError(20012, "text too long, please input text less than 140 characters")
    _check_words(comment)
    return whole


def _text(text: object) -> str:
    if not isinstance(text, str) or not text.strip():
        raise ApiError(20008, "content is null")
    if len(text.encode("utf-16-le", "surrogatepass")) // 2 >= TEXT_LIMIT:
        raise ApiError(20013, "text too long, please input text less than 300 characters")
    _check_words(text)
    return text


def _articles(articles: object) -> dict[str, Any]:
    if not isinstance(articles, list) or not 1 <= len(articles) <= MOST_ARTICLES:
        raise ApiError(10017, "parameter (data)'s value invalid: 1 to 8 articles")
    shown = []
    for article in articles:
        fields = article if isinstance(article, Mapping) else {}
        values = {name: str(fields.get(name) or "") for name in ("display_name", "summary", "image", "url")}
        if not values["display_name"] or not _ADDRESS.match(values["url"]) or not _ADDRESS.match(values["image"]):
            raise ApiError(10017, "parameter (data)'s value invalid: display_name and absolute addresses are needed")
        _check_words(" ".join(values.values()))
        shown.append(values)
    return {"text": shown[0]["display_name"], "articles": shown}


def _position(value: Mapping[str, Any]) -> dict[str, Any]:
    place = (value.get("longitude"), value.get("latitude"))
    try:
        longitude, latitude = (float(str(degree)) for degree in place)
    except ValueError as error:
        raise ApiError(10017, "parameter (data)'s value invalid: longitude, latitude") from error
    return {"text": "", "longitude": longitude, "latitude": latitude}


def _check_words(text: str) -> None:
    if _RIVAL.search(text):
        raise ApiError(20020, "contain advertising")
    if SENSITIVE in text:
        raise ApiError(21602, "contains forbid world")
