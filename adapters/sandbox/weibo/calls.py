"""What a call of the open API brings along, and how its parameters are read or refused. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.sandbox.errors import ApiError

HIGHEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request to the API: `parameters` of query and form together; `pictures` is where pictures are served."""

    parameters: Mapping[str, str]
    pictures: str

    def text(self, name: str) -> str:
        """Return a required parameter; 10016 without it."""
        value = self.parameters.get(name, "")
        if not value:
            raise ApiError(10016, f"miss required parameter ({name}) , see doc for more info")
        return value

    def number(self, name: str) -> int:
        """Return a required id or count; 10017 for what is no number."""
        return _number(name, self.text(name))

    def optional_number(self, name: str, default: int) -> int:
        """Return an id or count, or the default."""
        value = self.parameters.get(name, "")
        return _number(name, value) if value else default


def _number(name: str, text: str) -> int:
    if not (text.isdecimal() and text.isascii()) or int(text) > HIGHEST_ID:
        raise ApiError(10017, f"parameter ({name})'s value invalid, expect (long[int64]) , but get ({text[:40]})")
    return int(text)
