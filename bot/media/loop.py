"""The evidence fetcher: claims wanted files, downloads them at once, makes the copy staff look at.

Platforms keep what a citizen sends for three days only. A file the platform no longer has is marked lost with the
reason; everything else is tried again, with growing waits, until those three days are over.
"""

import asyncio
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import structlog

from adapters.platform import FetchedMedia, Platform, Refused, SendError, UnreachableCitizen
from bot.clock import Clock, local
from bot.doze import Doze
from bot.media.playable import Unplayable, make_playable
from bot.messages import Channel, CitizenRef, MediaRef
from bot.metrics import Metrics
from bot.petitions.attachment_ports import Attachment, AttachmentState
from bot.petitions.ports import Storage, StorageUnavailable

log = structlog.get_logger(__name__)

KEPT_BY_PLATFORM = timedelta(days=3)
_LEASE = timedelta(minutes=5)
_FIRST_WAIT = timedelta(seconds=10)
_LONGEST_WAIT = timedelta(hours=1)
_DOUBLINGS = 10
"""More than it takes to the longest wait; the forty-third would be more than a timedelta can hold."""

_SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/bmp": ".bmp",
    "audio/amr": ".amr",
    "audio/amr-wb": ".amr",
    "audio/silk": ".silk",
    "audio/mpeg": ".mp3",
    "audio/wav": ".wav",
    "video/mp4": ".mp4",
}


class MediaLoop:
    """Fetches; files lie under `root` by month and random name, and only the database knows whose they are."""

    def __init__(
        self,
        *,
        storage: Storage,
        platforms: Mapping[tuple[Channel, str], Platform],
        clock: Clock,
        metrics: Metrics,
        root: Path,
        poll: float = 5.0,
        at_once: int = 4,
    ) -> None:
        self._storage = storage
        self._platforms = platforms
        self._clock = clock
        self._metrics = metrics
        self._root = root
        self._at_once = at_once
        self._doze = Doze(clock, seconds=poll)

    def wake(self) -> None:
        """Look at once: something was attached."""
        self._doze.wake()

    async def run(self) -> None:
        """Fetch for ever."""
        while True:
            self._doze.over()
            try:
                while claimed := await self._claim():
                    await asyncio.gather(*(self._fetch(attachment) for attachment in claimed))
            except StorageUnavailable:
                log.warning("media.database_away")
            except Exception:
                log.exception("media.round_failed")
            await self._doze.doze()

    async def _claim(self) -> Iterable[Attachment]:
        now = self._clock.now()
        async with self._storage.begin() as work:
            claimed = await work.attachments.claim(now=now, lease=now + _LEASE, limit=self._at_once)
            await work.commit()
        return claimed

    async def _fetch(self, attachment: Attachment) -> None:
        ref = CitizenRef.parse(attachment.citizen)
        platform = self._platforms.get((ref.channel, ref.account))
        if platform is None:
            await self._store(self._lost(attachment, "no such account in the settings"))
            return
        folder = self._root / "media" / f"{local(self._clock.now()):%Y-%m}"
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        target = folder / uuid.uuid4().hex
        media = MediaRef(kind=attachment.kind, media_id=attachment.media_id, better_id=attachment.better_id)
        try:
            fetched = await platform.fetch(media, target)
        except (Refused, UnreachableCitizen) as error:
            await self._store(self._lost(attachment, str(error)))
        except SendError as error:
            await self._store(self._again(attachment, str(error)))
        except Exception as error:
            log.exception("media.fetch_failed", key=attachment.key)
            await self._store(self._again(attachment, type(error).__name__))
        else:
            await self._store(await self._kept(attachment, fetched))

    async def _kept(self, attachment: Attachment, fetched: FetchedMedia) -> Attachment:
        suffix = _SUFFIXES.get(fetched.content_type, ".bin")
        path = await asyncio.to_thread(fetched.path.rename, fetched.path.with_suffix(suffix))
        playable, detail = None, ""
        try:
            playable = await asyncio.to_thread(make_playable, path, fetched.content_type)
        except Unplayable as error:
            detail = f"no playable copy: {error}"
            log.warning("media.unplayable", key=attachment.key, content_type=fetched.content_type)
        return replace(
            attachment,
            state=AttachmentState.STORED,
            path=str(path.relative_to(self._root)),
            playable=str(playable.relative_to(self._root)) if playable else "",
            content_type=fetched.content_type,
            size=fetched.size,
            sha256=fetched.sha256,
            attempts=attachment.attempts + 1,
            next_at=None,
            detail=detail,
        )

    def _lost(self, attachment: Attachment, detail: str) -> Attachment:
        return replace(
            attachment,
            state=AttachmentState.LOST,
            attempts=attachment.attempts + 1,
            next_at=None,
            detail=detail,
        )

    def _again(self, attachment: Attachment, detail: str) -> Attachment:
        now = self._clock.now()
        next_at = now + min(_FIRST_WAIT * 2 ** min(attachment.attempts, _DOUBLINGS), _LONGEST_WAIT)
        if next_at > attachment.received_at + KEPT_BY_PLATFORM:
            return self._lost(attachment, detail)
        return replace(attachment, attempts=attachment.attempts + 1, next_at=next_at, detail=detail)

    async def _store(self, attachment: Attachment) -> None:
        async with self._storage.begin() as work:
            await work.attachments.update(attachment)
            await work.commit()
        result = attachment.state.value if attachment.state is not AttachmentState.WANTED else "retry"
        self._metrics.media.labels(result).inc()
