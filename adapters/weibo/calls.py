"""One of the two ways to call Weibo: its token, its day's budget, its rests, and what each answer means.

The private messages and the open interfaces have a `Lane` each, as they have tokens and counters of their own. A call
that only reads may be made again whatever happened. One that writes is repeated once, and only after Weibo itself spoke
of a fault of its own; a time-out is never repeated, as nothing would tell the second message from the first.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from adapters.platform import Refused, RetryAfter, SendError, UnknownOutcome
from adapters.transport import Answer, Transport
from adapters.weibo.budget import CallBudget
from adapters.weibo.errcodes import (
    DELAYED,
    REPEATED,
    TRANSIENT,
    USER_LIMITS,
    code_of,
    error_for,
    error_for_status,
)
from adapters.weibo.media import LISTED, read_answer
from adapters.weibo.moments import next_day
from adapters.weibo.tokens import TokenSlot
from bot.clock import Clock

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
    ) -> None:
        self.slot = slot
        self._name = name
        self._transport = transport
        self._clock = clock
        self._budget = budget
        self._timeout = timeout
        self._repeat_after = repeat_after
        self._window_codes = frozenset(window_codes)
        self._rest: tuple[datetime, str] | None = None

    async def read(self, url: str, params: Mapping[str, str], *, reserve: int = 0) -> Mapping[str, Any]:
        """GET; return the object answered. Raises any `SendError` but `UnknownOutcome`: nothing was to be delivered."""
        await self.spend(reserve=reserve)
        query = {"access_token": self.slot.token, **params}
        try:
            answer = await self._transport.request("GET", url, params=query, timeout=self._timeout)
            return self.outcome(answer, call=_path(url))
        except UnknownOutcome as error:
            raise RetryAfter(str(error), code=error.code) from None

    async def ask(self, url: str) -> Mapping[str, Any]:
        """POST the token alone, which changes nothing; as `read`."""
        await self.spend(reserve=0)
        try:
            return await self._post(url, {})
        except UnknownOutcome as error:
            raise RetryAfter(str(error), code=error.code) from None

    async def write(self, url: str, form: Mapping[str, str]) -> Mapping[str, Any]:
        """POST as a form, encoded once; return the object answered."""
        await self.spend(reserve=0)
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
            await self.spend(reserve=0)
            return await self._post(url, form)
        except Refused as error:
            if unknown and error.code in REPEATED:
                return {}  # it had arrived: that is why it is a repeat
            raise (first if unknown else error) from None
        except SendError as error:
            raise (first if unknown or error.code == BUDGET else error) from None

    async def _post(self, url: str, form: Mapping[str, str]) -> Mapping[str, Any]:
        data = {"access_token": self.slot.token, **form}
        answer = await self._transport.request("POST", url, data=data, timeout=self._timeout)
        fields = self.outcome(answer, call=_path(url))
        if LISTED in fields:
            raise UnknownOutcome(f"{_path(url)}: a list, where one object is the answer")
        return fields

    async def spend(self, *, reserve: int) -> None:
        """Take one call from the budget; raise `RetryAfter` when the lane rests or none may be taken."""
        now = self._clock.now()
        if self._rest is not None:
            until, code = self._rest
            if now < until:
                raise RetryAfter(f"{self._name} rests", code=code, seconds=(until - now).total_seconds())
            self._rest = None
        if self._budget is None or await self._budget.spend(self._name, 1, reserve=reserve, now=now):
            return
        seconds = (next_day(now) - now).total_seconds()
        raise RetryAfter(f"{self._name}: the day's calls are spent", code=BUDGET, seconds=seconds)

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
            self._rest = (now + timedelta(seconds=error.seconds), code)
        return error


def _path(url: str) -> str:
    """Return the last two parts of an address, which name the call."""
    return "/".join(url.rsplit("/", 2)[1:])
