"""Files of citizens. Each passes the same check as its petition, and is never served under a name or type of its own.

What is shown is the playable copy (voice as WAV, pictures without what the camera wrote into them). The original is a
download for the office only: it may say where the picture was taken.
"""

import asyncio
from pathlib import Path
from typing import Final

from aiohttp import web

from bot.console import access
from bot.console.settings import MEDIA_ROOT, USER
from bot.console.sheet import file_id, shown_as
from bot.console.views.petition import find
from bot.keys import CLOCK, STORAGE
from bot.petitions.attachment_ports import Attachment, AttachmentState
from bot.petitions.staff_ports import AuditEntry

_COPIES: Final = {
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".ogg": "audio/ogg",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
}
"""The endings of copies that we made, and their types; anything else is a download."""
_DOWNLOAD: Final = "application/octet-stream"
_KEPT_TYPES: Final = frozenset({*_COPIES.values(), "audio/amr", "video/quicktime"})


async def serve(request: web.Request) -> web.StreamResponse:
    """Serve one file, or its original with `?original=1`."""
    found = await find(request)
    files = found.files if found else ()
    file = next((file for file in files if file_id(file.key) == request.match_info["file"]), None)
    return await send(request, file)


async def send(request: web.Request, file: Attachment | None) -> web.StreamResponse:
    """Serve a file that this person may see; who may have originals is decided here."""
    if file is None or file.state is not AttachmentState.STORED:
        raise web.HTTPNotFound
    original = request.query.get("original") == "1" or not (file.playable or shown_as(file))
    if original and not access.sees_originals(request[USER]):
        raise web.HTTPForbidden
    path = await asyncio.to_thread(
        _inside, request.app[MEDIA_ROOT], file.path if original else file.playable or file.path
    )
    if path is None:
        raise web.HTTPNotFound
    if original:
        await _record(request, file)
    return web.FileResponse(path, headers=_headers(file, path, original=original))


def _inside(root: Path, relative: str) -> Path | None:
    """Return the file's path when it is there and lies inside the data directory."""
    path = (root / relative).resolve()
    return path if relative and path.is_relative_to(root.resolve()) and path.is_file() else None


def _headers(file: Attachment, path: Path, *, original: bool) -> dict[str, str]:
    headers = {"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "private, no-store"}
    if original:
        kept = file.content_type if file.content_type in _KEPT_TYPES else _DOWNLOAD
        name = f"{file_id(file.key)}{path.suffix if path.suffix.isascii() else ''}"
        return headers | {"Content-Type": kept, "Content-Disposition": f'attachment; filename="{name}"'}
    shown = _COPIES.get(path.suffix.lower(), "") if file.playable else file.content_type
    if shown in _COPIES.values():
        return headers | {"Content-Type": shown, "Content-Disposition": "inline"}
    return headers | {"Content-Type": _DOWNLOAD, "Content-Disposition": "attachment"}


async def _record(request: web.Request, file: Attachment) -> None:
    entry = AuditEntry(
        at=request.app[CLOCK].now(),
        actor=request[USER].name,
        action="file.original",
        target=file.number or "",
        data={"file": file_id(file.key)},
    )
    async with request.app[STORAGE].begin() as work:
        await work.staff.audit(entry)
        await work.commit()
