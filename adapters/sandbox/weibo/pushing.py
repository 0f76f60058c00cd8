"""Bring a push to an account, as often as asked, and show in private what it answered where that is permitted."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.sandbox.errors import ApiError
from adapters.sandbox.verdicts import PASSIVE
from adapters.sandbox.weibo.accounts import AccountState
from adapters.sandbox.weibo.courier import Delivery
from adapters.sandbox.weibo.payloads import Push
from adapters.sandbox.weibo.repeats import Repeats
from adapters.sandbox.weibo.world import WeiboWorld


async def push_all(world: WeiboWorld, state: AccountState, push: Push, *, repeats: Repeats) -> dict[str, Any]:
    """Deliver; return what the citizen saw at once, and why not where an answer was not shown.

    Each answer with words in it is shown: who answers a repeat again tells the citizen twice.
    """
    outcomes = await _deliver(world, state, push, repeats)
    answers = [_settle(world, state, push.sender, outcome) for outcome in outcomes]
    world.feed.publish("weibo_traffic", account=state.account.account)
    return tell(answers)


def tell(answers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the JSON of all answers to one push: `failed` and `reason` are the first bad one's."""
    bad = [answer for answer in answers if answer["failed"]]
    return {
        "replies": [reply for answer in answers for reply in answer["replies"]],
        "failed": bool(bad),
        "reason": bad[0]["reason"] if bad else "",
        "lost": bool(answers) and not any(answer["taken"] for answer in answers),
        "deliveries": sum(answer["deliveries"] for answer in answers),
        "answers": list(answers),
    }


async def _deliver(world: WeiboWorld, state: AccountState, push: Push, repeats: Repeats) -> list[Delivery]:
    if repeats.at_once:
        return list(await asyncio.gather(*(world.courier.deliver(state, push) for _ in range(repeats.count))))
    outcomes = []
    for number in range(repeats.count):
        if number and repeats.gap:
            await asyncio.sleep(repeats.gap)
        outcomes.append(await world.courier.deliver(state, push))
    return outcomes


def _settle(world: WeiboWorld, state: AccountState, uid: str, outcome: Delivery) -> dict[str, Any]:
    """Put an answer into the conversation if the citizen may be written to."""
    shown, reason = outcome.shown, outcome.reason
    replies: list[dict[str, Any]] = []
    if shown is not None and shown.type:
        try:
            state.relation(uid).windows.spend(now=world.clock.now())
        except ApiError as error:
            reason = f"not shown: {error}"
            state.verdicts.count(PASSIVE, code=error.errcode)
        else:
            state.verdicts.count(PASSIVE, code=0)
            world.show(state, uid, "account", shown.type, via="passive", **shown.content)
            replies = [{"type": shown.type, "text": ""} | dict(shown.content)]
    return {
        "replies": replies,
        "failed": bool(reason),
        "reason": reason,
        "taken": outcome.taken,
        "deliveries": outcome.deliveries,
    }
