"""What a fetched file is by its first bytes, and from where one may be fetched at all."""

from pathlib import Path

import pytest

from adapters.files import UNKNOWN_TYPE, better_first, content_type, is_allowed, is_at, is_text
from adapters.platform import FetchedMedia, Refused
from bot.messages import MediaKind, MediaRef

API = "https://api.weixin.qq.com"
HOSTS = (".qq.com", ".qpic.cn")


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\x00", "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", UNKNOWN_TYPE),
        (b"#!AMR\n\x3c", "audio/amr"),
        (b"#!AMR-WB\n\x3c", "audio/amr-wb"),
        (b"#!SILK_V3", "audio/silk"),
        (b"\x02#!SILK_V3", "audio/silk"),
        (b"ID3\x04", "audio/mpeg"),
        (b"\xff\xfb\x90", "audio/mpeg"),
        (b"\xff\x00\x90", UNKNOWN_TYPE),
        (b"\x00\x00\x00\x18ftypmp42", "video/mp4"),
        (b"MZ\x90", UNKNOWN_TYPE),
        (b"", UNKNOWN_TYPE),
    ],
)
def test_a_file_is_known_by_its_first_bytes(head: bytes, expected: str) -> None:
    assert content_type(head) == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b'{"errcode": 40007}', True),
        (b'\xef\xbb\xbf {"errcode": 40007}', True),
        (b"[]", True),
        (b"<html>", True),
        (b"plain", False),
        (b"", False),
        (b"\xff\xd8\xff{", False),
    ],
)
def test_an_answer_in_text_is_no_file(head: bytes, expected: bool) -> None:
    assert is_text(head) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://mmbiz.qpic.cn/a.jpg", True),
        ("http://video.qq.com/a.mp4", True),
        ("https://qq.com/a.mp4", True),
        ("https://api.weixin.qq.com/media", True),
        ("https://video.qq.com:8443/a.mp4", False),
        ("https://evilqq.com/a.mp4", False),
        ("https://qq.com.evil.example/a.mp4", False),
        ("https://user@video.qq.com/a.mp4", False),
        ("ftp://video.qq.com/a.mp4", False),
        ("file:///etc/passwd", False),
        ("//video.qq.com/a.mp4", False),
        ("http://[::1/a", False),
        ("http://127.0.0.1/a", False),
        ("", False),
    ],
)
def test_only_the_platforms_own_hosts_are_fetched_from(url: str, expected: bool) -> None:
    assert is_allowed(url, hosts=HOSTS, api_base=API) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8080/wechat/files/a", True),
        ("http://127.0.0.1:8081/wechat/files/a", False),
        ("http://127.0.0.1/wechat/files/a", False),
        ("http://localhost:8080/wechat/files/a", False),
    ],
)
def test_only_the_api_itself_is_vouched_for(url: str, expected: bool) -> None:
    base = "http://127.0.0.1:8080/wechat"
    assert (is_at(url, api_base=base), is_allowed(url, hosts=HOSTS, api_base=base)) == (expected, expected)


@pytest.mark.parametrize(
    ("better_id", "gone", "asked"),
    [
        ("", set(), ["plain"]),
        ("better", set(), ["better"]),
        ("better", {"better"}, ["better", "plain"]),
        ("plain", set(), ["plain"]),
    ],
)
async def test_the_better_form_comes_first(better_id: str, gone: set[str], asked: list[str]) -> None:
    calls = []

    async def fetch(media_id: str) -> FetchedMedia:
        calls.append(media_id)
        if media_id in gone:
            raise Refused("gone")
        return FetchedMedia(path=Path(media_id), size=1, sha256="", content_type="audio/amr")

    media = MediaRef(kind=MediaKind.VOICE, media_id="plain", better_id=better_id)
    assert ((await better_first(media, fetch)).path.name, calls) == (asked[-1], asked)


async def test_when_both_forms_are_gone_it_is_refused() -> None:
    async def fetch(media_id: str) -> FetchedMedia:
        raise Refused(media_id)

    media = MediaRef(kind=MediaKind.VOICE, media_id="plain", better_id="better")
    with pytest.raises(Refused, match=r"^plain$"):
        await better_first(media, fetch)
