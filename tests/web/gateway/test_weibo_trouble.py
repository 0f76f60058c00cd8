"""What Weibo refuses: each has its alarm and its pause, and when it is mended nothing was lost."""

import asyncio
from typing import Any

import pytest

from bot.keys import ACCOUNTS
from bot.petitions.account_ports import TokenState
from bot.petitions.acts import Act
from bot.petitions.mention_ports import MentionState
from tests.web.gateway.conftest import House, Logs, events_of, until

from .test_weibo_mentions import answered, drafted, listed
from .weibo import blogger, comments, weibo


async def logged_as(logs: Logs, event: str) -> Logs:
    async def there() -> Logs | None:
        return events_of(logs, event) or None

    found: Logs = await until(there)
    return found


@pytest.mark.parametrize(
    ("fault", "event", "mended"),
    [
        ({"oauth_token": "expired"}, "outbox.comments_paused", {"oauth_token": None}),
        ({"captcha": True}, "outbox.comments_paused", {"captcha": None}),
        ({"no_grant": ["comments_create"]}, "outbox.comments_paused", {"no_grant": None}),
    ],
    ids=["expired", "captcha", "no_grant"],
)
async def test_a_public_answer_is_put_off_and_given_when_it_is_mended(
    small_house: House, logged: Logs, fault: dict[str, Any], event: str, mended: dict[str, Any]
) -> None:
    lin = await blogger(small_house, "林晓")
    await weibo(small_house, "faults", fault)
    await lin.mentions("和平路路灯坏了三天")
    if "oauth_token" in fault:

        async def context_paused() -> bool:
            return "context" in {entry["what"] for entry in events_of(logged, "mentions.paused")}

        await until(context_paused)
        await lin.says("你好")
    else:
        assert [entry["account"] for entry in await logged_as(logged, event)] == ["demo"]
        assert (await comments(small_house), await lin.messages()) == ([], [])
    await weibo(small_house, "faults", mended)
    small_house.advance(minutes=15)
    assert "已收到" in (await answered(small_house, 1))[0]
    assert len(await drafted(small_house, 1)) == 1


async def test_comments_without_a_token_do_not_stop_private_messages(small_house: House, logged: Logs) -> None:
    lin = await blogger(small_house, "林晓")
    number = await lin.files()
    await weibo(small_house, "faults", {"no_grant": ["comments_create"]})
    await lin.mentions("和平路路灯坏了三天")
    await logged_as(logged, "outbox.comments_paused")
    await small_house.act(Act.ACCEPT, number)
    assert [entry["event"] for entry in logged if entry["event"] == "outbox.account_paused"] == []


async def test_the_account_s_daily_limit_puts_off_what_is_said_in_public(small_house: House, logged: Logs) -> None:
    lin = await blogger(small_house, "林晓")
    await weibo(small_house, "faults", {"calls_a_day": 1})
    await lin.mentions("和平路路灯坏了三天")
    (mention,) = await drafted(small_house, 1)
    assert mention.state is MentionState.DRAFTED
    (alarm,) = await logged_as(logged, "weibo.limited")
    assert (alarm["lane"], alarm["code"]) == ("weibo:demo:open", "10023")
    small_house.advance(days=1)
    await weibo(small_house, "faults", {"calls_a_day": None})
    said = [*await answered_somewhere(small_house, lin)]
    assert "已收到" in said[0]
    assert await listed(small_house, MentionState.FOUND) == ()


async def answered_somewhere(house: House, citizen: Any) -> list[str]:
    async def there() -> list[str] | None:
        return [*await comments(house), *await citizen.messages()] or None

    said: list[str] = await until(there)
    return said


async def test_an_expired_fans_token_pauses_private_messages_and_they_follow(small_house: House, logged: Logs) -> None:
    lin = await blogger(small_house, "林晓")
    number = await lin.files()
    await weibo(small_house, "faults", {"fans_token": "expired"})
    await small_house.act(Act.ACCEPT, number)
    assert [entry["code"] for entry in await logged_as(logged, "outbox.account_paused")] == ["21327"]
    await weibo(small_house, "faults", {"fans_token": None})
    small_house.advance(minutes=6)
    await lin.hears("已受理")


async def test_looking_without_the_grant_is_cried_out_once_and_goes_on(new_house: House, logged: Logs) -> None:
    await new_house.start(WEIBO__0__MENTIONS="poll", WEIBO__0__POLL_MINUTES="60")
    lin = await blogger(new_house, "林晓")
    await weibo(new_house, "faults", {"no_grant": ["statuses_mentions"]})
    await lin.mentions("和平路路灯坏了三天", push=False)
    for _ in range(2):
        new_house.advance(minutes=61)
        await logged_as(logged, "mentions.paused")
    await weibo(new_house, "faults", {"no_grant": None})
    new_house.advance(minutes=61)
    assert len(await drafted(new_house, 1)) == 1
    assert len(events_of(logged, "mentions.paused")) == 1


async def test_a_token_near_its_end_is_named(new_house: House, logged: Logs) -> None:
    await new_house.start(WEIBO__0__FANS_EXPIRES="2026-11-30", WEIBO__0__OAUTH_EXPIRES="2027-11-30")
    (ends,) = await logged_as(logged, "weibo.token_ends")
    assert (ends["token"], ends["days"]) == ("fans_token", 7)


async def test_a_dead_token_is_tried_seldom_named_once_and_seen_by_staff(new_house: House, logged: Logs) -> None:
    await new_house.start(WEIBO__0__MENTIONS="poll", WEIBO__0__POLL_MINUTES="5", WEIBO__0__FANS_EXPIRES="2026-12-03")
    await weibo(new_house, "faults", {"oauth_token": "expired"})
    lin = await blogger(new_house, "林晓")
    await lin.mentions("和平路路灯坏了三天", push=False)
    for _ in range(48):
        new_house.advance(minutes=30)
        await asyncio.sleep(0.02)

    async def made() -> int:
        async with new_house.running.storage.read() as work:
            return sum([await work.calls.made("weibo:demo:open", f"2026-11-{day}") for day in (23, 24)])

    assert 3 <= await made() <= 10
    health = new_house.running.app[ACCOUNTS]
    _, account = await health.health(now=new_house.clock.now())
    fans, oauth = account.tokens
    assert (fans.state, fans.days_left, oauth.state, oauth.code) == (TokenState.ENDING, 9, TokenState.RESTING, "21327")
    assert ("bind the account again" in oauth.remedy, {look.code for look in account.looks}) == (True, {"21327"})
    assert len(events_of(logged, "mentions.paused")) == 1
    await weibo(new_house, "faults", {"oauth_token": None})
    await new_house.stop()
    await new_house.start(WEIBO__0__MENTIONS="poll", WEIBO__0__POLL_MINUTES="5", WEIBO__0__FANS_EXPIRES="2026-12-03")
    new_house.advance(minutes=6)
    assert len(await drafted(new_house, 1)) == 1
    _, account = await new_house.running.app[ACCOUNTS].health(now=new_house.clock.now())
    assert (account.tokens[1].state, {look.code for look in account.looks}) == (TokenState.GOOD, {""})


async def test_tokens_and_calls_stand_in_the_metrics(new_house: House) -> None:
    await new_house.start(WEIBO__0__FANS_EXPIRES="2026-12-03")
    labels = 'account="demo",token="fans_token"'

    async def shown() -> bool:
        return await new_house.counter(f"wenqiao_token_days_left{{{labels}}}") == 10.0

    await until(shown)
    assert await new_house.counter('wenqiao_calls_left{account="demo"}') == 100.0
    assert 'wenqiao_token_days_left{account="demo",token="oauth_token"}' not in await new_house.ask("/metrics")
