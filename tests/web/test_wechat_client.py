"""The WeChat client against a small WeChat on loopback: tokens, sending, every refusal, media."""

import asyncio
import hashlib
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from adapters.platform import (
    CredentialsError,
    FetchedMedia,
    FieldRejected,
    QuotaExceeded,
    Receipt,
    Refused,
    RetryAfter,
    Rung,
    SendError,
    Subscription,
    UnknownOutcome,
    UnreachableCitizen,
    WindowClosed,
)
from adapters.transport import Transport
from adapters.wechat.client import TemplateSpec, WeChatPlatform
from adapters.wechat.tokens import MemoryTokens
from bot.clock import MovableClock
from bot.errors import GatewayError
from bot.messages import Channel, Choice, MediaKind, MediaRef, Outbound
from bot.petitions.account_ports import CallQuota
from tests.labels import WECHAT

SECRET = "app-secret-of-the-test"
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40
HELLO = Outbound(text="您好")
OK = {"errcode": 0, "errmsg": "ok"}


@dataclass
class WeChat:
    """The platform: answers each path by what a test puts into `answers`, and remembers the calls."""

    address: str = ""
    tokens: int = 0
    calls: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    answers: dict[str, list[Any]] = field(default_factory=dict)
    files: dict[str, Any] = field(default_factory=dict)

    def bodies(self, path: str) -> list[Any]:
        return [body for called, _, body in self.calls if called == path]

    def used_tokens(self) -> list[str]:
        return [query["access_token"] for _, query, _ in self.calls if "access_token" in query]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path, query, text = request.path.rsplit("/cgi-bin/", 1)[-1], dict(request.query), await request.text()
        self.calls.append((path, query, json.loads(text) if text else None))
        answers = self.answers.get(path, [])
        answer = (answers.pop(0) if len(answers) > 1 else answers[0]) if answers else None
        if path == "stable_token" and answer is None:
            self.tokens += 1
            answer = {"access_token": f"token-{self.tokens}", "expires_in": 7200}
        if path == "media/get" and answer is None:
            answer = self.files.get(query["media_id"], {"errcode": 40007, "errmsg": "invalid media_id"})
        return await _as_response(OK if answer is None else answer)


async def _as_response(answer: Any) -> web.StreamResponse:
    match answer:
        case "silence":
            await asyncio.Event().wait()
            raise AssertionError
        case int():
            return web.Response(status=answer, text="<html>gateway</html>", content_type="text/html")
        case bytes():
            return web.Response(body=answer, content_type="text/plain")
        case str():
            return web.Response(text=answer, content_type="text/html")
        case _:
            return web.json_response(answer)


@pytest.fixture
async def wechat(aiohttp_server):
    wechat = WeChat()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", wechat.handle)
    server = await aiohttp_server(app)
    wechat.address = str(server.make_url("")).rstrip("/")
    return wechat


@pytest.fixture
async def transport():
    transport = await Transport.create()
    yield transport
    await transport.close()


@pytest.fixture
def clock():
    return MovableClock(start=datetime(2026, 11, 21, 8, tzinfo=UTC))


TEMPLATES = {
    "progress": TemplateSpec(id="tpl-progress", fields=lambda values: {"thing1": values.get("title", "")}),
    "answered": TemplateSpec(
        id="tpl-answered",
        url="https://example.invalid/q",
        fields=lambda values: {"character_string1": values["number"], "time2": values["at"]},
    ),
}


SUBSCRIPTIONS = {
    "progress": TemplateSpec(id="once", fields=lambda values: {"thing1": values["title"]}, url="pages/one"),
    "answered": TemplateSpec(id="always", fields=lambda values: {"thing9": values["title"]}, lasting=True),
    "closed": TemplateSpec(id="once-closed", fields=lambda values: {"thing1": values["title"]}),
}
VALUES = {"title": "路灯不亮"}


@pytest.fixture
def platform(wechat, transport, clock):
    return make(wechat, transport, clock)


def make(wechat, transport, clock, **changes) -> WeChatPlatform:
    settings = {
        "account": "main",
        "app_id": "wx1",
        "app_secret": SECRET,
        "labels": WECHAT,
        "transport": transport,
        "tokens": MemoryTokens(),
        "clock": clock,
        "templates": TEMPLATES,
        "subscriptions": SUBSCRIPTIONS,
        "api_base": wechat.address,
        "timeout": 1.0,
    }
    return WeChatPlatform(**(settings | changes))


# Tokens


async def test_the_first_send_asks_for_a_stable_token(platform, wechat):
    assert await platform.send_message("oCitizen", HELLO) == Receipt()
    request = {"grant_type": "client_credential", "appid": "wx1", "secret": SECRET}
    message = {"touser": "oCitizen", "msgtype": "text", "text": {"content": "您好"}}
    assert wechat.calls == [
        ("stable_token", {}, request),
        ("message/custom/send", {"access_token": "token-1"}, message),
    ]


async def test_fifty_sends_on_a_cold_client_share_one_token_call(platform, wechat):
    await asyncio.gather(*(platform.send_message(f"o{number}", HELLO) for number in range(50)))
    assert (wechat.tokens, wechat.used_tokens()) == (1, ["token-1"] * 50)


async def test_two_processes_share_the_token_through_the_store(wechat, transport, clock):
    store = MemoryTokens()
    one, two = (make(wechat, transport, clock, tokens=store) for _ in range(2))
    await asyncio.gather(*(client.send_message("o", HELLO) for client in (one, two) for _ in range(5)))
    assert wechat.tokens == 1


async def test_a_token_is_renewed_five_minutes_early(platform, wechat, clock):
    await platform.send_message("o", HELLO)
    clock.advance(timedelta(seconds=6890))
    await platform.send_message("o", HELLO)
    clock.advance(timedelta(seconds=15))
    await platform.send_message("o", HELLO)
    assert wechat.used_tokens() == ["token-1", "token-1", "token-2"]


async def test_a_token_with_five_minutes_left_is_still_used(platform, wechat):
    wechat.answers["stable_token"] = [{"access_token": "short", "expires_in": 300}]
    for _ in range(3):
        await platform.send_message("o", HELLO)
    assert len(wechat.bodies("stable_token")) == 1


class AwayError(GatewayError):
    """The store is away."""


class AwayTokens(MemoryTokens):
    """A store that fails at the operations named."""

    def __init__(self, *failing: str) -> None:
        super().__init__()
        self.failing = failing

    async def get(self, name):
        self._fail("get")
        return await super().get(name)

    async def put(self, name, token, expires):
        self._fail("put")
        await super().put(name, token, expires)

    @asynccontextmanager
    async def lock(self, name):
        self._fail("lock")
        async with super().lock(name):
            yield
        self._fail("unlock")

    def _fail(self, operation):
        if operation in self.failing:
            raise AwayError


@pytest.mark.parametrize("operation", ["get", "put", "lock", "unlock"])
async def test_with_the_store_away_the_fetched_token_is_kept_in_process(wechat, transport, clock, operation):
    platform = make(wechat, transport, clock, tokens=AwayTokens(operation))
    await asyncio.gather(*(platform.send_message("o", HELLO) for _ in range(10)))
    await platform.send_message("o", HELLO)
    assert (wechat.tokens, set(wechat.used_tokens())) == (1, {"token-1"})


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_a_rejected_token_is_renewed_and_the_call_made_once_more(platform, wechat, code):
    wechat.answers["message/custom/send"] = [{"errcode": code, "errmsg": "x"}, OK]
    await platform.send_message("o", HELLO)
    assert wechat.used_tokens() == ["token-1", "token-2"]


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_a_token_rejected_twice_is_a_matter_of_credentials(platform, wechat, code):
    wechat.answers["message/custom/send"] = [{"errcode": code, "errmsg": "x"}]
    with pytest.raises(CredentialsError) as caught:
        await platform.send_message("o", HELLO)
    assert (caught.value.code, bool(caught.value.remedy)) == (str(code), True)
    assert wechat.used_tokens() == ["token-1", "token-2"]


async def test_many_rejected_at_once_renew_the_token_once(platform, wechat):
    await platform.send_message("o", HELLO)
    wechat.answers["message/custom/send"] = [{"errcode": 40001}] * 10 + [OK]
    await asyncio.gather(*(platform.send_message("o", HELLO) for _ in range(10)))
    assert wechat.tokens == 2


async def test_many_good_tokens_rejected_at_once_ask_once(platform, wechat):
    """While the platform holds the token to be good it gives the same again: a storm of 40001 is no storm of calls."""
    wechat.answers["stable_token"] = [{"access_token": "the-same", "expires_in": 7200}]
    await platform.send_message("u", HELLO)
    wechat.answers["message/custom/send"] = [{"errcode": 40001, "errmsg": "invalid credential"}] * 20 + [OK]
    assert await asyncio.gather(*(platform.send_message(f"u{n}", HELLO) for n in range(20))) == [Receipt()] * 20
    assert len(wechat.bodies("stable_token")) == 2


async def test_another_process_has_renewed_the_rejected_token(wechat, transport, clock):
    store = MemoryTokens()
    one, two = (make(wechat, transport, clock, tokens=store) for _ in range(2))
    await one.send_message("o", HELLO)
    await two.send_message("o", HELLO)
    for client in (one, two):
        wechat.answers["message/custom/send"] = [{"errcode": 42001}, OK]
        await client.send_message("o", HELLO)
    assert wechat.used_tokens()[2:] == ["token-1", "token-2", "token-1", "token-2"]


TOKEN_FAILURES = [
    ({"errcode": 40001, "errmsg": "invalid credential"}, CredentialsError),
    ({"errcode": 40013, "errmsg": "invalid appid"}, CredentialsError),
    ({"errcode": 40125, "errmsg": "invalid appsecret"}, CredentialsError),
    ({"errcode": 40243, "errmsg": "frozen"}, CredentialsError),
    ({"errcode": 89503, "errmsg": "confirm"}, CredentialsError),
    ({"errcode": -1, "errmsg": "busy"}, RetryAfter),
    ({"errcode": 45009, "errmsg": "daily"}, QuotaExceeded),
    ({"errcode": 45011, "errmsg": "minute"}, QuotaExceeded),
    ({"access_token": "", "expires_in": 7200}, RetryAfter),
    ({"access_token": "x", "expires_in": "soon"}, RetryAfter),
    ({}, RetryAfter),
    ("<html>busy</html>", RetryAfter),
    (502, RetryAfter),
    ("silence", RetryAfter),
]


@pytest.mark.parametrize(("answer", "kind"), TOKEN_FAILURES, ids=lambda value: str(value)[:40])
async def test_without_a_token_nothing_is_sent_and_nothing_is_unknown(wechat, transport, clock, answer, kind):
    wechat.answers["stable_token"] = [answer]
    platform = make(wechat, transport, clock, timeout=0.2 if answer == "silence" else 30.0)
    for call in (platform.send_message("o", HELLO), platform.check()):
        with pytest.raises(SendError) as caught:
            await call
        assert type(caught.value) is kind
        assert SECRET not in repr(caught.value)
    assert [path for path, _, _ in wechat.calls] == ["stable_token"] * 2


async def test_a_failing_token_call_fails_all_who_wait_for_it_at_once(wechat, transport, clock):
    wechat.answers["stable_token"] = ["silence"]
    platform = make(wechat, transport, clock, timeout=0.2)
    async with asyncio.timeout(5):  # one after the other they would take ten seconds
        sends = (platform.send_message("o", HELLO) for _ in range(50))
        outcomes = await asyncio.gather(*sends, return_exceptions=True)
    assert ({type(outcome) for outcome in outcomes}, len(wechat.calls)) == ({RetryAfter}, 1)
    wechat.answers.clear()
    assert await platform.send_message("o", HELLO) == Receipt()


async def test_check_asks_for_a_token_each_time(platform, wechat):
    await platform.check()
    await platform.check()
    assert wechat.tokens == 2


async def test_a_missing_address_in_the_whitelist_is_named(platform, wechat):
    wechat.answers["stable_token"] = [{"errcode": 40164, "errmsg": "invalid ip 203.0.113.7, not in whitelist rid: x"}]
    with pytest.raises(CredentialsError) as caught:
        await platform.check()
    remedy = "add this server's IP address to the account's IP whitelist on the WeChat developer platform (203.0.113.7)"
    assert (caught.value.code, caught.value.remedy) == ("40164", remedy)


# Sending

REFUSALS = [
    (45015, WindowClosed, None), (45047, WindowClosed, None),
    (43004, UnreachableCitizen, None), (40003, UnreachableCitizen, None), (43019, UnreachableCitizen, None),
    (48002, UnreachableCitizen, None), (43101, UnreachableCitizen, None),
    (45002, Refused, None), (47003, FieldRejected, None), (40037, Refused, None), (40033, Refused, None),
    (47001, Refused, None), (43116, Refused, None), (41030, Refused, None), (99999, Refused, None),
    (-1, RetryAfter, 5.0), (40241, RetryAfter, 65.0),
    (45009, QuotaExceeded, 3600.0), (45011, QuotaExceeded, 60.0), (43117, QuotaExceeded, 600.0),
    (40013, CredentialsError, None), (40125, CredentialsError, None), (41001, CredentialsError, None),
    (40243, CredentialsError, None), (40164, CredentialsError, None), (61004, CredentialsError, None),
    (48001, CredentialsError, None), (50002, CredentialsError, None), (89503, CredentialsError, None),
    (89506, CredentialsError, None), (89507, CredentialsError, None),
]  # fmt: skip


@pytest.mark.parametrize(("code", "kind", "seconds"), REFUSALS)
async def test_each_code_becomes_its_error(platform, wechat, code, kind, seconds):
    for path in ("message/custom/send", "message/template/send", "message/subscribe/bizsend"):
        wechat.answers[path] = [{"errcode": code, "errmsg": "token-1 " + SECRET}]
    calls = (
        platform.send_message("o", HELLO),
        platform.send_template("o", "progress", VALUES, unique="1"),
        platform.send_subscription("o", "progress", VALUES, template="once"),
    )
    for call in calls:
        with pytest.raises(SendError) as caught:
            await call
        error = caught.value
        assert (type(error), error.code, getattr(error, "seconds", None)) == (kind, str(code), seconds)
        assert bool(getattr(error, "remedy", "")) == (kind is CredentialsError)
        assert not {"token-1", SECRET} & set(f"{error} {getattr(error, 'remedy', '')}".split())
    assert len(wechat.calls) == 4


ODD_ANSWERS = [
    ("<html>maintenance</html>", UnknownOutcome, ""),
    ("", UnknownOutcome, ""),
    ([1, 2], UnknownOutcome, ""),
    ({}, UnknownOutcome, ""),
    ({"errcode": None}, UnknownOutcome, ""),
    ({"errcode": "zero"}, UnknownOutcome, ""),
    ({"errcode": True}, UnknownOutcome, ""),
    (b"\xff\xfe", UnknownOutcome, ""),
    (500, UnknownOutcome, "http 500"),
    (502, UnknownOutcome, "http 502"),
    (504, UnknownOutcome, "http 504"),
    (202, UnknownOutcome, "http 202"),
    (429, QuotaExceeded, "http 429"),
    (302, CredentialsError, "http 302"),
    (403, CredentialsError, "http 403"),
    (404, CredentialsError, "http 404"),
    (400, Refused, "http 400"),
    (413, Refused, "http 413"),
    ({"errcode": "45015"}, WindowClosed, "45015"),
]


@pytest.mark.parametrize(("answer", "kind", "code"), ODD_ANSWERS, ids=lambda value: str(value)[:30])
async def test_each_odd_answer_becomes_its_error(platform, wechat, answer, kind, code):
    wechat.answers["message/custom/send"] = [answer]
    with pytest.raises(SendError) as caught:
        await platform.send_message("o", HELLO)
    assert (type(caught.value), caught.value.code) == (kind, code)
    assert len(wechat.bodies("message/custom/send")) == 1


async def test_a_send_without_answer_is_unknown_and_not_repeated(wechat, transport, clock):
    wechat.answers["message/custom/send"] = ["silence"]
    with pytest.raises(UnknownOutcome):
        await make(wechat, transport, clock, timeout=0.2).send_message("o", HELLO)
    assert len(wechat.bodies("message/custom/send")) == 1


async def test_with_nobody_listening_the_send_can_be_tried_again(wechat, transport, clock, unused_tcp_port):
    platform = make(wechat, transport, clock, api_base=f"http://127.0.0.1:{unused_tcp_port}")
    with pytest.raises(RetryAfter):
        await platform.send_message("o", HELLO)


async def test_a_message_carries_its_choices_as_links_and_only_its_first_page(platform, wechat):
    outbound = Outbound(text="诉" * 900, choices=(Choice(id="a", label="甲"),))
    await platform.send_message("o", outbound)
    page, rest = platform.pages(outbound)
    assert wechat.bodies("message/custom/send")[0]["text"]["content"] == page
    assert ("msgmenuid=a" in page, "msgmenuid=more" in page, len(page.encode()) <= 1800, bool(rest)) == (True,) * 4


async def test_an_empty_message_is_not_sent(platform, wechat):
    with pytest.raises(Refused):
        await platform.send_message("o", Outbound(text=" "))
    assert wechat.calls == []


async def test_a_template_is_sent_with_fitted_fields_and_an_id_of_its_own(platform, wechat):
    wechat.answers["message/template/send"] = [OK | {"msgid": 2_428_190_391_883_712_512}]
    values = {"number": "WQ20261121-0000019", "at": "2026-11-21 15:01"}
    receipts = [await platform.send_template("o", "answered", values, unique=unique) for unique in ("1", "1", "2")]
    assert receipts == [Receipt(message_id="2428190391883712512")] * 3
    first, again, other = wechat.bodies("message/template/send")
    assert first == again == other | {"client_msg_id": hashlib.sha256(b"1").hexdigest()[:32]}
    assert first["client_msg_id"] != other["client_msg_id"]
    assert first | {"client_msg_id": ""} == {
        "touser": "o",
        "template_id": "tpl-answered",
        "url": "https://example.invalid/q",
        "data": {
            "character_string1": {"value": "WQ20261121-0000019"},
            "time2": {"value": "2026年11月21日 15:01"},
        },
        "client_msg_id": "",
    }


async def test_a_notice_without_its_own_template_uses_that_of_progress(platform, wechat):
    await platform.send_template("o", "forwarded", {"title": "路" * 30}, unique="1")
    sent = wechat.bodies("message/template/send")[0]
    assert (sent["template_id"], sent["data"]) == ("tpl-progress", {"thing1": {"value": "路" * 19 + "…"}})


async def test_a_value_no_field_can_take_is_refused_before_sending(platform, wechat):
    with pytest.raises(Refused) as caught:
        await platform.send_template("o", "answered", {"number": "1", "at": "soon"}, unique="1")
    assert (caught.value.code, wechat.calls) == ("47003", [])


async def test_a_subscription_is_sent_with_fitted_fields_and_no_id_of_its_own(platform, wechat):
    wechat.answers["message/subscribe/bizsend"] = [OK, OK | {"msgid": 1_700_827_132_819_554_304}]
    receipts = [
        await platform.send_subscription("o", "forwarded", {"title": "路" * 30}, template="once"),
        await platform.send_subscription("o", "answered", VALUES, template="always"),
    ]
    assert receipts == [Receipt(), Receipt(message_id="1700827132819554304")]
    assert wechat.bodies("message/subscribe/bizsend") == [
        {"touser": "o", "template_id": "once", "data": {"thing1": {"value": "路" * 19 + "…"}}, "page": "pages/one"},
        {"touser": "o", "template_id": "always", "data": {"thing9": {"value": "路灯不亮"}}},
    ]


@pytest.mark.parametrize(
    ("notice", "served"),
    [
        ("forwarded", [("once", False)]),
        ("answered", [("always", True), ("once", False)]),
        ("closed", [("once-closed", False), ("once", False)]),
        ("", [("always", True), ("once", False), ("once-closed", False)]),
    ],
)
def test_a_notices_own_subscription_comes_before_the_common_one(platform, notice, served):
    assert platform.subscriptions(notice) == tuple(
        Subscription(template=template, lasting=lasting) for template, lasting in served
    )


async def test_a_subscription_that_does_not_serve_the_notice_is_refused_before_sending(platform, wechat):
    for notice, template in [("forwarded", "always"), ("answered", "once-closed"), ("closed", "")]:
        with pytest.raises(Refused):
            await platform.send_subscription("o", notice, VALUES, template=template)
    assert wechat.calls == []


async def test_an_unclear_subscription_is_unknown_and_not_repeated(wechat, transport, clock):
    wechat.answers["message/subscribe/bizsend"] = ["silence"]
    platform = make(wechat, transport, clock, timeout=0.05)
    with pytest.raises(UnknownOutcome):
        await platform.send_subscription("o", "progress", VALUES, template="once")
    assert len(wechat.bodies("message/subscribe/bizsend")) == 1


async def test_without_templates_there_is_none(wechat, transport, clock, platform):
    bare = make(wechat, transport, clock, templates={"answered": TEMPLATES["answered"]})
    kinds = ("answered", "forwarded")
    assert [bare.has_template(kind) for kind in kinds] == [True, False]
    assert [platform.has_template(kind) for kind in kinds] == [True, True]
    with pytest.raises(Refused):
        await bare.send_template("o", "forwarded", {}, unique="1")
    assert wechat.calls == []


def test_it_knows_its_channel_and_account(platform):
    assert (platform.channel, platform.account) == (Channel.WECHAT, "main")


# Media


def _image(media_id: str) -> MediaRef:
    return MediaRef(kind=MediaKind.IMAGE, media_id=media_id)


FILES = [
    (JPEG, "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n1234", "image/png"),
    (b"GIF89a1234", "image/gif"),
    (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
    (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"),
    (b"BM123456789", "image/bmp"),
    (b"#!AMR\n1234", "audio/amr"),
    (b"#!AMR-WB\n1234", "audio/amr-wb"),
    (b"#!SILK_V3\x01", "audio/silk"),
    (b"\x02#!SILK_V3\x01", "audio/silk"),
    (b"\x00\x00\x00\x18ftypmp42", "video/mp4"),
    (b"ID3\x03\x00", "audio/mpeg"),
    (b"\xff\xfb\x90\x64", "audio/mpeg"),
    (b"MZ\x90\x00", "application/octet-stream"),
    (b"RIFF\x00\x00\x00\x00AVI ", "application/octet-stream"),
]


@pytest.mark.parametrize(("content", "kind"), FILES, ids=lambda value: str(value)[:24])
async def test_a_file_is_what_its_bytes_say(platform, wechat, tmp_path, content, kind):
    wechat.files["m1"] = content
    target = tmp_path / "file"
    expected = FetchedMedia(
        path=target, size=len(content), sha256=hashlib.sha256(content).hexdigest(), content_type=kind
    )
    assert await platform.fetch(_image("m1"), target) == expected
    assert target.read_bytes() == content


NO_FILES = [
    ({"errcode": 40007, "errmsg": "invalid media_id"}, Refused, "40007"),
    ({"errcode": 45009, "errmsg": "daily"}, QuotaExceeded, "45009"),
    ({"errcode": 48001, "errmsg": "no right"}, CredentialsError, "48001"),
    ({"surprise": 1}, RetryAfter, ""),
    ("<html>busy</html>", RetryAfter, ""),
    (b"", RetryAfter, ""),
    (b"[1]", RetryAfter, ""),
    (b"\xef\xbb\xbf <!DOCTYPE html>", RetryAfter, ""),
    (502, RetryAfter, "http 502"),
    (404, CredentialsError, "http 404"),
    ({"video_url": "http://169.254.169.254/latest"}, Refused, ""),
    ({"video_url": "http://127.0.0.1:1/x"}, Refused, ""),
    ({"video_url": "http://localhost/x"}, Refused, ""),
    ({"video_url": "file:///etc/hostname"}, Refused, ""),
    ({"video_url": "ftp://v.qq.com/x"}, Refused, ""),
    ({"video_url": "https://qq.com.example.invalid/x"}, Refused, ""),
    ({"video_url": "https://eviqq.com/x"}, Refused, ""),
    ({"video_url": "https://v.qq.com:8443/x"}, Refused, ""),
    ({"video_url": "https://user@v.qq.com/x"}, Refused, ""),
    ({"video_url": "http://[::"}, Refused, ""),
    ({"video_url": 5}, RetryAfter, ""),
]


@pytest.mark.parametrize(("answer", "kind", "code"), NO_FILES, ids=lambda value: str(value)[:40])
async def test_what_is_no_file_is_an_error_and_leaves_nothing(platform, wechat, tmp_path, answer, kind, code):
    wechat.files["m1"] = answer
    with pytest.raises(SendError) as caught:
        await platform.fetch(_image("m1"), tmp_path / "file")
    assert (type(caught.value), caught.value.code) == (kind, code)
    assert list(tmp_path.iterdir()) == []


async def test_a_token_error_inside_a_file_renews_the_token(platform, wechat, tmp_path):
    wechat.answers["media/get"] = [{"errcode": 40001, "errmsg": "x"}, JPEG]
    got = await platform.fetch(_image("m1"), tmp_path / "file")
    assert (got.content_type, wechat.used_tokens()) == ("image/jpeg", ["token-1", "token-2"])


async def test_a_voice_is_fetched_in_its_better_form(platform, wechat, tmp_path):
    wechat.files |= {"16k": b"#!SILK_V3 16k", "8k": b"#!AMR\n8k"}
    voice = MediaRef(kind=MediaKind.VOICE, media_id="8k", better_id="16k")
    assert (await platform.fetch(voice, tmp_path / "v")).content_type == "audio/silk"
    del wechat.files["16k"]
    assert (await platform.fetch(voice, tmp_path / "v")).content_type == "audio/amr"


async def test_a_video_is_fetched_from_the_address_given(platform, wechat, tmp_path):
    content = b"\x00\x00\x00\x18ftypmp42" + b"v" * 5000
    wechat.files["m1"] = {"video_url": wechat.address + "/video/1"}
    wechat.answers["/video/1"] = [content]
    got = await platform.fetch(MediaRef(kind=MediaKind.VIDEO, media_id="m1"), tmp_path / "v")
    assert (got.content_type, got.size) == ("video/mp4", len(content))
    assert [query for path, query, _ in wechat.calls if path == "/video/1"] == [{}]


async def test_a_video_address_that_leads_to_another_is_not_followed(platform, wechat, tmp_path):
    wechat.files["m1"] = {"video_url": wechat.address + "/video/1"}
    wechat.answers["/video/1"] = [{"video_url": wechat.address + "/video/2"}]
    with pytest.raises(Refused):
        await platform.fetch(MediaRef(kind=MediaKind.VIDEO, media_id="m1"), tmp_path / "v")
    assert list(tmp_path.iterdir()) == []


async def test_a_file_above_the_cap_is_refused(platform, wechat, tmp_path):
    wechat.files["m1"] = JPEG + bytes(20 * 1024 * 1024)
    with pytest.raises(Refused):
        await platform.fetch(_image("m1"), tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


async def test_a_file_that_does_not_come_can_be_asked_for_again(wechat, transport, clock, tmp_path):
    wechat.answers["media/get"] = ["silence"]
    with pytest.raises(RetryAfter):
        await make(wechat, transport, clock, file_timeout=0.2).fetch(_image("m1"), tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


# What is left of a day


@pytest.mark.parametrize(
    "numbers", [{"daily_limit": 500000, "remain": 499988}, {"daily_limit": "500000", "remain": "499988"}]
)
async def test_the_platform_tells_what_is_left_of_a_form(platform, wechat, numbers):
    wechat.answers["openapi/quota/get"] = [OK | {"quota": numbers | {"used": 12}}]
    assert await platform.quota(Rung.MESSAGE) == CallQuota(call="message", left=499988, limit=500000)
    assert wechat.bodies("openapi/quota/get") == [{"cgi_path": "/cgi-bin/message/custom/send"}]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (OK, UnknownOutcome),
        (OK | {"quota": None}, UnknownOutcome),
        (OK | {"quota": {"daily_limit": 5, "remain": -1}}, UnknownOutcome),
        (OK | {"quota": {"daily_limit": True, "remain": 1}}, UnknownOutcome),
        (OK | {"quota": {"daily_limit": "5", "remain": "٣"}}, UnknownOutcome),
        ({"errcode": 76022, "errmsg": "no permission"}, Refused),
        ({"errcode": 48001, "errmsg": "unauthorized"}, CredentialsError),
    ],
)
async def test_an_answer_without_numbers_is_an_error_of_its_kind(platform, wechat, answer, kind):
    wechat.answers["openapi/quota/get"] = [answer]
    with pytest.raises(SendError) as caught:
        await platform.quota(Rung.TEMPLATE)
    assert type(caught.value) is kind


async def test_a_token_is_held_once_it_was_needed_and_until_it_ends(platform, clock):
    assert not platform.holds_token
    await platform.send_message("oCitizen", HELLO)
    assert platform.holds_token
    clock.advance(timedelta(hours=2))
    assert not platform.holds_token
