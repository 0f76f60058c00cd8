"""What a fetched file is, by its first bytes, and where one may be fetched from.

Neither the header nor the file name is asked. Knows no platform and no network.
"""

from collections.abc import Awaitable, Callable, Sequence

from yarl import URL

from adapters.platform import FetchedMedia, Refused
from bot.messages import MediaRef

UNKNOWN_TYPE = "application/octet-stream"

_STARTS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"#!AMR-WB\n", "audio/amr-wb"),
    (b"#!AMR\n", "audio/amr"),
    (b"#!SILK_V3", "audio/silk"),
    (b"\x02#!SILK_V3", "audio/silk"),
    (b"ID3", "audio/mpeg"),
    (b"BM", "image/bmp"),
)
_MPEG_FRAMES = frozenset({0xFB, 0xFA, 0xF3, 0xF2, 0xE3, 0xE2})
_TEXT_STARTS = (b"{", b"[", b"<")


def content_type(head: bytes) -> str:
    """Return the type of the file that begins with `head`, `UNKNOWN_TYPE` when it is none we know."""
    for start, name in _STARTS:
        if head.startswith(start):
            return name
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12], UNKNOWN_TYPE)
    if head[4:8] == b"ftyp":
        return "video/mp4"
    if len(head) > 1 and head[0] == 0xFF and head[1] in _MPEG_FRAMES:  # noqa: PLR2004  the sync byte of MP3
        return "audio/mpeg"
    return UNKNOWN_TYPE


def is_text(head: bytes) -> bool:
    """Tell whether `head` begins a JSON or HTML answer, which is no file."""
    return content_type(head) == UNKNOWN_TYPE and head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_TEXT_STARTS)


def is_allowed(url: str, *, hosts: Sequence[str], api_base: str) -> bool:
    """Tell whether a file may be fetched from `url`: http(s), at one of the host suffixes or at the API itself."""
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


async def better_first(media: MediaRef, fetch: Callable[[str], Awaitable[FetchedMedia]]) -> FetchedMedia:
    """Fetch the better form of a file, or the plain one where there is no better or the platform has it no longer."""
    if media.better_id and media.better_id != media.media_id:
        try:
            return await fetch(media.better_id)
        except Refused:
            pass  # the better form is a luxury: the plain one is still there to try
    return await fetch(media.media_id)
