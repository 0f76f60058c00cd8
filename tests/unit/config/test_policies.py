"""The shipped time limits, the choice of a policy, and every way to write the file wrongly."""

import tomllib
from datetime import time
from pathlib import Path

import pytest

from bot.errors import GatewayError
from bot.petitions.office_hours import OfficeHours, Span
from bot.petitions.policy import (
    HOP_RULES,
    ExtensionLimit,
    HopLimits,
    HourClock,
    Policy,
    Rule,
    TimeUnit,
    WarnBefore,
    WarnShare,
)
from bot.petitions.vocabulary import Kind, MilestoneName
from config.hops import LEAST
from config.policies import PolicyError
from config.policy_file import load_policies, parse_policies

SHIPPED = Path(__file__).parents[3] / "config" / "deadlines.toml"
WORKING = """
[choose]
default = "city"
rules = [
    { kind = "consult", urgency = "urgent", policy = "quick" },
    { kind = "consult", category = "医保", policy = "quick" },
]

[policies.city]
response = { amount = 8, unit = "hours" }
answer = { amount = 7, unit = "workdays" }

[policies.quick]
response = { amount = 2, unit = "hours", clock = "office_hours" }
answer = { amount = 24, unit = "hours", warn = { share = 0.5 } }

[[office_hours]]
days = ["mon", "tue", "wed", "thu"]
spans = ["10:00-14:00", "16:00-20:00"]

[[office_hours]]
days = ["fri"]
spans = ["10:00-14:00"]
"""


def problems(text):
    with pytest.raises(PolicyError) as refused:
        parse_policies(tomllib.loads(text))
    assert str(refused.value) == "\n".join(refused.value.problems)
    return refused.value.problems


def test_the_shipped_file_holds_the_founding_rule_for_every_kind():
    policies = load_policies(SHIPPED)
    founding = Policy(
        name="urumqi",
        title="8小时响应、7个工作日答复",
        rules=(
            Rule(name=MilestoneName.RESPONSE, amount=8, unit=TimeUnit.HOURS, warn=WarnShare(share=0.25)),
            Rule(
                name=MilestoneName.ANSWER,
                amount=7,
                unit=TimeUnit.WORKDAYS,
                warn=WarnBefore(days_before=1, at=time(9)),
            ),
        ),
        later=tuple(HOP_RULES.values()),
    )
    assert policies.by_name["urumqi"] == founding
    assert [policies.for_petition(kind) for kind in Kind] == [founding] * len(Kind)


@pytest.mark.parametrize(
    ("name", "kind", "urgency", "full", "limits"),
    [
        ("beijing", "complaint", "", "beijing", ["response 2 hours", "answer 7 days"]),
        ("beijing", "help", "emergency", "beijing:emergency", ["response 2 hours", "answer 2 hours"]),
        ("beijing", "help", "urgent", "beijing:urgent", ["response 2 hours", "answer 24 hours"]),
        ("beijing", "consult", "complex", "beijing:complex", ["response 2 hours", "answer 15 days"]),
        ("shanghai", "consult", "", "shanghai:consult", ["answer 1 workdays"]),
        ("shanghai", "help", "", "shanghai", ["answer 5 workdays"]),
        ("shanghai", "report", "", "shanghai:complaint", ["answer 15 workdays"]),
        ("jinan", "praise", "urgent", "jinan", ["answer 5 workdays"]),
        ("xinfang", "complaint", "", "xinfang", ["response 15 days", "answer 60 days"]),
    ],
)
def test_the_shipped_policies_of_other_places(name, kind, urgency, full, limits):
    policy = load_policies(SHIPPED).named(name, kind, urgency=urgency)
    assert policy.name == full
    assert [f"{rule.name} {rule.amount} {rule.unit}" for rule in policy.rules] == limits


def test_a_petition_by_the_regulation_may_be_reviewed_twice_and_extended_once():
    policies = load_policies(SHIPPED)
    xinfang = policies.by_name["xinfang"]
    own = [rule for rule in xinfang.later if rule.name not in HOP_RULES]
    assert [f"{rule.name} {rule.amount} {rule.unit}" for rule in own] == ["review 30 days", "recheck 30 days"]
    assert xinfang.rule("review") is own[0]
    assert xinfang.extension == ExtensionLimit(times=1, most=30)
    assert policies.by_name["urumqi"].extension == ExtensionLimit(times=1, most=None)
    assert policies.names == ("urumqi", "beijing", "shanghai", "xinfang", "jinan")


@pytest.mark.parametrize(
    ("kind", "category", "urgency", "policy"),
    [
        ("consult", "", "urgent", "quick"),
        ("consult", "医保", "", "quick"),
        ("consult", "供暖", "", "city"),
        ("consult", "", "", "city"),
        ("complaint", "医保", "urgent", "city"),
    ],
)
def test_the_first_choice_that_fits_wins(kind, category, urgency, policy):
    assert parse_policies(tomllib.loads(WORKING)).for_petition(kind, category, urgency).name == policy


def test_office_hours_reach_the_rules_that_count_them_and_no_others():
    quick = parse_policies(tomllib.loads(WORKING)).by_name["quick"]
    morning, afternoon = Span(opens=time(10), closes=time(14)), Span(opens=time(16), closes=time(20))
    office = OfficeHours(week={**dict.fromkeys(range(4), (morning, afternoon)), 4: (morning,)})
    assert [(rule.clock, rule.office) for rule in quick.rules] == [
        (HourClock.OFFICE_HOURS, office),
        (HourClock.CLOCK_HOURS, None),
    ]


KEYS = sorted({*MilestoneName, "extend", "tiers", "title", "hops"})
CITY = 'response = { amount = 8, unit = "hours" }'
SHARE_OR_DAYS = 'write { share = 0.25 } or { days_before = 1, at = "09:00" }'


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        (CITY, 'response = { amount = 0, unit = "hours" }',
         "policy city response amount: 0 must be a whole number from 1 on"),
        (CITY, 'response = { amount = true, unit = "hours" }',
         "policy city response amount: True must be a whole number from 1 on"),
        (CITY, 'response = { unit = "hours" }',
         "policy city response amount: None must be a whole number from 1 on"),
        (CITY, 'response = { amount = 9000, unit = "hours" }',
         "policy city response amount: 9000 hours is too long to be meant; at most 2160"),
        (CITY, 'response = { amount = 8, unit = "weeks" }',
         "policy city response unit: 'weeks' is unknown; write one of hours, workdays, days"),
        (CITY, 'response = { amount = 8, unit = "hours", clock = "noon" }',
         "policy city response clock: 'noon' is unknown; write one of clock_hours, office_hours"),
        (CITY, 'response = { amount = 1, unit = "days", clock = "clock_hours" }',
         "policy city response clock: has no meaning with unit 'days'; remove it or count in hours"),
        (CITY, 'response = { amount = 8, unit = "hours", colour = 1 }',
         "policy city response: does not know 'colour'; it takes amount, clock, unit, warn"),
        (CITY, "response = 8", "policy city response: must be a table"),
        (CITY, "title = 8\n" + CITY, "policy city title: must be text in quotes"),
        (CITY, 'respond = { amount = 8, unit = "hours" }',
         f"policy city: does not know 'respond'; it takes {', '.join(KEYS)}"),
        (CITY, 'response = { amount = 8, unit = "workdays" }',
         "policy city: response is due after answer, which is impossible; shorten response or lengthen answer"),
        ("{ share = 0.5 }", "{ share = 1.5 }",
         "policy quick answer warn share: 1.5 must lie between 0 and 1, e.g. 0.25"),
        ("{ share = 0.5 }", "{ share = true }", f"policy quick answer warn: {SHARE_OR_DAYS}"),
        ("{ share = 0.5 }", "{ share = 0.5, days_before = 1 }", f"policy quick answer warn: {SHARE_OR_DAYS}"),
        ("{ share = 0.5 }", "9", f"policy quick answer warn: {SHARE_OR_DAYS}"),
        ("{ share = 0.5 }", '{ days_before = 1, at = "9" }',
         "policy quick answer warn at: '9' is no time of day; write e.g. \"09:00\""),
        ("{ share = 0.5 }", '{ days_before = -1, at = "09:00" }',
         "policy quick answer warn days_before: -1 must be 0 or more"),
        ('default = "city"', 'default = "town"',
         "[choose] default: 'town' is no policy; write one of city, quick"),
        ('default = "city"', "default = []", "[choose] default: [] is no policy; write one of city, quick"),
        ('category = "医保"', "category = 1", "[choose] rules, number 2: category must be text in quotes"),
        ('category = "医保"', 'urgency = "urgent"',
         ("[choose] rules, number 2: policy quick is never reached: number 1 fits the same petitions; "
         "put the narrower one first or remove one")),
        ('kind = "consult", urgency', 'kind = "question", urgency',
         ("[choose] rules, number 1: kind 'question' is unknown; "
         "write one of consult, help, complaint, report, suggest, praise")),
        ('"urgent", policy = "quick"', '"urgent", policy = "slow"',
         "[choose] rules, number 1: policy 'slow' does not exist; write one of city, quick"),
        ('["fri"]', '["thu", "fri"]', "[[office_hours]], number 2 days: thu is given twice; keep one"),
        ('["fri"]', '["friday"]',
         "[[office_hours]], number 2 days: must be a list out of mon, tue, wed, thu, fri, sat, sun"),
        ('["mon", "tue"', '["tue"',
         "[[office_hours]]: has no hours for mon, which make-up workdays need; add them"),
        ('"16:00-20:00"', '"20:00-16:00"',
         ("[[office_hours]], number 1 spans: '20:00-16:00' must go from an earlier time to a later, "
         'e.g. "10:00-14:00"')),
        ('"16:00-20:00"', '"13:00-20:00"',
         "[[office_hours]], number 1 spans: '13:00-20:00' must begin after the span before it ends"),
        ('["10:00-14:00"]', '"10:00-14:00"',
         '[[office_hours]], number 2 spans: must be a list such as ["10:00-14:00", "16:00-20:00"]'),
        ("[policies.quick]", "[[holidays]]\n[policies.quick]",
         "deadlines: does not know 'holidays'; it takes choose, hops, office_hours, policies"),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_named_with_its_remedy(old, new, found):
    assert old in WORKING
    assert problems(WORKING.replace(old, new)) == (found,)


TIERED = """
[choose]
default = "city"
[policies.city]
response = { amount = 8, unit = "hours" }
answer = { amount = 7, unit = "workdays" }
[[policies.city.tiers]]
name = "water"
category = ["供水", "排水"]
answer = { amount = 24, unit = "hours" }
"""


def tier(text):
    return f"{TIERED}[[policies.city.tiers]]\n{text}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (tier('name = "x"\ncategory = "供水"\nkind = "help"'),
         ("policy city:x: policy city:x is never reached: number 1 fits the same petitions; "
         "put the narrower one first or remove one")),
        (tier('name = "x"\nkind = "help"'),
         ("policy city:water: overlaps with city:x: both fit kind help, category 供水; "
         "put a choice for just these before them")),
        (tier('name = "x"\nurgency = "soon"\ncategory = "路灯"'),
         "policy city:x: urgency 'soon' is unknown; write one of emergency, urgent, complex"),
        (tier('name = "water"\nkind = "help"'),
         "policy city tier 2 name: 'water' must be a text that no other tier has"),
        (tier('kind = "help"'), "policy city tier 2 name: None must be a text that no other tier has"),
        (tier('name = "x"\ncategory = 7'), "policy city:x category: must be text in quotes, or a list of such"),
        (tier('name = "x"\ncategory = "路灯"\nanswer = { amount = 7, unit = "hours" }'),
         "policy city:x: response is due after answer, which is impossible; shorten response or lengthen answer"),
        (TIERED.replace("[[policies.city.tiers]]", "[policies.city.tiers]"),
         "policy city tiers: must be tables; write [[policies.NAME.tiers]] in double brackets"),
        (TIERED.replace("[policies.city]", '[policies."city:old"]\nanswer = { amount = 7, unit = "days" }\n'
         '[policies.city]'),
         "policy city:old: may not have ':' in its name; that is for tiers"),
        (TIERED.replace("[policies.city]", "[policies.city]\nextend = { times = -1 }"),
         "policy city extend times: -1 must be a whole number from 0 on; 0 allows none"),
        (TIERED.replace("[policies.city]", "[policies.city]\nextend = { most = 0 }"),
         "policy city extend most: 0 must be a whole number from 1 on; leave it out for no such limit"),
    ],
)  # fmt: skip
def test_a_wrong_tier_or_extension_is_named_with_its_remedy(text, found):
    assert problems(text)[:1] == (found,)


def test_a_tier_that_fits_every_petition_is_refused():
    assert problems(tier('name = "x"'))[0] == (
        "policy city:x: fits every petition; say for which by one of kind, category, urgency"
    )


def test_crossing_choices_are_refused_until_one_before_them_decides():
    crossing = """
[choose]
default = "a"
rules = [{ kind = "help", policy = "b" }, { urgency = "urgent", policy = "c" }]
[policies]
a = { answer = { amount = 7, unit = "days" } }
b = { answer = { amount = 6, unit = "days" } }
c = { answer = { amount = 5, unit = "days" } }
"""
    assert problems(crossing) == (
        "policy b: overlaps with c: both fit kind help, urgency urgent; put a choice for just these before them",
    )
    decided = crossing.replace("rules = [", 'rules = [{ kind = "help", urgency = "urgent", policy = "c" }, ')
    assert parse_policies(tomllib.loads(decided)).for_petition("help", urgency="urgent").name == "c"


def test_a_tier_takes_from_its_policy_what_it_does_not_set():
    policies = parse_policies(tomllib.loads(TIERED))
    water = policies.for_petition("help", "排水")
    assert [(rule.name, rule.amount, rule.unit) for rule in water.rules] == [
        (MilestoneName.RESPONSE, 8, TimeUnit.HOURS),
        (MilestoneName.ANSWER, 24, TimeUnit.HOURS),
    ]
    assert (water.name, policies.by_name[water.name]) == ("city:water", water)
    assert policies.for_petition("help", "路灯").name == "city"


def test_office_hours_that_nobody_set_are_refused():
    assert problems(WORKING[: WORKING.index("[[office_hours]]")]) == (
        "policy quick response clock: counts office hours and there are none; add [[office_hours]]",
    )


def test_all_problems_are_told_at_once():
    assert problems('choose = 1\noffice_hours = 1\n[policies.city]\n[policies.town]\nanswer = { amount = "7" }') == (
        "[[office_hours]]: must be a list of tables; write the section in double brackets",
        f"policy city: sets no limit; add one of {', '.join(MilestoneName)}",
        "policy town answer unit: '' is unknown; write one of hours, workdays, days",
        "policy town answer amount: '7' must be a whole number from 1 on",
        "[choose]: must be a table",
        "[choose] default: '' is no policy; write one of city, town",
    )
    assert problems("") == (
        "[policies]: names no policy; add one, e.g. [policies.urumqi]",
        "[choose] default: '' is no policy; write one of (none)",
    )
    assert problems(WORKING.replace("rules = [", "rules = 1\nrest = [")) == (
        "[choose]: does not know 'rest'; it takes default, rules",
        "[choose] rules: must be a list of tables",
    )


def test_a_policy_error_is_one_of_ours_and_a_value_error():
    assert issubclass(PolicyError, GatewayError)
    assert issubclass(PolicyError, ValueError)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    missing = tmp_path / "deadlines.toml"
    with pytest.raises(PolicyError) as refused:
        load_policies(missing)
    assert refused.value.problems == (
        f"{missing}: cannot be read (No such file or directory); name the file of time limits",
    )
    missing.write_text("[choose", encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        load_policies(missing)
    assert [problem.startswith(f"{missing}: not valid TOML in UTF-8: ") for problem in refused.value.problems] == [True]


def test_the_hops_of_all_policies_of_one_and_of_a_tier():
    text = (
        WORKING
        + """
[hops]
sign = { amount = 4, unit = "hours", warn = { share = 0.25, last_workday = "09:00" } }
chases = 2

[policies.city.hops]
redos = 2

[[policies.city.tiers]]
name = "fast"
urgency = "urgent"
sign = { amount = 1, unit = "hours" }
hops = { designate = 2 }
"""
    )
    policies = parse_policies(tomllib.loads(text))
    city, fast, quick = (policies.by_name[name] for name in ("city", "city:fast", "quick"))
    assert [policy.rule("sign").amount for policy in (city, fast, quick)] == [4, 1, 4]
    assert city.rule("sign").warn == WarnShare(share=0.25, last_workday=time(9))
    assert city.rule("cohandle") == HOP_RULES[MilestoneName.COHANDLE]
    assert [policy.hops for policy in (city, fast, quick)] == [
        HopLimits(chases=2, redos=2),
        HopLimits(chases=2, redos=2, designate=2),
        HopLimits(chases=2),
    ]


@pytest.mark.parametrize(
    ("hops", "found"),
    [
        ("[hops]\nchases = -1", "[hops] chases: -1 must be a whole number from 0 to 366"),
        ("[policies.city.hops]\ndesignate = 0", "policy city hops designate: 0 must be a whole number from 1 to 366"),
        ('[policies.city.hops]\nsign = { amount = 1, unit = "hours" }',
         f"policy city hops: does not know 'sign'; it takes {', '.join(sorted(LEAST))}"),
        ('[hops]\nsign = { amount = 2, unit = "workdays" }',
         "policy quick: sign is due after answer, which is impossible; set a shorter sign"),
        ('[hops]\nsign = { amount = 1, unit = "hours", warn = { share = 0.25, last_workday = "9" } }',
         '[hops] sign warn last_workday: must be a time of day; write e.g. "09:00"'),
    ],
)  # fmt: skip
def test_a_wrong_hop_is_named_with_its_remedy(hops, found):
    assert problems(f"{WORKING}\n{hops}\n") == (found,)
