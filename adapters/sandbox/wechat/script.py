"""The sandbox's own HTTP interface to the fake WeChat: what scripts and the page ask of it. All JSON."""

from aiohttp import web

from adapters.sandbox.bodies import read_number, read_object
from adapters.sandbox.errors import BadInput
from adapters.sandbox.keys import WECHAT
from adapters.sandbox.wechat.accounts import AccountState
from adapters.sandbox.wechat.speech import say
from adapters.sandbox.wechat.subscriptions import granted, subscribe
from adapters.sandbox.wechat.world import World


def _place(request: web.Request) -> tuple[World, AccountState]:
    world = request.app[WECHAT]
    return world, world.account(request.match_info["account"])


async def post_say(request: web.Request) -> web.Response:
    """Let a citizen do something; answer with what the phone showed at once."""
    world, state = _place(request)
    return web.json_response(await say(world, state, await read_object(request)))


async def get_messages(request: web.Request) -> web.Response:
    """Return what is on a citizen's phone, oldest first; `after` leaves out what is known."""
    world, state = _place(request)
    openid = request.query.get("openid", "")
    if not openid:
        raise BadInput("openid is needed")
    citizen = state.citizens.get(openid)
    left = citizen.windows.left(now=world.clock.now()) if citizen and citizen.following else 0
    messages = [message.as_json() for message in state.phone(openid, after=read_number(request, "after"))]
    return web.json_response(
        {
            "openid": openid,
            "following": citizen.following if citizen else False,
            "window_left": left,
            "grants": granted(state, openid),
            "messages": messages,
        }
    )


async def post_subscribe(request: web.Request) -> web.Response:
    """Let a citizen answer the popup, or change their settings; answer with what they consent to then."""
    world, state = _place(request)
    return web.json_response(await subscribe(world, state, await read_object(request)))


async def get_citizens(request: web.Request) -> web.Response:
    """Return the people of an account."""
    _, state = _place(request)
    return web.json_response({"citizens": [citizen.as_json() for citizen in state.citizens.values()]})


async def post_citizens(request: web.Request) -> web.Response:
    """Add a person: `{"name"}`, optional `openid` and `following`; one that exists keeps their openid and state."""
    world, state = _place(request)
    body = await read_object(request)
    name, openid, following = body.get("name", ""), body.get("openid", ""), body.get("following", True)
    if not isinstance(name, str) or not isinstance(openid, str) or not isinstance(following, bool):
        raise BadInput("name and openid are texts, following is true or false")
    citizen = state.citizens.get(openid) or state.add_citizen(name.strip()[:20], openid=openid, following=following)
    world.feed.publish("citizen", account=state.account.account, openid=citizen.openid)
    return web.json_response(citizen.as_json())


async def get_media(request: web.Request) -> web.Response:
    """Give a picture, voice or video that lies on the phone; the phone keeps it longer than the platform."""
    _, state = _place(request)
    media = state.on_phone(request.match_info["media_id"])
    if media is None:
        raise web.HTTPNotFound
    return web.Response(body=media.content, content_type=media.content_type)


async def get_traffic(request: web.Request) -> web.Response:
    """Return the raw traffic after an id, oldest first."""
    _, state = _place(request)
    return web.json_response({"exchanges": state.traffic.after(read_number(request, "after"))})


async def post_faults(request: web.Request) -> web.Response:
    """Plan failures of API calls; answer with all that are planned."""
    _, state = _place(request)
    state.faults.order(await read_object(request))
    return web.json_response({"faults": state.faults.as_json()})


async def post_limits(request: web.Request) -> web.Response:
    """Set how many calls a day there are: name of the call → a number, or null; answer with limits and use."""
    world, state = _place(request)
    state.quotas.order(await read_object(request))
    return web.json_response({"limits": state.quotas.as_json(now=world.clock.now())})


async def get_faults(request: web.Request) -> web.Response:
    """Return what is planned."""
    _, state = _place(request)
    return web.json_response({"faults": state.faults.as_json()})


async def get_verdicts(request: web.Request) -> web.Response:
    """Return how the calls of the account were judged, counted."""
    _, state = _place(request)
    return web.json_response(state.verdicts.as_json())
