"""Signing in: right, wrong, too often, disabled, expired; and nothing typed is lost on the way."""

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import extract_parameters

from bot.console import security
from bot.console.security import InProcessHits, SignInGuard, hash_password, password_fault, verify_password
from bot.petitions.acts import Act

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
PASSWORD = "correct-horse-7"


async def test_the_right_password_opens_the_inbox(office):
    browser = await office.browser()
    response = await browser.sign_in("clerk")
    assert (response.status, response.headers["Location"]) == (303, "/console/")
    assert "张受理" in await browser.page("/console/")


async def test_the_session_cookie_is_shut_away(office):
    browser = await office.browser()
    response = await browser.sign_in("clerk")
    cookie = response.cookies["wenqiao_console"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["secure"]) == (True, "Lax", "/console", "")


@pytest.mark.parametrize(
    ("name", "password"), [("clerk", "wrong-horse-77"), ("nobody", PASSWORD), ("", ""), ("clerk", "")]
)
async def test_a_wrong_pair_says_the_same_whatever_was_wrong(office, name, password):
    browser = await office.browser()
    response = await browser.sign_in(name, password)
    assert response.status == 401
    assert "用户名或密码不正确。" in await response.text()
    assert (await browser.get("/console/")).status == 303


async def test_after_five_failures_even_the_right_password_rests(office):
    browser = await office.browser()
    statuses = [(await browser.sign_in("clerk", "wrong-horse-77")).status for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    response = await browser.sign_in("clerk")
    assert response.status == 429
    assert 890 <= int(response.headers["Retry-After"]) <= 900
    assert (await browser.sign_in("boss")).status == 303
    office.clock.advance(timedelta(minutes=16))
    other = await office.browser()
    assert (await other.sign_in("clerk")).status == 303


async def test_successes_are_not_counted(office):
    browser = await office.browser()
    for _ in range(8):
        assert (await browser.sign_in("clerk")).status == 303
        assert (await browser.submit("/console/", "退出")).status == 303


async def test_an_address_that_tries_many_names_rests():
    guard = SignInGuard(InProcessHits(), failures=5, per=timedelta(minutes=15))
    for attempt in range(20):
        assert guard.rests_until("clerk", "10.0.0.1", now=NOW) is None
        await guard.failed(f"name{attempt}", "10.0.0.1", now=NOW)
    assert guard.rests_until("clerk", "10.0.0.1", now=NOW) == NOW + timedelta(minutes=15)
    assert guard.rests_until("clerk", "10.0.0.2", now=NOW) is None
    assert guard.rests_until("clerk", "10.0.0.1", now=NOW + timedelta(minutes=15)) is None


class NeverFull:
    """A shared counter that is away."""

    async def hit(self, key, *, limit, per, now):  # noqa: ARG002 -- the signature is the port's
        return True


async def test_a_shared_counter_that_is_away_opens_no_door():
    guard = SignInGuard(NeverFull(), failures=5, per=timedelta(minutes=15))
    for _ in range(5):
        assert guard.rests_until("clerk", "10.0.0.1", now=NOW) is None
        await guard.failed("clerk", "10.0.0.1", now=NOW)
    assert guard.rests_until("clerk", "10.0.0.1", now=NOW) == NOW + timedelta(minutes=15)


async def test_signing_out_ends_the_session_on_the_server(office):
    browser = await office.browser("clerk")
    [kept] = [c for c in browser.client.session.cookie_jar if c.key == "wenqiao_console"]
    assert (await browser.submit("/console/", "退出")).headers["Location"] == "/console/login"
    other = await office.browser()
    response = await other.get("/console/", headers={"Cookie": f"wenqiao_console={kept.value}"})
    assert (response.status, response.headers["Location"]) == (303, "/console/login")


async def test_every_sign_in_takes_a_new_session_and_drops_the_old(office):
    browser = await office.browser("clerk")
    [first] = [c.value for c in browser.client.session.cookie_jar if c.key == "wenqiao_console"]
    login = await (await office.browser()).form("/console/login", "登录")
    visitor = {"wenqiao_visitor": login.values["csrf"]}
    response = await browser.post(
        "/console/login", login.values | {"name": "boss", "password": PASSWORD}, cookies=visitor
    )
    assert response.status == 303
    assert response.cookies["wenqiao_console"].value != first
    response = await (await office.browser()).get("/console/", headers={"Cookie": f"wenqiao_console={first}"})
    assert response.status == 303


async def test_the_database_never_sees_the_token(office):
    browser = await office.browser("clerk")
    [kept] = [c.value for c in browser.client.session.cookie_jar if c.key == "wenqiao_console"]
    stored = b"".join(path.read_bytes() for path in office.root.glob("office.sqlite*"))
    assert kept.encode() not in stored


async def test_a_disabled_user_is_out_at_once(office):
    browser = await office.browser("clerk")
    admin = await office.browser("root")
    token = await admin.token()
    assert (await admin.post("/console/users/clerk/disable", {"csrf": token})).status == 303
    assert (await browser.get("/console/")).status == 303
    assert (await browser.sign_in("clerk")).status == 401


async def test_a_session_ends_after_its_hours_and_when_nobody_uses_it(office):
    idle, busy = await office.browser("clerk"), await office.browser("boss")
    for _ in range(9):
        office.clock.advance(timedelta(minutes=61))
        assert (await busy.get("/console/")).status == 200
    assert (await idle.get("/console/")).status == 303
    office.clock.advance(timedelta(hours=1))
    assert (await busy.get("/console/")).status == 303


async def test_the_poll_does_not_keep_a_session_alive(office):
    browser = await office.browser("clerk")
    for _ in range(2):
        office.clock.advance(timedelta(minutes=59))
        assert (await browser.get("/console/counts")).status == 200
    office.clock.advance(timedelta(minutes=3))
    response = await browser.get("/console/counts")
    assert (response.status, await response.json()) == (401, {"signed_in": False})


async def test_one_is_led_back_to_where_one_wanted_to_go(office):
    number = await office.file()
    browser = await office.browser()
    response = await browser.get(f"/console/petitions/{number}")
    assert response.headers["Location"] == f"/console/login?next=/console/petitions/{number}"
    response = await browser.submit(response.headers["Location"], "登录", name="clerk", password=PASSWORD)
    assert response.headers["Location"] == f"/console/petitions/{number}"


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/console/../x", "/console/\\evil", "/other", "/console//e"]
)
async def test_nobody_is_led_elsewhere(office, back):
    browser = await office.browser()
    form = await browser.form("/console/login", "登录")
    response = await browser.post("/console/login", form.values | {"name": "clerk", "password": PASSWORD, "next": back})
    assert response.headers["Location"] == "/console/"


async def test_an_answer_posted_after_the_session_ended_comes_back(office, read_forms):
    number = await office.file()
    await office.act(number, Act.ACCEPT)
    browser = await office.browser("clerk")
    office.clock.advance(timedelta(hours=5))
    form = {"csrf": "old", "text": "水已经通了 <b>&", "version": "2"}
    response = await browser.post(f"/console/petitions/{number}/answer", form)
    assert response.status == 401
    html = await response.text()
    assert "水已经通了 &lt;b&gt;&amp;" in html
    login = next(f for f in read_forms(html) if f.button == "登录")
    response = await browser.post("/console/login", login.values | {"name": "clerk", "password": PASSWORD})
    assert response.headers["Location"] == f"/console/petitions/{number}"
    form = await browser.form(f"/console/petitions/{number}", "答复")
    assert form.values["text"] == "水已经通了 <b>&"
    assert (await browser.form(f"/console/petitions/{number}", "答复")).values["text"] == ""


async def test_a_foreign_site_cannot_plant_a_draft(office):
    number = await office.file()
    browser = await office.browser()
    response = await browser.post(
        f"/console/petitions/{number}/answer", {"text": "planted"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert response.status == 401
    assert "planted" not in await response.text()


async def test_changing_the_password_ends_the_other_sessions(office):
    here, there = await office.browser("clerk"), await office.browser("clerk")
    response = await here.submit(
        "/console/password", "修改密码", old=PASSWORD, new="another-horse-8", again="another-horse-8"
    )
    assert (response.status, response.headers["Location"]) == (303, "/console/password?done=1")
    assert (await here.get("/console/")).status == 200
    assert (await there.get("/console/")).status == 303
    assert (await there.sign_in("clerk")).status == 401
    assert (await there.sign_in("clerk", "another-horse-8")).status == 303


@pytest.mark.parametrize(
    ("old", "new", "again", "fault"),
    [
        ("wrong-horse-77", "another-horse-8", "another-horse-8", "现在的密码不正确。"),
        (PASSWORD, "short", "short", "密码至少需要10个字符。"),
        (PASSWORD, "clerk-clerk-1", "clerk-clerk-1", "密码里不能包含用户名。"),
        (PASSWORD, "another-horse-8", "another-horse-9", "两次输入的新密码不一样。"),
    ],
)
async def test_a_password_is_changed_only_with_care(office, old, new, again, fault):
    browser = await office.browser("clerk")
    response = await browser.submit("/console/password", "修改密码", old=old, new=new, again=again)
    assert response.status == 422
    assert fault in await response.text()
    assert (await (await office.browser()).sign_in("clerk")).status == 303


async def test_a_hash_is_argon2id_and_checks():
    hashed = await hash_password(PASSWORD)
    assert hashed.startswith("$argon2id$")
    assert await verify_password(PASSWORD, hashed) is True
    assert await verify_password("other", hashed) is False
    assert await verify_password(PASSWORD, None) is False
    assert await verify_password(PASSWORD, "not a hash") is False


async def test_an_unknown_name_costs_what_a_known_one_costs():
    hashed = await hash_password(PASSWORD)
    assert extract_parameters(security._DECOY) == extract_parameters(hashed)


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("123456789", "密码至少需要10个字符。"),
        ("a" * 201, "密码最多200个字符。"),
        ("aaaaaaaaaaaa", "密码太简单，请使用更多不同的字符。"),
        ("my-Clerk-password", "密码里不能包含用户名。"),
        ("correct-horse-7", ""),
        ("一二三四五六七八九十", ""),
    ],
)
def test_password_rule(password, fault):
    assert password_fault(password, name="clerk") == fault
