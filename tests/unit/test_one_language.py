"""Nothing in code assumes one language: what citizens read and type is data, and Chinese stands only where it says why.

A new word for citizens belongs into `config/phrases`, a word that they type into `config/hearing`. Staff read Chinese:
their pages and commands may hold it.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("bot", "dialogs", "adapters", "storage")
HAN = re.compile(r"[\u3400-\u9fff]")

STAFF = "staff read it, in Chinese"
SAMPLE = "the invented city of the demo is a Chinese one"
PLATFORM = "the platform's own words or form, whatever language is spoken"
COUNTRY = "forms of this country, as citizens write them"
DATA = "a name that is stored as data, as the office's own"
CHINESE = {
    "adapters/sandbox/": PLATFORM,
    "adapters/wechat/fields.py": PLATFORM,
    "adapters/wechat/inbound.py": PLATFORM,
    "adapters/weibo/inbound.py": PLATFORM,
    "adapters/weibo/personal.py": COUNTRY,
    "adapters/weibo/rendering.py": PLATFORM,
    "bot/app/sample_story.py": SAMPLE,
    "bot/app/templates.py": SAMPLE,
    "bot/commands/": STAFF,
    "bot/console/": STAFF,
    "bot/petitions/calendar.py": DATA,
    "dialogs/mentioned.py": PLATFORM,
    "dialogs/phones.py": COUNTRY,
    "dialogs/places.py": COUNTRY,
}
"""A module, or a folder with all below it → why it holds Chinese."""


def literals(path: Path) -> Iterator[str]:
    """Yield the texts of a module that are no docstrings: a text that stands for itself does nothing."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value


def chinese() -> Iterator[str]:
    """Yield the modules that hold Chinese, those of a folder that may hold it as that folder."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if any(HAN.search(text) for text in literals(path)):
                module = path.relative_to(ROOT).as_posix()
                yield next((place for place in CHINESE if place.endswith("/") and module.startswith(place)), module)


def test_chinese_stands_only_where_it_says_why() -> None:
    assert set(chinese()) == set(CHINESE)


def test_a_docstring_is_no_literal_and_a_piece_of_a_text_with_values_is_one(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text('"""一"""\nA = 1\n"""二"""\nB = f"三{A}"\n\ndef f(x="四"):\n    """五"""\n', encoding="utf-8")
    assert sorted(text for text in literals(module) if HAN.search(text)) == ["三", "四"]
