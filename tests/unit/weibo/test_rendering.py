"""What a citizen sees: numbered choices, pages that fit and lose nothing, and not a word of a rival."""

import re
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.weibo import rendering
from adapters.weibo.rendering import LONGEST, length, names_rival
from bot.messages import Choice, Outbound
from tests.labels import WEIBO

render = partial(rendering.render, labels=WEIBO)
without_rival = partial(rendering.without_rival, labels=WEIBO)
FILE, BACK = Choice(id="kind.complaint", label="投诉"), Choice(id="back", label="返回")
MORE_LINE = "（还有内容，回复“更多”接着看）"


def test_choices_follow_the_words_numbered_one_a_line():
    assert render(Outbound(text="请选择：", choices=(FILE, BACK))) == ("请选择：\n1. 投诉\n2. 返回", "")


def test_words_alone_and_choices_alone_and_nothing():
    outbounds = (Outbound(text="已收到。"), Outbound(text="", choices=(FILE,)), Outbound(text=" \x00\n"))
    assert [render(outbound)[0] for outbound in outbounds] == ["已收到。", "1. 投诉", ""]


def test_markup_is_words():
    text = '<a href="x">领奖</a> & 3 < 5'
    assert render(Outbound(text=text, choices=(Choice(id="x", label="<b>甲</b>"),))) == (text + "\n1. <b>甲</b>", "")


def test_exactly_the_limit_is_one_page_and_one_more_is_two():
    assert render(Outbound(text="诉" * LONGEST)) == ("诉" * LONGEST, "")
    page, rest = render(Outbound(text="诉" * LONGEST + "求"))
    kept = LONGEST - len(MORE_LINE) - 1
    assert (page, rest) == ("诉" * kept + "\n" + MORE_LINE, "诉" * (LONGEST - kept) + "求")


def test_the_limit_is_below_three_hundred_and_a_setting():
    assert LONGEST < 300
    page, rest = render(Outbound(text="诉" * 200), longest=140)
    assert (len(page), len(rest)) == (140, 200 - 140 + len(MORE_LINE) + 1)


@pytest.mark.parametrize("mark", ["。", "！", "？", "；", "，", "\n", ". ", ", "])
def test_a_page_ends_at_a_sentence(mark):
    page, rest = render(Outbound(text="诉" * 150 + mark + "求" * 200))
    assert (page, rest) == ("诉" * 150 + mark.strip() + "\n" + MORE_LINE, "求" * 200)


def test_a_very_early_sentence_end_does_not_waste_the_page():
    assert len(render(Outbound(text="诉。" + "求" * 400))[0]) == LONGEST


def test_the_choices_stand_on_the_first_page_before_more():
    page, rest = render(Outbound(text="诉" * 400, choices=(FILE, BACK)))
    assert page.endswith(f"诉\n1. 投诉\n2. 返回\n{MORE_LINE}")
    assert (len(page), len(rest)) == (LONGEST, 400 - LONGEST + len(f"\n1. 投诉\n2. 返回\n{MORE_LINE}"))


def test_very_many_choices_go_on_over_the_page():
    choices = tuple(Choice(id=f"unit.{number}", label=f"某某区城市管理局{number}") for number in range(1, 41))
    left, shown = Outbound(text="请选择单位：", choices=choices), []
    while left.text:
        page, rest = render(left)
        assert length(page) <= LONGEST
        shown.append(page.removesuffix(MORE_LINE).strip())
        left = Outbound(text=rest)
    assert "\n".join(shown).split("\n") == ["请选择单位：", *(f"{n}. 某某区城市管理局{n}" for n in range(1, 41))]


def test_an_emoji_counts_twice_and_one_of_several_characters_stays_whole():
    assert (length("诉😀"), length("a𠮷")) == (3, 3)
    family = "👨\u200d👩\u200d👧"
    for shift in range(12):
        page, rest = render(Outbound(text="a" * shift + family * 60))
        first = page.removesuffix("\n" + MORE_LINE)[shift:]
        assert (first.count("👨") * family, rest.count("👨") * family) == (first, rest)
        assert length(page) <= LONGEST


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("请关注微信公众号", "请关注某信公众号"),
        ("WeChat、wechat、WEIXIN、微 信", "某信、某信、某信、某信"),
        ("见https://mp.weixin.qq.com/s/abc?x=1#y，谢谢", "见（网址略），谢谢"),
        ("weixin://bizmsgmenu?msgmenuid=1 或 u.wechat.com/x", "（网址略） 或 （网址略）"),
        ("见 https://www.example.gov.cn/a?b=1", "见 https://www.example.gov.cn/a?b=1"),
        ("信号轻微信不过，细微信号弱", "信号轻微信不过，细微信号弱"),
        ("微博、QQ、短信、微信访", "微博、QQ、短信、某信访"),
    ],
)
def test_the_rival_is_not_named(text, shown):
    assert (without_rival(text), without_rival(shown)) == (shown, shown)
    assert (names_rival(text), names_rival(shown)) == (text != shown, False)
    assert render(Outbound(text=text, choices=(Choice(id="a", label="微信"),)))[0] == f"{shown}\n1. 某信"


def test_a_long_word_costs_no_time():
    text = "a" * 200_000 + "." * 5
    assert without_rival(text) == text


TEXTS = st.text(st.sampled_from("诉求a<。，\n 😀\u200d1"), max_size=1500)
CHOICES = st.lists(st.builds(Choice, id=st.text(max_size=9), label=st.text(max_size=30)), max_size=12)


@given(TEXTS, CHOICES)
def test_paging_loses_no_character_and_always_ends(text, choices):
    left, pages = text, []
    while left:
        page, rest = render(Outbound(text=left))
        assert length(page) <= LONGEST
        assert len(rest) < len(left)
        pages.append(page.removesuffix(MORE_LINE) if rest else page)
        left = rest
    assert re.sub(r"\s", "", "".join(pages)) == re.sub(r"\s", "", text)
    assert length(render(Outbound(text=text, choices=tuple(choices)))[0]) <= LONGEST


def test_what_is_said_besides_is_what_one_is_told():
    labels = replace(WEIBO, more="(more)", rival=r"\1", rival_address="-")
    page, rest = rendering.render(Outbound(text="微信 " + "诉" * 299), labels=labels)
    assert (page, rest) == ("\\1 " + "诉" * 289 + "\n(more)", "诉" * 10)
