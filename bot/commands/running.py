"""What all commands share: loading the office, running a coroutine, and failing in one plain sentence."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
import uvloop

from bot.app.logs import configure_logs
from bot.app.office import Office, load_office
from bot.errors import GatewayError
from config.errors import ConfigError
from storage.engine import SqlStorage

T = TypeVar("T")

Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings; what FILE does not name comes from config/gateway.toml."),
]

WRONG_SETTINGS = 2
FAILED = 1


def office_of(config: Path | None, extra: Mapping[str, str] | None = None) -> Office:
    """Load the office, or end the command with the whole list of problems."""
    try:
        return load_office(config, environ={**os.environ, **(extra or {})})
    except ConfigError as error:
        end(str(error), code=WRONG_SETTINGS)


def run(main: Callable[[], Coroutine[Any, Any, T]], *, readable_logs: bool | None = None) -> T:
    """Run a coroutine to its end; an error of the gateway ends the command with its message."""
    configure_logs(readable=readable_logs)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(main())
    except GatewayError as error:
        end(str(error))


def end(message: str, *, code: int = FAILED) -> NoReturn:
    """Say why, and end."""
    print(message, file=sys.stderr)
    raise typer.Exit(code)


@asynccontextmanager
async def storage_of(office: Office) -> AsyncIterator[SqlStorage]:
    """Open the office's database for one command."""
    storage = await SqlStorage.open(office.settings.database_url)
    try:
        yield storage
    finally:
        await storage.close()
