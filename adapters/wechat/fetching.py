"""Fetches the files that citizens send: by media id, or from the address that stands in place of a video."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from adapters.files import better_first, content_type, is_allowed, is_at, is_text
from adapters.platform import FetchedMedia, Refused, RetryAfter, UnknownOutcome
from adapters.transport import Download, Transport
from adapters.wechat.calls import Calls
from adapters.wechat.errcodes import code_of, error_for, error_for_status, read_object
from bot.messages import MediaRef

VIDEO_HOSTS = (".qq.com", ".weixin.qq.com", ".qpic.cn")
"""Host suffixes a `video_url` may point to; the real list is not published."""


class Files:
    """The files of one account; a video may also lie at `video_hosts`."""

    def __init__(
        self,
        calls: Calls,
        *,
        api_base: str,
        transport: Transport,
        video_hosts: tuple[str, ...],
        timeout: float,
        largest: int,
    ) -> None:
        self._calls = calls
        self._api_base = api_base
        self._transport = transport
        self._video_hosts = video_hosts
        self._timeout = timeout
        self._largest = largest

    async def fetch(self, media: MediaRef, target: Path) -> FetchedMedia:
        """Download to `target`, the better form first; `Refused` when the platform no longer has any."""
        return await better_first(media, lambda media_id: self._one(media_id, target))

    async def _one(self, media_id: str, target: Path) -> FetchedMedia:
        async def attempt(token: str) -> Download | str:
            params = {"access_token": token, "media_id": media_id}
            return await self._download(self._api_base + "/cgi-bin/media/get", target, params=params)

        try:
            got = await self._calls.with_token(attempt)
            if isinstance(got, str):
                got = await self._video(got, target)
        except UnknownOutcome as error:  # nothing of ours was to be delivered, so asking again is harmless
            raise RetryAfter(str(error), code=error.code) from None
        return FetchedMedia(path=target, size=got.size, sha256=got.sha256, content_type=content_type(got.head))

    async def _video(self, url: str, target: Path) -> Download:
        if not is_allowed(url, hosts=self._video_hosts, api_base=self._api_base):
            raise Refused("media/get: the video lies at a host that is not allowed")
        got = await self._download(url, target, public_only=not is_at(url, api_base=self._api_base))
        if isinstance(got, str):
            raise Refused("media/get: the video is again only an address")
        return got

    async def _download(
        self, url: str, target: Path, *, params: Mapping[str, str] | None = None, public_only: bool = False
    ) -> Download | str:
        """Return the file, or the `video_url` given in its place; a body that is text is an error, and removed."""
        got = await self._transport.download(
            url,
            target,
            params=params,
            timeout=self._timeout,
            max_bytes=self._largest,
            public_only=public_only,
        )
        failure = error_for_status(got.status, call="media/get")
        if failure is None and got.size and not is_text(got.head):
            return got
        await asyncio.to_thread(target.unlink)
        if failure is not None:
            raise failure
        answer = read_object(got.head)
        if answer is None:
            raise UnknownOutcome("media/get: the answer is no file")
        if code := code_of(answer):
            raise error_for(code, call="media/get", errmsg=str(answer.get("errmsg", "")))
        address = answer.get("video_url")
        if not isinstance(address, str) or not address:
            raise UnknownOutcome("media/get: the answer is no file")
        return address
