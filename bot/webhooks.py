"""The callback routes: verify, parse, hand to intake, answer.

What the platform sees: 403 for what is not from it, 413 for a body nobody should send, its own word for "nothing to
say" for what was kept without a reply, the sealed reply otherwise. 503 only when nothing could be kept, so that the
platform delivers again. Query strings carry signatures: they never reach a log.

What comes in one turn of the loop is opened together, and answered together after its commit: the same work again and
again finds the processor's caches warm, where the server's own work between two requests would have taken them.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Protocol

import structlog
from aiohttp import hdrs, web

from adapters.platform import Callback, ForgedMessage, MalformedMessage, OpenedCallback
from bot.answers import Answer, written
from bot.answers import answer as answered
from bot.clock import Clock
from bot.connections import Exchange, TakesCallbacks, plain_query
from bot.errors import Overloaded
from bot.messages import Channel, Inbound, InboundKind
from bot.metrics import Metrics
from bot.petitions.turn_ports import RawInbound

log = structlog.get_logger(__name__)


class TakesMessages(Protocol):
    """Intake, as far as callbacks know it."""

    def take(self, inbound: Inbound, seal: Callable[[str], bytes], answer: Answer) -> None:
        """Make a message durable, then set `answer` to what `seal` makes of its words; raise `Overloaded`."""
        ...

    def is_late(self, key: str) -> bool:
        """Return whether a message is answered before it is durable."""
        ...

    async def keep_late(self, key: str) -> None:
        """Keep a message that is answered before it is durable; nothing to do for any other."""
        ...

    async def keep_raw(self, raw: RawInbound) -> None:
        """Keep a body that cannot be understood."""
        ...


TakesMention = Callable[[Inbound], Awaitable[None]]
"""Makes a mention in public durable, or raises `Overloaded`; its answer goes by the outbox."""


class AdmitsPushes(Protocol):
    """Knows what was delivered before, for a platform whose signature does not cover the body."""

    async def admit(self, pushes: Sequence[Any], *, now: datetime) -> Sequence[MalformedMessage | None]:
        """Return for each opened push None, or the error that keeps it from being acted on."""
        ...


class Webhooks:
    """The callbacks of all accounts; the pushes of those with a guard are acted on only when it admits them."""

    def __init__(
        self,
        *,
        callbacks: Mapping[tuple[Channel, str], Callback],
        intake: TakesMessages,
        mentions: TakesMention,
        clock: Clock,
        metrics: Metrics,
        guards: Mapping[tuple[Channel, str], AdmitsPushes] | None = None,
    ) -> None:
        guards = guards or {}
        self._accounts = [
            _Account(
                channel, account, callback=callback, intake=intake, mentions=mentions, clock=clock, metrics=metrics
            )
            if (channel, account) not in guards
            else _GuardedAccount(
                channel,
                account,
                callback=callback,
                intake=intake,
                mentions=mentions,
                clock=clock,
                metrics=metrics,
                guard=guards[channel, account],
            )
            for (channel, account), callback in callbacks.items()
        ]

    def routes(self) -> list[web.RouteDef]:
        """Return the routes to be added to the application: two fixed ones an account, the rest of the paths is 404."""
        return [
            route
            for account in self._accounts
            for route in (
                web.get(account.path, account.verify, allow_head=False),
                web.post(account.path, account.receive),
            )
        ]

    def direct(self) -> Mapping[str, TakesCallbacks]:
        """Return what takes the plain POSTs of each path as soon as they stand ready; as `routes` do in the end."""
        return {account.path: account for account in self._accounts}


_IGNORED, _MENTION = InboundKind.IGNORED, InboundKind.MENTION


@dataclass(slots=True, eq=False)
class _Delivery:
    """One request that waits to be opened, and for its `answer`."""

    query: Mapping[str, str]
    body: bytes
    now: datetime
    answer: Answer
    key: str = ""
    """Of the message inside, once it was opened; '' for one of no use."""
    mention: Inbound | None = None
    """The message inside, if it was said in public."""


class _Account:
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
        self._metrics = metrics
        self._unopened: list[_Delivery] = []
        self._ending: set[asyncio.Task[None]] = set()
        self._answered = metrics.callbacks.labels(channel.value, account, "answered")

    async def verify(self, request: web.Request) -> web.Response:
        """Prove to the platform that the address is ours."""
        try:
            echo = self._callback.verify_url(_query(request), now=self._clock.now())
        except ForgedMessage as error:
            raise self._forged(error) from None
        return web.Response(text=echo, content_type="text/plain", headers=_NOSNIFF)

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """Take one message in."""
        body = await _body(request, self._callback.largest_body)
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        delivery = _Delivery(_query(request), body, self._clock.now(), answer)
        self._put(delivery)
        return answered(request, await self._conclude(delivery, answer), now=delivery.now)

    def accept(self, query: Mapping[str, str], body: bytes, exchange: Exchange) -> None:
        """Take one message in that came the short way."""
        answer = _Direct(self, exchange)
        delivery = answer.delivery = _Delivery(query, body, self._clock.now(), answer)
        self._put(delivery)

    def end(self, delivery: "_Delivery", answer: bytes, exchange: Exchange) -> None:
        """Answer at once what came the short way, if nothing must be waited for before."""
        if delivery.mention is not None or not delivery.key or self._intake.is_late(delivery.key):
            self.end_later(delivery, answer, exchange)
        else:
            self._answered.inc()
            exchange.end(written(answer, now=delivery.now))

    def end_later(self, delivery: "_Delivery", answer: bytes | Exception, exchange: Exchange) -> None:
        """Answer what came the short way as `receive` would, in a task of its own."""
        given: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        if isinstance(answer, bytes):
            given.set_result(answer)
        else:
            given.set_exception(answer)
        task = asyncio.create_task(self._end_later(delivery, given, exchange), name=f"answer {self.path}")
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _end_later(self, delivery: "_Delivery", answer: asyncio.Future[bytes], exchange: Exchange) -> None:
        try:
            body, status = await self._conclude(delivery, answer), HTTPStatus.OK
        except web.HTTPException as error:
            body, status = (error.text or "").encode(), HTTPStatus(error.status)
        except Exception:
            log.exception("webhook.failed", channel=self._channel.value, account=self._account)
            body, status = b"failed", HTTPStatus.INTERNAL_SERVER_ERROR
        exchange.end(written(body, now=delivery.now, status=status))

    def _put(self, delivery: "_Delivery") -> None:
        if not self._unopened:
            asyncio.get_running_loop().call_soon(self._open_all)
        self._unopened.append(delivery)

    async def _conclude(self, delivery: "_Delivery", answer: asyncio.Future[bytes]) -> bytes:
        """Return what a delivery is answered with, after all that must be done before; raise what aiohttp answers."""
        try:
            sealed = await answer
            if delivery.mention is not None:
                await self._mentions(delivery.mention)
        except ForgedMessage as error:
            raise self._forged(error) from None
        except MalformedMessage as error:
            await self._keep(error)
            return self._callback.seal(None, "", now=delivery.now)
        except Overloaded:
            self._count("overloaded")
            raise web.HTTPServiceUnavailable(text="try again") from None
        if not delivery.key:
            self._count("ignored")
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

    def _open(self, delivery: "_Delivery") -> None:
        self._take(delivery, self._callback.open(delivery.query, delivery.body, now=delivery.now))

    def _take(self, delivery: "_Delivery", opened: OpenedCallback) -> None:
        callback, now, inbound = self._callback, delivery.now, opened.inbound
        if inbound.kind is not _IGNORED:
            delivery.key = inbound.key
        if inbound.kind is _IGNORED or inbound.kind is _MENTION:
            delivery.mention = inbound if delivery.key else None
            delivery.answer.set_result(callback.seal(opened, "", now=now))
        else:
            self._intake.take(inbound, lambda text: callback.seal(opened, text, now=now), delivery.answer)

    def _forged(self, error: ForgedMessage) -> web.HTTPForbidden:
        self._count("forged")
        log.warning("webhook.forged", channel=self._channel.value, account=self._account, reason=str(error))
        return web.HTTPForbidden(text="forbidden")

    async def _keep(self, error: MalformedMessage) -> None:
        if error.oversized:
            self._count("oversized")
            raise web.HTTPRequestEntityTooLarge(max_size=0, actual_size=0, text="too large")
        self._count(self._alarmed(error))
        body = error.raw.decode("utf-8", "backslashreplace") if isinstance(error.raw, bytes) else error.raw
        digest = hashlib.sha256(body.encode("utf-8", "backslashreplace")).hexdigest()[:32]
        channel, account = self._channel, self._account
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

    def _alarmed(self, error: MalformedMessage) -> str:
        """Return what to count the body as, after crying out over what a person must look at."""
        where = {"channel": self._channel.value, "account": self._account}
        if getattr(error, "quarantined", False):
            log.error("webhook.quarantined", **where)
            return "quarantined"
        if getattr(error, "switched_to_xml", False):
            log.error("webhook.switched_to_xml", **where)
            return "switched_to_xml"
        return "malformed"

    def _count(self, result: str) -> None:
        self._metrics.callbacks.labels(self._channel.value, self._account, result).inc()


class _GuardedAccount(_Account):
    """The callback of an account with a guard, which is asked once for all pushes that wait."""

    def __init__(self, channel: Channel, account: str, *, guard: AdmitsPushes, **parts: Any) -> None:  # noqa: ANN401
        super().__init__(channel, account, **parts)
        self._guard = guard
        self._unadmitted: list[tuple[_Delivery, OpenedCallback]] = []
        self._admitting: asyncio.Task[None] | None = None

    def _open(self, delivery: _Delivery) -> None:
        opened = self._callback.open(delivery.query, delivery.body, now=delivery.now)
        self._unadmitted.append((delivery, opened))
        if self._admitting is None:
            self._admitting = asyncio.create_task(self._admit_all(), name=f"guard {self.path}")

    async def _admit_all(self) -> None:
        """Ask the guard until nothing waits; one task at a time, so that order is kept."""
        while self._unadmitted:
            waiting, self._unadmitted = self._unadmitted, []
            errors: Sequence[Exception | None]
            try:
                errors = await self._guard.admit([opened for _, opened in waiting], now=self._clock.now())
            except Exception as failure:  # noqa: BLE001 -- raised where each of them is awaited
                errors = [failure] * len(waiting)
            for (delivery, opened), error in zip(waiting, errors, strict=True):
                self._admit(delivery, opened, error)
        self._admitting = None

    def _admit(self, delivery: _Delivery, opened: OpenedCallback, error: Exception | None) -> None:
        if error is None:
            try:
                self._take(delivery, opened)
            except Exception as failure:  # noqa: BLE001 -- raised where it is awaited
                error = failure
        if error is not None and not delivery.answer.done():
            delivery.answer.set_exception(error)


class _Direct:
    """The answer to what came the short way: it leaves as soon as it is known. `delivery` is set by who makes it."""

    __slots__ = ("_account", "_exchange", "_over", "delivery")

    delivery: _Delivery

    def __init__(self, account: _Account, exchange: Exchange) -> None:
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


def _query(request: web.Request) -> Mapping[str, str]:
    """Return the query's fields; those of a real callback need no decoding, and then none is done."""
    fields = plain_query(request.rel_url.raw_query_string)
    return request.query if fields is None else fields


async def _body(request: web.Request, largest: int) -> bytes:
    """Read the body; of one that is too large (also: packed, and large when unpacked) only enough to tell."""
    announced, content = request.content_length, request.content
    if announced is not None and announced > largest:
        return bytes(largest + 1)
    if announced is not None and hdrs.CONTENT_ENCODING not in request.headers:
        return content.read_nowait() if content.is_eof() else await content.read()
    chunks, size = [], 0
    async for chunk in content.iter_any():
        chunks.append(chunk)
        size += len(chunk)
        if size > largest:
            break
    return b"".join(chunks)


_NOSNIFF = {"X-Content-Type-Options": "nosniff"}
