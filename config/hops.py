"""Reads what the hops of a petition are bound by: how often it may be returned, chased, done again, and until when.

`[hops]` holds for every policy and may set the clocks of the hops too (签收, 协办, 补充, …); a policy sets
its own clocks among its limits, and the rest under `hops`. What nobody sets is as `bot.petitions.policy` has it.
"""

from collections.abc import Mapping
from dataclasses import replace

from bot.petitions.office_hours import OfficeHours
from bot.petitions.policy import HOP_RULES, HopLimits, Rule
from bot.petitions.vocabulary import MilestoneName
from config.limits import LimitReader

LEAST = {
    "designate": 1,
    "chases": 0,
    "chase_rest": 0,
    "redos": 0,
    "redo_window": 1,
    "redo_asked": 0,
    "review_window": 1,
}
"""The limits by name, and the least each can be."""
_MOST = 366


class HopReader(LimitReader):
    """Reads tables of hops."""

    def hop_clocks(self, value: object, office: OfficeHours | None) -> Mapping[MilestoneName, Rule]:
        """Read the clocks that `[hops]` sets for every policy, by name."""
        table = self.table(value, "[hops]", {*HOP_RULES, *LEAST})
        return {
            name: rule
            for name in HOP_RULES
            if name in table and (rule := self.rule(name, table[name], office, where="[hops]"))
        }

    def hop_limits(self, value: object, where: str, *, base: HopLimits) -> HopLimits:
        """Read the limits of one table; what it does not set is as in `base`."""
        table = self.table(value, where)
        return replace(base, **{name: self.hop_limit(table[name], name, where) for name in LEAST if name in table})

    def hop_limit(self, value: object, name: str, where: str) -> int:
        """Read one limit; its least when it cannot be made out."""
        least = LEAST[name]
        if type(value) is int and least <= value <= _MOST:
            return value
        self.wrong(f"{where} {name}", f"{value!r} must be a whole number from {least} to {_MOST}")
        return least
