"""What an account shows before anybody talks: its bottom menu, and QR codes with a scene of ours.

Pure shapes; the calls themselves are the client's. Knows neither settings nor what a key or a scene means.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

NO_MENU = "46003"
"""The platform's code for an account without a menu."""


class Button(Protocol):
    """A button of the menu: either `key`, or `url`, or `buttons` below it."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def key(self) -> str:
        """What a tap sends."""
        ...

    @property
    def url(self) -> str:
        """What a tap opens."""
        ...

    @property
    def buttons(self) -> Sequence["Button"]:
        """What lies below it."""
        ...


def menu_body(buttons: Sequence[Button]) -> dict[str, Any]:
    """Return the body of `menu/create`."""
    return {"button": [_body(button) for button in buttons]}


def _body(button: Button) -> dict[str, Any]:
    if button.buttons:
        return {"name": button.name, "sub_button": [_body(one) for one in button.buttons]}
    if button.url:
        return {"type": "view", "name": button.name, "url": button.url}
    return {"type": "click", "name": button.name, "key": button.key}


def menu_lines(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a menu as the platform has it, a line a button, what lies below one indented."""
    menu = answer.get("menu", answer)
    buttons = menu.get("button") if isinstance(menu, Mapping) else None
    return tuple(line for button in _listed(buttons) for line in _lines(button))


def _lines(button: Mapping[str, Any]) -> list[str]:
    name, below = str(button.get("name", "")), _listed(button.get("sub_button"))
    if below:
        return [name, *("  " + line for one in below for line in _lines(one))]
    does = button.get("url") or button.get("key") or ""
    return [f"{name} -> {button.get('type', '')} {does}".rstrip()]


def _listed(value: object) -> list[Mapping[str, Any]]:
    if isinstance(value, Mapping):  # WeChat writes {"list": […]} in some answers
        value = value.get("list")
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def scene_body(scene: str) -> dict[str, Any]:
    """Return the body of `qrcode/create` for a code that lasts for ever."""
    return {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": scene}}}
