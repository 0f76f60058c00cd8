"""Typed keys of the sandbox's aiohttp application."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web

from adapters.sandbox.feed import Feed
from adapters.sandbox.wechat.world import World
from adapters.sandbox.weibo.world import WeiboWorld
from bot.clock import MovableClock


@dataclass(slots=True)
class Shell:
    """The pages' HTML, rendered once at start, and the files beside them; both by name."""

    pages: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)


CLOCK = web.AppKey("sandbox_clock", MovableClock)
FEED = web.AppKey("sandbox_feed", Feed)
WECHAT = web.AppKey("sandbox_wechat", World)
WEIBO = web.AppKey("sandbox_weibo", WeiboWorld)
SHELL = web.AppKey("sandbox_shell", Shell)
CONSOLE_URL = web.AppKey("sandbox_console_url", str)
ON_CLOCK: web.AppKey[Callable[[datetime], Awaitable[None]] | None] = web.AppKey("sandbox_on_clock")
