"""Every kind of failure a platform has, each for a share of the calls that send."""

from typing import Any

from adapters.sandbox.keys import WECHAT, WEIBO
from bench.town.house import House
from bench.town.living import ACCOUNT

_BROKEN: tuple[dict[str, Any], ...] = (
    {"mode": "timeout_before", "seconds": 0.0},
    {"mode": "timeout_after", "seconds": 0.0},
    {"mode": "500"},
    {"mode": "html"},
    {"mode": "slow", "seconds": 0.05},
)
_WECHAT_CODES = (-1, 45009, 40001)
_WEIBO_CODES = (10001, 10009, 10022, 20032, 26401)
"""Weibo's own: inside error, busy, the hour's calls, taken but shown later, a window shut though it is open."""


def order_faults(house: House, *, share: float, seed: int) -> None:
    """Let each kind of fault strike this share of the sends, on both platforms, and the token now and then."""
    free = _shares(share, *_WECHAT_CODES, 45015)
    cards = _shares(share, *_WECHAT_CODES)
    wechat = {"custom_send": free, "template_send": cards, "subscription_send": cards, "token": _shares(share, -1)}
    weibo = {name: _shares(share, *_WEIBO_CODES) for name in ("messages_reply", "comments_create")}
    house.sandbox[WECHAT].account(ACCOUNT).faults.order({"seed": seed, **wechat})
    house.sandbox[WEIBO].account(ACCOUNT).faults.order({"seed": seed, **weibo})


def _shares(share: float, *codes: int) -> list[dict[str, Any]]:
    broken = [{**fault, "share": share} for fault in _BROKEN]
    return broken + [{"mode": "errcode", "errcode": code, "share": share} for code in codes]
