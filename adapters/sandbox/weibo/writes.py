"""The calls that say something: comments in public, and private messages."""

import ipaddress
from datetime import timedelta
from typing import Any

from adapters.sandbox.errors import ApiError
from adapters.sandbox.weibo.accounts import AccountState
from adapters.sandbox.weibo.calls import Call
from adapters.sandbox.weibo.content import check_comment, read_content
from adapters.sandbox.weibo.identities import write_moment
from adapters.sandbox.weibo.objects import comment_object
from adapters.sandbox.weibo.square import Comment, Openness, Post
from adapters.sandbox.weibo.world import WeiboWorld

SAME_TEXT_LASTS = timedelta(seconds=60)


def comments_create(world: WeiboWorld, state: AccountState, call: Call) -> dict[str, Any]:
    """Comment on a post."""
    text = check_comment(call.text("comment"))
    _check_address(call)
    post = _commentable(world, state, call)
    return _publish(world, state, post, text, call=call)


def comments_reply(world: WeiboWorld, state: AccountState, call: Call) -> dict[str, Any]:
    """Answer a comment; 回复@昵称: is put before the text, and counts, unless `without_mention=1`."""
    comment = call.text("comment")
    _check_address(call)
    post = _commentable(world, state, call)
    answered = world.square.live_comment(call.number("cid"))
    if answered is None or answered.post != post.id:
        raise ApiError(20201, "target weibo comment does not exist!")
    named = call.parameters.get("without_mention") != "1"
    prefix = f"回复@{world.square.meet(answered.uid).name}:" if named else ""
    return _publish(world, state, post, check_comment(comment, prefix=prefix), call=call, reply_to=answered.id)


def _check_address(call: Call) -> None:
    """Require `rip`, an IPv4 address; whether private ones are refused is not known."""
    try:
        ipaddress.IPv4Address(call.text("rip"))
    except ValueError as error:
        raise ApiError(10017, "parameter (rip)'s value invalid") from error


def _commentable(world: WeiboWorld, state: AccountState, call: Call) -> Post:
    post = world.square.post(call.number("id"))
    if post is None:
        raise ApiError(20101, "target weibo does not exist!")
    if post.openness is Openness.TRUSTED:
        raise ApiError(20207, "only trusted users may comment")
    if post.openness is Openness.FOLLOWED and post.uid != state.account.uid:
        raise ApiError(20206, "only the author's followees may comment")
    return post


def _publish(
    world: WeiboWorld, state: AccountState, post: Post, text: str, *, call: Call, reply_to: int = 0
) -> dict[str, Any]:
    """Put a comment up, unless it says the same as the one before or there are too many."""
    now = world.clock.now()
    if text == state.last_comment:
        raise ApiError(20019, "repeat content!")
    state.quotas.count_post(now=now)
    comment: Comment = world.square.comment(post, state.account.uid, text, now=now, reply_to=reply_to)
    state.last_comment = text
    world.feed.publish("weibo_post", account=state.account.account)
    return comment_object(world.square, comment, base=call.pictures)


def messages_reply(world: WeiboWorld, state: AccountState, call: Call) -> dict[str, Any]:
    """Send a private message if the window allows it."""
    now, uid = world.clock.now(), str(call.number("receiver_id"))
    type_, content = call.text("type"), read_content(call.text("type"), call.text("data"))
    if uid not in world.square.people:
        raise ApiError(20003, "User does not exists!")
    relation, text = state.relation(uid), str(content["text"])
    if relation.last_sent and relation.last_sent[0] == text and now - relation.last_sent[1] < SAME_TEXT_LASTS:
        raise ApiError(20306, "repeated direct message text")
    relation.windows.spend(now=now)
    relation.last_sent = (text, now)
    saved = call.parameters.get("save_sender_box", "1") == "1"
    message = world.show(state, uid, "account", type_, via="reply", saved=saved, **content)
    return {
        "id": int(message["id"]),
        "idstr": message["id"],
        "created_at": write_moment(now),
        "text": text,
        "sender_id": int(state.account.uid),
        "recipient_id": int(uid),
        "msg_type": type_,
    }
