"""The callback routes: verify, parse, hand to intake, answer.

What the platform sees: 403 for what is not from it, 413 for a body nobody should send, its own word for "nothing to
say" for what was kept without a reply, the sealed reply otherwise. 503 only when nothing could be kept, so that the
platform delivers again. Query strings carry signatures: they never reach a log.
"""

import hashlib
from collections.abc import Mapping
from typing import Protocol

import structlog
from aiohttp import hdrs, web

from adapters.platform import Callback, ForgedMessage, MalformedMessage
from bot.clock import Clock
from bot.errors import Overloaded
from bot.messages import Channel, Inbound, InboundKind
from bot.metrics import Metrics
from bot.petitions.ports import RawInbound

log = structlog.get_logger(__name__)


class TakesMessages(Protocol):
    """Intake, as far as callbacks know it."""

    async def answer(self, inbound: Inbound) -> str:
        """Make a message durable and return the words of the passive answer; raise `Overloaded`."""
        ...

    async def keep_raw(self, raw: RawInbound) -> None:
        """Keep a body that cannot be understood."""
        ...


class Webhooks:
    """The callbacks of all accounts."""

    def __init__(
        self,
        *,
        callbacks: Mapping[tuple[Channel, str], Callback],
        intake: TakesMessages,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._callbacks = callbacks
        self._intake = intake
        self._clock = clock
        self._metrics = metrics
        self._answered = {key: metrics.callbacks.labels(key[0].value, key[1], "answered") for key in callbacks}

    def routes(self) -> list[web.RouteDef]:
        """Return the routes to be added to the application."""
        path = "/callback/{channel}/{account}"
        return [web.get(path, self.verify, allow_head=False), web.post(path, self.receive)]

    async def verify(self, request: web.Request) -> web.Response:
        """Prove to the platform that the address is ours."""
        key, callback = self._find(request)
        try:
            echo = callback.verify_url(request.query, now=self._clock.now())
        except ForgedMessage as error:
            raise self._forged(key, error) from None
        return web.Response(text=echo, content_type="text/plain")

    async def receive(self, request: web.Request) -> web.Response:
        """Take one message in."""
        key, callback = self._find(request)
        body = await _body(request, callback.largest_body)
        now = self._clock.now()
        try:
            opened = callback.open(request.query, body, now=now)
        except ForgedMessage as error:
            raise self._forged(key, error) from None
        except MalformedMessage as error:
            await self._keep(key, error)
            return _answer(callback.seal(None, "", now=now))
        inbound = opened.inbound
        if inbound.kind is InboundKind.IGNORED:
            self._count(key, "ignored")
            return _answer(callback.seal(opened, "", now=now))
        try:
            text = await self._intake.answer(inbound)
        except Overloaded:
            self._count(key, "overloaded")
            raise web.HTTPServiceUnavailable(text="try again") from None
        self._answered[key].inc()
        return _answer(callback.seal(opened, text, now=now))

    def _find(self, request: web.Request) -> tuple[tuple[Channel, str], Callback]:
        found = request.match_info
        try:
            key = (Channel(found["channel"]), found["account"])
            return key, self._callbacks[key]
        except (ValueError, KeyError):
            raise web.HTTPNotFound from None

    def _forged(self, key: tuple[Channel, str], error: ForgedMessage) -> web.HTTPForbidden:
        self._count(key, "forged")
        log.warning("webhook.forged", channel=key[0].value, account=key[1], reason=str(error))
        return web.HTTPForbidden(text="forbidden")

    async def _keep(self, key: tuple[Channel, str], error: MalformedMessage) -> None:
        channel, account = key
        if error.oversized:
            self._count(key, "oversized")
            raise web.HTTPRequestEntityTooLarge(max_size=0, actual_size=0, text="too large")
        self._count(key, "malformed")
        body = error.raw.decode("utf-8", "backslashreplace") if isinstance(error.raw, bytes) else error.raw
        digest = hashlib.sha256(body.encode("utf-8", "backslashreplace")).hexdigest()[:32]
        log.warning("webhook.malformed", channel=channel.value, account=account, reason=str(error), digest=digest)
        await self._intake.keep_raw(
            RawInbound(
                key=f"{channel}:{account}:raw:{digest}",
                account=account,
                body=body,
                detail=str(error),
                received_at=self._clock.now(),
            )
        )

    def _count(self, key: tuple[Channel, str], result: str) -> None:
        self._metrics.callbacks.labels(key[0].value, key[1], result).inc()


async def _body(request: web.Request, largest: int) -> bytes:
    """Read the body; of one that is too large (also: packed, and large when unpacked) only enough to tell."""
    announced = request.content_length
    if announced is not None and announced > largest:
        return bytes(largest + 1)
    if announced is not None and hdrs.CONTENT_ENCODING not in request.headers:
        return await request.content.read(-1)
    chunks, size = [], 0
    async for chunk in request.content.iter_any():
        chunks.append(chunk)
        size += len(chunk)
        if size > largest:
            break
    return b"".join(chunks)


_XML = {"Content-Type": "application/xml; charset=utf-8"}
_TEXT = {"Content-Type": "text/plain; charset=utf-8"}


def _answer(body: bytes) -> web.Response:
    return web.Response(body=body, headers=_XML if body.startswith(b"<") else _TEXT)
