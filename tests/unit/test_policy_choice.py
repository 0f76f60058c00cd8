"""Which limits a petition gets by its kind and its words, from the files of an office."""

from datetime import UTC, datetime

import pytest

from bot.app.clerks import registrar_of
from bot.app.office import load_office
from bot.petitions.petition import Draft
from bot.petitions.vocabulary import Kind
from config.errors import SettingsError
from config.policy_file import load_policies
from config.settings import SHIPPED

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
SHIPPED_LIMITS = SHIPPED.with_name("deadlines.toml").read_text(encoding="utf-8")


def office(tmp_path, choose: str):
    """An office whose policies are chosen by `choose` in place of the shipped choice."""
    limits = tmp_path / "deadlines.toml"
    limits.write_text(SHIPPED_LIMITS.replace('default = "urumqi"', choose, 1), encoding="utf-8")
    config = tmp_path / "gateway.toml"
    config.write_text('[files]\ndeadlines = "deadlines.toml"\n')
    return load_office(config, environ={})


def policy(made, content: str, kind: Kind = Kind.COMPLAINT) -> str:
    draft = Draft(kind=kind, content=content)
    return registrar_of(made).file(draft, sequence=1, citizen="wechat:a:o", now=NOW).outcome.case.petition.policy


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("楼道里有很浓的煤气味，没有人管", "beijing:emergency"),
        ("小区停水两天了，没有通知", "beijing:urgent"),
        ("图书馆周末开门太晚了", "beijing"),
    ],
)
def test_words_choose_the_tier_of_a_policy(tmp_path, content, expected):
    assert policy(office(tmp_path, 'default = "beijing"'), content) == expected


def test_a_rule_by_category_and_kind(tmp_path):
    rules = 'default = "urumqi"\nrules = [{ kind = "consult", category = "yibao", policy = "jinan" }]'
    made = office(tmp_path, rules)
    asked = "外地住院的医保报销要带什么材料"
    assert [policy(made, asked, Kind.CONSULT), policy(made, asked), policy(made, "路灯不亮", Kind.CONSULT)] == [
        "jinan",
        "urumqi",
        "urumqi",
    ]


def test_a_category_that_is_not_there_stops_the_start(tmp_path):
    rules = 'default = "urumqi"\nrules = [{ category = "nowhere", policy = "jinan" }]'
    with pytest.raises(SettingsError, match="category nowhere, which there is none of"):
        office(tmp_path, rules)


def test_the_shipped_choice_needs_no_look_at_the_words():
    assert not load_policies(SHIPPED.with_name("deadlines.toml")).by_matter
