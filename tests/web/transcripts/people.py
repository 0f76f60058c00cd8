"""The people of a conversation: what each does with a phone in the sandbox, and what comes by itself."""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Any

from tests.web.gateway.conftest import House
from tests.web.gateway.weibo import weibo
from tests.web.transcripts.reading import SAMPLES

CAME = frozenset({"custom", "template", "subscription", "reply"})
"""The ways of what comes without having been asked for."""
HELD = 3.5
"""Real seconds, a little less than a delivery is kept open: what took longer was answered with nothing at first."""
GOES_ON = "（还有内容，回复“更多”接着看）"
_EVENTS = {
    "wechat": {"关注": "subscribe", "取消关注": "unsubscribe"},
    "weibo": {"关注": "follow", "取消关注": "unfollow"},
}


@dataclass
class Person:
    """Somebody with a phone; `news` are the texts that came by themselves and were not looked at yet."""

    house: House
    platform: str
    id: str
    looked: int = 0
    posts: set[str] = field(default_factory=set)
    """The ids of the posts they wrote, or commented on."""
    shown: str = ""
    """The newest text on the phone that offers something."""

    @property
    def key(self) -> str:
        return f"{self.platform}:demo:{self.id}"

    async def does(self, **body: Any) -> str:
        """Do anything that `say` of the sandbox knows; return what was shown at once, or late on a slow machine."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        if self.platform == "wechat":
            answer = await self.house.sandbox("say", {"openid": self.id} | body)
        else:
            answer = await weibo(self.house, "say", {"uid": self.id} | body)
        assert answer["failed"] is False, answer
        read = "\n".join(reply["text"] for reply in answer["replies"])
        if not read and loop.time() - began > HELD:
            read = await self._late()
        if read.endswith(GOES_ON):  # who wants to read it all says so
            read += f"\n{await self.does(text='更多')}"
        self.shown = read or self.shown
        return read

    async def _late(self) -> str:
        """Return the answer that came by itself, '' for none: whoever is not answered in time gets it so."""
        began = asyncio.get_running_loop().time()
        while not (news := await self.news()) and asyncio.get_running_loop().time() - began < HELD:
            await asyncio.sleep(0.05)
        self.looked += bool(news)
        return news[0] if news else ""

    async def news(self) -> list[str]:
        """Return the texts that came by themselves since they were looked at."""
        mark = "openid" if self.platform == "wechat" else "uid"
        answer = await self.house.ask(f"/sandbox/{self.platform}/demo/messages?{mark}={self.id}")
        return [message["text"] for message in answer["messages"] if message.get("via") in CAME][self.looked :]

    async def sends(self, what: str, times: int, more: str) -> str:
        """Do what stands in brackets."""
        if what in {"发微博", "评论"}:
            place = {"in": "comment"} if what == "评论" else {"pictures": times - 1}
            told = await weibo(self.house, "mention", {"uid": self.id, "text": more} | place)
            self.posts.add(str(told["post"]))
            return ""
        if what in {"同意通知", "拒绝通知"}:
            await self._answers_popup(accepts=what == "同意通知")
            return ""
        body = self._body(what, more)
        return [await self.does(**body) for _ in range(times)][-1]

    async def _answers_popup(self, *, accepts: bool) -> None:
        """Consent to all templates of the account, or to none."""
        (account,) = (await self.house.ask("/sandbox/state"))["accounts"]
        templates = [one["id"] for one in account["subscriptions"]]
        await self.house.sandbox("subscribe", {"openid": self.id, "accept" if accepts else "reject": templates})

    def _body(self, what: str, more: str) -> dict[str, Any]:
        """Return what the sandbox is told for what stands in brackets."""
        wechat = self.platform == "wechat"
        match what:
            case "图片" | "语音" | "视频":
                kind = {"图片": "image", "语音": "voice", "视频": "video" if wechat else "image"}[what]
                body: dict[str, Any] = {kind: "sample"}
            case "位置":
                body = {"location" if wechat else "position": more}
            case "文件" | "表情包":
                body = {{"文件": "file", "表情包": "sticker"}[what]: more}
            case "短视频":
                body = {"other": {"type": "video", "text": "发了一个视频"}}
            case "链接":
                title, _, url = more.rpartition(" ")
                body = {"link": {"title": title, "url": url}} if wechat else {"text": more}
            case "关注" | "取消关注":
                body = {"event": _EVENTS[self.platform][what], "key": more}
            case "菜单":
                body = {"event": "CLICK" if wechat else "click", "key": more}
            case "点":
                body = {"choice": more} if wechat else {"text": self._number_of(more)}
            case "长文":
                body = {"text": "很" * int(more)}
            case "全文":
                body = {"text": (SAMPLES / more).read_text(encoding="utf-8").strip()}
            case "连发两次":
                body = {"text": more, "repeat": 2}
            case _:
                raise AssertionError(f"nobody knows how to do {what}")
        return body

    def _number_of(self, label: str) -> str:
        """Return the number before a label in what was shown last."""
        found = re.findall(rf"^(\d+)\. {re.escape(label)}", self.shown, re.MULTILINE)
        assert found, f"{label} is not offered in\n{self.shown}"
        return str(found[-1])
