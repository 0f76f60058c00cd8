"""One house for all conversations that need nothing set: the gateway on SQLite and the sandbox, started once."""

import shutil
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from bot.clock import SHANGHAI, MovableClock
from bot.commands.showing import DEMO_CONFIG
from tests.web.gateway.conftest import House

START = datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)
"""A Monday, when somebody is at the office."""
_PLAIN = {"WEIBO__0__DAILY_CALLS": "1000000", "WEIBO__0__MENTIONS": "push", "OUTBOX__POLL": "0.02"}
_SETTINGS: Mapping[str, Mapping[str, str]] = {
    "一分钟 6 条": {"DIALOG__MESSAGES_PER_MINUTE": "6"},
    "一天 2 件": {"DIALOG__PETITIONS_PER_DAY": "2"},
    "通知要同意": {"WECHAT__0__SUBSCRIBE_URL": "https://mp.weixin.qq.com/s/{account}?t={templates}"},
}


@dataclass
class Stay:
    """A house and the settings it was started with."""

    house: House
    config: Path
    settings: Mapping[str, str]

    async def start(self) -> None:
        await self.house.start(config=self.config, **self.settings)

    async def restart(self) -> None:
        """Stop the gateway and start it again on its database; the phones keep what they show."""
        await self.house.stop()
        await self.start()

    async def end(self) -> None:
        await self.house.stop()
        if self.house.sandbox_runner is not None:
            await self.house.sandbox_runner.cleanup()


@dataclass
class Street:
    """Houses by what is set in them, each started when it is first needed."""

    database: Path
    folder: Path
    client: aiohttp.ClientSession
    stays: dict[tuple[str, ...], Stay] = field(default_factory=dict)

    async def stay(self, settings: tuple[str, ...] = ()) -> Stay:
        """Return the house where this is set."""
        if settings not in self.stays:
            folder = self.folder / str(len(self.stays))
            folder.mkdir()
            shutil.copyfile(self.database, folder / "wenqiao.sqlite3")
            house = House(data_dir=folder, database="sqlite", clock=MovableClock(start=START), client=self.client)
            values = _PLAIN | {name: value for one in settings for name, value in _SETTINGS[one].items()}
            config = _without_templates(folder) if "通知要同意" in settings else DEMO_CONFIG
            self.stays[settings] = Stay(house=house, config=config, settings=values)
            await self.stays[settings].start()
        return self.stays[settings]


def _without_templates(folder: Path) -> Path:
    """Write the demo's settings without a category template for every notice."""
    config = folder / "plain.toml"
    text = DEMO_CONFIG.read_text()
    config.write_text(text.replace("[wechat.templates.progress]", "[wechat.templates.review_overdue]"))
    return config


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def street(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Street]:
    async with aiohttp.ClientSession() as client:
        street = Street(database=migrated_sqlite, folder=tmp_path_factory.mktemp("transcripts"), client=client)
        try:
            yield street
        finally:
            for stay in street.stays.values():
                await stay.end()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_house(street: Street) -> House:
    return (await street.stay()).house
