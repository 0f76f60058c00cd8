"""Fetches the files that citizens send: by the id of a private message's file, or a post's picture by its address."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from adapters.files import better_first, content_type, is_allowed, is_at, is_text
from adapters.platform import FetchedMedia, Refused, RetryAfter, UnknownOutcome
from adapters.transport import Answer, Transport
from adapters.weibo.calls import Lane
from bot.messages import MediaRef

PICTURE_HOSTS = (".sinaimg.cn",)
"""Host suffixes at which the pictures of posts lie."""
_GONE = frozenset({404, 410})


class Files:
    """The files of one account, which come with the token of its private `messages`; pictures from `hosts` without."""

    def __init__(
        self,
        messages: Lane,
        *,
        upload_base: str,
        api_base: str,
        transport: Transport,
        hosts: tuple[str, ...],
        timeout: float,
    ) -> None:
        self._messages = messages
        self._upload = upload_base
        self._api = api_base
        self._transport = transport
        self._hosts = hosts
        self._timeout = timeout

    async def fetch(self, media: MediaRef, target: Path) -> FetchedMedia:
        """Download to `target`, the better form first; `Refused` when the platform no longer has any."""
        return await better_first(media, lambda media_id: self._one(media_id, target))

    async def _one(self, media_id: str, target: Path) -> FetchedMedia:
        if not _is_address(media_id):
            params = {"access_token": self._messages.slot.token, "fid": media_id}
            return await self._download(self._upload + "/2/mss/msget", target, params=params)
        if not is_allowed(media_id, hosts=self._hosts, api_base=self._api):
            raise Refused("the picture lies at a host that is not allowed")
        return await self._download(media_id, target, public_only=not is_at(media_id, api_base=self._api))

    async def _download(
        self, url: str, target: Path, *, params: Mapping[str, str] | None = None, public_only: bool = False
    ) -> FetchedMedia:
        """Return the file; a body that is text is an error, and removed. The token's address never leaves this call."""
        try:
            got = await self._transport.download(
                url, target, params=params, timeout=self._timeout, public_only=public_only
            )
            if got.status == 200 and got.size and not is_text(got.head):  # noqa: PLR2004  the one status with a file
                kind = content_type(got.head)
                return FetchedMedia(path=target, size=got.size, sha256=got.sha256, content_type=kind)
            await asyncio.to_thread(target.unlink)
            if got.status in _GONE or (public_only and got.status < 500):  # noqa: PLR2004  a picture's host, not Weibo's
                raise Refused("the file is gone", code=f"http {got.status}")
            self._messages.outcome(Answer(status=got.status, headers=got.headers, body=got.head), call="mss/msget")
        except UnknownOutcome as error:  # nothing of ours was to be delivered, so asking again is harmless
            raise RetryAfter(str(error), code=error.code) from None
        raise RetryAfter("mss/msget: the answer is no file")


def _is_address(media_id: str) -> bool:
    """Tell whether a `MediaRef` names a picture by its address, as posts do; else it is a `tovfid`."""
    return media_id.startswith(("http://", "https://"))
