"""The bottom menu: the shipped one is good, and what WeChat or the dialog would not take is named."""

from pathlib import Path

import pytest

from adapters.wechat.storefront import menu_body, menu_lines
from config.errors import DirectoryError
from config.menu import MenuButton, load_menu
from config.settings import SHIPPED
from dialogs.commands import MENU_KEYS

KEYS = frozenset({"file", "mine"})


def load(folder: Path, text: str) -> tuple[MenuButton, ...]:
    path = folder / "menu.toml"
    path.write_text(text, encoding="utf-8")
    return load_menu(path, keys=KEYS)


def test_the_shipped_menu() -> None:
    menu = load_menu(SHIPPED.with_name("menu.toml"), keys=MENU_KEYS)
    assert [len(top.buttons) for top in menu] == [5, 4, 2]
    assert menu_lines({"menu": menu_body(menu)})[:3] == (
        "我要反映",
        "  投诉 -> click kind:complaint",
        "  求助 -> click kind:help",
    )


def test_what_the_platform_gives_back_reads_as_what_was_pushed(tmp_path: Path) -> None:
    menu = load(tmp_path, '[[button]]\nname="查"\nkey="mine"\n[[button]]\nname="网站"\nurl="https://a.gov.cn"')
    assert menu_lines(menu_body(menu)) == ("查 -> click mine", "网站 -> view https://a.gov.cn")
    nested = {"button": [{"name": "查", "sub_button": {"list": [{"name": "甲", "type": "click", "key": "mine"}]}}]}
    assert menu_lines(nested) == ("查", "  甲 -> click mine")
    assert menu_lines({"menu": {"button": []}}) == menu_lines({}) == ()


def sub(count: int) -> str:
    return "[" + ", ".join(f'{{ name = "{n}", key = "mine" }}' for n in range(count)) + "]"


LIMITS = """[limits]
buttons = 4
buttons_below = 6
name_bytes = 18
name_bytes_below = 63
url_bytes = 2000
"""


def test_the_limits_are_those_of_the_file(tmp_path: Path) -> None:
    tops = '[[button]]\nname="一二三四五六"\nkey="mine"\n' * 3
    last = (
        f'[[button]]\nname="甲"\nbuttons={sub(5)[:-1]}, {{ name = "{"乙" * 21}", url = "https://a.cn/{"x" * 1900}" }}]'
    )
    menu = load(tmp_path, LIMITS + tops + last)
    assert [len(top.buttons) for top in menu] == [0, 0, 0, 6]
    with pytest.raises(DirectoryError) as caught:
        load(tmp_path, tops + last)
    assert [problem.remedy for problem in caught.value.problems] == [
        "leave at most 3",
        *["shorten it to 16"] * 3,
        "leave at most 5",
        "shorten it to 60",
        "shorten it to 1024",
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "button"),
        ('[[button]]\nname="甲"', "needs a key or a url"),
        ('[[button]]\nname="甲"\nkey="mine"\nurl="https://a.cn"', "needs a key or a url"),
        ('[[button]]\nname="甲"\nkey="fly"', "its key is nothing the dialog knows"),
        ('[[button]]\nname="甲"\nurl="javascript:alert(1)"', "its url is no web address"),
        ('[[button]]\nname="一二三四五六"\nkey="mine"', "its name has 18 bytes"),
        (f'[[button]]\nname="甲"\nbuttons={sub(6)}', "has 6 buttons"),
        (f'[[button]]\nname="甲"\nkey="mine"\nbuttons={sub(1)}', "has buttons and does something itself"),
        ('[[button]]\nname="甲"\nbuttons=[{name="乙"}]', "needs a key or a url"),
        (f'[[button]]\nname="甲"\nbuttons=[{{name="{"乙" * 21}", key="mine"}}]', "its name has 63 bytes"),
        ('[[button]]\nname="甲"\nkey="mine"\n' * 4, "menu.toml: button has 4 buttons"),
        ("[limits]\nbuttons = 0\n[[button]]\nname='甲'\nkey='mine'", "limits.buttons"),
        ("[limits]\nletters = 9\n[[button]]\nname='甲'\nkey='mine'", "limits.letters"),
        ('[[button]]\nname=""\nkey="mine"', "name"),
        ("[[knopf]]\n", "knopf"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, what: str) -> None:
    with pytest.raises(DirectoryError) as caught:
        load(tmp_path, text)
    assert any(what in f"{problem.name} {problem.what}" for problem in caught.value.problems), caught.value
