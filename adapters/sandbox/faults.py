"""Outages on order: the next calls of an API fail in a chosen way.

Knows the kinds of failure, not what the calls do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from adapters.sandbox.errors import BadInput


class FaultMode(StrEnum):
    """How a call fails."""

    TIMEOUT_BEFORE = "timeout_before"
    """Nothing is done, and no answer comes for `seconds`."""
    TIMEOUT_AFTER = "timeout_after"
    """The call is carried out, but no answer comes for `seconds`."""
    SERVER_ERROR = "500"
    """HTTP 500 and nothing done."""
    HTML = "html"
    """HTTP 200 with an HTML page and nothing done."""
    ERRCODE = "errcode"
    """The platform's refusal with `errcode`, nothing done."""
    SLOW = "slow"
    """The call is carried out and answered after `seconds`."""
    STATUS = "status"
    """Only for `template_report`: the report says `status` instead of success."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One planned failure; `times` calls are still to meet it."""

    mode: FaultMode
    times: int = 1
    errcode: int = -1
    seconds: float = 30.0
    status: str = "failed:user block"

    @classmethod
    def parse(cls, value: Mapping[str, Any]) -> "Fault":
        """Read the JSON form; `times` 0 clears."""
        unknown = set(value) - {"mode", "times", "errcode", "seconds", "status"}
        if unknown:
            raise BadInput(f"unknown in a fault: {', '.join(sorted(unknown))}")
        try:
            return cls(
                mode=FaultMode(str(value.get("mode", ""))),
                times=int(value.get("times", 1)),
                errcode=int(value.get("errcode", -1)),
                seconds=float(value.get("seconds", 30.0)),
                status=str(value.get("status", "failed:user block")),
            )
        except (TypeError, ValueError) as error:
            raise BadInput(f"not a fault: {error}; modes are {', '.join(FaultMode)}") from error


class FaultPlan:
    """The planned failures of one account, by the name of the call."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names
        self._planned: dict[str, Fault] = {}

    def order(self, request: Mapping[str, Any]) -> None:
        """Plan failures: name of the call → fault, or null to clear. All are planned, or none."""
        planned = {}
        for name, value in request.items():
            if name not in self._names:
                raise BadInput(f"no such call: {name}; there are {', '.join(sorted(self._names))}")
            if not isinstance(value, Mapping | None):
                raise BadInput(f"{name}: a fault is an object or null")
            planned[name] = Fault.parse(value) if value is not None else Fault(mode=FaultMode.SLOW, times=0)
        self._planned |= planned

    def take(self, name: str) -> Fault | None:
        """Return the fault that this call meets, and count it down."""
        fault = self._planned.get(name)
        if fault is None or fault.times <= 0:
            return None
        self._planned[name] = replace(fault, times=fault.times - 1)
        return fault

    def as_json(self) -> dict[str, Any]:
        """Return what is still planned."""
        return {
            name: {"mode": fault.mode, "times": fault.times, "errcode": fault.errcode, "seconds": fault.seconds}
            for name, fault in self._planned.items()
            if fault.times > 0
        }
