"""A citizen's phone in the sandbox, for `talk`: what is done on it, and what came by itself."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp

from bot.errors import GatewayError

_UNITS: Mapping[str, timedelta] = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
}
_TIME = re.compile(r"\+?(\d{1,4}(?:\.\d)?)\s*([dhm])")
_BY_ITSELF = frozenset({"custom", "template", "reply"})
_NAMELESS = "未命名"
_MOST_FILES = 30
_EVENTS = {
    "wechat": {"follow": "subscribe", "unfollow": "unsubscribe", "menu": "CLICK"},
    "weibo": {"follow": "follow", "unfollow": "unfollow", "menu": "click"},
}


class BadCommand(GatewayError):
    """A line that is no command, or not in its form."""

    def __init__(self, what: str = "没看懂，/help 看能做什么") -> None:
        super().__init__(what)


def amount_of_time(text: str) -> timedelta:
    """Read +3d, +2h or +30m."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise BadCommand("时间写成 +3d、+2h 或 +30m")
    return float(found[1]) * _UNITS[found[2]]


@dataclass(slots=True, kw_only=True)
class Phone:
    """One person on one platform of the sandbox."""

    http: aiohttp.ClientSession
    base: str
    platform: str
    user: str = field(default_factory=lambda: f"1{uuid.uuid4().int % 10**9:09d}")
    _seen: int = 0

    @property
    def _who(self) -> dict[str, str]:
        return {"openid" if self.platform == "wechat" else "uid": self.user}

    async def does(self, **body: Any) -> str:  # noqa: ANN401 -- whatever the sandbox takes
        """Do one thing that `say` of the sandbox knows; return what is shown at once."""
        answer = await self._post("say", {**self._who, **body})
        return "\n".join(reply["text"] for reply in answer["replies"]) or answer["failure"]

    async def mentions(self, text: str) -> str:
        """Name the office in public."""
        await self._post("mention", {**self._who, "text": text})
        return ""

    async def commanded(self, command: str, rest: str) -> str:
        """Do what a line with a stroke says; raise `BadCommand` for what is none."""
        wechat = self.platform == "wechat"
        match command:
            case "photo":
                count = int(rest) if rest.isdecimal() and rest.isascii() else 1
                return [await self.does(image="sample") for _ in range(max(1, min(count, _MOST_FILES)))][-1]
            case "voice" | "video" if wechat or command == "voice":
                return await self.does(**{command: "sample"})
            case "file" | "sticker":
                return await self.does(**{command: rest or _NAMELESS})
            case "location":
                return await self.does(**{"location" if wechat else "position": rest})
            case "link":
                return await (self.does(link=rest) if wechat else self.does(text=rest))
            case "tap":
                return await (self.does(choice=rest) if wechat else self.does(text=rest))
            case "follow" | "unfollow" | "menu":
                return await self.does(event=_EVENTS[self.platform][command], key=rest)
            case _:
                raise BadCommand

    async def news(self) -> list[str]:
        """Return what came by itself since the last look."""
        async with self.http.get(f"{self.base}/messages", params=self._who) as answer:
            messages = (await answer.json())["messages"]
        came = [message["text"] for message in messages if message.get("via") in _BY_ITSELF]
        new, self._seen = came[self._seen :], len(came)
        return new

    async def _post(self, call: str, body: Mapping[str, Any]) -> dict[str, Any]:
        async with self.http.post(f"{self.base}/{call}", json=body) as answer:
            told: dict[str, Any] = await answer.json()
            if answer.status != 200:  # noqa: PLR2004 -- the sandbox says what it did not understand
                raise BadCommand(str(told.get("error", "")))
            return told
