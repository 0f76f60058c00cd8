"""The style sheet and the scripts, read once at start and served from memory."""

import asyncio
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import web

_FOLDER: Final = Path(__file__).parent.parent / "static"
_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file: its bytes, its type, and a tag that changes with it."""

    body: bytes
    content_type: str
    tag: str


ASSETS: web.AppKey[dict[str, Asset]] = web.AppKey("console_assets")


def _read() -> dict[str, Asset]:
    return {
        path.name: Asset(
            body=path.read_bytes(),
            content_type=_TYPES[path.suffix],
            tag=hashlib.sha256(path.read_bytes()).hexdigest()[:16],
        )
        for path in _FOLDER.iterdir()
        if path.suffix in _TYPES
    }


def set_up(app: web.Application) -> None:
    """Load the files when the application starts."""
    assets: dict[str, Asset] = {}
    app[ASSETS] = assets

    async def load(_app: web.Application) -> None:
        assets.update(await asyncio.to_thread(_read))

    app.on_startup.append(load)


async def serve(request: web.Request) -> web.StreamResponse:
    """Serve one file; a browser that has it already is told so."""
    asset = request.app[ASSETS].get(request.match_info["name"])
    if asset is None:
        raise web.HTTPNotFound
    headers = {"ETag": f'"{asset.tag}"', "Cache-Control": "public, max-age=300"}
    if any(tag.value == asset.tag for tag in request.if_none_match or ()):
        return web.Response(status=web.HTTPNotModified.status_code, headers=headers)
    return web.Response(body=asset.body, content_type=asset.content_type, charset="utf-8", headers=headers)
