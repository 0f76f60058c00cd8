from pathlib import Path

import pytest

from bot.petitions.routing import Unit
from bot.petitions.vocabulary import Kind
from bot.petitions.wording import word
from config.directory import Category, Directory, KindRules, MatterField, load_directory
from config.errors import DirectoryError
from config.settings import SHIPPED
from tests.phrasing import CHINESE

CITY_UNITS = SHIPPED.parent / "units.toml"
CITY_MATTERS = SHIPPED.parent / "matters.toml"

UNITS = """
[[unit]]
id = "roads"
name = "某市道路管理处"
short = "市道路处"
phone = "0999-5550001"
aliases = ["道路处"]

[[unit]]
id = "lake"
name = "某市湖区人民政府"
short = "湖区政府"
phone = "0999-5550002"
level = "county"
"""
WORDS = {kind: CHINESE.text(word(kind)) for kind in Kind}
KINDS = "".join(
    f'[[kind]]\nid = "{kind}"\nsynonyms = ["我要{WORDS[kind]}"]\nphone = true\n'
    f"public = {'false' if kind is Kind.REPORT else 'true'}\n"
    for kind in Kind
)
FIELDS = '[[field]]\nid = "traffic"\nlabel = "交通出行"\n'
CATEGORIES = (
    '[[category]]\nid = "potholes"\nlabel = "路面"\nfield = "traffic"\nkeywords = ["坑洼", "路面"]\nunit = "roads"\n'
)
MATTERS = KINDS + FIELDS + CATEGORIES


def load(tmp_path: Path, units: str = UNITS, matters: str = MATTERS) -> Directory:
    (tmp_path / "units.toml").write_text(units, encoding="utf-8")
    (tmp_path / "matters.toml").write_text(matters, encoding="utf-8")
    return load_directory(tmp_path / "units.toml", tmp_path / "matters.toml", kind_words=WORDS)


@pytest.fixture(scope="module")
def city():
    return load_directory(CITY_UNITS, CITY_MATTERS)


def test_files_become_values(tmp_path):
    directory = load(tmp_path)

    assert directory.units == (
        Unit(id="roads", name="某市道路管理处", short="市道路处", phone="0999-5550001", aliases=("道路处",)),
        Unit(id="lake", name="某市湖区人民政府", short="湖区政府", phone="0999-5550002", level="county"),
    )
    assert type(directory.units[1].level) is str
    assert directory.kind(Kind.REPORT) == KindRules(kind=Kind.REPORT, synonyms=("我要举报",), public=False, phone=True)
    assert directory.fields == (MatterField(id="traffic", label="交通出行"),)
    assert directory.categories == (
        Category(id="potholes", label="路面", field="traffic", keywords=("坑洼", "路面"), unit="roads"),
    )


def test_entries_are_found_by_id(tmp_path):
    directory = load(tmp_path)

    assert directory.unit("lake") is directory.units[1]
    assert directory.unit("gone") is None
    assert directory.category("potholes") is directory.categories[0]
    assert directory.category("gone") is None
    assert directory.field("traffic") is directory.fields[0]
    assert directory.field("gone") is None


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('id = "lake"', 'id = "roads"', [("units.toml: roads", "is the id of 2 unit entries")]),
        ('id = "lake"', 'id = "Lake"', [("units.toml: unit[1].id", "is no short name")]),
        ('short = "湖区政府"', 'short = "湖区人民政府办公室"', [("units.toml: unit[1].short", "is too long")]),
        ('phone = "0999-5550002"\n', "", [("units.toml: unit[1].phone", "is missing")]),
        ('phone = "0999-5550002"', 'phone = "找老王"', [("units.toml: unit[1].phone", "is no telephone number")]),
        ('level = "county"', 'level = "village"', [("units.toml: unit[1].level", "is none of its choices")]),
        ('level = "county"', 'parnet = "roads"', [("units.toml: unit[1].parnet", "unknown setting")]),
        ('level = "county"', 'parent = "sea"', [("units.toml: lake", "its parent sea is no unit")]),
        ('level = "county"', 'parent = "lake"', [("units.toml: lake", "is above itself")]),
        ('level = "county"', 'aliases = ["道路处"]', [("units.toml: lake", "道路处 is a name of roads too")]),
        ('level = "county"', 'aliases = ["湖"]', [("units.toml: unit[1].aliases[0]", "is too short")]),
    ],
)
def test_each_fault_of_the_units_is_named(tmp_path, old, new, expected):
    assert problems(tmp_path, units=UNITS.replace(old, new)) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('id = "praise"', 'id = "thanks"', [("matters.toml: kind[5].id", "is none of its choices")]),
        (
            'id = "praise"',
            'id = "suggest"',
            [
                ("matters.toml: suggest", "is the id of 2 kind entries"),
                ("matters.toml: praise", "this kind has no entry"),
            ],
        ),
        ("public = false", "public = true", [("matters.toml: report", "a 举报 is never public")]),
        ('"我要表扬"', '"我要建议"', [("matters.toml: praise", "我要建议 is a name of suggest too")]),
        ('"我要表扬"', '"建议"', [("matters.toml: praise", "建议 is a name of suggest too")]),
        ('field = "traffic"', 'field = "trafic"', [("matters.toml: potholes", "its field trafic is not there")]),
        ('unit = "roads"', 'unit = "road"', [("matters.toml: potholes", "its unit road is not there")]),
        ('"坑洼", "路面"', "", [("matters.toml: category[0].keywords", "is empty")]),
        ('"坑洼", "路面"', '"路"', [("matters.toml: category[0].keywords[0]", "is too short")]),
        (FIELDS, FIELDS * 2, [("matters.toml: traffic", "is the id of 2 field entries")]),
        (CATEGORIES, CATEGORIES * 2, [("matters.toml: potholes", "is the id of 2 category entries")]),
    ],
)
def test_each_fault_of_the_matters_is_named(tmp_path, old, new, expected):
    assert problems(tmp_path, matters=MATTERS.replace(old, new)) == expected


def problems(tmp_path: Path, units: str = UNITS, matters: str = MATTERS) -> list[tuple[str, str]]:
    with pytest.raises(DirectoryError) as caught:
        load(tmp_path, units, matters)
    return [(problem.name, problem.what) for problem in caught.value.problems]


def test_faults_of_both_files_are_told_at_once(tmp_path):
    units = UNITS.replace('phone = "0999-5550002"', 'phone = ""')
    matters = MATTERS.replace("public = false", "public = true")

    assert problems(tmp_path, units, matters) == [
        ("units.toml: unit[1].phone", "is empty"),
        ("matters.toml: report", "a 举报 is never public"),
    ]


def test_units_in_a_circle_are_all_named(tmp_path):
    units = UNITS.replace('aliases = ["道路处"]', 'parent = "lake"').replace('level = "county"', 'parent = "roads"')

    assert problems(tmp_path, units) == [
        ("units.toml: roads", "is above itself"),
        ("units.toml: lake", "is above itself"),
    ]


def test_files_that_are_not_there_are_told_without_more(tmp_path):
    with pytest.raises(DirectoryError) as caught:
        load_directory(tmp_path / "u.toml", tmp_path / "m.toml")

    assert [(problem.name, problem.what) for problem in caught.value.problems] == [
        (str(tmp_path / "u.toml"), "is not there"),
        (str(tmp_path / "m.toml"), "is not there"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("家里暖气不热,室温只有十四度", ("gongre",)),
        ("老板拖欠工资三个月", ("renshe",)),
        ("小区物业停电梯,夜间施工噪音扰民", ("chengguan", "zhujian")),
        ("公交车总是晚点,市交通局管不管", ("gongjiao", "jiaotong")),
        ("青石镇政府门口的路灯坏了", ("chengguan", "xiling-qingshi")),
        ("谢谢你们", ()),
        ("", ()),
    ],
)
def test_units_are_suggested(city, text, expected):
    assert city.suggest(text) == expected


def test_a_text_about_everything_gets_five_suggestions(city):
    text = "".join(keyword for category in city.categories for keyword in category.keywords)

    assert len(city.suggest(text)) == 5


def test_the_shipped_city_is_whole(city):
    levels = [unit.level for unit in city.units]

    assert (levels.count("city"), levels.count("county"), levels.count("town")) == (18, 4, 6)
    assert [rules.kind for rules in city.kinds] == list(Kind)
    assert {rules.kind for rules in city.kinds if not (rules.public and rules.phone)} == {Kind.REPORT}
    assert {category.field for category in city.categories} == {field.id for field in city.fields}
    assert [unit.id for unit in city.units if not unit.phone.startswith("0999-555")] == []
