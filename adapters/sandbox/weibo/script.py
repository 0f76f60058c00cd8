"""The sandbox's own HTTP interface to the fake Weibo: what scripts and the page ask of it. All JSON, ids as texts."""

import asyncio
import io
from typing import Any

from aiohttp import web
from PIL import Image, UnidentifiedImageError

from adapters.sandbox.bodies import read_number, read_object, read_string
from adapters.sandbox.errors import BadInput
from adapters.sandbox.keys import WEIBO
from adapters.sandbox.timeline import show_moment
from adapters.sandbox.weibo.accounts import AccountState
from adapters.sandbox.weibo.conditions import split_order
from adapters.sandbox.weibo.identities import post_address
from adapters.sandbox.weibo.mentions import mention, speak
from adapters.sandbox.weibo.speech import say
from adapters.sandbox.weibo.square import Comment, Person, Post
from adapters.sandbox.weibo.world import WeiboWorld

MOST_POSTS = 100
SIZES = {"thumbnail": 180, "bmiddle": 440, "large": 0}
"""Folder of the picture host → greatest width and height; 0 leaves the picture as it was sent."""
_FILE_TYPES = {"image": "image/jpeg", "voice": "audio/amr"}


def _place(request: web.Request) -> tuple[WeiboWorld, AccountState]:
    world = request.app[WEIBO]
    return world, world.account(request.match_info["account"])


async def post_say(request: web.Request) -> web.Response:
    """Let a citizen do something in private; answer with what they saw at once."""
    world, state = _place(request)
    return web.json_response(await say(world, state, await read_object(request)))


async def post_mention(request: web.Request) -> web.Response:
    """Let a citizen mention the account in public."""
    world, state = _place(request)
    return web.json_response(await mention(world, state, await read_object(request)))


async def post_posts(request: web.Request) -> web.Response:
    """Let a citizen post or comment, with or without mentioning anybody."""
    world, state = _place(request)
    return web.json_response(await speak(world, state, await read_object(request)))


async def post_delete(request: web.Request) -> web.Response:
    """Take a post or a comment down: `{"id"}`."""
    world, state = _place(request)
    number = str((await read_object(request)).get("id", ""))
    if not (number.isdecimal() and number.isascii()):
        raise BadInput("id: the digits of an id are needed")
    world.square.delete(int(number))
    world.feed.publish("weibo_post", account=state.account.account)
    return web.json_response({"id": number, "deleted": True})


async def get_messages(request: web.Request) -> web.Response:
    """Return the private conversation with a citizen, oldest first; `after` leaves out what is known."""
    world, state = _place(request)
    uid = request.query.get("uid", "")
    if not uid:
        raise BadInput("uid is needed")
    relation = state.relations.get(uid)
    window = relation.windows.as_json(now=world.clock.now()) if relation else {"kind": "closed", "until": "", "left": 0}
    return web.json_response(
        {
            "uid": uid,
            "following": relation is not None and relation.following,
            "subscribed": relation is not None and relation.subscribed_at is not None,
            "window": window,
            "messages": [message.as_json() for message in state.talk(uid, after=read_number(request, "after"))],
        }
    )


async def get_posts(request: web.Request) -> web.Response:
    """Return the newest posts that are still up, newest first, each with its comments."""
    world, _ = _place(request)
    after = read_number(request, "after")
    posts = [post for post in world.square.posts.values() if post.id > after and not post.deleted]
    newest = sorted(posts, key=lambda post: post.id, reverse=True)[:MOST_POSTS]
    return web.json_response({"posts": [_post(world, post) for post in newest]})


async def get_comments(request: web.Request) -> web.Response:
    """Return comments that are still up, oldest first; `post`, `uid` (who wrote it) and `after` narrow them."""
    world, state = _place(request)
    post, uid, after = read_number(request, "post"), request.query.get("uid", ""), read_number(request, "after")
    found = [
        comment
        for comment in world.square.comments.values()
        if world.square.live_comment(comment.id)
        and comment.id > after
        and post in {0, comment.post}
        and uid in {"", comment.uid}
    ]
    return web.json_response({"comments": [_comment(world, comment, own=state.account.uid) for comment in found]})


async def get_people(request: web.Request) -> web.Response:
    """Return the citizens, and what they are to the account."""
    world, state = _place(request)
    return web.json_response({"citizens": people(world, state)})


async def post_people(request: web.Request) -> web.Response:
    """Add a citizen: `{"name"}`, optional `following`."""
    world, state = _place(request)
    body = await read_object(request)
    name, following = read_string(body.get("name"), "name").strip()[:20], body.get("following", False)
    if not name or not isinstance(following, bool):
        raise BadInput("name is a text, following is true or false")
    person = world.square.invite(name)
    state.relation(person.uid).following = following
    world.feed.publish("weibo_people", account=state.account.account, openid=person.uid)
    return web.json_response(_person(state, person))


async def get_traffic(request: web.Request) -> web.Response:
    """Return the raw traffic after an id, oldest first."""
    _, state = _place(request)
    return web.json_response({"exchanges": state.traffic.after(read_number(request, "after"))})


async def get_verdicts(request: web.Request) -> web.Response:
    """Return how the calls of the account were judged, counted."""
    _, state = _place(request)
    return web.json_response(state.verdicts.as_json())


async def post_faults(request: web.Request) -> web.Response:
    """Plan failures of calls and set standing conditions, all or none; answer with all that hold."""
    world, state = _place(request)
    now = world.clock.now()
    conditions, faults = split_order(await read_object(request), state.conditions)
    changes = [state.conditions.prepare(name, wish, now=now) for name, wish in conditions.items()]
    state.faults.order(faults)
    for change in changes:
        change()
    return _planned(state, world)


async def get_faults(request: web.Request) -> web.Response:
    """Return what is planned and which conditions hold."""
    world, state = _place(request)
    return _planned(state, world)


def _planned(state: AccountState, world: WeiboWorld) -> web.Response:
    conditions = state.conditions.as_json(now=world.clock.now())
    return web.json_response({"faults": state.faults.as_json(), "conditions": conditions})


async def get_file(request: web.Request) -> web.Response:
    """Give a picture or voice as the citizen's own phone has it."""
    _, state = _place(request)
    fid = request.match_info["fid"]
    file = state.own_file(int(fid)) if fid.isdecimal() and fid.isascii() else None
    if file is None:
        raise web.HTTPNotFound
    return web.Response(body=file.content, content_type=_FILE_TYPES[file.kind])


async def get_picture(request: web.Request) -> web.Response:
    """Give a post's picture: the platform's picture host."""
    pictures, size = request.app[WEIBO].square.pictures, SIZES.get(request.match_info["size"])
    content = pictures.get(request.match_info["name"])
    if content is None or size is None:
        raise web.HTTPNotFound
    body = await asyncio.to_thread(_shrink, content, size) if size else content
    return web.Response(body=body, content_type="image/jpeg")


def _shrink(content: bytes, size: int) -> bytes:
    """Return a smaller JPEG; what is no picture stays as it is."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            small = picture.convert("RGB")
    except (UnidentifiedImageError, OSError):
        return content
    small.thumbnail((size, size))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def people(world: WeiboWorld, state: AccountState) -> list[dict[str, Any]]:
    """Return the citizens as one account knows them."""
    offices = {other.account.uid for other in world.accounts.values()}
    return [_person(state, person) for person in world.square.people.values() if person.uid not in offices]


def _person(state: AccountState, person: Person) -> dict[str, Any]:
    relation = state.relation(person.uid)
    subscribed = relation.subscribed_at is not None
    return {"uid": person.uid, "name": person.name, "following": relation.following, "subscribed": subscribed}


def _post(world: WeiboWorld, post: Post) -> dict[str, Any]:
    author = world.square.meet(post.uid)
    comments = [comment for comment in world.square.comments.values() if comment.post == post.id]
    return {
        "id": str(post.id),
        "uid": post.uid,
        "name": author.name,
        "text": post.text,
        "time": show_moment(post.time),
        "pictures": list(post.pictures),
        "url": post_address(post.uid, post.id),
        "comments": [_comment(world, comment, own="") for comment in comments if world.square.live_comment(comment.id)],
    }


def _comment(world: WeiboWorld, comment: Comment, *, own: str) -> dict[str, Any]:
    """Return a comment; `from` is account for the office's own (any office's where `own` is '')."""
    author = world.square.meet(comment.uid)
    office = comment.uid == own if own else any(s.account.uid == comment.uid for s in world.accounts.values())
    return {
        "id": str(comment.id),
        "post": str(comment.post),
        "uid": comment.uid,
        "name": author.name,
        "from": "account" if office else "citizen",
        "text": comment.text,
        "time": show_moment(comment.time),
        "reply_to": str(comment.reply_to) if comment.reply_to else "",
    }
