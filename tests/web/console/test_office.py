"""Troubled messages, users and the audit trail."""

import pytest

from adapters.weibo.errors import QuarantinedMessage
from bot.petitions.acts import Act
from bot.petitions.outbox_ports import OutboxState
from bot.petitions.turn_ports import RawInbound

PASSWORD = "another-horse-8"
NEW = {"name": "wang", "display": "王小明", "role": "officer", "unit": "roads", "password": PASSWORD}


async def test_a_dead_message_is_shown_with_its_reason_and_can_be_sent_again(office):
    number = await office.file()
    await office.act(number, Act.ACCEPT)
    message = await office.dead_notice(number, "45047 条数超过上限")
    browser = await office.browser("clerk")
    html = await browser.page("/console/trouble")
    said = "&#34;status&#34;: &#34;已受理&#34;"
    for part in ("发送失败", "受理通知", number, "45047 条数超过上限", "试过 1 次", said):
        assert part in html
    office.woken = 0
    response = await browser.submit("/console/trouble", "重发")
    assert (response.status, response.headers["Location"]) == (303, "/console/trouble?replayed=1")
    assert office.woken == 1
    async with office.storage.read() as work:
        [(stored, _)] = await work.outbox.of_petition(number)
    assert (stored.id, stored.state) == (message, OutboxState.PENDING)
    assert "已放回待发送队列。" in await browser.page(response.headers["Location"])
    again = await browser.post(f"/console/trouble/{message}/replay", {"csrf": await browser.token()})
    assert again.headers["Location"] == "/console/trouble?replayed=0"
    assert "重发消息" in await (await office.browser("boss")).page("/console/audit")


async def test_the_petition_page_shows_what_became_of_each_message(office):
    number = await office.file()
    await office.act(number, Act.FORWARD, unit="water")
    await office.dead_notice(number, "oABCDEFGHIJ123456 已取消关注")
    clerk = await (await office.browser("clerk")).page(f"/console/petitions/{number}")
    officer = await (await office.browser("officer")).page(f"/console/petitions/{number}")
    for part in ("转办通知", "发送失败", "客服消息：平台拒绝"):
        assert (part in clerk, part in officer) == (True, True)
    assert ("已取消关注" in clerk, "已取消关注" in officer) == (True, False)


async def test_a_message_that_failed_is_shown_as_it_came(office):
    await office.failed_message("我要<投诉>", detail="KeyError: 'place'")
    html = await (await office.browser("clerk")).page("/console/trouble")
    for part in ("处理出错", "我要&lt;投诉&gt;", "KeyError: &#39;place&#39;", "oAB…456", "&#34;Content&#34;"):
        assert part in html


async def test_a_malformed_body_is_shown_as_text(office):
    raw = RawInbound(
        key="wechat:city:raw1", account="city", body="<xml><a>&lt;", detail="no MsgType", received_at=office.clock.now()
    )
    async with office.storage.begin() as work:
        assert await work.turns.keep_raw(raw) is True
        await work.commit()
    html = await (await office.browser("clerk")).page("/console/trouble")
    for part in ("无法识别", "no MsgType", "&lt;xml&gt;&lt;a&gt;&amp;lt;"):
        assert part in html


async def test_a_user_is_added_and_can_sign_in(office):
    browser = await office.browser("root")
    response = await browser.submit("/console/users", "新增", **NEW)
    assert (response.status, response.headers["Location"]) == (303, "/console/users?done=added")
    async with office.storage.read() as work:
        user = await work.staff.user("wang")
    assert (user.display, user.role, user.unit, user.disabled_at) == ("王小明", "officer", "roads", None)
    assert user.password_hash.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert (await (await office.browser()).sign_in("wang", PASSWORD)).status == 303
    html = await browser.page("/console/users?done=added")
    for part in ("已新增用户。", "王小明", "市城市管理局"):
        assert part in html


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"name": "王"}, "用户名用2到32个字母、数字"),
        ({"name": "a/b"}, "用户名用2到32个字母、数字"),
        ({"name": "clerk"}, "这个用户名已经有人用了。"),
        ({"display": " "}, "请填写姓名"),
        ({"role": "citizen"}, "请选择岗位。"),
        ({"role": "clock"}, "请选择岗位。"),
        ({"unit": ""}, "承办员须选择所在单位。"),
        ({"unit": "nowhere"}, "承办员须选择所在单位。"),
        ({"password": "short"}, "密码至少需要10个字符。"),
        ({"password": "wang-wang-123"}, "密码里不能包含用户名。"),
    ],
)
async def test_a_user_is_not_added_carelessly(office, read_forms, typed, fault):
    browser = await office.browser("root")
    response = await browser.submit("/console/users", "新增", **(NEW | typed))
    html = await response.text()
    assert response.status == 422
    assert fault in html
    form = next(form for form in read_forms(html) if form.button == "新增")
    assert form.values["display"] == (NEW | typed)["display"].strip()
    assert form.values["password"] == ""


async def test_a_password_is_reset_and_its_sessions_end(office):
    browser, clerk = await office.browser("root"), await office.browser("clerk")
    token = await browser.token()
    response = await browser.post("/console/users/clerk/password", {"csrf": token, "password": PASSWORD})
    assert response.headers["Location"] == "/console/users?done=password"
    assert (await clerk.get("/console/")).status == 303
    assert (await clerk.sign_in("clerk", PASSWORD)).status == 303


async def test_disable_and_enable(office):
    browser = await office.browser("root")
    token = await browser.token()
    for change, status in (("disable", 401), ("enable", 303)):
        assert (await browser.post(f"/console/users/clerk/{change}", {"csrf": token})).status == 303
        assert (await (await office.browser()).sign_in("clerk")).status == status
    response = await browser.post("/console/users/root/disable", {"csrf": token})
    assert response.status == 422
    assert "不能停用自己。" in await response.text()
    assert (await browser.get("/console/")).status == 200


async def test_the_audit_trail_names_who_did_what(office):
    number = await office.file()
    clerk = await office.browser("clerk")
    await clerk.submit(f"/console/petitions/{number}", "转办", unit="water", text="")
    browser = await office.browser("boss")
    html = await browser.page("/console/audit")
    for part in ("张受理", "转办", number, "市水务局", "受理员", "登录"):
        assert part in html
    html = await browser.page(f"/console/audit?target={number.removeprefix('WQ')}")
    assert ("转办" in html, "127.0.0.1" in html) == (True, False)


async def test_a_dead_message_can_be_given_up_for_a_reason(office):
    number = await office.file()
    await office.act(number, Act.ACCEPT)
    message = await office.dead_notice(number, "43004")
    browser = await office.browser("clerk")
    await browser.page("/console/trouble")
    path, token = f"/console/trouble/{message}/drop", await browser.token()
    answers = [
        (await browser.post(path, {"csrf": token, "reason": reason})).headers["Location"].partition("?")[2]
        for reason in ("  ", "已电话告知\x00市民", "再来一次")
    ]
    assert answers == ["dropped=no", "dropped=1", "dropped=0"]
    assert number not in await browser.page("/console/trouble")
    assert "请写明理由" in await browser.page("/console/trouble?dropped=no")
    html = await browser.page(f"/console/petitions/{number}")
    assert ("已放弃发送" in html, "已电话告知市民" in html) == (True, True)
    async with office.storage.read() as work:
        (entry,) = [one for one in await work.staff.audit_trail() if one.action == "outbox.dropped"]
    assert (entry.actor, entry.target, entry.data) == ("clerk", str(message), {"reason": "已电话告知市民"})
    assert "放弃消息" in await (await office.browser("boss")).page("/console/audit")


async def test_a_quarantined_body_says_that_it_is_one(office):
    error = QuarantinedMessage(raw=b'{"type":"text"}')
    raw = RawInbound(
        key="weibo:demo:raw:1",
        account="demo",
        body='{"type":"text"}',
        detail=str(error),
        received_at=office.clock.now(),
    )
    async with office.storage.begin() as work:
        assert await work.turns.keep_raw(raw) is True
        await work.commit()
    html = await (await office.browser("clerk")).page("/console/trouble")
    assert ("疑似伪造，已隔离" in html, "无法识别" in html) == (True, False)
