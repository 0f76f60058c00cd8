"""Outages on order: the next calls of an API fail in a chosen way, or a share of all calls, by chance with a seed.

Knows the kinds of failure, not what the calls do.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from adapters.sandbox.errors import BadInput

SEED = "seed"
"""The word in an order that is no call's name: where the chances of all calls begin."""


class FaultMode(StrEnum):
    """How a call fails."""

    TIMEOUT_BEFORE = "timeout_before"
    """Nothing is done; after `seconds` the connection breaks without an answer."""
    TIMEOUT_AFTER = "timeout_after"
    """The call is carried out; after `seconds` the connection breaks without an answer."""
    SERVER_ERROR = "500"
    """HTTP 500 and nothing done."""
    HTML = "html"
    """HTTP 200 with an HTML page and nothing done."""
    ERRCODE = "errcode"
    """The platform's refusal with `errcode`, nothing done."""
    SLOW = "slow"
    """The call is carried out and answered after `seconds`."""
    STATUS = "status"
    """Only for `template_report` and `subscription_report`: the report says `status` instead of success."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One planned failure: `times` calls are still to meet it, or, where `share` is above 0, that part of all calls."""

    mode: FaultMode
    times: int = 1
    share: float = 0.0
    errcode: int = -1
    seconds: float = 30.0
    status: str = "failed:user block"

    @classmethod
    def parse(cls, value: Mapping[str, Any]) -> "Fault":
        """Read the JSON form; `times` 0 clears."""
        unknown = set(value) - {"mode", "times", "share", "errcode", "seconds", "status"}
        if unknown:
            raise BadInput(f"unknown in a fault: {', '.join(sorted(unknown))}")
        if "times" in value and "share" in value:
            raise BadInput("a fault has times or a share, not both")
        try:
            fault = cls(
                mode=FaultMode(str(value.get("mode", ""))),
                times=int(value.get("times", 1)),
                share=float(value.get("share", 0.0)),
                errcode=int(value.get("errcode", -1)),
                seconds=float(value.get("seconds", 30.0)),
                status=str(value.get("status", "failed:user block")),
            )
        except (TypeError, ValueError) as error:
            raise BadInput(f"not a fault: {error}; modes are {', '.join(FaultMode)}") from error
        if not 0 <= fault.share <= 1:
            raise BadInput("share: from 0 to 1 is needed")
        return fault

    @property
    def prevents(self) -> bool:
        """Whether nothing of the call is done."""
        return self.mode not in {FaultMode.TIMEOUT_AFTER, FaultMode.SLOW, FaultMode.STATUS}

    def as_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        often = {"share": self.share} if self.share else {"times": self.times}
        return {"mode": self.mode, "errcode": self.errcode, "seconds": self.seconds} | often


class FaultPlan:
    """The planned failures of one account, by the name of the call.

    A call meets the next planned failure if there is one, else one of the shares, else none. Every call has chances of
    its own, which depend on the seed and on how many calls of that name there were, and on nothing else.
    """

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names
        self._planned: dict[str, Fault] = {}
        self._shares: dict[str, tuple[Fault, ...]] = {}
        self._chances = {name: _chance(0, name) for name in names}

    def order(self, request: Mapping[str, Any]) -> None:
        """Plan failures: name of the call → a fault, a list of shares, or null to clear. All are planned, or none.

        `seed` beside the calls lets the chances of all of them begin again.
        """
        planned, shares, chances = {}, {}, self._chances
        for name, value in request.items():
            if name == SEED:
                chances = {call: _chance(_seed(value), call) for call in self._names}
                continue
            if name not in self._names:
                raise BadInput(f"no such call: {name}; there are {', '.join(sorted(self._names))}")
            faults = _read(name, value)
            drawn = tuple(fault for fault in faults if fault.share)
            if sum(fault.share for fault in drawn) > 1:
                raise BadInput(f"{name}: the shares are more than 1 together")
            shares[name] = drawn
            planned[name] = next((f for f in faults if not f.share), Fault(mode=FaultMode.SLOW, times=0))
        self._planned |= planned
        self._shares |= shares
        self._chances = chances

    def take(self, name: str) -> Fault | None:
        """Return the fault that this call meets, and count it down."""
        fault = self._planned.get(name)
        if fault is not None and fault.times > 0:
            self._planned[name] = replace(fault, times=fault.times - 1)
            return fault
        return self._draw(name) if self._shares.get(name) else None

    def _draw(self, name: str) -> Fault | None:
        left = self._chances[name].random()
        for fault in self._shares[name]:
            left -= fault.share
            if left < 0:
                return fault
        return None

    def as_json(self) -> dict[str, Any]:
        """Return what is still planned: a fault, or a list where there are shares."""
        counted = {name: fault.as_json() for name, fault in self._planned.items() if fault.times > 0}
        drawn = {name: [fault.as_json() for fault in faults] for name, faults in self._shares.items() if faults}
        both = {name: [*([counted[name]] if name in counted else []), *faults] for name, faults in drawn.items()}
        return counted | both


def _chance(seed: int, name: str) -> random.Random:
    return random.Random(f"{seed}:{name}")  # noqa: S311 -- the same failures in every run


def _seed(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadInput("seed: a whole number is needed")
    return value


def _read(name: str, value: object) -> Sequence[Fault]:
    """Read what is ordered for one call; of a list only the first may be a counted one."""
    if value is None:
        return ()
    if isinstance(value, Mapping):
        return (Fault.parse(value),)
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise BadInput(f"{name}: a fault is an object, a list of objects with a share each, or null")
    faults = [Fault.parse(one) for one in value]
    if any(not fault.share for fault in faults):
        raise BadInput(f"{name}: in a list every fault has a share")
    return faults
