"""Our accounts on the platforms in one look: can they send, were they called, what waits, what came of a day."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

from bot.console import reach_words, words
from bot.console.remedy_words import remedy
from bot.console.rendering import path_of, render, see
from bot.console.settings import RESUME, USER
from bot.keys import ACCOUNTS, CLOCK, STORAGE
from bot.messages import Channel
from bot.petitions.account_ports import CALLBACK, OUTBOX_LANE, AccountHealth, Look, Rest, TokenHealth, TokenState
from bot.petitions.outbox_ports import AccountStanding, DeliveryOutcome, OutboxState
from bot.petitions.staff_ports import AuditEntry

_DAY: Final = timedelta(days=1)
_CALLS: Final = {"private": "给市民的消息", "public": "公开评论"}
_TOKENS: Final = {"access_token": "接口令牌", "fans_token": "粉丝服务令牌", "oauth_token": "OAuth2 令牌"}
_LOOKS: Final = {"status": "微博里的@", "comment": "评论里的@"}
_STATES: Final = {
    TokenState.GOOD: "正常",
    TokenState.ENDING: "快到期",
    TokenState.ENDED: "已到期，下次发送时换新",
    TokenState.RESTING: "平台不认，暂停调用",
}
_DONE: Final = {"1": "已恢复，马上重新试发。", "0": "这个账号没有暂停。"}


async def show(request: web.Request) -> web.StreamResponse:
    """Show every account of the settings."""
    now = request.app[CLOCK].now()
    async with request.app[STORAGE].read() as work:
        standing = {one.account: one for one in await work.outbox.standing(since=now - _DAY)}
        rests = await work.accounts.rests()
        marks = await work.accounts.marks()
    health = await request.app[ACCOUNTS].health(now=now)
    rows = [
        _account(
            one,
            standing.get((one.channel, one.account), AccountStanding(account=(one.channel, one.account))),
            rests=[(call, rest) for lane, call, rest in rests if lane == _lane(one.channel, one.account)],
            called=marks.get((f"{one.channel}:{one.account}", CALLBACK)),
            now=now,
        )
        for one in health
    ]
    return render(request, "accounts.html", rows=rows, done=_DONE.get(request.query.get("resumed", ""), ""))


async def resume(request: web.Request) -> web.StreamResponse:
    """Let a paused account send again at once: somebody has mended what was wrong."""
    now = request.app[CLOCK].now()
    channel, account = Channel(request.match_info["channel"]), request.match_info["account"]
    lane = _lane(channel, account)
    async with request.app[STORAGE].begin() as work:
        calls = [call for of, call, rest in await work.accounts.rests() if of == lane and now < rest.until]
        for call in calls:
            await work.accounts.clear_rest(lane, call)
        if calls:
            await work.outbox.hasten((channel, account), now=now)
            target = f"{channel}:{account}"
            await work.staff.audit(
                AuditEntry(at=now, actor=request[USER].name, action="account.resumed", target=target, data={})
            )
        await work.commit()
    if calls:
        request.app[RESUME]((channel, account))
    return see(path_of(request, "accounts", query={"resumed": "1" if calls else "0"}))


def _lane(channel: Channel, account: str) -> str:
    return f"{OUTBOX_LANE}:{channel}:{account}"


def _account(
    health: AccountHealth,
    standing: AccountStanding,
    *,
    rests: Sequence[tuple[str, Rest]],
    called: datetime | None,
    now: datetime,
) -> Mapping[str, object]:
    paused = [
        {
            "what": _CALLS.get(call, call),
            "code": rest.code,
            "remedy": remedy(health.channel, rest.code, told=rest.remedy),
            "since": rest.since,
        }
        for call, rest in rests
        if now < rest.until
    ]
    resting = any(token.state in {TokenState.RESTING, TokenState.ENDED} and token.code for token in health.tokens)
    count = standing.states.get
    return {
        "channel": health.channel.value,
        "platform": words.CHANNELS[health.channel],
        "account": health.account,
        "good": not paused and not resting and not count(OutboxState.DEAD, 0),
        "word": "暂停发送" if paused else "令牌有问题" if resting else "可以发送",
        "state": "dead" if paused or resting else "sent",
        "paused": paused,
        "called": called,
        "sent": standing.sent_at,
        "tokens": [_token(token, health.channel) for token in health.tokens],
        "looks": [_look(look) for look in health.looks],
        "calls": f"今天还有 {health.calls_left} 次，共 {health.calls_a_day} 次" if health.calls_a_day else "",
        "quotas": [f"{reach_words.RUNGS[one.call]}还有 {one.left} 次，共 {one.limit} 次" for one in health.quotas],
        "queue": {
            "待发送": count(OutboxState.PENDING, 0) + count(OutboxState.SENDING, 0),
            "等市民下次联系": count(OutboxState.WAITING, 0),
            "结果不明": count(OutboxState.UNKNOWN, 0),
            "发送失败": count(OutboxState.DEAD, 0),
        },
        "oldest": words.span(now - standing.oldest) if standing.oldest else "",
        "day": _day(standing),
        "mode": "明文模式（不安全）" if health.plain else "安全模式" if health.channel is Channel.WECHAT else "",
        "templates": _kinds(health.templates) if health.channel is Channel.WECHAT else "",
        "subscriptions": _kinds(health.subscriptions) if health.channel is Channel.WECHAT else "",
    }


def _kinds(kinds: Sequence[str]) -> str:
    return f"{len(kinds)} 种通知" if kinds else "没有设置"


def _token(token: TokenHealth, channel: Channel) -> Mapping[str, object]:
    left = f"，还有 {token.days_left} 天" if token.days_left is not None else ""
    return {
        "name": _TOKENS.get(token.name, token.name),
        "word": _STATES[token.state] + left,
        "expires": token.expires,
        "code": token.code,
        "remedy": remedy(channel, token.code, told=token.remedy) if token.code else "",
        "bad": token.state in {TokenState.RESTING, TokenState.ENDING},
    }


def _look(look: Look) -> Mapping[str, object]:
    return {
        "name": _LOOKS.get(look.kind, look.kind),
        "complete": look.complete_at,
        "code": look.code,
        "remedy": remedy(Channel.WEIBO, look.code) if look.code else "",
    }


def _day(standing: AccountStanding) -> list[Mapping[str, object]]:
    """Return the tries of a day: a row a rung, its outcomes in the order of the enumeration."""
    rungs = sorted({rung for rung, _ in standing.attempts}, key=lambda rung: list(reach_words.RUNGS).index(rung))
    return [
        {
            "rung": reach_words.RUNGS[rung],
            "outcomes": [
                (words.OUTCOMES[outcome], standing.attempts[rung, outcome])
                for outcome in DeliveryOutcome
                if (rung, outcome) in standing.attempts
            ],
        }
        for rung in rungs
    ]
