"""Whose `X-Forwarded-For` is believed: only that of proxies the settings name."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware


def forwarded(trusted: Sequence[IPv4Network | IPv6Network]) -> Middleware:
    """Return a middleware that sets `request.remote` to the nearest address that is not a trusted proxy."""

    def is_trusted(address: str | None) -> bool:
        try:
            parsed = ip_address(address or "")
        except ValueError:
            return False
        return any(parsed in network for network in trusted)

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not is_trusted(request.remote):
            return await handler(request)
        hops = [hop.strip() for hop in ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")]
        nearest = next((hop for hop in reversed(hops) if hop and not is_trusted(hop)), None)
        return await handler(request.clone(remote=nearest) if nearest else request)

    return middleware
