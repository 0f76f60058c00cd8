"""One of the two ways to call Weibo: its token, its day's budget, its rests, and what each answer means.

The private messages and the open interfaces have a `Lane` each, as they have tokens and counters of their own. A call
that only reads may be made again whatever happened. One that writes is repeated once, and only after Weibo itself spoke
of a fault of its own; a time-out is never repeated, as nothing would tell the second message from the first. What our
own rights forbid rests (see `standing`), and costs nothing meanwhile.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from adapters.platform import CredentialsError, Refused, RetryAfter, SendError, UnknownOutcome
from adapters.transport import Answer, Transport
from adapters.weibo.budget import CallBudget
from adapters.weibo.errcodes import (
    DELAYED,
    LISTED,
    REPEATED,
    TRANSIENT,
    USER_LIMITS,
    code_of,
    error_for,
    error_for_status,
    read_answer,
)
from adapters.weibo.moments import next_day
from adapters.weibo.standing import WHOLE_LANE, MemoryStanding, Standing, next_rest, scope_of, token_print
from adapters.weibo.tokens import TokenSlot
from bot.clock import Clock

log = structlog.get_logger(__name__)

BUDGET = "budget"
"""The code of a call that was not made because the day's budget is spent."""

_SERVER_ERROR = 500


class Lane:
    """Calls with one token; `name` is that of its budget, and a `budget` of None has no end."""

    def __init__(
        self,
        *,
        name: str,
        slot: TokenSlot,
        transport: Transport,
        clock: Clock,
        budget: CallBudget | None,
        timeout: float,
        repeat_after: float,
        window_codes: Collection[str] = (),
        standing: Standing | None = None,
    ) -> None:
        self.slot = slot
        self.name = name
        self._print = token_print(slot.token)
        self._standing: Standing = MemoryStanding() if standing is None else standing
        self._transport = transport
        self._clock = clock
        self._budget = budget
        self._timeout = timeout
        self._repeat_after = repeat_after
        self._window_codes = frozenset(window_codes)
        self._rest: tuple[datetime, str] | None = None

    async def read(self, url: str, params: Mapping[str, str], *, reserve: int = 0) -> Mapping[str, Any]:
        """GET; return the object answered. Raises any `SendError` but `UnknownOutcome`: nothing was to be delivered."""
        await self.spend(_path(url), reserve=reserve)
        query = {"access_token": self.slot.token, **params}
        try:
            return await self._request("GET", url, params=query)
        except UnknownOutcome as error:
            raise RetryAfter(str(error), code=error.code) from None

    async def ask(self, url: str) -> Mapping[str, Any]:
        """POST the token alone, which changes nothing; as `read`."""
        await self.spend(_path(url), reserve=0)
        try:
            return await self._post(url, {})
        except UnknownOutcome as error:
            raise RetryAfter(str(error), code=error.code) from None

    async def write(self, url: str, form: Mapping[str, str]) -> Mapping[str, Any]:
        """POST as a form, encoded once; return the object answered."""
        await self.spend(_path(url), reserve=0)
        try:
            return await self._post(url, form)
        except (RetryAfter, UnknownOutcome) as error:
            if error.code not in TRANSIENT:
                raise
            return await self._again(url, form, first=error)

    async def _again(self, url: str, form: Mapping[str, str], *, first: SendError) -> Mapping[str, Any]:
        """Repeat once; what may have arrived the first time stays unknown unless Weibo now says so."""
        await self._clock.sleep(self._repeat_after)
        unknown = isinstance(first, UnknownOutcome)
        try:
            await self.spend(_path(url), reserve=0)
            return await self._post(url, form)
        except Refused as error:
            if unknown and error.code in REPEATED:
                return {}  # it had arrived: that is why it is a repeat
            raise (first if unknown else error) from None
        except SendError as error:
            raise (first if unknown or error.code == BUDGET else error) from None

    async def _post(self, url: str, form: Mapping[str, str]) -> Mapping[str, Any]:
        data = {"access_token": self.slot.token, **form}
        fields = await self._request("POST", url, data=data)
        if LISTED in fields:
            raise UnknownOutcome(f"{_path(url)}: a list, where one object is the answer")
        return fields

    async def _request(
        self, method: str, url: str, *, params: Mapping[str, str] | None = None, data: Mapping[str, str] | None = None
    ) -> Mapping[str, Any]:
        """Make one call and read its answer; what it tells of our rights is kept."""
        call = _path(url)
        answer = await self._transport.request(method, url, params=params, data=data, timeout=self._timeout)
        try:
            fields = self.outcome(answer, call=call)
        except CredentialsError as error:
            await self.failed(call, error)
            raise
        await self._worked(call)
        return fields

    async def failed(self, call: str, error: CredentialsError) -> None:
        """Let what `error` is about rest; the error is told how long."""
        now, scope = self._clock.now(), scope_of(error.code, call)
        before = (await self._standing.rests(self.name, now=now)).get(scope)
        if before is not None and before.token == self._print and self._standing.in_force(before, now=now):
            rest = before  # another call failed while this one was on its way
        else:
            rest = next_rest(before, error, token=self._print, now=now)
            await self._standing.put(self.name, scope, rest)
        error.seconds = (rest.until - now).total_seconds()

    async def _worked(self, call: str) -> None:
        known = await self._standing.rests(self.name, now=self._clock.now())
        for scope in (WHOLE_LANE, call):
            if scope in known:
                await self._standing.clear(self.name, scope)

    async def _check_rights(self, call: str, now: datetime) -> None:
        """Raise `CredentialsError` while what `call` needs rests."""
        known = await self._standing.rests(self.name, now=now)
        for scope in (WHOLE_LANE, call):
            rest = known.get(scope)
            if rest is not None and rest.token == self._print and self._standing.in_force(rest, now=now):
                seconds = (rest.until - now).total_seconds()
                raise CredentialsError(f"{self.name} rests", code=rest.code, remedy=rest.remedy, seconds=seconds)

    async def ready(self, call: str) -> None:
        """Raise what stands against a call now, without making or counting one: a missing right, a limit reached."""
        now = self._clock.now()
        await self._check_rights(call, now)
        if self._rest is not None:
            until, code = self._rest
            if now < until:
                raise RetryAfter(f"{self.name} rests", code=code, seconds=(until - now).total_seconds())
            self._rest = None

    async def spend(self, call: str, *, reserve: int) -> None:
        """Take one call from the budget; raise `RetryAfter` or `CredentialsError` when none may be made now."""
        await self.ready(call)
        now = self._clock.now()
        if self._budget is None or await self._budget.spend(self.name, 1, reserve=reserve, now=now):
            return
        seconds = (next_day(now) - now).total_seconds()
        raise RetryAfter(f"{self.name}: the day's calls are spent", code=BUDGET, seconds=seconds)

    def outcome(self, answer: Answer, *, call: str) -> Mapping[str, Any]:
        """Return the object of an accepted call, a list as its `LISTED`; raise what the answer means otherwise.

        Errors come with HTTP 400 and 403 as well as 200, so the code is asked before the status.
        """
        fields = read_answer(answer.body)
        code = code_of(fields) if fields is not None else ""
        if code == DELAYED and fields is not None:
            return fields
        if code and not (code == "?" and answer.status >= _SERVER_ERROR):
            raise self.error(code, call=call)
        if failure := error_for_status(answer.status, call=call):
            raise failure
        if fields is None:
            raise UnknownOutcome(f"{call}: the answer is not a JSON object")
        return fields

    def error(self, code: str, *, call: str) -> SendError:
        """Return the error of a code; the limits of the whole account let the lane rest."""
        now = self._clock.now()
        error = error_for(code, call=call, now=now, window_codes=self._window_codes)
        if code in USER_LIMITS and isinstance(error, RetryAfter) and error.seconds is not None:
            if self._rest is None:
                log.warning("weibo.limited", lane=self.name, code=code, seconds=round(error.seconds))
            self._rest = (now + timedelta(seconds=error.seconds), code)
        return error


def _path(url: str) -> str:
    """Return the last two parts of an address, which name the call."""
    return "/".join(url.rsplit("/", 2)[1:])
