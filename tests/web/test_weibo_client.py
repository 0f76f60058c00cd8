"""The Weibo client against a small Weibo on loopback: messages, comments, mentions, limits, media."""

import asyncio
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from adapters.platform import (
    CredentialsError,
    FetchedMedia,
    Receipt,
    Refused,
    RetryAfter,
    Rung,
    SendError,
    UnknownOutcome,
    UnreachableCitizen,
    WindowClosed,
)
from adapters.transport import Transport
from adapters.weibo.budget import MemoryBudget
from adapters.weibo.client import WeiboPlatform
from adapters.weibo.inbound import MentionKind, to_inbound
from adapters.weibo.mentions import MentionCursor, PublicPlace, context_of, place_of
from adapters.weibo.tokens import TokenInfo, TokenSlot
from bot.clock import MovableClock
from bot.messages import Channel, Choice, MediaKind, MediaRef, Outbound
from tests.labels import WEIBO

SAMPLES = Path(__file__).parents[1] / "samples" / "weibo"
FORMS = json.loads((SAMPLES / "outbound.json").read_text())["forms"]
DELAYED = json.loads((SAMPLES / "answers" / "delayed.json").read_text())
EXPIRED = json.loads((SAMPLES / "answers" / "expired_token.json").read_text())
LIMITED = json.loads((SAMPLES / "answers" / "user_limit.json").read_text())
FANS, OAUTH = "fans-token-of-the-test", "oauth-token-of-the-test"
CITIZEN = "2489518277"
START = datetime(2026, 11, 21, 2, 15, tzinfo=UTC)
TO_MIDNIGHT = 13.75 * 3600
HELLO = Outbound(text="您好")
SAID = "您反映的问题已收到，编号WQ20261121-0000019，请发私信继续办理。"
POST = {
    "id": 4607741009594608,
    "created_at": "Mon Jul 16 18:09:20 +0800 2012",
    "text": "@某某发布 小区路灯坏了三天没人修，晚上很黑",
    "user": {"id": int(CITIZEN), "screen_name": "小明"},
    "pic_urls": [{"thumbnail_pic": "http://wx1.sinaimg.cn/thumbnail/a.jpg"}],
}
COMMENT = {
    "id": 4607741009594609,
    "created_at": "Mon Jul 16 18:10:20 +0800 2012",
    "text": "回复@张三:@某某发布 请看看，谢谢",
    "user": {"id": int(CITIZEN), "screen_name": "小明"},
    "status": POST,
}
UNDER_POST = PublicPlace(status_id="4607741009594608")
TO_COMMENT = PublicPlace(status_id="4607741009594608", comment_id="4607741009594609")
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40

REPLY, CREATE, ANSWER = "/2/messages/reply.json", "/2/comments/create.json", "/2/comments/reply.json"
SHOW, BATCH = "/2/statuses/show.json", "/2/comments/show_batch.json"
POSTS, COMMENTS = "/2/statuses/mentions.json", "/2/comments/mentions.json"
INFO, MEDIA = "/oauth2/get_token_info", "/2/mss/msget"


@dataclass
class Weibo:
    """The platform: answers each path by what a test puts into `answers`, and remembers the calls."""

    address: str = ""
    calls: list[tuple[str, str, dict[str, str], dict[str, str], str]] = field(default_factory=list)
    answers: dict[str, list[Any]] = field(default_factory=dict)
    files: dict[str, Any] = field(default_factory=dict)

    def paths(self) -> list[str]:
        return [path for _, path, _, _, _ in self.calls]

    def forms(self, path: str) -> list[dict[str, str]]:
        return [form for _, called, _, form, _ in self.calls if called == path]

    def queries(self, path: str) -> list[dict[str, str]]:
        return [query for _, called, query, _, _ in self.calls if called == path]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.text()
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.calls.append((request.method, request.path, dict(request.query), form, raw))
        answers = self.answers.get(request.path, [])
        answer = (answers.pop(0) if len(answers) > 1 else answers[0]) if answers else {"idstr": "3332910801173380"}
        if request.path == MEDIA and not answers:
            answer = self.files[request.query["fid"]]
        return await _as_response(answer)


async def _as_response(answer: Any) -> web.StreamResponse:
    match answer:
        case "silence":
            await asyncio.Event().wait()
            raise AssertionError
        case int():
            return web.Response(status=answer, text="<html>gateway</html>", content_type="text/html")
        case bytes():
            return web.Response(body=answer, headers={"Content-Disposition": 'attachment;filename="20130814.png"'})
        case str():
            return web.Response(text=answer, content_type="text/html")
        case (int() as status, body):
            return web.json_response(body, status=status)
        case _:
            return web.json_response(answer, content_type="text/html")  # as PHP does


@pytest.fixture
async def weibo(aiohttp_server):
    weibo = Weibo()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", weibo.handle)
    server = await aiohttp_server(app)
    weibo.address = str(server.make_url("")).rstrip("/")
    return weibo


@pytest.fixture
async def transport():
    transport = await Transport.create()
    yield transport
    await transport.close()


@pytest.fixture
def clock():
    return MovableClock(start=START)


@pytest.fixture
def platform(weibo, transport, clock):
    return make(weibo, transport, clock)


def make(weibo, transport, clock, **changes) -> WeiboPlatform:
    settings = {
        "account": "main",
        "uid": "1902538057",
        "app_key": "1352222456",
        "fans": TokenSlot(token=FANS),
        "oauth": TokenSlot(token=OAUTH),
        "rip": "203.0.113.7",
        "labels": WEIBO,
        "transport": transport,
        "clock": clock,
        "api_base": weibo.address,
        "messages_base": weibo.address + "/",
        "upload_base": weibo.address,
        "timeout": 1.0,
        "repeat_after": 0.0,
    }
    return WeiboPlatform(**(settings | changes))


# Private messages


async def test_a_private_message_is_a_form_with_the_token_in_its_body(platform, weibo):
    assert await platform.send_message(CITIZEN, HELLO) == Receipt(message_id="3332910801173380")
    method, path, query, form, _ = weibo.calls[0]
    assert (method, path, query) == ("POST", REPLY, {})
    assert form == {
        "access_token": FANS,
        "type": "text",
        "data": '{"text":"您好"}',
        "receiver_id": CITIZEN,
        "save_sender_box": "1",
    }


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form["text"])
async def test_data_is_encoded_once(platform, weibo, form):
    await platform.send_message(CITIZEN, Outbound(text=form["text"]))
    assert form["data"] in weibo.calls[0][4].split("&")


async def test_the_one_reply_to_a_mention_is_a_private_message(platform, weibo):
    await platform.reply_mention(CITIZEN, HELLO)
    assert weibo.paths() == [REPLY]
    assert (Rung("mention_reply"), Rung("public_comment")) == (Rung.MENTION_REPLY, Rung.PUBLIC_COMMENT)


async def test_a_message_carries_its_choices_and_only_its_first_page(platform, weibo):
    outbound = Outbound(text="诉" * 400, choices=(Choice(id="a", label="甲"),))
    await platform.send_message(CITIZEN, outbound)
    page, rest = platform.pages(outbound)
    assert json.loads(weibo.forms(REPLY)[0]["data"]) == {"text": page}
    assert (len(page), "1. 甲" in page, bool(rest), platform.words(page)) == (299, True, True, page)


@pytest.mark.parametrize(("user", "outbound"), [(CITIZEN, Outbound(text=" ")), ("oOpenid", HELLO), ("", HELLO)])
async def test_what_cannot_be_sent_is_not(platform, weibo, user, outbound):
    with pytest.raises(Refused):
        await platform.send_message(user, outbound)
    assert weibo.calls == []


REFUSALS = [
    (20301, UnreachableCitizen), (20508, UnreachableCitizen),
    (20013, Refused), (20018, Refused), (20020, Refused), (20021, Refused), (20306, Refused), (21602, Refused),
    (26401, Refused), ("264XX", Refused), (99999, Refused),
    (26499, WindowClosed),
    (10009, RetryAfter), (10016, Refused), (10022, RetryAfter), (10023, RetryAfter), (20016, RetryAfter),
    (10006, CredentialsError), (10014, CredentialsError), (20015, CredentialsError), (20031, CredentialsError),
    (21315, CredentialsError), (21327, CredentialsError), (21332, CredentialsError), (21321, CredentialsError),
]  # fmt: skip


@pytest.mark.parametrize(("code", "kind"), REFUSALS)
@pytest.mark.parametrize("status", [200, 400, 403])
async def test_each_code_becomes_its_error_whatever_the_status(weibo, transport, clock, code, kind, status):
    platform = make(weibo, transport, clock, window_codes={"26499"})
    weibo.answers[REPLY] = [(status, {"request": "/2/x", "error_code": code, "error": f"{FANS} 小明"})]
    with pytest.raises(SendError) as caught:
        await platform.send_message(CITIZEN, HELLO)
    error = caught.value
    assert (type(error), error.code) == (kind, str(code))
    assert bool(getattr(error, "remedy", "")) == (kind is CredentialsError)
    assert not any(word in f"{error!r} {error}" for word in (FANS, "小明", CITIZEN))


@pytest.mark.parametrize("answer", [DELAYED, (400, DELAYED), (403, {"error_code": 20032})])
async def test_a_delayed_success_is_a_success(platform, weibo, answer):
    weibo.answers |= {REPLY: [answer], CREATE: [answer]}
    assert await platform.send_message(CITIZEN, HELLO) == Receipt()
    assert await platform.comment(UNDER_POST, SAID) == Receipt()
    assert len(weibo.calls) == 2


ODD_ANSWERS = [
    ("<html>maintenance</html>", UnknownOutcome, ""),
    ("", UnknownOutcome, ""),
    ([1, 2], UnknownOutcome, ""),
    ([], UnknownOutcome, ""),
    (b"\xff\xfe", UnknownOutcome, ""),
    (500, UnknownOutcome, "http 500"),
    (502, UnknownOutcome, "http 502"),
    ((500, {"error": "x"}), UnknownOutcome, "http 500"),
    (202, UnknownOutcome, "http 202"),
    (429, RetryAfter, "http 429"),
    (302, CredentialsError, "http 302"),
    (403, CredentialsError, "http 403"),
    (404, CredentialsError, "http 404"),
    (413, Refused, "http 413"),
    ({"result": False}, Refused, "?"),
    ((400, {"error": "odd"}), Refused, "?"),
    ({"error": "expired_token"}, CredentialsError, "21327"),
    ({"errcode": "1000XX", "errmsg": "x"}, Refused, "1000XX"),
]


@pytest.mark.parametrize(("answer", "kind", "code"), ODD_ANSWERS, ids=lambda value: str(value)[:30])
async def test_each_odd_answer_becomes_its_error(platform, weibo, answer, kind, code):
    weibo.answers[REPLY] = [answer]
    with pytest.raises(SendError) as caught:
        await platform.send_message(CITIZEN, HELLO)
    assert (type(caught.value), caught.value.code, len(weibo.calls)) == (kind, code, 1)


async def test_a_message_without_answer_is_unknown_and_never_repeated(weibo, transport, clock):
    weibo.answers |= {REPLY: ["silence"], CREATE: ["silence"]}
    platform = make(weibo, transport, clock, timeout=0.2)
    for call in (platform.send_message(CITIZEN, HELLO), platform.comment(UNDER_POST, SAID)):
        with pytest.raises(UnknownOutcome) as caught:
            await call
        assert FANS not in repr(caught.value)
    assert weibo.paths() == [REPLY, CREATE]


async def test_with_nobody_listening_the_message_can_be_tried_again(weibo, transport, clock, unused_tcp_port):
    platform = make(weibo, transport, clock, messages_base=f"http://127.0.0.1:{unused_tcp_port}")
    with pytest.raises(RetryAfter):
        await platform.send_message(CITIZEN, HELLO)


REPEATS = [
    ([10001, {}], None),
    ([10002, {}], None),
    ([10001, 20306], None),  # the first one had arrived
    ([10003, 20017], None),
    ([10002, 20306], Refused),
    ([10001, 10001], UnknownOutcome),
    ([10001, 10002], UnknownOutcome),
    ([10001, 20013], UnknownOutcome),
    ([10001, 502], UnknownOutcome),
    ([10001, 21327], UnknownOutcome),
    ([10009, 10009], RetryAfter),
    ([10010, 10001], UnknownOutcome),
    ([10009, 21327], CredentialsError),
    ([10009, "silence"], UnknownOutcome),
]


@pytest.mark.parametrize(("answers", "kind"), REPEATS, ids=str)
async def test_a_fault_of_weibos_own_is_tried_once_more(weibo, transport, clock, answers, kind):
    bodies = [{"error_code": code} if isinstance(code, int) and code > 999 else code for code in answers]
    weibo.answers[REPLY] = bodies
    platform = make(weibo, transport, clock, timeout=0.3 if "silence" in answers else 30.0)
    if kind is None:
        assert await platform.send_message(CITIZEN, HELLO) == Receipt()
    else:
        with pytest.raises(SendError) as caught:
            await platform.send_message(CITIZEN, HELLO)
        assert type(caught.value) is kind
    assert len(weibo.calls) == 2


async def test_there_are_no_templates(platform, weibo):
    with pytest.raises(Refused):
        await platform.send_template(CITIZEN, "answered", {}, unique="1")
    assert (platform.has_template("answered"), weibo.calls) == (False, [])


# Public comments


async def test_a_comment_under_a_post(platform, weibo):
    weibo.answers[CREATE] = [{"id": 4607741009594700, "text": SAID}]
    assert await platform.comment(UNDER_POST, SAID) == Receipt(message_id="4607741009594700")
    assert weibo.forms(CREATE) == [
        {
            "access_token": OAUTH,
            "id": "4607741009594608",
            "comment": SAID,
            "comment_ori": "0",
            "rip": "203.0.113.7",
        }
    ]


async def test_an_answer_to_a_comment_does_not_name_its_author(platform, weibo):
    await platform.comment(TO_COMMENT, SAID)
    assert weibo.forms(ANSWER) == [
        {
            "access_token": OAUTH,
            "id": "4607741009594608",
            "cid": "4607741009594609",
            "comment": SAID,
            "comment_ori": "0",
            "without_mention": "1",
            "rip": "203.0.113.7",
        }
    ]


@pytest.mark.parametrize("answer", [[COMMENT], {"comments": [COMMENT]}, COMMENT])
async def test_the_post_of_a_comment_is_asked_for_once(platform, weibo, answer):
    weibo.answers[BATCH] = [answer]
    await platform.comment(PublicPlace(status_id="", comment_id="4607741009594609"), SAID)
    assert (weibo.queries(BATCH)[0]["cids"], weibo.forms(ANSWER)[0]["id"]) == ("4607741009594609", "4607741009594608")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ([], "20201"),
        ([COMMENT | {"id": 1}], "20201"),
        ({"comments": []}, "20201"),
        ({"comments": 5}, "20201"),
        ({"error_code": 20201}, "20201"),
        ([COMMENT | {"status": None}], "20101"),
        ([COMMENT | {"status": {"id": "x"}}], "20101"),
    ],
)
async def test_a_comment_that_is_gone_is_not_answered(platform, weibo, answer, code):
    weibo.answers[BATCH] = [answer]
    with pytest.raises(Refused) as caught:
        await platform.comment(PublicPlace(status_id="", comment_id="4607741009594609"), SAID)
    assert (caught.value.code, weibo.paths()) == (code, [BATCH])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "诉" * 131,
        "张先生您好",
        "13800138000",
        "浙A12345",
        "幸福路12号3单元502室",
        "@小明 您好",
        "a@b.com",
        "加微信",
    ],
)
async def test_nothing_personal_and_nothing_too_long_leaves_in_public(platform, weibo, text):
    for place in (UNDER_POST, TO_COMMENT):
        with pytest.raises(Refused):
            await platform.comment(place, text)
    assert weibo.calls == []


async def test_the_offices_own_name_may_stand_in_public(weibo, transport, clock):
    platform = make(weibo, transport, clock, own_words=("@某某发布", "0571-88888888"))
    text = "请发私信给@某某发布，或拨打0571-88888888"
    await platform.comment(UNDER_POST, text)
    assert weibo.forms(CREATE)[0]["comment"] == text


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (20206, UnreachableCitizen),
        (20207, UnreachableCitizen),
        (20112, UnreachableCitizen),
        (20101, Refused),
        (20201, Refused),
        (20111, Refused),
        (20019, Refused),
        (20012, Refused),
        (10014, CredentialsError),
        (20031, CredentialsError),
    ],
)
async def test_each_code_of_a_comment_becomes_its_error(platform, weibo, code, kind):
    weibo.answers[CREATE] = [(400, {"error_code": str(code)})]
    with pytest.raises(SendError) as caught:
        await platform.comment(UNDER_POST, SAID)
    assert (type(caught.value), caught.value.code, len(weibo.calls)) == (kind, str(code), 1)


# Mentions


async def test_mentions_of_both_kinds_are_asked_for(platform, weibo):
    weibo.answers |= {POSTS: [{"statuses": [POST], "total_number": 999}], COMMENTS: [{"comments": [COMMENT]}]}
    posts = await platform.mentions(MentionKind.STATUS, MentionCursor(since="7", top="99", below="49"))
    comments = await platform.mentions(MentionKind.COMMENT, MentionCursor())
    assert [batch.found[0].key for batch in (posts, comments)] == [
        "weibo:main:s4607741009594608",
        "weibo:main:c4607741009594609",
    ]
    assert [weibo.queries(path)[0] for path in (POSTS, COMMENTS)] == [
        {"access_token": OAUTH, "count": "50", "since_id": "7", "max_id": "49"},
        {"access_token": OAUTH, "count": "50", "since_id": "0"},
    ]
    assert (posts.cursor, posts.complete) == (MentionCursor(since="4607741009594608"), True)


@pytest.mark.parametrize("answer", [{"statuses": []}, [], {}, {"statuses": None}, {"statuses": "x"}])
async def test_no_mentions_are_no_mentions(platform, weibo, answer):
    weibo.answers[POSTS] = [answer]
    batch = await platform.mentions(MentionKind.STATUS, MentionCursor(since="5"))
    assert (batch.found, batch.cursor, batch.complete) == ((), MentionCursor(since="5"), True)


async def test_mentions_from_before_are_not_wanted(platform, weibo):
    weibo.answers[POSTS] = [{"statuses": [POST]}]
    batch = await platform.mentions(MentionKind.STATUS, MentionCursor(), oldest=START)
    assert (batch.found, batch.complete, batch.cursor.since) == ((), True, "4607741009594608")


@pytest.mark.parametrize("answer", ["silence", 502, "<html>", {"error_code": 10001}, {"error_code": 10003}])
async def test_a_look_that_fails_can_be_made_again(weibo, transport, clock, answer):
    weibo.answers[POSTS] = [answer]
    with pytest.raises(RetryAfter):
        await make(weibo, transport, clock, timeout=0.2).mentions(MentionKind.STATUS, MentionCursor())
    assert len(weibo.calls) == 1


def _pushed(name: str):
    return to_inbound(json.loads((SAMPLES / "inbound" / f"{name}.json").read_text()), account="main")


async def test_a_pushed_mention_of_a_post_is_completed(platform, weibo):
    weibo.answers[SHOW] = [POST]
    whole = await platform.with_context(_pushed("mention_status"))
    context = context_of(whole)
    assert context is not None
    assert (whole.text, context.url, len(whole.media), place_of(whole)) == (
        POST["text"],
        "https://weibo.com/2489518277/K3fnuEfZK",
        1,
        UNDER_POST,
    )
    assert weibo.queries(SHOW) == [{"access_token": OAUTH, "id": "4607741009594608", "isGetLongText": "1"}]
    assert (await platform.with_context(whole), len(weibo.calls)) == (whole, 1)


async def test_a_pushed_mention_in_a_comment_is_completed(platform, weibo):
    weibo.answers[BATCH] = [[COMMENT]]
    whole = await platform.with_context(_pushed("mention_comment"))
    assert (whole.text, place_of(whole)) == (COMMENT["text"], TO_COMMENT)


async def test_a_mention_whose_post_is_gone_is_refused(platform, weibo):
    weibo.answers[SHOW] = [(400, {"error_code": 20101}), {"id": 4607741009594608, "deleted": "1"}]
    for _ in range(2):
        with pytest.raises(Refused):
            await platform.with_context(_pushed("mention_status"))


async def test_what_stands_against_asking_is_known_without_a_call(platform, weibo, clock):
    mention, comment = _pushed("mention_status"), _pushed("mention_comment")
    await platform.ready_for_context(mention)
    weibo.answers[SHOW] = [(403, {"error_code": 10014}), (400, EXPIRED)]
    with pytest.raises(CredentialsError):
        await platform.with_context(mention)
    with pytest.raises(CredentialsError) as caught:
        await platform.ready_for_context(mention)
    assert (caught.value.code, len(weibo.calls)) == ("10014", 1)
    await platform.ready_for_context(comment)  # a grant is missing for the one call alone
    clock.advance(timedelta(minutes=6))
    with pytest.raises(CredentialsError):
        await platform.with_context(mention)
    with pytest.raises(CredentialsError) as caught:
        await platform.ready_for_context(comment)
    assert (caught.value.code, len(weibo.calls)) == ("21327", 2)
    await platform.ready_for_context(_pushed("text"))


async def test_what_is_no_mention_has_no_context(platform, weibo):
    assert (await platform.with_context(_pushed("text")), weibo.calls) == (_pushed("text"), [])


# Limits


async def test_looking_for_mentions_leaves_forty_calls_for_answers(platform, weibo):
    weibo.answers[POSTS] = [{"statuses": []}]
    for _ in range(60):
        await platform.mentions(MentionKind.STATUS, MentionCursor())
    with pytest.raises(RetryAfter) as caught:
        await platform.mentions(MentionKind.STATUS, MentionCursor())
    assert (caught.value.code, caught.value.seconds) == ("budget", pytest.approx(TO_MIDNIGHT, abs=5))
    for _ in range(40):
        await platform.comment(UNDER_POST, SAID)
    with pytest.raises(RetryAfter) as caught:
        await platform.comment(UNDER_POST, SAID)
    assert (caught.value.code, len(weibo.calls)) == ("budget", 100)


async def test_private_messages_have_a_counter_of_their_own(weibo, transport, clock):
    budget = MemoryBudget(daily=1)
    platform = make(weibo, transport, clock, budget=budget)
    await platform.comment(UNDER_POST, SAID)
    for _ in range(3):
        await platform.send_message(CITIZEN, HELLO)
    limited = make(weibo, transport, clock, messages_budget=budget)
    await limited.send_message(CITIZEN, HELLO)
    with pytest.raises(RetryAfter):
        await limited.send_message(CITIZEN, HELLO)
    names = ("weibo:main:open", "weibo:main:messages")
    assert [budget.spent(name, now=clock.now()) for name in names] == [1, 1]


async def test_a_new_day_brings_new_calls(weibo, transport, clock):
    platform = make(weibo, transport, clock, budget=MemoryBudget(daily=1), kept_for_answers=0)
    await platform.comment(UNDER_POST, SAID)
    with pytest.raises(RetryAfter):
        await platform.comment(UNDER_POST, SAID)
    clock.advance(timedelta(hours=13.75))
    await platform.comment(UNDER_POST, SAID)
    assert len(weibo.calls) == 2


async def test_a_full_day_of_looking_every_hour_keeps_to_the_budget(platform, weibo, clock):
    clock.set(datetime(2026, 11, 21, 16, tzinfo=UTC))
    for hour in range(24):
        weibo.answers[POSTS] = [{"statuses": [POST | {"id": 9000 + hour}]}]
        weibo.answers[COMMENTS] = [{"comments": []}]
        for kind in MentionKind:
            assert (await platform.mentions(kind, MentionCursor(since=str(8999 + hour)))).complete is True
        await platform.comment(UNDER_POST, SAID)
        clock.advance(timedelta(minutes=59))
    assert len(weibo.calls) == 72


async def test_the_users_limit_stops_all_calls_of_its_token_until_the_next_day(platform, weibo, clock):
    weibo.answers[POSTS] = [(403, LIMITED)]
    waits = []
    for _ in range(3):
        with pytest.raises(RetryAfter) as caught:
            await platform.mentions(MentionKind.STATUS, MentionCursor())
        waits.append((caught.value.code, caught.value.seconds))
    assert waits == [("10023", pytest.approx(TO_MIDNIGHT, abs=5))] * 3
    with pytest.raises(RetryAfter):
        await platform.comment(UNDER_POST, SAID)
    await platform.send_message(CITIZEN, HELLO)
    assert weibo.paths() == [POSTS, REPLY]
    clock.advance(timedelta(hours=13.75))
    await platform.comment(UNDER_POST, SAID)
    assert weibo.paths() == [POSTS, REPLY, CREATE]


async def test_the_limit_of_one_interface_leaves_the_others(platform, weibo):
    weibo.answers[POSTS] = [{"error_code": 10024}]
    with pytest.raises(RetryAfter):
        await platform.mentions(MentionKind.STATUS, MentionCursor())
    await platform.comment(UNDER_POST, SAID)
    assert weibo.paths() == [POSTS, CREATE]


async def test_a_missing_grant_is_a_matter_of_settings_and_recovers(platform, weibo, clock):
    weibo.answers[POSTS] = [(403, {"error_code": 10014}), {"statuses": []}]
    with pytest.raises(CredentialsError) as caught:
        await platform.mentions(MentionKind.STATUS, MentionCursor())
    remedy = "Weibo has not granted this interface to the app: see the app's permissions on open.weibo.com"
    assert (caught.value.code, caught.value.remedy) == ("10014", remedy)
    clock.advance(timedelta(minutes=6))
    assert (await platform.mentions(MentionKind.STATUS, MentionCursor())).complete is True


# Tokens


async def test_check_asks_whose_token_it_is(platform, weibo):
    weibo.answers[INFO] = [{"uid": 1902538057, "appkey": "1352222456", "create_at": 1, "expire_in": "157679471"}]
    await platform.check()
    assert (weibo.calls[0][0], weibo.forms(INFO)) == ("POST", [{"access_token": OAUTH}])
    info = await platform.token_info()
    seconds = timedelta(seconds=157679471)
    assert (info.uid, info.app_key) == ("1902538057", "1352222456")
    assert isinstance(info, TokenInfo)
    assert abs(info.expires - START - seconds) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        ({"uid": 5, "appkey": "1352222456", "expire_in": 5}, CredentialsError, "foreign"),
        ({"uid": "1902538057", "appkey": "9", "expire_in": 5}, CredentialsError, "foreign"),
        ((400, EXPIRED), CredentialsError, "21327"),
        ({"uid": "1902538057"}, RetryAfter, ""),
        ({"uid": "1902538057", "expire_in": "soon"}, RetryAfter, ""),
        (502, RetryAfter, "http 502"),
    ],
)
async def test_check_says_what_is_wrong(platform, weibo, answer, kind, code):
    weibo.answers[INFO] = [answer]
    with pytest.raises(SendError) as caught:
        await platform.check()
    assert (type(caught.value), caught.value.code) == (kind, code)


async def test_check_knows_the_end_of_the_fans_token(weibo, transport, clock):
    platform = make(weibo, transport, clock, fans=TokenSlot(token=FANS, expires=START))
    with pytest.raises(CredentialsError) as caught:
        await platform.check()
    assert (caught.value.code, bool(caught.value.remedy), weibo.calls) == ("expired", True, [])
    warnings = {name: slot.warning(clock.now()) for name, slot in platform.tokens.items()}
    assert warnings == {"fans_token": 0, "oauth_token": None}


@pytest.mark.parametrize("changes", [{"uid": "office"}, {"rip": ""}, {"rip": "2001:db8::1"}, {"longest": 20}])
async def test_settings_that_cannot_work_stop_the_start(weibo, transport, clock, changes):
    with pytest.raises(ValueError, match=r".+"):
        make(weibo, transport, clock, **changes)


async def test_it_knows_its_channel_account_and_windows(platform):
    window = platform.window(_pushed("mention_status"))
    assert (platform.channel, platform.account, window and window.messages) == (Channel.WEIBO, "main", 1)


# Media


def _image(media_id: str, better_id: str = "") -> MediaRef:
    return MediaRef(kind=MediaKind.IMAGE, media_id=media_id, better_id=better_id)


FILES = [
    (JPEG, "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n1234", "image/png"),
    (b"GIF89a1234", "image/gif"),
    (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
    (b"BM123456789", "image/bmp"),
    (b"#!AMR\n1234", "audio/amr"),
    (b"#!AMR-WB\n1234", "audio/amr-wb"),
    (b"ID3\x03\x00", "audio/mpeg"),
    (b"\x00\x00\x00\x18ftypmp42", "video/mp4"),
    (b"MZ\x90\x00", "application/octet-stream"),
]


@pytest.mark.parametrize(("content", "kind"), FILES, ids=lambda value: str(value)[:24])
async def test_a_file_is_what_its_bytes_say(platform, weibo, tmp_path, content, kind):
    weibo.files["5326071353316787"] = content
    target = tmp_path / "file"
    expected = FetchedMedia(
        path=target, size=len(content), sha256=hashlib.sha256(content).hexdigest(), content_type=kind
    )
    assert await platform.fetch(_image("5326071353316787"), target) == expected
    assert target.read_bytes() == content
    assert weibo.queries(MEDIA) == [{"access_token": FANS, "fid": "5326071353316787"}]


NO_FILES = [
    ((400, {"error_code": 21332}), CredentialsError, "21332"),
    ({"error_code": 10014}, CredentialsError, "10014"),
    ({"error_code": 10023}, RetryAfter, "10023"),
    ({"error_code": 20001}, Refused, "20001"),
    ({"surprise": 1}, RetryAfter, ""),
    ("<html>busy</html>", RetryAfter, ""),
    (b"", RetryAfter, ""),
    (b"[1]", RetryAfter, ""),
    (502, RetryAfter, "http 502"),
    (404, Refused, "http 404"),
    ("silence", RetryAfter, ""),
]


@pytest.mark.parametrize(("answer", "kind", "code"), NO_FILES, ids=lambda value: str(value)[:40])
async def test_what_is_no_file_is_an_error_and_leaves_nothing(weibo, transport, clock, tmp_path, answer, kind, code):
    weibo.files["1"] = answer
    platform = make(weibo, transport, clock, file_timeout=0.3 if answer == "silence" else 30.0)
    with pytest.raises(SendError) as caught:
        await platform.fetch(_image("1"), tmp_path / "file")
    assert (type(caught.value), caught.value.code, list(tmp_path.iterdir())) == (kind, code, [])
    assert FANS not in repr(caught.value)


async def test_a_picture_of_a_post_is_fetched_large_and_without_a_token(platform, weibo, tmp_path):
    weibo.answers["/large/a.jpg"] = [JPEG]
    picture = _image(weibo.address + "/bmiddle/a.jpg", weibo.address + "/large/a.jpg")
    assert (await platform.fetch(picture, tmp_path / "p")).content_type == "image/jpeg"
    weibo.answers |= {"/large/a.jpg": [404], "/bmiddle/a.jpg": [b"GIF89a"]}
    assert (await platform.fetch(picture, tmp_path / "p")).content_type == "image/gif"
    assert [weibo.queries(path) for path in ("/large/a.jpg", "/bmiddle/a.jpg")] == [[{}, {}], [{}]]


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest",
        "http://127.0.0.1:1/x",
        "https://sinaimg.cn.example.invalid/x",
        "https://evilsinaimg.cn/x",
        "https://wx1.sinaimg.cn:8443/x",
        "https://user@wx1.sinaimg.cn/x",
        "http://[::",
        "https://",
    ],
)
async def test_a_picture_anywhere_else_is_not_fetched(platform, weibo, tmp_path, address):
    with pytest.raises(Refused):
        await platform.fetch(_image(address), tmp_path / "p")
    assert (list(tmp_path.iterdir()), weibo.calls) == ([], [])


async def test_a_file_above_the_cap_is_refused(platform, weibo, tmp_path):
    weibo.files["1"] = JPEG + bytes(20 * 1024 * 1024)
    with pytest.raises(Refused):
        await platform.fetch(_image("1"), tmp_path / "file")
    assert list(tmp_path.iterdir()) == []
