"""Calls of one account's interfaces: its token, and what each answer means.

A token that the platform rejects is renewed, and the call made once more. A time-out is never repeated: nothing would
tell a second message from the first.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from adapters.platform import CredentialsError, RetryAfter, UnknownOutcome
from adapters.transport import Transport
from adapters.wechat.errcodes import TOKEN_ERRORS, code_of, error_for, error_for_status, read_object
from adapters.wechat.tokens import AccessToken, TokenStore
from bot.clock import Clock

_TOKEN_PATH = "/cgi-bin/stable_token"  # noqa: S105  an address
_TOKEN_CODES = frozenset(map(str, TOKEN_ERRORS))

T = TypeVar("T")


class Calls:
    """Calls with one account's token, to the interfaces at `api_base`."""

    def __init__(
        self,
        *,
        app_id: str,
        app_secret: str,
        api_base: str,
        transport: Transport,
        tokens: TokenStore,
        clock: Clock,
        timeout: float,
    ) -> None:
        self.token = AccessToken(name=f"wechat:{app_id}", store=tokens, clock=clock, fetch=self.fetch_token)
        self._app_id = app_id
        self._app_secret = app_secret
        self._api_base = api_base
        self._transport = transport
        self._timeout = timeout

    async def post(self, path: str, message: Mapping[str, Any]) -> Mapping[str, Any]:
        """Post with the token; return the answer of a call that says it was accepted."""

        async def attempt(token: str) -> Mapping[str, Any]:
            answer = await self._accepted(path, message, token=token)
            if code_of(answer) is None:
                raise UnknownOutcome(f"{path}: an answer without errcode")
            return answer

        return await self.with_token(attempt)

    async def ask(self, path: str, message: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """Return the answer of a call that changes nothing that counts, and only says what has failed."""
        return await self.with_token(lambda token: self._accepted(path, message, token=token))

    async def with_token(self, attempt: Callable[[str], Awaitable[T]]) -> T:
        """Run `attempt`, and once more with a fresh token when the platform rejects the first."""
        token = await self.token.current()
        try:
            return await attempt(token)
        except CredentialsError as error:
            if error.code not in _TOKEN_CODES:
                raise
        return await attempt(await self.token.renewed(rejected=token))

    async def fetch_token(self) -> tuple[str, float]:
        """Ask for a token anew; return it and its seconds to live."""
        request = {"grant_type": "client_credential", "appid": self._app_id, "secret": self._app_secret}
        try:
            return _token_in(await self._call(_TOKEN_PATH, request))
        except UnknownOutcome as error:  # no message was on its way: the caller may simply come again
            raise RetryAfter(str(error), code=error.code) from None

    async def _accepted(self, path: str, message: Mapping[str, Any] | None, *, token: str) -> Mapping[str, Any]:
        answer = await self._call(path, message, params={"access_token": token})
        if code := code_of(answer):
            raise error_for(code, call=path, errmsg=str(answer.get("errmsg", "")))
        return answer

    async def _call(
        self, path: str, message: Mapping[str, Any] | None, *, params: Mapping[str, str] | None = None
    ) -> Mapping[str, Any]:
        """Call; without a message it is a GET."""
        url, method = self._api_base + path, "POST" if message is not None else "GET"
        status, _, body = await self._transport.request(method, url, params=params, json=message, timeout=self._timeout)
        if failure := error_for_status(status, call=path):
            raise failure
        answer = read_object(body)
        if answer is None:
            raise UnknownOutcome(f"{path}: the answer is not a JSON object")
        return answer


def _token_in(answer: Mapping[str, Any]) -> tuple[str, float]:
    if code := code_of(answer):
        raise error_for(code, call=_TOKEN_PATH, errmsg=str(answer.get("errmsg", "")))
    token, seconds = answer.get("access_token"), answer.get("expires_in")
    if not isinstance(token, str) or not token or not isinstance(seconds, int | float) or seconds <= 0:
        raise UnknownOutcome(f"{_TOKEN_PATH}: an answer without a token")
    return token, float(seconds)
