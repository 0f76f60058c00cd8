"""A citizen posts or comments in public; accounts that are mentioned learn of it, by push where they have the grant.

The one way in for scripts and for the page alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.sandbox.bodies import read_bytes, read_string
from adapters.sandbox.errors import BadInput
from adapters.sandbox.evidence import Samples
from adapters.sandbox.weibo.accounts import AccountState
from adapters.sandbox.weibo.identities import post_address
from adapters.sandbox.weibo.payloads import Push
from adapters.sandbox.weibo.pushing import push_all, tell
from adapters.sandbox.weibo.repeats import OPTIONS, Repeats, read_uid, refuse_unknown
from adapters.sandbox.weibo.square import Comment, Openness, Post, names_in
from adapters.sandbox.weibo.world import WeiboWorld

MOST_PICTURES = 18
LONGEST_POST = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """What is to be said in public."""

    uid: str
    text: str
    pictures: tuple[bytes, ...]
    post: int
    """Under which post a comment goes; 0: a post of its own."""
    reply_to: int
    openness: Openness
    push: bool
    """Whether the platform pushes it (default: yes); it does not for whom it does not trust."""


async def mention(world: WeiboWorld, state: AccountState, body: Mapping[str, Any]) -> dict[str, Any]:
    """Let a citizen mention the account; its @nickname is put before a text that lacks it."""
    return await speak(world, state, body, mentioning=True)


async def speak(
    world: WeiboWorld, state: AccountState, body: Mapping[str, Any], *, mentioning: bool = False
) -> dict[str, Any]:
    """Let a citizen post or comment; return where it stands, and what the account answered in private at once."""
    repeats = Repeats.parse(body)
    utterance = _read(world, state, body, mentioning=mentioning)
    if utterance.uid not in world.square.people:
        world.square.meet(utterance.uid)
        world.feed.publish("weibo_people")
    post, comment = _publish(world, utterance)
    mentioned = world.mentioned(utterance.text)
    world.feed.publish("weibo_post", account=state.account.account)
    outcomes = {
        other.account.account: await _inform(world, other, utterance, post, comment, repeats=repeats)
        for other in mentioned
    }
    outcome = outcomes.get(state.account.account)
    return {
        "post": str(post.id),
        "comment": str(comment.id) if comment else "",
        "url": post_address(post.uid, post.id),
        "mentioned": state in mentioned,
        "pushed": outcome is not None,
    } | (outcome or tell([]))


async def _inform(
    world: WeiboWorld,
    state: AccountState,
    utterance: Utterance,
    post: Post,
    comment: Comment | None,
    *,
    repeats: Repeats,
) -> dict[str, Any] | None:
    """List a mention with the account, and push it; None where it is not pushed."""
    listed = state.mentioning_comments if comment else state.mentioning_posts
    listed.append((comment or post).id)
    if not state.conditions.mention_push:
        return None
    time = (comment or post).time
    state.relation(utterance.uid).windows.open_mention(now=time)
    if not utterance.push:
        return None
    push = Push(type="mention", sender=utterance.uid, text=utterance.text, time=time, data=_key(post, comment))
    return await push_all(world, state, push, repeats=repeats)


def _read(world: WeiboWorld, state: AccountState, body: Mapping[str, Any], *, mentioning: bool) -> Utterance:
    refuse_unknown(body, OPTIONS | {"text", "pictures", "in", "post", "reply_to", "comments", "push"})
    text, push, name = read_string(body.get("text"), "text"), body.get("push", True), state.account.name
    if not isinstance(push, bool):
        raise BadInput("push: true or false is needed")
    if len(text) > LONGEST_POST:
        raise BadInput(f"text: at most {LONGEST_POST} characters")
    uid, pictures = read_uid(body, own=state.account.uid), _pictures(body.get("pictures", 0), world.samples)
    place, post = body.get("in", "post"), _id(body.get("post", 0), "post")
    if place not in {"post", "comment"} or (place == "post" and (post or "reply_to" in body)):
        raise BadInput('in: "post", or "comment" with the id of a `post` (without: under a post of somebody else)')
    if place == "comment" and pictures:
        raise BadInput("pictures: only a post has some here")
    reply_to = _id(body.get("reply_to", 0), "reply_to")
    if place == "comment":
        post = _commented(world, uid, post=post, reply_to=reply_to)
    return Utterance(
        uid=uid,
        text=f"@{name} {text}" if mentioning and name not in names_in(text) else text,
        pictures=pictures,
        post=post,
        reply_to=reply_to,
        openness=_openness(body.get("comments", Openness.ALL)),
        push=push,
    )


def _commented(world: WeiboWorld, uid: str, *, post: int, reply_to: int) -> int:
    """Return the post that is commented on: the one given, that of the answered comment, or a new one of another."""
    square = world.square
    if reply_to:
        answered = square.live_comment(reply_to)
        if answered is None or post not in {0, answered.post}:
            raise BadInput(f"no such comment there: {reply_to}")
        return answered.post
    if post:
        if square.post(post) is None:
            raise BadInput(f"no such post: {post}")
        return post
    author = next(person for person in square.people.values() if person.uid != uid and person.verified_type < 0)
    return square.publish(author.uid, "今天路过滨江步道，拍几张照片。", now=world.clock.now()).id


def _publish(world: WeiboWorld, utterance: Utterance) -> tuple[Post, Comment | None]:
    square, now = world.square, world.clock.now()
    if not utterance.post:
        return square.publish(
            utterance.uid, utterance.text, now=now, pictures=utterance.pictures, openness=utterance.openness
        ), None
    post = square.posts[utterance.post]
    text = utterance.text
    return post, square.comment(post, utterance.uid, text, now=now, reply_to=utterance.reply_to)


def _key(post: Post, comment: Comment | None) -> dict[str, Any]:
    """Return the push's data; the key of a post comes as a text, that of a comment as a number: both occur."""
    return {"subtype": "comment", "key": comment.id} if comment else {"subtype": "status", "key": str(post.id)}


def _pictures(value: object, samples: Samples) -> tuple[bytes, ...]:
    """Return the pictures: so many samples, or a list of base64 and "sample"."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = ["sample"] * value if 0 <= value <= MOST_PICTURES else None
    if not isinstance(value, list) or len(value) > MOST_PICTURES:
        raise BadInput(f'pictures: a number up to {MOST_PICTURES}, or a list of base64 or "sample"')
    return tuple(read_bytes("image", entry, samples) for entry in value)


def _openness(value: object) -> Openness:
    try:
        return Openness(str(value))
    except ValueError as error:
        raise BadInput(f"comments: one of {', '.join(Openness)}") from error


def _id(value: object, name: str) -> int:
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not (text.isdecimal() and text.isascii()):
        raise BadInput(f"{name}: the digits of an id are needed")
    return int(text)
