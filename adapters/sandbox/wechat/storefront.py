"""The bottom menu and the QR codes of an account, with the platform's rules.

Names, keys and addresses are measured in bytes; what is too long is refused, as WeChat refuses it.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from adapters.sandbox.errors import ApiError
from adapters.sandbox.wechat.accounts import AccountState
from adapters.sandbox.wechat.sends import read_json
from adapters.sandbox.wechat.world import World

WIDTH, DEPTH = 3, 5
NAME_BYTES, SUB_NAME_BYTES, KEY_BYTES, URL_BYTES = 16, 60, 128, 1024
SCENE_CHARACTERS = 64
LASTING_CODES = 100_000
_CLICKS = frozenset({"click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "location_select"})


def create_menu(world: World, state: AccountState, body: bytes) -> dict[str, Any]:
    """Take a menu."""
    menu = read_json(body)
    buttons = menu.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= WIDTH:
        raise ApiError(40016, "invalid button size")
    for button in buttons:
        _check_top(button)
    state.menu = menu
    world.feed.publish("citizen", account=state.account.account)
    return {"errcode": 0, "errmsg": "ok"}


def get_menu(state: AccountState) -> dict[str, Any]:
    """Give the menu back."""
    if state.menu is None:
        raise ApiError(46003, "menu no exist")
    return {"menu": state.menu}


def _check_top(button: object) -> None:
    if not isinstance(button, Mapping):
        raise ApiError(40015, "invalid menu type")
    below = button.get("sub_button")
    if not below:
        _check(button, most=NAME_BYTES, code=40018)
        return
    _check_name(button, most=NAME_BYTES, code=40018)
    if not isinstance(below, list) or len(below) > DEPTH:
        raise ApiError(40023, "invalid sub button size")
    for one in below:
        if not isinstance(one, Mapping):
            raise ApiError(40024, "invalid sub button type")
        _check(one, most=SUB_NAME_BYTES, code=40025)


def _check(button: Mapping[str, Any], *, most: int, code: int) -> None:
    _check_name(button, most=most, code=code)
    kind, key, url = button.get("type"), button.get("key"), button.get("url")
    if kind == "view":
        if not isinstance(url, str) or not 0 < len(url.encode()) <= URL_BYTES:
            raise ApiError(40020, "invalid button url size")
    elif kind in _CLICKS:
        if not isinstance(key, str) or not 0 < len(key.encode()) <= KEY_BYTES:
            raise ApiError(40019, "invalid button key size")
    else:
        raise ApiError(40017, "invalid button type")


def _check_name(button: Mapping[str, Any], *, most: int, code: int) -> None:
    name = button.get("name")
    if not isinstance(name, str) or not 0 < len(name.encode()) <= most:
        raise ApiError(code, "invalid button name size")


def create_code(world: World, state: AccountState, body: bytes) -> dict[str, Any]:
    """Make a QR code that lasts; the same scene gives the same code."""
    wanted = read_json(body)
    info = wanted.get("action_info")
    scene = info.get("scene") if isinstance(info, Mapping) else None
    if wanted.get("action_name") != "QR_LIMIT_STR_SCENE" or not isinstance(scene, Mapping):
        raise ApiError(40052, "invalid action name")  # the sandbox makes only those that the gateway uses
    text = scene.get("scene_str")
    if not isinstance(text, str) or not 1 <= len(text) <= SCENE_CHARACTERS:
        raise ApiError(40053, "invalid action info")
    if len(state.codes) >= LASTING_CODES:
        raise ApiError(45009, "reach max api daily quota limit")
    ticket = hashlib.sha256(f"{state.account.app_id}:{text}".encode()).hexdigest()
    address = f"http://weixin.qq.com/q/{ticket[:22]}"
    state.codes[address] = text
    world.feed.publish("citizen", account=state.account.account)
    return {"ticket": ticket, "url": address}
