"""The settings of a running gateway: read, merged, validated; every problem told at once.

What FILE names wins over the shipped `gateway.toml`, the environment wins over both. Plain pydantic models do the
checking; pydantic-settings is not used, because it stops at the first variable it cannot read, knows no index into an
array of tables, and looks at the process's environment by itself. Imports no adapter and opens nothing but TOML files.

No message here carries a value: it may be a secret.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from config.accounts import WeChatAccount, WeiboAccount
from config.errors import Problem, SettingsError
from config.faults import validated
from config.sections import (
    Console,
    Database,
    Dialog,
    Files,
    Intake,
    Office,
    Outbox,
    Person,
    Phrases,
    Redis,
    Section,
    SecureCookie,
    Server,
    Storage,
)
from config.sources import lay_environment, merge, read_toml

SHIPPED = Path(__file__).with_name("gateway.toml")
"""The settings file that comes with the package."""

SQLITE_NAME = "wenqiao.sqlite3"


class Settings(Section):
    """Everything that can be set. Safe to show: `repr`, `str` and `model_dump` mask what is secret."""

    server: Server = Server()
    database: Database = Database()
    redis: Redis = Redis()
    storage: Storage = Field(default_factory=Storage)
    intake: Intake = Intake()
    dialog: Dialog = Dialog()
    phrases: Phrases = Phrases()
    outbox: Outbox = Outbox()
    console: Console = Console()
    person: Person = Person()
    office: Office
    files: Files
    wechat: tuple[WeChatAccount, ...] = ()
    weibo: tuple[WeiboAccount, ...] = ()

    @property
    def database_url(self) -> str:
        """The URL to open the store with, password and all: never log it."""
        return self.database.url.get_secret_value() or f"sqlite+aiosqlite:///{self.storage.data_dir / SQLITE_NAME}"

    @property
    def uses_sqlite(self) -> bool:
        """Whether the store is the SQLite file in data_dir."""
        return not self.database.url.get_secret_value()

    @property
    def database_shown(self) -> str:
        """The URL of the store for people and logs."""
        return masked_url(self.database_url)

    @property
    def secure_cookie(self) -> bool:
        """Whether the console's cookie is for https only."""
        match self.console.secure_cookie:
            case SecureCookie.AUTO:
                return self.server.public_url.startswith("https://")
            case SecureCookie.ALWAYS | SecureCookie.NEVER as fixed:
                return fixed is SecureCookie.ALWAYS


def load_settings(path: Path | None, *, environ: Mapping[str, str]) -> Settings:
    """Read FILE over the shipped settings, the environment over both; raise `SettingsError` with all that is wrong."""
    problems: list[Problem] = []
    table = lay_environment(_read(path, problems), environ, problems)
    settings = validated(Settings, table, problems)
    problems += _across(table)
    if settings is None or problems:
        raise SettingsError(problems)
    return settings


def config_paths(path: Path | None, *, environ: Mapping[str, str]) -> Files:
    """Return where the other data files lie, without asking anything of the rest of the settings.

    Each is found from the folder of the file that names it (from the working directory, when the environment does);
    one that FILE does not name is the shipped one.
    """
    problems: list[Problem] = []
    table = lay_environment(_read(path, problems), environ, problems).get("files", {})
    names = {name: table[name] for name in Files.model_fields if name in table} if isinstance(table, dict) else {}
    found = validated(_OnlyFiles, {"files": names}, problems)
    if found is None or problems:
        raise SettingsError(problems)
    return found.files


def check_processes(settings: Settings, processes: int) -> tuple[Problem, ...]:
    """Return what stands against running so many processes on these settings."""
    if processes < 1:
        return (Problem(name="--processes", what="is less than one", remedy="leave it out, or write 1 or more"),)
    if processes == 1:
        return ()
    found = []
    if settings.uses_sqlite:
        remedy = "set it to postgresql+asyncpg://…, or run one process"
        found.append(Problem(name="database.url", what=f"SQLite cannot serve {processes} processes", remedy=remedy))
    if not settings.redis.url.get_secret_value():
        remedy = "set it to redis://…, or run one process"
        found.append(Problem(name="redis.url", what=f"{processes} processes need a Redis to share", remedy=remedy))
    return tuple(found)


def masked_url(url: str) -> str:
    """Return the URL with its password and query replaced by ***."""
    return re.sub(r"\?.*", "?***", re.sub(r"(?<=://)([^:/@]*):.*@", r"\1:***@", url))


class _OnlyFiles(Section):
    files: Files


def _read(path: Path | None, problems: list[Problem]) -> dict[str, Any]:
    shipped = _rooted(read_toml(SHIPPED, problems), SHIPPED)
    return merge(shipped, _rooted(read_toml(path, problems), path)) if path else shipped


def _rooted(table: dict[str, Any], path: Path) -> dict[str, Any]:
    """Make the paths in [files] absolute, from the folder of the file that names them."""
    files = table.get("files")
    if not isinstance(files, dict):
        return table
    folder = path.absolute().parent
    return table | {"files": {k: str(folder / v) if isinstance(v, str) and v else v for k, v in files.items()}}


def _across(table: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong between entries; works on raw values, so that it is told along with the rest."""
    for platform in ("wechat", "weibo"):
        array = table.get(platform)
        entries = array if isinstance(array, list) else []
        names = [entry.get("account") if isinstance(entry, dict) else None for entry in entries]
        counts = Counter(name for name in names if isinstance(name, str) and name)
        for account in (name for name, count in counts.items() if count > 1):
            index = len(names) - 1 - names[::-1].index(account)
            remedy = "give each account a name of its own"
            yield Problem(name=f"{platform}[{index}].account", what="is the name of another account too", remedy=remedy)
