"""One house for all conversations: the gateway on SQLite and the sandbox, started once."""

import shutil
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from bot.clock import SHANGHAI, MovableClock
from tests.web.gateway.conftest import House

START = datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)
"""A Monday, when somebody is at the office."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_house(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    folder = tmp_path_factory.mktemp("transcripts")
    shutil.copyfile(migrated_sqlite, folder / "wenqiao.sqlite3")
    async with aiohttp.ClientSession() as client:
        house = House(data_dir=folder, database="sqlite", clock=MovableClock(start=START), client=client)
        try:
            await house.start(WEIBO__0__DAILY_CALLS="1000000", WEIBO__0__MENTIONS="push", OUTBOX__POLL="0.02")
            yield house
        finally:
            await house.stop()
            assert house.sandbox_runner is not None
            await house.sandbox_runner.cleanup()
