"""A citizen does something: on the phone, in the windows, and by callback to the gateway.

The one way in for scripts and for the page alike.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.sandbox.errors import BadInput
from adapters.sandbox.wechat.accounts import AccountState, Citizen, new_msgid
from adapters.sandbox.wechat.answers import FAILURE_NOTICE
from adapters.sandbox.wechat.courier import Delivery
from adapters.sandbox.wechat.utterances import KINDS, Utterance, read_utterance
from adapters.sandbox.wechat.world import World

MOST_REPEATS = 50
_OPTIONS = frozenset({"openid", "msgid", "repeat", "at_once", "gap", "key", "event_key", *KINDS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a callback is delivered: under which id, how often, at once or one after the other (`gap` seconds apart)."""

    msgid: int | None
    repeat: int
    at_once: bool
    gap: float

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> "Manner":
        """Read the options of `say`."""
        try:
            msgid = int(body["msgid"]) if body.get("msgid") is not None else None
            manner = cls(
                msgid=msgid,
                repeat=int(body.get("repeat", 1)),
                at_once=bool(body.get("at_once", False)),
                gap=float(body.get("gap", 0)),
            )
        except (TypeError, ValueError) as error:
            raise BadInput("msgid and repeat are whole numbers, gap is seconds, at_once is true or false") from error
        if not (1 <= manner.repeat <= MOST_REPEATS and 0 <= manner.gap <= 60):  # noqa: PLR2004 -- a minute is enough
            raise BadInput(f"repeat is 1 to {MOST_REPEATS}, gap 0 to 60 seconds")
        return manner


async def say(world: World, state: AccountState, body: Mapping[str, Any]) -> dict[str, Any]:
    """Let a citizen do something; return what the phone showed at once."""
    unknown = set(body) - _OPTIONS
    if unknown:
        raise BadInput(f"not known here: {', '.join(sorted(unknown))}")
    openid = body.get("openid")
    if not isinstance(openid, str) or not openid or len(openid) > 64:  # noqa: PLR2004 -- far beyond a real openid's 28
        raise BadInput("openid: a text of 1 to 64 characters is needed")
    manner = Manner.parse(body)
    utterance = read_utterance(body, state, samples=world.samples, now=world.clock.now())
    citizen = _citizen(world, state, openid, utterance)
    _act(world, state, citizen, utterance)
    msgid = manner.msgid if manner.msgid is not None else new_msgid(world.clock.now())
    fields = _fields(world, state, openid, utterance, msgid=msgid)
    with citizen.windows.told():
        outcomes = await _deliver(world, state, fields, openid=openid, manner=manner)
    return _tell(world, state, openid, utterance, msgid=msgid, outcomes=outcomes)


def _citizen(world: World, state: AccountState, openid: str, utterance: Utterance) -> Citizen:
    """Return who speaks; someone new is a follower. Who left can only follow again, as on the phone."""
    citizen = state.citizens.get(openid)
    if citizen is None:
        citizen = state.add_citizen("", openid=openid)
        world.feed.publish("citizen", account=state.account.account, openid=openid)
    if not citizen.following and not _from_outside(utterance):
        raise BadInput("this citizen does not follow the account: let them subscribe first")
    return citizen


def _from_outside(utterance: Utterance) -> bool:
    """Tell whether somebody who does not follow can do this: follow, leave again, or answer a subscription's popup."""
    name = str(utterance.fields.get("Event", "")).lower()
    return utterance.msgtype == "event" and (utterance.following is not None or name.startswith("subscribe_msg_"))


def _act(world: World, state: AccountState, citizen: Citizen, utterance: Utterance) -> None:
    """Show the citizen's own bubble, open windows, follow or leave."""
    if utterance.shown_as:
        world.show(state, citizen.openid, utterance.sender, utterance.shown_as, **utterance.content)
    if utterance.following is not None:
        citizen.following = utterance.following
        world.feed.publish("citizen", account=state.account.account, openid=citizen.openid)
    if not citizen.following:
        citizen.windows.close()
    elif utterance.scene is not None:
        citizen.windows.open(utterance.scene, now=world.clock.now())


def _fields(world: World, state: AccountState, openid: str, utterance: Utterance, *, msgid: int) -> dict[str, Any]:
    """Complete the XML's fields. An event has no MsgId."""
    head = {
        "ToUserName": state.account.original_id,
        "FromUserName": openid,
        "CreateTime": int(world.clock.now().timestamp()),
        "MsgType": utterance.msgtype,
    }
    identity = {} if utterance.msgtype == "event" else {"MsgId": msgid}
    return head | dict(utterance.fields) | identity


async def _deliver(
    world: World, state: AccountState, fields: Mapping[str, Any], *, openid: str, manner: Manner
) -> list[Delivery]:
    if manner.at_once:
        deliveries = (world.courier.deliver(state, fields, openid=openid) for _ in range(manner.repeat))
        return list(await asyncio.gather(*deliveries))
    outcomes = []
    for number in range(manner.repeat):
        if number and manner.gap:
            await asyncio.sleep(manner.gap)
        outcomes.append(await world.courier.deliver(state, fields, openid=openid))
    return outcomes


def _tell(
    world: World, state: AccountState, openid: str, utterance: Utterance, *, msgid: int, outcomes: list[Delivery]
) -> dict[str, Any]:
    """Put the first good answer on the phone (the platform shows one), or the failure notice; return it all."""
    good = [outcome.shown for outcome in outcomes if outcome.shown is not None]
    silent = utterance.following is False
    shown = next((answer for answer in good if answer.type), None)
    if shown is not None and not silent:
        world.show(state, openid, "account", shown.type, via="passive", **shown.content)
    elif not good and not silent:
        world.show(state, openid, "system", "failure", text=FAILURE_NOTICE)
    world.feed.publish("traffic", account=state.account.account)
    answers = [_outcome(outcome) for outcome in outcomes]
    return {
        "msgid": str(msgid),
        "replies": [] if shown is None or silent else [_reply(shown.type, shown.content)],
        "failed": not good,
        "failure": FAILURE_NOTICE if not good and not silent else "",
        "deliveries": sum(outcome.deliveries for outcome in outcomes),
        "answers": answers,
    }


def _outcome(outcome: Delivery) -> dict[str, Any]:
    shown = outcome.shown
    replies = [_reply(shown.type, shown.content)] if shown is not None and shown.type else []
    return {
        "replies": replies,
        "failed": shown is None,
        "reason": outcome.reason,
        "deliveries": outcome.deliveries,
    }


def _reply(type_: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a reply's JSON form: `text` without markup, `choices`, and `raw` as the account sent it."""
    return {"type": type_, "text": "", "choices": [], "raw": ""} | dict(content)
