"""The scripted sandbox: what a citizen says, what the phone shows, and the clock."""

import asyncio
from collections.abc import Callable
from typing import Any, Self

import aiohttp

WAIT_SECONDS = 60.0
STEP_SECONDS = 0.1


class Phone:
    """One citizen's phone at the sandbox at `url`."""

    def __init__(self, url: str, openid: str, http: aiohttp.ClientSession, *, account: str = "demo") -> None:
        self._url = f"{url}/sandbox"
        self._account = f"{self._url}/wechat/{account}"
        self._http = http
        self.openid = openid

    def other(self, openid: str) -> Self:
        """Return another citizen's phone."""
        return type(self)(
            self._url.removesuffix("/sandbox"), openid, self._http, account=self._account.rpartition("/")[2]
        )

    async def answer(self, **what: Any) -> dict[str, Any]:
        """Do something and return all that the sandbox tells."""
        async with self._http.post(f"{self._account}/say", json={"openid": self.openid, **what}) as answer:
            assert answer.status == 200, await answer.text()
            told: dict[str, Any] = await answer.json()
            return told

    async def say(self, text: str = "", **what: Any) -> str:
        """Say or do something and return the words shown at once."""
        told = await self.answer(**({"text": text} if text else {}), **what)
        assert not told["failed"], told
        return "\n".join(reply["text"] for reply in told["replies"])

    async def messages(self) -> list[dict[str, Any]]:
        async with self._http.get(f"{self._account}/messages", params={"openid": self.openid}) as answer:
            messages: list[dict[str, Any]] = (await answer.json())["messages"]
            return messages

    async def sent(self) -> list[dict[str, Any]]:
        """Return what the office sent by itself, oldest first."""
        return [message for message in await self.messages() if message.get("via") in {"custom", "template"}]

    async def texts(self, count: int) -> list[str]:
        """Return the words of what the office sent by itself, once so many have come and no more follow."""
        await until(lambda: self._has(count))
        return [message["text"] for message in await self.sent()]

    async def _has(self, count: int) -> bool:
        return len(await self.sent()) >= count

    async def move_clock(self, **body: str) -> None:
        async with self._http.post(f"{self._url}/clock", json=body) as answer:
            assert answer.status == 200, await answer.text()


async def until(holds: Callable[[], Any], *, seconds: float = WAIT_SECONDS) -> Any:
    """Ask again until the awaited answer is true, and return it."""
    async with asyncio.timeout(seconds):
        while not (answer := await holds()):
            await asyncio.sleep(STEP_SECONDS)
        return answer
