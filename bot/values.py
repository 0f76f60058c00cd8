"""Values that every message makes anew: frozen for whoever writes code, cheap for whoever runs it.

A frozen dataclass sets each of its fields through `object.__setattr__`, which makes the value two to three times as
dear as a plain one; a turn makes some twenty. So `frozen` freezes for the type checker, which runs over all code, and
leaves the check at run time out. What no turn makes is an ordinary frozen dataclass.
"""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

_T = TypeVar("_T")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def frozen(cls: type[_T]) -> type[_T]:
    """Make a slotted, keyword-only dataclass that compares and hashes by its fields; mypy refuses to change it."""
    return dataclass(slots=True, kw_only=True, unsafe_hash=True)(cls)
