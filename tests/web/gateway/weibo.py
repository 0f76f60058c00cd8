"""A citizen on the sandbox's Weibo, in private and in public."""

from dataclasses import dataclass
from typing import Any

from .conftest import House, number_in, until

UID = "2233445566"


@dataclass
class Blogger:
    """A person with a Weibo account."""

    house: House
    uid: str

    @property
    def key(self) -> str:
        return f"weibo:demo:{self.uid}"

    async def does(self, **body: Any) -> dict[str, Any]:
        """Do anything in private that `say` of the sandbox knows."""
        return await weibo(self.house, "say", {"uid": self.uid} | body)

    async def says(self, text: str, **options: Any) -> str:
        """Say something in private; return what was shown at once."""
        answer = await self.does(text=text, **options)
        assert answer["failed"] is False, answer
        return "\n".join(reply["text"] for reply in answer["replies"])

    async def mentions(self, text: str, **options: Any) -> dict[str, Any]:
        """Mention the office in public."""
        return await weibo(self.house, "mention", {"uid": self.uid, "text": text} | options)

    async def messages(self) -> list[str]:
        """Return what the office said in private, oldest first."""
        answer = await self.house.ask(f"/sandbox/weibo/demo/messages?uid={self.uid}")
        return [message["text"] for message in answer["messages"] if message["from"] == "account"]

    async def hears(self, words: str) -> str:
        """Wait until the office has said these words in private; return the message."""

        async def said() -> str | None:
            found = [text for text in await self.messages() if words in text]
            return found[-1] if found and not await self.house.sending(self.key) else None

        text: str = await until(said)
        return text

    async def files(self, content: str = "和平路工地夜里一直施工到凌晨三点") -> str:
        """File a complaint the shortest way; return its number."""
        for text in ("投诉", content, "跳过", "跳过", "跳过", "公开"):
            await self.says(text)
        return number_in(await self.says("提交"))


async def weibo(house: House, call: str, body: dict[str, Any]) -> dict[str, Any]:
    """Tell the sandbox's Weibo something."""
    async with house.client.post(
        f"http://127.0.0.1:{house.sandbox_port}/sandbox/weibo/demo/{call}", json=body
    ) as answer:
        assert answer.status == 200, await answer.text()
        result: dict[str, Any] = await answer.json()
        return result


async def blogger(house: House, name: str) -> Blogger:
    """Return a new citizen who follows nobody yet."""
    return Blogger(house=house, uid=(await weibo(house, "citizens", {"name": name}))["uid"])


async def comments(house: House) -> list[str]:
    """Return what the office said in public, oldest first."""
    answer = await house.ask(f"/sandbox/weibo/demo/comments?uid={UID}")
    return [comment["text"] for comment in answer["comments"]]
