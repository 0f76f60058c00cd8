"""A running demo on a fixed Friday morning, a citizen's phone, and desks at the console."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.acceptance.phone import Phone
from tests.acceptance.processes import Running, demo

FRIDAY = "2026-11-20T10:00:00"
"""Seven working days on, 1 December, lie a weekend and no holiday between."""


@pytest.fixture
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    """A demo, started warm unless the test's parameter says otherwise."""
    with demo(tmp_path, at=FRIDAY, cold=getattr(request, "param", False)) as server:
        yield server


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def phone(running: Running, http: aiohttp.ClientSession) -> Phone:
    return Phone(running.url, "oStory_00000000000000000001", http)
