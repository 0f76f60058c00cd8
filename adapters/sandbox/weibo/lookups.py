"""The calls that only read: posts, comments, both lists of mentions, files, people, tokens and quotas."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from aiohttp import web

from adapters.sandbox.errors import ApiError
from adapters.sandbox.weibo.accounts import AccountState
from adapters.sandbox.weibo.calls import HIGHEST_ID, Call
from adapters.sandbox.weibo.identities import write_moment
from adapters.sandbox.weibo.objects import comment_object, status_object
from adapters.sandbox.weibo.tokens import TokenKind
from adapters.sandbox.weibo.world import WeiboWorld
from bot.clock import local

MOST_LISTED = 100
DEEPEST = 2000
"""Mentions further back than this are not listed, on whatever page."""
MOST_IN_BATCH = 50
_TYPES = {"image": "image/jpeg", "voice": "audio/amr"}


def statuses_show(world: WeiboWorld, _state: AccountState, call: Call) -> dict[str, Any]:
    """Return one post; whole where `isGetLongText=1`."""
    post = world.square.post(call.number("id"))
    if post is None:
        raise ApiError(20101, "target weibo does not exist!")
    long_text = call.parameters.get("isGetLongText") == "1"
    return status_object(world.square, post, base=call.pictures, long_text=long_text)


def comments_show_batch(world: WeiboWorld, _state: AccountState, call: Call) -> list[dict[str, Any]]:
    """Return the comments of `cids` that are still up."""
    cids = call.text("cids").split(",")
    if len(cids) > MOST_IN_BATCH:
        raise ApiError(10017, f"parameter (cids)'s value invalid, expect at most {MOST_IN_BATCH}")
    found = (world.square.live_comment(int(cid)) for cid in cids if cid.isdecimal() and cid.isascii())
    return [comment_object(world.square, comment, base=call.pictures) for comment in found if comment]


def statuses_mentions(world: WeiboWorld, state: AccountState, call: Call) -> dict[str, Any]:
    """List the posts that mention the account, newest first; deleted ones stay, without text and user."""
    numbers = _page(state.mentioning_posts, call, default=20)
    posts = [world.square.posts[number] for number in numbers]
    shown = [status_object(world.square, post, base=call.pictures) for post in posts]
    return _listed("statuses", shown, state.mentioning_posts)


def comments_mentions(world: WeiboWorld, state: AccountState, call: Call) -> dict[str, Any]:
    """List the comments that mention the account, newest first; deleted ones are left out."""
    numbers = _page(state.mentioning_comments, call, default=50)
    comments = (world.square.live_comment(number) for number in numbers)
    shown = [comment_object(world.square, comment, base=call.pictures) for comment in comments if comment]
    return _listed("comments", shown, state.mentioning_comments)


def _page(numbers: Sequence[int], call: Call, *, default: int) -> list[int]:
    """Return the ids of one page: greater than since_id, not greater than max_id, newest first."""
    since, highest = call.optional_number("since_id", 0), call.optional_number("max_id", 0) or HIGHEST_ID
    count = min(call.optional_number("count", default) or default, MOST_LISTED)
    skipped = count * (max(call.optional_number("page", 1), 1) - 1)
    listed = [number for number in sorted(numbers, reverse=True)[:DEEPEST] if since < number <= highest]
    return listed[skipped : skipped + count]


def _listed(name: str, shown: list[dict[str, Any]], numbers: Sequence[int]) -> dict[str, Any]:
    """Return the answer; `total_number` counts what is not shown, too, so it is not to be relied on."""
    return {name: shown, "hasvisible": False, "previous_cursor": 0, "next_cursor": 0, "total_number": len(numbers)}


def media_get(world: WeiboWorld, state: AccountState, call: Call) -> web.Response:
    """Return a file of a private message; its name says nothing about what it is."""
    file = state.received_file(call.number("fid"), now=world.clock.now())
    name = f"{local(file.stored_at):%Y%m%d%H%M%S}-{file.fid % 10**9}.png"
    disposition = {"Content-Disposition": f'attachment;filename="{name}"'}
    return web.Response(body=file.content, content_type=_TYPES[file.kind], headers=disposition)


def user_info(world: WeiboWorld, state: AccountState, call: Call) -> dict[str, Any]:
    """Tell whether a citizen follows and subscribes."""
    person = world.square.people.get(str(call.number("uid")))
    if person is None:
        raise ApiError(20003, "User does not exists!")
    relation = state.relation(person.uid)
    since = relation.subscribed_at
    return {
        "follow": int(relation.following),
        "subscribe": int(since is not None),
        "id": int(person.uid),
        "nickname": person.name,
        "sex": 0,
        "language": "zh-cn",
        "city": "",
        "province": "",
        "country": "中国",
        "subscribe_time": int(since.timestamp()) if since else 0,
    }


def token_info(kind: TokenKind) -> Callable[[WeiboWorld, AccountState, Call], dict[str, Any]]:
    """Return what tells of a token of this kind; a token that is no good is refused before."""

    def tell(world: WeiboWorld, state: AccountState, _call: Call) -> dict[str, Any]:
        slot, now = state.tokens.slot(kind), world.clock.now()
        return {
            "uid": int(state.account.uid),
            "appkey": state.account.app_key,
            "scope": None,
            "create_at": int(slot.since.timestamp()),
            "expire_in": int((slot.until - now).total_seconds()),
        }

    return tell


def rate_limit(world: WeiboWorld, state: AccountState, _call: Call) -> dict[str, Any]:
    """Tell what is left of the day's calls."""
    now = world.clock.now()
    limit, used = state.quotas.limits["calls_a_day"], state.quotas.used("calls_a_day", now=now)
    midnight = local(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return {
        "user_limit": limit,
        "remaining_user_hits": max(limit - used, 0),
        "limit_time_unit": "DAYS",
        "reset_time": write_moment(midnight),
        "reset_time_in_seconds": int((midnight - now).total_seconds()),
    }
