"""Bring pushes to the gateway as the platform does: three tries in all, five seconds each, until HTTP 200.

Whatever else comes (another status, a refused connection, silence) is tried again; after the third try the message is
lost. Repeats are signed anew or carry the query of the first: which of the two the platform does is not published.
Knows nothing of what the pushes mean.
"""

import asyncio
from dataclasses import dataclass

import aiohttp

from adapters.platform import MalformedMessage
from adapters.sandbox.postman import Postman
from adapters.sandbox.traffic import Message
from adapters.sandbox.verdicts import ABNORMAL, PASSIVE
from adapters.sandbox.weibo.accounts import AccountState
from adapters.sandbox.weibo.answers import Shown, read_answer
from adapters.sandbox.weibo.payloads import Push, sign, write
from bot.clock import Clock

DELIVERIES = 3
HTTP_OK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What came of a push: what it shows (None: lost, or the answer could not be read), and after how many tries."""

    shown: Shown | None
    deliveries: int
    taken: bool
    """Whether the gateway answered 200 once."""
    reason: str = ""


class Courier:
    """Post pushes through one client session of its own; `retry_seconds` are real seconds."""

    def __init__(self, *, clock: Clock, retry_seconds: float) -> None:
        self._postman = Postman()
        self._clock = clock
        self._retry_seconds = retry_seconds

    async def deliver(self, state: AccountState, push: Push) -> Delivery:
        """Deliver until the gateway says 200, and read its answer."""
        body = write(state.account, push, form=state.conditions.push_form)
        url, reason = sign(state.account, now=self._clock.now()), ""
        for number in range(1, DELIVERIES + 1):
            slot = asyncio.get_running_loop().time() + self._retry_seconds
            if number > 1 and state.conditions.resign:
                url = sign(state.account, now=self._clock.now())
            try:
                status, answer = await self._postman.post(url, body, content_type="application/json", until=slot)
            except (TimeoutError, aiohttp.ClientError) as error:
                reason = f"no answer ({type(error).__name__})"
                self._record(state, push, url, body, line=reason)
            else:
                if status == HTTP_OK:
                    return self._read(state, push, url, body, answer=answer, number=number)
                reason = f"HTTP {status}"
                self._record(state, push, url, body, line=reason, answer=answer)
            if number < DELIVERIES:
                await asyncio.sleep(max(slot - asyncio.get_running_loop().time(), 0))
        return Delivery(shown=None, deliveries=DELIVERIES, taken=False, reason=reason)

    async def close(self) -> None:
        """Close the session."""
        await self._postman.close()

    def _read(self, state: AccountState, push: Push, url: str, body: bytes, *, answer: bytes, number: int) -> Delivery:
        """Judge a 200 that came in time."""
        try:
            shown = read_answer(answer, uid=state.account.uid, citizen=push.sender)
        except MalformedMessage as error:
            state.verdicts.count(PASSIVE, code=ABNORMAL)
            self._record(state, push, url, body, line=f"HTTP 200, abnormal: {error}", answer=answer)
            return Delivery(shown=None, deliveries=number, taken=True, reason=str(error))
        self._record(state, push, url, body, line="HTTP 200", answer=answer, plain=shown.plain)
        return Delivery(shown=shown, deliveries=number, taken=True)

    def _record(
        self, state: AccountState, push: Push, url: str, body: bytes, *, line: str, answer: bytes = b"", plain: str = ""
    ) -> None:
        """Keep the exchange for the drawer."""
        name = str(push.data.get("subtype", push.type)) if push.type in {"event", "mention"} else push.type
        state.traffic.record(
            "callback",
            f"{push.type} {name}" if name != push.type else name,
            request=Message.of(f"POST {url}", body),
            response=Message.of(line, answer, plain=plain),
            now=self._clock.now(),
        )
