"""The documents name what the code has (log events, metrics, settings, commands, states), and their links are good."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.commands.cli import cli
from bot.console.act_words import ACTS
from bot.metrics import Metrics
from bot.petitions.policy import HOP_RULES
from bot.petitions.vocabulary import Kind, Lamp, NoticeKind, Rating, Role, Solved, State
from bot.petitions.wording import word
from config.accounts import WeChatAccount, WeiboAccount
from config.hops import LEAST
from config.policy_file import load_policies
from config.sections import Section
from config.settings import Settings
from tests.phrasing import CHINESE

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
OPERATING = (ROOT / "docs/operating.md").read_text()
GLOSSARY = (ROOT / "docs/glossary.md").read_text()
HANDBOOK = (ROOT / "docs/handbook.md").read_text()
_LOGGED = re.compile(r"\b_?log\.(?:warning|error|exception)\(\s*\"([a-z_.]+)\"")
_SOURCE = re.compile(r"<img src=\"([^\"]+)\"")
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def _missing(names: set[str], text: str) -> set[str]:
    return {name for name in names if f"`{name}`" not in text}


def _settings(model: type[BaseModel]) -> set[str]:
    names = set()
    for name, field in model.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, Section):
            names |= {f"{name}.{inner}" for inner in section.model_fields}
    return names


def test_every_warning_and_error_is_explained_to_the_operator():
    events = {
        event
        for package in ("bot", "adapters", "dialogs", "storage", "config")
        for path in (ROOT / package).rglob("*.py")
        if "sandbox" not in path.parts
        for event in _LOGGED.findall(path.read_text())
    }
    assert _missing(events, OPERATING) == set()


def test_every_metric_is_explained_to_the_operator():
    names = {family.name + ("_total" if family.type == "counter" else "") for family in Metrics().registry.collect()}
    assert _missing(names, OPERATING) == set()


def test_every_setting_is_explained_to_the_operator():
    told = {name for name in _settings(Settings) if name.split(".")[0] not in {"office", "files"}}
    assert _missing(told, OPERATING) == set()


@pytest.mark.parametrize("account", [WeChatAccount, WeiboAccount])
def test_every_setting_of_an_account_is_explained_to_the_operator(account):
    base = {"templates", "api_base", "messages_base", "upload_base"}  # tables and addresses, told in words of their own
    section = OPERATING[OPERATING.index("## 四、") : OPERATING.index("## 五、")]
    platform = account.__name__.removesuffix("Account").lower()
    told = "\n".join(line for line in section.splitlines() if f"`{platform}[]." in line)
    names = set(account.model_fields) - base
    assert {name for name in names if not re.search(rf"`(?:{platform}\[\]\.)?{name}`", told)} == set()


def test_every_clock_and_limit_of_the_hops_is_explained_to_the_operator():
    assert _missing({name.value for name in HOP_RULES} | set(LEAST), OPERATING) == set()


def test_every_policy_stands_in_the_operating_manual():
    policies = load_policies(ROOT / "config/deadlines.toml")
    assert _missing(set(policies.names), OPERATING) == set()


def test_every_command_stands_in_the_readme():
    readme = (ROOT / "README.md").read_text()
    names = {command.name for command in cli.registered_commands} | {group.name for group in cli.registered_groups}
    assert {name for name in names if f"python -m bot {name}" not in readme} == set()


def test_every_stored_word_stands_in_the_glossary():
    words = {value.value for closed in (Kind, State, Rating, Solved, Lamp, Role) for value in closed}
    assert _missing(words, GLOSSARY) == set()


def test_every_act_of_staff_and_every_state_stands_in_the_handbook():
    labels = set(ACTS.values()) | {CHINESE.text(word(state)) for state in State}
    assert {label for label in labels if label not in HANDBOOK} == set()


def test_every_notice_stands_in_the_operating_manual():
    assert _missing({kind.value for kind in NoticeKind}, OPERATING) == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document):
    text = document.read_text()
    links = [link for link in [*_LINK.findall(text), *_SOURCE.findall(text)] if not link.startswith("http")]
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_pictures_stay_small():
    largest = 150_000
    pictures = (ROOT / "docs/pictures").glob("*")
    assert [path.name for path in pictures if path.stat().st_size > largest] == []


def test_every_decision_stands_in_the_index():
    folder = ROOT / "docs/decisions"
    index = (folder / "README.md").read_text()
    assert [path.name for path in sorted(folder.glob("0*.md")) if f"({path.name})" not in index] == []


def test_every_trap_of_weibo_has_what_holds_us_out():
    text = (ROOT / "docs/weibo-traps.md").read_text()
    rows = re.findall(r"^\| (\d+) \| .+ \| (.+) \|$", text, re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, 31))
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)
    missing = [name for path, name in named if f"def {name}(" not in (ROOT / path).read_text()]
    assert (missing, {number for number, held in rows if "`tests/" not in held}) == ([], {"14"})
