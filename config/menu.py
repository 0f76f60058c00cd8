"""The bottom menu of the WeChat accounts, read from `menu.toml` and checked against the platform's limits.

Which keys the dialog understands is told by the caller: this module knows no dialog. How many buttons WeChat takes and
how long their names and addresses may be is not confirmed, so `[limits]` in the file says it; WeChat's own refusals are
its codes 40016 to 40020 and 40027.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from config.errors import DirectoryError, Problem
from config.faults import validated
from config.sections import Section
from config.sources import read_toml
from config.values import Words, some, web_address


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuButton:
    """One button: either `key`, or `url`, or `buttons` below it."""

    name: str
    key: str = ""
    url: str = ""
    buttons: tuple["MenuButton", ...] = ()


def load_menu(path: Path, *, keys: Collection[str]) -> tuple[MenuButton, ...]:
    """Read the menu; raise `DirectoryError` with everything that is wrong. `keys` are those the dialog understands."""
    problems: list[Problem] = []
    table = read_toml(path, problems)
    file = validated(_MenuFile, table, problems, file=path.name) if not problems else None
    if file is not None:
        problems += _faults(file, keys, path.name)
    if file is None or problems:
        raise DirectoryError(problems)
    return tuple(
        MenuButton(name=top.name, key=top.key, url=top.url, buttons=tuple(_sub(one) for one in top.buttons))
        for top in file.button
    )


class _Sub(Section):
    name: Words
    key: str = ""
    url: str = ""


class _Top(_Sub):
    buttons: tuple[_Sub, ...] = ()


class _Limits(Section):
    """What WeChat takes, as far as is known."""

    buttons: int = Field(default=3, ge=1, le=20)
    buttons_below: int = Field(default=5, ge=1, le=20)
    name_bytes: int = Field(default=16, ge=3, le=256)
    name_bytes_below: int = Field(default=60, ge=3, le=256)
    url_bytes: int = Field(default=1024, ge=16, le=8192)


class _MenuFile(Section):
    limits: _Limits = Field(default_factory=_Limits)
    button: Annotated[tuple[_Top, ...], AfterValidator(some)]


def _sub(button: _Sub) -> MenuButton:
    return MenuButton(name=button.name, key=button.key, url=button.url)


def _faults(menu: _MenuFile, keys: Collection[str], file: str) -> Iterator[Problem]:
    limits = menu.limits
    yield from _too_many(f"{file}: button", menu.button, limits.buttons)
    for top in menu.button:
        where = f"{file}: {top.name}"
        yield from _too_long(where, top.name, limits.name_bytes, "name")
        if top.buttons and (top.key or top.url):
            yield Problem(name=where, what="has buttons and does something itself", remedy="take key and url away")
        elif not top.buttons:
            yield from _action(where, top, keys, limits)
        yield from _too_many(where, top.buttons, limits.buttons_below)
        for sub in top.buttons:
            yield from _too_long(f"{where}, {sub.name}", sub.name, limits.name_bytes_below, "name")
            yield from _action(f"{where}, {sub.name}", sub, keys, limits)


def _action(where: str, button: _Sub, keys: Collection[str], limits: _Limits) -> Iterator[Problem]:
    if bool(button.key) == bool(button.url):
        yield Problem(name=where, what="needs a key or a url, one of them", remedy="write one of the two")
    elif button.key and button.key not in keys:
        remedy = f"write one of {', '.join(sorted(keys))}"
        yield Problem(name=where, what="its key is nothing the dialog knows", remedy=remedy)
    elif button.url:
        yield from _too_long(where, button.url, limits.url_bytes, "url")
        try:
            web_address(button.url)
        except ValueError:
            yield Problem(name=where, what="its url is no web address", remedy="write https://…")


def _too_many(where: str, buttons: Collection[_Sub], most: int) -> Iterator[Problem]:
    if len(buttons) > most:
        yield Problem(name=where, what=f"has {len(buttons)} buttons", remedy=f"leave at most {most}")


def _too_long(where: str, text: str, most: int, what: str) -> Iterator[Problem]:
    if (size := len(text.encode())) > most:
        yield Problem(name=where, what=f"its {what} has {size} bytes", remedy=f"shorten it to {most}")
