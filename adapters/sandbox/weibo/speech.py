"""A citizen does something in private: in the conversation, in the windows, and by push to the gateway.

The one way in for scripts and for the page alike.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from adapters.sandbox.timeline import show_moment
from adapters.sandbox.weibo.accounts import AccountState, Relation
from adapters.sandbox.weibo.payloads import Push
from adapters.sandbox.weibo.pushing import push_all
from adapters.sandbox.weibo.repeats import OPTIONS, Repeats, read_uid, refuse_unknown
from adapters.sandbox.weibo.utterances import KINDS, Utterance, read_utterance
from adapters.sandbox.weibo.world import WeiboWorld


async def say(world: WeiboWorld, state: AccountState, body: Mapping[str, Any]) -> dict[str, Any]:
    """Let a citizen do something; return what they saw at once."""
    refuse_unknown(body, OPTIONS | {"key", *KINDS})
    uid, repeats, now = read_uid(body, own=state.account.uid), Repeats.parse(body), world.clock.now()
    utterance = read_utterance(body, state, samples=world.samples, now=now)
    if uid not in world.square.people:
        world.square.meet(uid)
        world.feed.publish("weibo_people")
    _act(world, state, uid, utterance)
    time = _typed_at(state.relation(uid), utterance, now)
    push = Push(type=utterance.type, sender=uid, text=utterance.text, time=time, data=utterance.data)
    return {"created_at": show_moment(time)} | await push_all(world, state, push, repeats=repeats)


def _typed_at(relation: Relation, utterance: Utterance, now: datetime) -> datetime:
    """Return when the citizen typed it: nobody types the same words twice in one second, however fast a script is."""
    said = (utterance.type, utterance.text)
    if said in relation.said:
        now = max(now, relation.said[said] + timedelta(seconds=1))
    relation.said[said] = now
    return now


def _act(world: WeiboWorld, state: AccountState, uid: str, utterance: Utterance) -> None:
    """Show the citizen's own bubble; follow, subscribe or leave; open or close the window."""
    relation, now = state.relation(uid), world.clock.now()
    if utterance.shown_as:
        world.show(state, uid, utterance.sender, utterance.shown_as, **utterance.content)
    match utterance.subtype:
        case "follow" | "scan_follow":
            relation.following = True
        case "unfollow":
            relation.following, relation.subscribed_at = False, None
            relation.windows.close()
        case "subscribe":
            relation.subscribed_at = now
        case "unsubscribe":
            relation.subscribed_at = None
    if utterance.opens:
        relation.windows.open_contact(now=now)
    if utterance.subtype:
        world.feed.publish("weibo_people", account=state.account.account, openid=uid)
