"""What a QR code of ours says: the unit a petition is meant for, and the place the code hangs at.

A scene is visible and can be made up by anybody: it is a suggestion to the clerk and never a right. Platforms that know
only numbers carry the number that a unit has in `units.toml`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

LONGEST = 64
"""Characters of a scene, as WeChat counts them."""
_PREFIX = "unit:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A unit by its id, and the place in words ('' for none)."""

    unit: str
    hall: str = ""


def write_scene(scene: Scene) -> str:
    """Return the scene as a QR code carries it; ValueError when it is too long."""
    text = f"{_PREFIX}{scene.unit}" + (f":{scene.hall}" if scene.hall else "")
    if len(text) > LONGEST:
        raise ValueError(f"the scene has {len(text)} characters, at most {LONGEST} are possible: shorten the hall")
    return text


def read_scene(text: str, numbers: Mapping[str, str]) -> Scene | None:
    """Read a scene back; `numbers` are those of units. None for anything that is not ours."""
    if text in numbers:
        return Scene(unit=numbers[text])
    if not text.startswith(_PREFIX) or len(text) > LONGEST:
        return None
    unit, _, hall = text.removeprefix(_PREFIX).partition(":")
    return Scene(unit=unit, hall=" ".join(hall.split())) if unit else None
