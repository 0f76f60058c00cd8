"""Values that are frozen for the type checker: they compare and hash by their fields like any frozen dataclass."""

from dataclasses import field, replace

import pytest

from bot.values import frozen


@frozen
class Point:
    x: int
    names: tuple[str, ...] = ()
    notes: dict[str, int] = field(default_factory=dict, compare=False)


def test_values_are_equal_by_their_fields_and_hash_so() -> None:
    assert Point(x=1, names=("a",)) == Point(x=1, names=("a",), notes={"b": 2})
    assert Point(x=1) != Point(x=2)
    assert {Point(x=1), Point(x=1), Point(x=2)} == {Point(x=2), Point(x=1)}
    assert replace(Point(x=1, names=("a",)), x=3) == Point(x=3, names=("a",))
    assert repr(Point(x=1)) == "Point(x=1, names=(), notes={})"


def test_they_take_keywords_only_and_no_other_attribute() -> None:
    with pytest.raises(TypeError):
        Point(1)  # type: ignore[misc]
    with pytest.raises(AttributeError):
        Point(x=1).y = 2  # type: ignore[attr-defined]
