"""The units (责任单位) a petition can be forwarded to, and where it must not go.

A 举报 is never passed to the unit it is about (信访工作条例 30, 46): a unit that the report's own words name, its
parent and its branches are barred. The bar reads names literally, so that it errs on the safe side; a supervisor may
lift it.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit: `short` has at most eight characters, `aliases` are other names people use for it."""

    id: str
    name: str
    short: str
    phone: str = ""
    parent: str = ""
    level: str = "city"
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Everything it is called."""
        return (self.name, self.short, *self.aliases)


_SHORTEST_NAME = 2


def named_in(text: str, units: Iterable[Unit]) -> frozenset[str]:
    """Return the ids of the units that `text` names."""
    return frozenset(
        unit.id for unit in units if any(len(name) >= _SHORTEST_NAME and name in text for name in unit.names)
    )


def barred(text: str, units: Iterable[Unit]) -> frozenset[str]:
    """Return the ids of the units a report with this `text` must not reach: those named, their parents and branches."""
    every = tuple(units)
    named = named_in(text, every)
    parents = {unit.parent for unit in every if unit.id in named and unit.parent}
    branches = {unit.id for unit in every if unit.parent in named}
    return named | parents | branches
