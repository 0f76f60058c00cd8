"""The floor: an aiohttp handler on uvloop that reads a callback's body and answers `success`."""

import sys

import uvloop
from aiohttp import web


async def answer(request: web.Request) -> web.Response:
    """Read and answer."""
    await request.read()
    return web.Response(body=b"success", content_type="text/plain")


def main(port: int) -> None:
    """Serve until killed."""
    app = web.Application()
    app.add_routes([web.post("/callback/{channel}/{account}", answer), web.get("/healthz", answer)])
    uvloop.install()
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None)


if __name__ == "__main__":
    main(int(sys.argv[1]))
