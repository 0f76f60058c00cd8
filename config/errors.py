"""What can be wrong with the settings and the data files: every problem, at once, with its remedy.

The tree::

    GatewayError
    └── ConfigError          something in config does not hold together; `problems` lists all of it
        ├── SettingsError    the settings file or the environment
        └── DirectoryError   the units or the matters

A problem never carries the value it is about: the value may be a secret.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.errors import GatewayError


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing to mend: `name` is the setting (`wechat[0].aes_key`) or the file and entry (`units.toml: zhujian`)."""

    name: str
    what: str
    remedy: str

    def __str__(self) -> str:
        """Return the line an operator reads."""
        return f"{self.name}: {self.what} — {self.remedy}"


class ConfigError(GatewayError):
    """The configuration does not hold together."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class SettingsError(ConfigError):
    """The settings do not hold together."""


class DirectoryError(ConfigError):
    """The units or the matters do not hold together."""
