"""The office of the demo for tests that start many gateways: what its files say is read once, settings each time."""

import functools
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bot.app.office import Office, load_office
from bot.commands.showing import DEMO_CONFIG
from config.settings import load_settings

_PLACES = ("__DATA_DIR", "__URL", "_BASE")
"""How the names of the settings end that say where a test's own folders and servers are: no file depends on them."""


def office_at(config: Path, environ: Mapping[str, str]) -> Office:
    """Return what `load_office` does; all that is not settings is shared, and nobody changes it."""
    if config != DEMO_CONFIG:
        return load_office(config, environ=environ)
    office = _read(frozenset((name, value) for name, value in environ.items() if not name.endswith(_PLACES)))
    return replace(office, settings=load_settings(config, environ=environ))


@functools.cache
def _read(environ: frozenset[tuple[str, str]]) -> Office:
    return load_office(DEMO_CONFIG, environ=dict(environ))
