"""Health and metrics: `/healthz` (the process), `/readyz` (what it needs), `/metrics` (Prometheus)."""

from collections.abc import Awaitable, Callable, Mapping

import structlog
from aiohttp import web

from bot.metrics import Metrics

log = structlog.get_logger(__name__)

Check = Callable[[], Awaitable[None]]
"""Raises when what it looks at does not work."""


def health_routes(*, checks: Mapping[str, Check], metrics: Metrics) -> list[web.RouteDef]:
    """Return the routes; `/readyz` answers 503 and the names of what failed, never why: that is in the log."""

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readyz(_request: web.Request) -> web.Response:
        results = {name: await _passes(name, check) for name, check in checks.items()}
        ready = all(results.values())
        body = {"status": "ok" if ready else "unavailable", "checks": results}
        return web.json_response(body, status=200 if ready else 503)

    async def show_metrics(_request: web.Request) -> web.Response:
        return web.Response(body=metrics.text(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    return [web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", show_metrics)]


async def _passes(name: str, check: Check) -> bool:
    try:
        await check()
    except Exception:
        log.exception("health.not_ready", check=name)
        return False
    return True
