"""What a citizen sees: choices as links, pages that fit and lose nothing, and no link but ours."""

import re
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.wechat import rendering
from adapters.wechat.rendering import LONGEST, MORE, cdata
from bot.messages import Choice, Outbound
from dialogs.understanding import Word
from tests.labels import WECHAT
from tests.unit.wechat.envelopes import element

render = partial(rendering.render, more=WECHAT.more)
FILE, BACK = Choice(id="kind.complaint", label="投诉"), Choice(id="back", label="返回")
MORE_LINK = '<a href="weixin://bizmsgmenu?msgmenucontent=%E6%9B%B4%E5%A4%9A&msgmenuid=more">更多</a>'
FILE_LINK = '<a href="weixin://bizmsgmenu?msgmenucontent=%E6%8A%95%E8%AF%89&msgmenuid=kind.complaint">1. 投诉</a>'
BACK_LINK = '<a href="weixin://bizmsgmenu?msgmenucontent=%E8%BF%94%E5%9B%9E&msgmenuid=back">2. 返回</a>'


def _size(text: str) -> int:
    return len(text.encode())


def test_choices_follow_the_words_one_a_line():
    assert render(Outbound(text="请选择：", choices=(FILE, BACK))) == (f"请选择：\n{FILE_LINK}\n{BACK_LINK}", "")


def test_words_alone_stay_words():
    assert render(Outbound(text="已收到。")) == ("已收到。", "")


def test_choices_alone_are_enough():
    assert render(Outbound(text="", choices=(FILE,))) == (FILE_LINK, "")


def test_nothing_is_nothing():
    assert render(Outbound(text=" \x00\n")) == ("", "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('<a href="weixin://bizmsgmenu?msgmenucontent=x&msgmenuid=y">领奖</a>',
         '＜a href="weixin://bizmsgmenu?msgmenucontent=x&msgmenuid=y">领奖＜/a>'),
        ("<A HREF='x'>", "＜A HREF='x'>"),
        ("<\x00a href='x'>", "＜a href='x'>"),
        ("3 < 5", "3 ＜ 5"),
    ],
)  # fmt: skip
def test_words_cannot_become_a_link(text, shown):
    assert render(Outbound(text=text)) == (shown, "")


def test_a_choice_cannot_break_out_of_its_link():
    choice = Choice(id='x">y&msgmenuid=z', label='甲</a>"\n<a href="b">\x00')
    assert render(Outbound(text="", choices=(choice,))) == (
        (
            '<a href="weixin://bizmsgmenu?msgmenucontent=%E7%94%B2%EF%BC%9C%2Fa%3E%22%20%EF%BC%9Ca%20href%3D%22b%22%3E'
            '&msgmenuid=x%22%3Ey%26msgmenuid%3Dz">1. 甲＜/a>" ＜a href="b"></a>'
        ),
        "",
    )


def test_a_choice_without_label_or_id_is_no_link():
    choices = (Choice(id="", label="甲"), Choice(id="b", label=" "))
    assert render(Outbound(text="", choices=choices)) == ("1. 甲\n2. ", "")


def test_exactly_the_limit_is_one_page():
    text = "诉" * 600
    assert render(Outbound(text=text)) == (text, "")


def test_one_byte_more_is_two_pages():
    text = "诉" * 600 + "a"
    page, rest = render(Outbound(text=text))
    kept = (LONGEST - _size(MORE_LINK) - 1) // 3
    assert (page, rest) == ("诉" * kept + "\n" + MORE_LINK, "诉" * (600 - kept) + "a")


@pytest.mark.parametrize(
    ("mark", "end"),
    [
        ("。", "。"),
        ("！", "！"),
        ("？", "？"),
        ("；", "；"),
        ("\n", ""),
        ("，", "，"),
        (". ", "."),
        (", ", ","),
        (" ", ""),
    ],
)
def test_a_page_ends_at_a_sentence(mark, end):
    text = "诉" * 300 + mark + "求" * 500
    page, rest = render(Outbound(text=text))
    assert (page, rest) == ("诉" * 300 + end + "\n" + MORE_LINK, "求" * 500)


def test_a_sentence_end_is_better_than_a_later_comma():
    text = "诉" * 300 + "。" + "诉" * 100 + "，" + "求" * 500
    assert render(Outbound(text=text))[1] == "诉" * 100 + "，" + "求" * 500


def test_a_very_early_sentence_end_does_not_waste_the_page():
    page, _ = render(Outbound(text="诉。" + "求" * 800))
    assert _size(page) > LONGEST - 4


def test_the_choices_stand_on_the_first_page_before_more():
    page, rest = render(Outbound(text="诉" * 700, choices=(FILE, BACK)))
    assert page.endswith(f"诉\n{FILE_LINK}\n{BACK_LINK}\n{MORE_LINK}")
    assert (_size(page) <= LONGEST, len(rest) > 100) == (True, True)


def test_very_many_choices_become_numbered_lines_that_can_be_typed():
    choices = tuple(Choice(id=f"unit.{number}", label=f"单位{number}") for number in range(1, 31))
    page, rest = render(Outbound(text="请选择单位：", choices=choices))
    assert (page, rest) == ("\n".join(["请选择单位：", *(f"{n}. 单位{n}" for n in range(1, 31))]), "")


def test_an_emoji_of_several_characters_stays_whole():
    family = "👨\u200d👩\u200d👧"
    for shift in range(20):
        page, rest = render(Outbound(text="a" * shift + family * 200))
        first = page.removesuffix("\n" + MORE_LINK)[shift:]
        assert (first.count("👨") * family, (rest.count("👨") * family)) == (first, rest)


TEXTS = st.text(st.sampled_from("诉求a<。，\n 😀\u200d"), min_size=0, max_size=3000)
CHOICES = st.lists(st.builds(Choice, id=st.text(max_size=9), label=st.text(max_size=30)), max_size=12)


@given(TEXTS, CHOICES)
def test_paging_loses_no_character_and_always_ends(text, choices):
    left, pages = text, []
    while left:
        page, rest = render(Outbound(text=left))
        assert _size(page) <= LONGEST
        assert len(rest) < len(left)
        pages.append(page.removesuffix("\n" + MORE_LINK).removesuffix(MORE_LINK) if rest else page)
        left = rest
    shown = "".join(pages).replace("＜", "<")
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", text)
    first, _ = render(Outbound(text=text, choices=tuple(choices)))
    assert _size(first) <= LONGEST
    assert first.count("<a ") == first.count("</a>") <= len(choices) + 1


def test_more_is_what_dialogs_know():
    assert Word.MORE.value == MORE


def test_the_link_to_the_rest_is_called_as_one_is_told():
    page, _ = rendering.render(Outbound(text="诉" * 601), more="More <1>")
    content = "More%20%EF%BC%9C1%3E"
    assert page.endswith(f'\n<a href="weixin://bizmsgmenu?msgmenucontent={content}&msgmenuid=more">More ＜1></a>')


@given(st.text())
def test_any_text_fits_into_a_cdata_section(text):
    assert element(f"<x><![CDATA[{cdata(text)}]]></x>").tag == "x"
