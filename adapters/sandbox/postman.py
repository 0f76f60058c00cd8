"""Posts what a fake platform delivers to the gateway. Knows no platform."""

import asyncio

import aiohttp


class Postman:
    """Posts through one client session, opened with the first delivery."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, body: bytes, *, content_type: str, until: float) -> tuple[int, bytes]:
        """Return status and body of the answer; raise TimeoutError when none came `until` then, by the loop's clock."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
            )
        headers = {"Content-Type": content_type}
        async with (
            asyncio.timeout_at(until),
            self._session.post(url, data=body, allow_redirects=False, headers=headers) as answer,
        ):
            return answer.status, await answer.read()

    async def close(self) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()
