"""The callback of one account, from the request to its answer.

What comes in one turn of the loop is opened together, and answered together after its commit: the same work again and
again finds the processor's caches warm, where the server's own work between two requests would have taken them.
"""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus

import structlog
from aiohttp import web

from adapters.platform import Callback, ForgedMessage, MalformedMessage, OpenedCallback
from bot.answers import answer as answered
from bot.answers import written
from bot.clock import Clock
from bot.connections import Exchange
from bot.errors import Overloaded
from bot.messages import Channel, InboundKind
from bot.metrics import Metrics
from bot.webhooks.delivery import Delivery, body_of, query_of
from bot.webhooks.misfits import Misfits
from bot.webhooks.ports import TakesMention, TakesMessages

log = structlog.get_logger(__name__)

_IGNORED, _MENTION = InboundKind.IGNORED, InboundKind.MENTION
_NOSNIFF = {"X-Content-Type-Options": "nosniff"}


class Account:
    """The callback of one account."""

    def __init__(
        self,
        channel: Channel,
        account: str,
        *,
        callback: Callback,
        intake: TakesMessages,
        mentions: TakesMention,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self.path = f"/callback/{channel}/{account}"
        self._channel = channel
        self._account = account
        self._callback = callback
        self._intake = intake
        self._mentions = mentions
        self._clock = clock
        self._misfits = Misfits(channel, account, intake=intake, clock=clock, metrics=metrics)
        self._unopened: list[Delivery] = []
        self._ending: set[asyncio.Task[None]] = set()
        self._answered = metrics.callbacks.labels(channel.value, account, "answered")

    async def verify(self, request: web.Request) -> web.Response:
        """Prove to the platform that the address is ours."""
        try:
            echo = self._callback.verify_url(query_of(request), now=self._clock.now())
        except ForgedMessage as error:
            raise self._misfits.forged(error) from None
        return web.Response(text=echo, content_type="text/plain", headers=_NOSNIFF)

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """Take one message in."""
        body = await body_of(request, self._callback.largest_body)
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        delivery = Delivery(query_of(request), body, self._clock.now(), answer)
        self._put(delivery)
        return answered(request, await self._conclude(delivery, answer), now=delivery.now)

    def accept(self, query: Mapping[str, str], body: bytes, exchange: Exchange) -> None:
        """Take one message in that came the short way."""
        answer = _Direct(self, exchange)
        delivery = answer.delivery = Delivery(query, body, self._clock.now(), answer)
        self._put(delivery)

    def end(self, delivery: Delivery, answer: bytes, exchange: Exchange) -> None:
        """Answer at once what came the short way, if nothing must be waited for before."""
        if delivery.mention is not None or not delivery.key or self._intake.is_late(delivery.key):
            self.end_later(delivery, answer, exchange)
        else:
            self._answered.inc()
            exchange.end(written(answer, now=delivery.now))

    def end_later(self, delivery: Delivery, answer: bytes | Exception, exchange: Exchange) -> None:
        """Answer what came the short way as `receive` would, in a task of its own."""
        given: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        if isinstance(answer, bytes):
            given.set_result(answer)
        else:
            given.set_exception(answer)
        task = asyncio.create_task(self._end_later(delivery, given, exchange), name=f"answer {self.path}")
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _end_later(self, delivery: Delivery, answer: asyncio.Future[bytes], exchange: Exchange) -> None:
        try:
            body, status = await self._conclude(delivery, answer), HTTPStatus.OK
        except web.HTTPException as error:
            body, status = (error.text or "").encode(), HTTPStatus(error.status)
        except Exception:
            log.exception("webhook.failed", channel=self._channel.value, account=self._account)
            body, status = b"failed", HTTPStatus.INTERNAL_SERVER_ERROR
        exchange.end(written(body, now=delivery.now, status=status))

    def _put(self, delivery: Delivery) -> None:
        if not self._unopened:
            asyncio.get_running_loop().call_soon(self._open_all)
        self._unopened.append(delivery)

    async def _conclude(self, delivery: Delivery, answer: asyncio.Future[bytes]) -> bytes:
        """Return what a delivery is answered with, after all that must be done before; raise what aiohttp answers."""
        try:
            sealed = await answer
            if delivery.mention is not None:
                await self._mentions(delivery.mention)
        except ForgedMessage as error:
            raise self._misfits.forged(error) from None
        except MalformedMessage as error:
            await self._misfits.keep(error)
            return self._callback.seal(None, "", now=delivery.now)
        except Overloaded:
            self._misfits.count("overloaded")
            raise web.HTTPServiceUnavailable(text="try again") from None
        if not delivery.key:
            self._misfits.count("ignored")
            return sealed
        await self._intake.keep_late(delivery.key)
        self._answered.inc()
        return sealed

    def _open_all(self) -> None:
        """Open what has come in this turn of the loop in one go: the same work again and again finds warm caches."""
        unopened, self._unopened = self._unopened, []
        for delivery in unopened:
            try:
                self._open(delivery)
            except Exception as error:  # noqa: BLE001 -- raised where it is awaited, and the others are opened
                if not delivery.answer.done():
                    delivery.answer.set_exception(error)

    def _open(self, delivery: Delivery) -> None:
        self._take(delivery, self._callback.open(delivery.query, delivery.body, now=delivery.now))

    def _take(self, delivery: Delivery, opened: OpenedCallback) -> None:
        callback, now, inbound = self._callback, delivery.now, opened.inbound
        if inbound.kind is not _IGNORED:
            delivery.key = inbound.key
        if inbound.kind is _IGNORED or inbound.kind is _MENTION:
            delivery.mention = inbound if delivery.key else None
            delivery.answer.set_result(callback.seal(opened, "", now=now))
        else:
            self._intake.take(inbound, lambda text: callback.seal(opened, text, now=now), delivery.answer)


class _Direct:
    """The answer to what came the short way: it leaves as soon as it is known. `delivery` is set by who makes it."""

    __slots__ = ("_account", "_exchange", "_over", "delivery")

    delivery: Delivery

    def __init__(self, account: Account, exchange: Exchange) -> None:
        self._account = account
        self._exchange = exchange
        self._over = False

    def done(self) -> bool:
        """Return whether it was given."""
        return self._over

    def set_result(self, result: bytes, /) -> None:
        """Answer."""
        self._over = True
        self._account.end(self.delivery, result, self._exchange)

    def set_exception(self, exception: Exception, /) -> None:
        """Answer what the error means."""
        self._over = True
        self._account.end_later(self.delivery, exception, self._exchange)
