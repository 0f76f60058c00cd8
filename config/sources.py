"""Where the settings come from: TOML files and the environment, merged into one table of raw values.

Knows the form of files and variables, not what any setting means. A variable is WENQIAO_ and the path joined by two
underscores; one without two underscores is somebody else's (a container platform sets WENQIAO_PORT and its like).
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from config.errors import Problem

PREFIX = "WENQIAO_"
SEPARATOR = "__"


def read_toml(path: Path, problems: list[Problem]) -> dict[str, Any]:
    """Return the tables of a TOML file; on failure add a problem and return none.

    A byte order mark is skipped: editors on Windows write one.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        problem = ("is not there", "name a file that exists, or create it")
    except UnicodeDecodeError:
        problem = ("is not UTF-8", "save it in the encoding UTF-8")
    except OSError as error:
        problem = (f"cannot be read: {error.strerror}", "make it a file the gateway may read")
    except tomllib.TOMLDecodeError as error:
        problem = (f"is not TOML: {error}", "mend that line")
    problems.append(Problem(name=str(path), what=problem[0], remedy=problem[1]))
    return {}


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Lay `over` on `base`: tables key by key, all else (arrays too) whole."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def lay_environment(table: dict[str, Any], environ: Mapping[str, str], problems: list[Problem]) -> dict[str, Any]:
    """Return `table` with the values of the environment laid on it; a variable that fits nowhere is a problem."""
    laid: dict[str, Any] = _copied(table)
    for variable in sorted(environ, key=_natural):
        if variable.upper().startswith(PREFIX) and SEPARATOR in variable:
            path = variable[len(PREFIX) :].lower().split(SEPARATOR)
            if not all(path) or not _put(laid, path, environ[variable]):
                problems.append(
                    Problem(
                        name=variable,
                        what="leads to no setting",
                        remedy="write WENQIAO_SECTION__KEY; in arrays count on from 0, without a gap",
                    )
                )
    return laid


def variable_for(*path: str | int) -> str:
    """Return the name of the environment variable of a setting."""
    return PREFIX + SEPARATOR.join(str(part).upper() for part in path)


def _natural(variable: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in variable.upper().split(SEPARATOR)]


def _copied(value: Any) -> Any:  # noqa: ANN401  # a TOML value: table, array or scalar
    if isinstance(value, dict):
        return {key: _copied(inner) for key, inner in value.items()}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value


def _put(table: dict[str, Any], path: list[str], value: str) -> bool:
    """Set the value at `path`, making tables and array entries on the way; return whether that was possible."""
    at: Any = table
    for part, following in zip(path, [*path[1:], ""], strict=True):
        last = following == ""
        if isinstance(at, list):
            if not part.isdecimal() or int(part) > len(at):
                return False
            if int(part) == len(at):
                at.append(value if last else {})
            elif last:
                at[int(part)] = value
            at = at[int(part)]
        elif isinstance(at, dict):
            at = _step_into(at, part, value if last else ([] if following.isdecimal() else {}), replace=last)
        else:
            return False
    return True


def _step_into(table: dict[str, Any], key: str, value: Any, *, replace: bool) -> Any:  # noqa: ANN401  # as `_copied`
    if replace:
        table[key] = value
    return table.setdefault(key, value)
