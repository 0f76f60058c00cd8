"""Bring callbacks to the gateway as the platform does: up to three times, five seconds apart, the earlier one dropped.

An answer of HTTP 4xx or an abnormal body is the failure notice at once; no answer in time, a refused connection and
HTTP 5xx are tried again. Knows nothing of what the callbacks mean.
"""

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from adapters.platform import MalformedMessage
from adapters.sandbox.postman import Postman
from adapters.sandbox.traffic import Message
from adapters.sandbox.verdicts import ABNORMAL, PASSIVE
from adapters.sandbox.wechat.accounts import AccountState
from adapters.sandbox.wechat.answers import Shown, read_answer
from adapters.sandbox.wechat.payloads import SealedCallback, build_xml, seal
from bot.clock import Clock

DELIVERIES = 3
HTTP_OK = 200
HTTP_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What came of a callback: what the citizen sees (None: the failure notice, `reason` says why), after how many."""

    shown: Shown | None
    deliveries: int
    reason: str = ""


class Courier:
    """Post callbacks through one client session of its own; `retry_seconds` are real seconds."""

    def __init__(self, *, clock: Clock, retry_seconds: float) -> None:
        self._postman = Postman()
        self._clock = clock
        self._retry_seconds = retry_seconds
        self._tasks: set[asyncio.Task[None]] = set()

    async def deliver(self, state: AccountState, fields: Mapping[str, Any], *, openid: str) -> Delivery:
        """Deliver until something answers, and read the answer."""
        xml, reason = build_xml(fields), ""
        for number in range(1, DELIVERIES + 1):
            slot = asyncio.get_running_loop().time() + self._retry_seconds
            sealed = seal(state.account, xml, openid=openid, now=self._clock.now())
            try:
                status, body = await self._postman.post(
                    sealed.url, sealed.body.encode(), content_type="text/xml", until=slot
                )
            except (TimeoutError, aiohttp.ClientError) as error:
                reason = f"no answer ({type(error).__name__})"
                self._record(state, sealed, xml, line=reason)
            else:
                if status < HTTP_SERVER_ERROR:
                    return self._read(state, sealed, xml, status=status, body=body, openid=openid, number=number)
                reason = f"HTTP {status}"
                self._record(state, sealed, xml, line=reason, body=body)
            if number < DELIVERIES:
                await asyncio.sleep(max(slot - asyncio.get_running_loop().time(), 0))
        return Delivery(shown=None, deliveries=DELIVERIES, reason=reason)

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a delivery in the background; it ends with the sandbox."""
        task = asyncio.create_task(work, name="sandbox-delivery")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def under_way(self) -> int:
        """How many deliveries run in the background."""
        return len(self._tasks)

    async def close(self) -> None:
        """Stop what still runs in the background, and the session."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._postman.close()

    def _read(
        self,
        state: AccountState,
        sealed: SealedCallback,
        xml: str,
        *,
        status: int,
        body: bytes,
        openid: str,
        number: int,
    ) -> Delivery:
        """Judge an answer that came in time."""
        line, now = f"HTTP {status}", self._clock.now()
        if status != HTTP_OK:
            self._record(state, sealed, xml, line=line, body=body)
            return Delivery(shown=None, deliveries=number, reason=line)
        try:
            shown = read_answer(
                state.account, body, openid=openid, has_media=lambda media_id: state.has_media(media_id, now=now)
            )
        except MalformedMessage as error:
            state.verdicts.count(PASSIVE, code=ABNORMAL)
            self._record(state, sealed, xml, line=f"{line}, abnormal: {error}", body=body)
            return Delivery(shown=None, deliveries=number, reason=str(error))
        state.verdicts.count(PASSIVE, code=0)
        self._record(state, sealed, xml, line=line, body=body, plain=shown.plain)
        return Delivery(shown=shown, deliveries=number)

    def _record(
        self, state: AccountState, sealed: SealedCallback, xml: str, *, line: str, body: bytes = b"", plain: str = ""
    ) -> None:
        """Keep the exchange for the drawer."""
        state.traffic.record(
            "callback",
            "callback",
            request=Message.of(f"POST {sealed.url}", sealed.body, plain=xml),
            response=Message.of(line, body, plain=plain),
            now=self._clock.now(),
        )
