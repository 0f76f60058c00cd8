"""The page of our accounts: everything in one look, a pause that can be ended, and a fixed number of queries."""

from datetime import timedelta

from sqlalchemy import event

from bot.messages import Channel
from bot.petitions.account_ports import AccountHealth, CallQuota, Look, Rest, TokenHealth, TokenState
from bot.petitions.acts import Act
from tests.web.console.conftest import NOW

HOUR = timedelta(hours=1)


def wechat(account: str = "city", **more) -> AccountHealth:
    token = TokenHealth(name="access_token", state=TokenState.GOOD, expires=NOW + HOUR)
    values = {"calls_a_day": 0, "calls_made": 0, "kept_for_answers": 0, "tokens": (token,)}
    return AccountHealth(channel=Channel.WECHAT, account=account, **values | more)


async def rest(office, lane: str = "outbox:wechat:city", call: str = "private", *, until=NOW + HOUR) -> None:
    why = Rest(
        token="", code="40164", remedy="add this <server> (203.0.113.7)",
        failures=1, since=NOW - HOUR, failed_at=NOW, until=until,
    )  # fmt: skip
    async with office.storage.begin() as work:
        await work.accounts.put_rest(lane, call, why)
        await work.commit()


async def test_an_account_in_one_look(office):
    office.accounts.append(
        wechat(
            plain=True,
            templates=("accepted", "answered"),
            quotas=(
                CallQuota(call="message", left=499_988, limit=500_000),
                CallQuota(call="template", left=0, limit=9),
            ),
        )
    )
    number = await office.file()
    await office.act(number, Act.ACCEPT)
    await office.dead_notice(number, "45002")
    async with office.storage.begin() as work:
        await work.accounts.mark("wechat:city", "callback", at=NOW - HOUR)
        await work.commit()
    html = await (await office.browser("boss")).page("/console/accounts")
    for part in (
        "微信 city", "可以发送", "接口令牌", "正常", "发送失败 1", "客服消息：平台拒绝 1", "明文模式（不安全）",
        "2 种通知",
        "平台说今天",
        "客服消息还有 499988 次，共 500000 次；模板消息还有 0 次，共 9 次",
        "没有设置", "09:00", "24 小时内没有",
    ):  # fmt: skip
        assert part in html, part
    assert "恢复发送" not in html


async def test_a_weibo_account_shows_its_tokens_and_calls(office):
    tokens = (
        TokenHealth(name="fans_token", state=TokenState.RESTING, code="21327", remedy="get a new one", since=NOW),
        TokenHealth(name="oauth_token", state=TokenState.ENDING, expires=NOW + 5 * HOUR, days_left=3),
    )
    office.accounts.append(
        AccountHealth(
            channel=Channel.WEIBO,
            account="main",
            tokens=tokens,
            calls_a_day=100,
            calls_made=58,
            kept_for_answers=40,
            looks=(Look(account="main", kind="comment", looked_at=NOW, code="10023", complete_at=NOW),),
        )
    )
    html = await (await office.browser("root")).page("/console/accounts")
    for part in (
        "微博 main",
        "令牌有问题",
        "平台不认",
        "代码 21327。令牌已经失效。",
        "评论里的@",
        "上次没有查成，代码 10023。微博今天的调用次数用完了。",
        "查到",
        "快到期，还有 3 天",
        "今天还有 42 次",
    ):
        assert part in html, part
    assert "模板消息" not in html


async def test_a_pause_is_shown_with_its_remedy_and_can_be_ended(office):
    office.accounts.append(wechat())
    await rest(office)
    await rest(office, "outbox:wechat:other")
    await rest(office, "weibo:city:messages", "")
    browser = await office.browser("boss")
    html = await browser.page("/console/accounts")
    said = "平台的代码是 40164。怎么办：服务器的 IP 地址不在白名单里。请技术人员到微信开发者平台"
    assert ("暂停发送" in html, said in html, "（地址是 203.0.113.7）。" in html) == (True, True, True)
    assert "add this" not in html
    response = await browser.submit("/console/accounts", "修好了，恢复发送")
    assert (response.status, response.headers["Location"]) == (303, "/console/accounts?resumed=1")
    assert office.resumed == [(Channel.WECHAT, "city")]
    assert "已恢复，马上重新试发。" in await browser.page(response.headers["Location"])
    async with office.storage.read() as work:
        assert [lane for lane, _, _ in await work.accounts.rests()] == ["outbox:wechat:other", "weibo:city:messages"]
    again = await browser.post("/console/accounts/wechat/city/resume", {"csrf": await browser.token()})
    assert (again.headers["Location"], len(office.resumed)) == ("/console/accounts?resumed=0", 1)
    assert "恢复账号发送" in await browser.page("/console/audit")


async def test_a_pause_that_is_over_is_no_pause(office):
    office.accounts.append(wechat())
    await rest(office, until=NOW - timedelta(seconds=1))
    assert "可以发送" in await (await office.browser("boss")).page("/console/accounts")


async def test_the_queries_do_not_grow_with_the_accounts(office):
    seen: list[str] = []
    event.listen(office.storage._reader.sync_engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    browser = await office.browser("boss")
    costs = []
    for n in range(3):
        office.accounts.append(wechat(f"a{n}"))
        await rest(office, f"outbox:wechat:a{n}")
        seen.clear()
        await browser.page("/console/accounts")
        costs.append(len(seen))
    assert costs == costs[:1] * 3
