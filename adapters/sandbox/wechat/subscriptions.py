"""Subscriptions of the fake WeChat: the popup a citizen answers, what they may turn off, and the messages (订阅通知).

One consent to a one-time template is good for one message, whenever it is sent; one to a long-term template for many,
until it is taken back. Followers get the message in the chat, others under 服务通知: here both see it on the phone. A
message without a consent is refused with 43101, and what became of a taken one is reported as an event.
"""

import asyncio
from collections.abc import Collection, Mapping
from typing import Any

from adapters.sandbox.bodies import read_string
from adapters.sandbox.errors import ApiError, BadInput
from adapters.sandbox.wechat.accounts import AccountState, new_msgid
from adapters.sandbox.wechat.sends import card, read_json
from adapters.sandbox.wechat.template_fields import check_fields
from adapters.sandbox.wechat.world import World

SCENES = {"page": "1", "article": "2"}
"""Where the popup came up → what the platform calls it."""
ALWAYS = -1
"""As many as the account likes."""
_OPTIONS = frozenset({"openid", "accept", "reject", "scene", "settings"})


async def subscribe(world: World, state: AccountState, body: Mapping[str, Any]) -> dict[str, Any]:
    """Let a citizen answer the popup, or turn templates off (`settings`); return what is granted then."""
    if unknown := set(body) - _OPTIONS:
        raise BadInput(f"not known here: {', '.join(sorted(unknown))}")
    openid = read_string(body.get("openid"), "openid")
    if openid not in state.citizens:
        raise BadInput(f"no such citizen: {openid}")
    offered = state.account.subscriptions
    accepted = _templates(body.get("accept", () if "reject" in body else list(offered)), offered)
    rejected = _templates(body.get("reject", ()), offered)
    settings, scene = body.get("settings", False), body.get("scene", "article")
    if scene not in SCENES or not isinstance(settings, bool):
        raise BadInput(f"scene is one of {', '.join(SCENES)}, settings is true or false")
    if settings and accepted and "accept" in body:
        raise BadInput("the platform tells of nothing that is turned on in the settings")
    if settings:
        await _turned_off(world, state, openid, rejected)
    else:
        await _answered(world, state, openid, accepted=accepted, rejected=rejected, scene=SCENES[scene])
    world.feed.publish("citizen", account=state.account.account, openid=openid)
    return {"openid": openid, "grants": granted(state, openid)}


def granted(state: AccountState, openid: str) -> dict[str, int | str]:
    """Return the templates a citizen consented to, each with how many messages that permits still."""
    return {
        template: "always" if left == ALWAYS else left
        for (who, template), left in sorted(state.grants.items())
        if who == openid and left
    }


def _templates(value: object, offered: Collection[str]) -> list[str]:
    if not isinstance(value, list | tuple) or not all(one in offered for one in value):
        raise BadInput(f"accept and reject are lists out of {', '.join(offered) or '(nothing to subscribe to)'}")
    return list(value)


async def _answered(
    world: World, state: AccountState, openid: str, *, accepted: list[str], rejected: list[str], scene: str
) -> None:
    for template in accepted:
        key = (openid, template)
        state.grants[key] = ALWAYS if template in state.account.lasting else state.grants.get(key, 0) + 1
    answers = [(template, "accept") for template in accepted] + [(template, "reject") for template in rejected]
    entries = [_entry(template, status) | {"PopupScene": scene} for template, status in answers]
    await _tell(world, state, openid, "subscribe_msg_popup_event", "SubscribeMsgPopupEvent", entries)


async def _turned_off(world: World, state: AccountState, openid: str, templates: list[str]) -> None:
    for template in templates:
        state.grants.pop((openid, template), None)
    entries = [_entry(template, "reject") for template in templates]
    await _tell(world, state, openid, "subscribe_msg_change_event", "SubscribeMsgChangeEvent", entries)


def _entry(template: str, status: str) -> dict[str, Any]:
    return {"TemplateId": template, "SubscribeStatusString": status}


def bizsend(world: World, state: AccountState, raw: bytes) -> dict[str, Any]:
    """Take a subscription message; its report follows as an event. The answer carries no id, as documented."""
    body = read_json(raw)
    openid, template = str(body.get("touser", "")), str(body.get("template_id", ""))
    if not state.known(openid):
        raise ApiError(40003, "invalid openid")
    if template not in state.account.subscriptions:
        raise ApiError(40037, "invalid template_id")
    names = state.account.subscriptions[template]
    values = check_fields(names, body.get("data"))
    left = state.grants.get((openid, template), 0)
    if not left:
        raise ApiError(43101, "user refuse to accept the msg")
    if left != ALWAYS:
        state.grants[openid, template] = left - 1
    shown = card(names, values) | {"template_id": template, "url": str(body.get("page", "") or "")}
    world.show(state, openid, "account", "template", via="subscription", **shown)
    world.courier.later(_report(world, state, openid, template, msgid=new_msgid(world.clock.now())))
    return {}


async def _report(world: World, state: AccountState, openid: str, template: str, *, msgid: int) -> None:
    """Tell the gateway what became of it (subscribe_msg_sent_event)."""
    fault = state.faults.take("subscription_report")
    await asyncio.sleep(world.report_seconds)
    refused = fault is not None
    entry = {
        "TemplateId": template,
        "MsgID": msgid,
        "ErrorCode": 43101 if refused else 0,
        "ErrorStatus": fault.status if fault else "success",
    }
    await _tell(world, state, openid, "subscribe_msg_sent_event", "SubscribeMsgSentEvent", [entry])


async def _tell(
    world: World, state: AccountState, openid: str, event: str, element: str, entries: list[dict[str, Any]]
) -> None:
    """Deliver an event with its entries, one `List` element each."""
    fields = {
        "ToUserName": state.account.original_id,
        "FromUserName": openid,
        "CreateTime": int(world.clock.now().timestamp()),
        "MsgType": "event",
        "Event": event,
        element: {"List": entries},
    }
    await world.courier.deliver(state, fields, openid=openid)
    world.feed.publish("traffic", account=state.account.account)
