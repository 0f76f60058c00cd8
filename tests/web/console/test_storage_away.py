"""The database is away: a plain page and no trace of what was asked."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.clock import SystemClock
from bot.console.routes import console_app
from bot.console.settings import ConsoleSettings
from bot.petitions.ports import StorageUnavailable
from bot.petitions.service import PetitionService
from tests.phrasing import CHINESE
from tests.terms import terms_of


class Away:
    """A storage that is never there."""

    def begin(self):
        raise StorageUnavailable

    def read(self):
        raise StorageUnavailable

    def batch(self):
        raise StorageUnavailable

    async def check(self):
        raise StorageUnavailable


class Broken(Away):
    """A storage with a fault of our own."""

    def read(self):
        raise ZeroDivisionError("secret words of a citizen")


@pytest.mark.parametrize(
    ("storage", "status", "said"), [(Away(), 503, "数据库暂时连不上"), (Broken(), 500, "这一页没能打开")]
)
async def test_a_plain_page_says_so(storage, status, said):
    roof = web.Application()
    roof.add_subapp(
        "/console/",
        console_app(
            storage=storage,
            service=PetitionService(storage, units=(), office="办公室", terms_of=terms_of, on_commit=lambda: None),
            clock=SystemClock(),
            settings=ConsoleSettings(office="办公室", secure_cookie=True),
            phrasing=CHINESE,
            suggest=lambda _words: (),
            media_root=storage,
        ),
    )
    async with TestClient(TestServer(roof)) as client:
        response = await client.get("/console/", headers={"Cookie": "wenqiao_console=x"})
        html = await response.text()
        assert (response.status, said in html, "secret" in html, "Traceback" in html) == (status, True, False, False)
        assert response.headers["Content-Security-Policy"].startswith("default-src 'self'")
        response = await client.get("/console/login")
        assert (response.status, response.cookies["wenqiao_visitor"]["secure"]) == (200, True)
