"""Reads and checks `deadlines.toml`, the time limits of the office.

All problems of the file are found in one go; each names the policy or the section, what is wrong and what to write
instead. It knows the shape of the file, not how limits are counted (bot.petitions.deadlines).
"""

import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, product
from pathlib import Path
from typing import Any

from bot.petitions.office_hours import OfficeHours
from bot.petitions.policy import HopLimits, Policy, Rule, TimeUnit
from bot.petitions.vocabulary import Kind, MilestoneName
from config.hops import LEAST, HopReader
from config.limits import listed
from config.policies import FIT_KEYS, TIER, Choice, Policies, PolicyError, Urgency

FROM_FILING = (MilestoneName.RESPONSE, MilestoneName.ANSWER)
"""Clocks that start with the filing; the others start on the way."""
_HOURS_EACH = {TimeUnit.HOURS: 1, TimeUnit.WORKDAYS: 24, TimeUnit.DAYS: 24}
_POLICY_KEYS = {"title", "extend", "hops", *MilestoneName}


def load_policies(path: Path) -> Policies:
    """Read `path`; raise PolicyError with all its problems."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PolicyError([f"{path}: cannot be read ({error.strerror}); name the file of time limits"]) from error
    except ValueError as error:  # TOMLDecodeError and UnicodeDecodeError
        raise PolicyError([f"{path}: not valid TOML in UTF-8: {error}"]) from error
    return parse_policies(data)


def parse_policies(data: Mapping[str, Any]) -> Policies:
    """Build the policies from the parsed file; raise PolicyError with all its problems."""
    reader = _Reader()
    policies = reader.policies(data)
    if reader.problems:
        raise PolicyError(reader.problems)
    return policies


class _Reader(HopReader):
    """Reads policies, tiers and choices."""

    def __init__(self) -> None:
        super().__init__()
        self.common = Policy(name="", rules=())
        """The hops of every policy."""

    def policies(self, data: Mapping[str, Any]) -> Policies:
        """Read the whole file."""
        self.table(data, "deadlines", {"choose", "policies", "office_hours", "hops"})
        office = self.office_hours(data.get("office_hours", []))
        hops = data.get("hops", {})
        limits = self.hop_limits(hops, "[hops]", base=HopLimits())
        self.common = Policy(name="", rules=(), later=tuple(self.hop_clocks(hops, office).values()), hops=limits)
        tables = self.table(data.get("policies", {}), "[policies]")
        if not tables:
            self.wrong("[policies]", "names no policy; add one, e.g. [policies.urumqi]")
        by_name: dict[str, Policy] = {}
        tiers: dict[str, tuple[Choice, ...]] = {}
        for name, table in tables.items():
            if TIER in name:
                self.wrong(f"policy {name}", f"may not have {TIER!r} in its name; that is for tiers")
            by_name[name] = self.policy(name, table, office)
            tiers |= {name: found} if (found := self.tiers(by_name, name, table, office)) else {}
        choose = self.table(data.get("choose", {}), "[choose]", {"default", "rules"})
        default = choose.get("default", "")
        if not isinstance(default, str) or default not in tables:
            self.wrong("[choose] default", f"{default!r} is no policy; write one of {listed(tables)}")
        choices = self.choices(choose.get("rules", []), tables)
        return Policies(by_name=by_name, default=str(default), choices=choices, tiers=tiers)

    def policy(self, name: str, value: object, office: OfficeHours | None) -> Policy:
        """Read one policy."""
        where = f"policy {name}"
        table = self.table(value, where, {*_POLICY_KEYS, "tiers"})
        title = table.get("title", "")
        if not isinstance(title, str):
            self.wrong(f"{where} title", "must be text in quotes")
        own = {rule.name: rule for rule in (*self.common.later, *self.rules(table, office, where))}
        rules = [own[name] for name in MilestoneName if name in own]
        if not any(milestone in table for milestone in MilestoneName):
            self.wrong(where, f"sets no limit; add one of {listed(MilestoneName)}")
        policy = Policy(
            name=name,
            title=str(title),
            rules=tuple(rule for rule in rules if rule.name in FROM_FILING),
            later=tuple(rule for rule in rules if rule.name not in FROM_FILING),
            hops=self.limits_of(table, self.common, where),
        )
        if "extend" in table:
            policy = replace(policy, extension=self.extension(table["extend"], f"{where} extend"))
        self.order(policy, where)
        return policy

    def limits_of(self, table: Mapping[str, Any], base: Policy, where: str) -> HopLimits:
        """Read what the hops of a policy or a tier are bound by; clocks have no place there."""
        if "hops" not in table:
            return base.hops
        self.table(table["hops"], f"{where} hops", LEAST)
        return self.hop_limits(table["hops"], f"{where} hops", base=base.hops)

    def rules(self, table: Mapping[str, Any], office: OfficeHours | None, where: str) -> list[Rule]:
        """Read the limits of a policy or a tier."""
        return [
            rule
            for milestone in MilestoneName
            if milestone in table and (rule := self.rule(milestone, table[milestone], office, where=where))
        ]

    def tiers(
        self, by_name: dict[str, Policy], name: str, value: object, office: OfficeHours | None
    ) -> tuple[Choice, ...]:
        """Read the tiers of the policy `name` into `by_name`; return who gets which."""
        tables = value.get("tiers", []) if isinstance(value, dict) else []
        if not isinstance(tables, list):
            self.wrong(f"policy {name} tiers", "must be tables; write [[policies.NAME.tiers]] in double brackets")
            return ()
        choices: list[Choice] = []
        for number, entry in enumerate(tables, 1):
            table = self.table(entry, f"policy {name} tier {number}", {"name", *FIT_KEYS, *_POLICY_KEYS})
            tier = table.get("name")
            if not isinstance(tier, str) or not tier or f"{name}{TIER}{tier}" in by_name:
                self.wrong(f"policy {name} tier {number} name", f"{tier!r} must be a text that no other tier has")
                continue
            full = f"{name}{TIER}{tier}"
            by_name[full] = self.tier(full, table, by_name[name], office)
            for choice in self.fitting(full, table, f"policy {full}"):
                self.choice(choice, choices, f"policy {full}")
                choices.append(choice)
        self.overlaps(choices)
        return tuple(choices)

    def tier(self, full: str, table: Mapping[str, Any], base: Policy, office: OfficeHours | None) -> Policy:
        """Read one tier: what it sets, and the rest from `base`."""
        where = f"policy {full}"
        if not any(key in table for key in FIT_KEYS):
            self.wrong(where, f"fits every petition; say for which by one of {listed(FIT_KEYS)}")
        taken = {rule.name: rule for rule in (*base.rules, *base.later)}
        taken |= {rule.name: rule for rule in self.rules(table, office, where)}
        rules = [taken[name] for name in MilestoneName if name in taken]
        extension = self.extension(table["extend"], f"{where} extend") if "extend" in table else base.extension
        policy = Policy(
            name=full,
            title=str(table.get("title", base.title)),
            rules=tuple(rule for rule in rules if rule.name in FROM_FILING),
            later=tuple(rule for rule in rules if rule.name not in FROM_FILING),
            extension=extension,
            hops=self.limits_of(table, base, where),
        )
        self.order(policy, where)
        return policy

    def fitting(self, policy: str, table: Mapping[str, Any], where: str) -> list[Choice]:
        """Read which petitions a tier is for; each of kind, category and urgency is a text or a list of texts."""
        values: list[Sequence[str]] = []
        for key in FIT_KEYS:
            given = table.get(key, "")
            given = given if isinstance(given, list) else [given]
            if not given or not all(isinstance(text, str) for text in given):
                self.wrong(f"{where} {key}", "must be text in quotes, or a list of such")
                return []
            values.append(given)
        return [Choice(policy=policy, kind=kind, category=c, urgency=urgency) for kind, c, urgency in product(*values)]

    def order(self, policy: Policy, where: str) -> None:
        """Note a response that may come after the answer."""
        hours = {rule.name: rule.amount * _HOURS_EACH[rule.unit] for rule in policy.rules}
        response, answer = hours.get(MilestoneName.RESPONSE), hours.get(MilestoneName.ANSWER)
        if response is not None and answer is not None and response > answer:
            self.wrong(where, "response is due after answer, which is impossible; shorten response or lengthen answer")
        for name in (MilestoneName.SIGN, MilestoneName.COHANDLE):
            rule = next((rule for rule in policy.later if rule.name is name), None)
            if answer is not None and rule is not None and rule.amount * _HOURS_EACH[rule.unit] > answer:
                self.wrong(where, f"{name} is due after answer, which is impossible; set a shorter {name}")

    def choices(self, value: object, policies: Collection[str]) -> tuple[Choice, ...]:
        """Read the exceptions to the default; one that an earlier one hides is refused."""
        choices: list[Choice] = []
        if not isinstance(value, list):
            self.wrong("[choose] rules", "must be a list of tables")
            return ()
        for number, entry in enumerate(value, 1):
            where = f"[choose] rules, number {number}"
            table = self.table(entry, where, {*FIT_KEYS, "policy"})
            fields = {key: table.get(key, "") for key in (*FIT_KEYS, "policy")}
            if wrong := sorted(key for key, text in fields.items() if not isinstance(text, str)):
                self.wrong(where, f"{', '.join(wrong)} must be text in quotes")
                continue
            choice = Choice(**fields)
            if choice.policy not in policies:
                self.wrong(where, f"policy {choice.policy!r} does not exist; write one of {listed(policies)}")
            self.choice(choice, choices, where)
            choices.append(choice)
        self.overlaps([choice for choice in choices if choice.policy in policies])
        return tuple(choices)

    def choice(self, choice: Choice, earlier: Iterable[Choice], where: str) -> None:
        """Check one choice against the kinds, the urgencies and those before it."""
        if choice.kind and choice.kind not in set(Kind):
            self.wrong(where, f"kind {choice.kind!r} is unknown; write one of {listed(Kind)}")
        if choice.urgency and choice.urgency not in set(Urgency):
            self.wrong(where, f"urgency {choice.urgency!r} is unknown; write one of {listed(Urgency)}")
        if hidden := [number for number, other in enumerate(earlier, 1) if other.fits(choice)]:
            self.wrong(
                where,
                f"policy {choice.policy} is never reached: number {hidden[0]} fits the same petitions; "
                "put the narrower one first or remove one",
            )

    def overlaps(self, choices: Sequence[Choice]) -> None:
        """Note two choices of different policies of which neither is the narrower, where nothing before decides."""
        for (place, one), (_, other) in combinations(enumerate(choices), 2):
            both = one.common(other)
            if both is None or one.policy == other.policy or one.fits(other) or other.fits(one):
                continue
            if not any(earlier.fits(both) for earlier in choices[:place]):
                about = ", ".join(f"{key} {getattr(both, key)}" for key in FIT_KEYS if getattr(both, key))
                self.wrong(
                    f"policy {one.policy}",
                    f"overlaps with {other.policy}: both fit {about}; put a choice for just these before them",
                )
