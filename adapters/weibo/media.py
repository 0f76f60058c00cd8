"""What a fetched file is, by its first bytes, and where a post's pictures may be fetched from.

Neither the header nor the file name is asked. Knows no network.
"""

import json
from collections.abc import Sequence
from typing import Any

from yarl import URL

PICTURE_HOSTS = (".sinaimg.cn",)
"""Host suffixes at which the pictures of posts lie."""
LISTED = "listed"
"""Where an answer that is a list is put; Weibo also writes an empty object as an empty list."""
UNKNOWN_TYPE = "application/octet-stream"

_STARTS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"#!AMR-WB\n", "audio/amr-wb"),
    (b"#!AMR\n", "audio/amr"),
    (b"ID3", "audio/mpeg"),
    (b"BM", "image/bmp"),
)
_TEXT_STARTS = (b"{", b"[", b"<")


def content_type(head: bytes) -> str:
    """Return the type of the file that begins with `head`, `UNKNOWN_TYPE` when it is none we know."""
    for start, name in _STARTS:
        if head.startswith(start):
            return name
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12], UNKNOWN_TYPE)
    return "video/mp4" if head[4:8] == b"ftyp" else UNKNOWN_TYPE


def is_text(head: bytes) -> bool:
    """Tell whether `head` begins a JSON or HTML answer, which is no file."""
    return content_type(head) == UNKNOWN_TYPE and head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_TEXT_STARTS)


def read_answer(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object in `body`, a list as an object with it under `LISTED`, None for anything else."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, list):
        return {LISTED: value}
    return value if isinstance(value, dict) else None


def is_address(media_id: str) -> bool:
    """Tell whether a `MediaRef` names a picture by its address, as posts do; else it is a `tovfid`."""
    return media_id.startswith(("http://", "https://"))


def is_allowed(url: str, *, hosts: Sequence[str], api_base: str) -> bool:
    """Tell whether a picture may be fetched: http(s), at one of the host suffixes or at the API itself."""
    try:
        place = URL(url)
    except ValueError:
        return False
    if place.scheme not in {"http", "https"} or not place.host or place.user:
        return False
    if is_at(url, api_base=api_base):
        return True
    return place.is_default_port() and f".{place.host}".endswith(tuple(hosts))


def is_at(url: str, *, api_base: str) -> bool:
    """Tell whether `url` is at the API itself, which the settings vouch for."""
    place, api = URL(url), URL(api_base)
    return (place.host, place.port) == (api.host, api.port)
