"""Template values, as a table: what is given, and what the platform would still take."""

import re
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.wechat import fields
from tests.labels import WECHAT

fit_fields = partial(fields.fit_fields, blank=WECHAT.blank)

CASES = [
    ("thing1", "关于解放路路灯不亮的诉求", "关于解放路路灯不亮的诉求"),
    ("thing1", "一" * 20, "一" * 20),
    ("thing1", "一" * 21, "一" * 19 + "…"),
    ("thing1", "第一行\n第二行\t\x01末", "第一行 第二行 末"),
    ("thing1", "路灯😀坏了👨\u200d👩❤️", "路灯坏了"),
    ("thing1", "😀" * 30, "无"),
    ("thing1", " \n ", "无"),
    ("thing1", "", "无"),
    ("thing", "无编号", "无编号"),
    ("keyword1", "一" * 30, "一" * 19 + "…"),
    ("short_thing1", "城市管理局办", "城市管理局"),
    ("character_string2", "WQ20261121-0000019", "WQ20261121-0000019"),
    ("character_string2", "编号WQ1", "WQ1"),
    ("character_string2", "a" * 40, "a" * 32),
    ("character_string2", "编号", "-"),
    ("phrase3", "已答复", "已答复"),
    ("phrase3", "办理中（3天）超期", "办理中天超"),
    ("phrase3", "ok", "无"),
    ("time4", "2026-11-21 15:01", "2026年11月21日 15:01"),
    ("time4", "2026-01-05T09:30:00+08:00", "2026年1月5日 09:30"),
    ("time4", "2026年11月21日 15:01", "2026年11月21日 15:01"),
    ("time4", "2026年11月21日", "2026年11月21日"),
    ("time4", "15:01", "15:01"),
    ("time4", "2026年11月21日 15:01 ~ 2026年11月22日 15:01", "2026年11月21日 15:01 ~ 2026年11月22日 15:01"),
    ("date5", "2026-11-21", "2026年11月21日"),
    ("date5", "2026-11-21 15:01:30", "2026年11月21日 15:01"),
    ("phone_number6", "0571-8812 3456", "0571-88123456"),
    ("phone_number6", "电话：+86(571)88123456转8001", "+86(571)881234568"),
    ("phone_number6", "", "-"),
    ("number7", "共 12 件", "12"),
    ("number7", "1" * 40, "1" * 32),
    ("number7", "-3.50", "-3.50"),
    ("number7", "三", "0"),
    ("letter8", "ab3C编", "abC"),
    ("letter8", "", "NA"),
    ("symbol9", "!!a?？#%&", "!!?？#"),
    ("symbol9", "", "-"),
    ("amount10", "￥1,234.50元", "¥1234.50元"),
    ("amount10", "免费", "0"),
    ("car_number11", "浙A·12345", "浙A12345"),
    ("car_number11", "", "无"),
    ("car_number11", "浙a123é", "浙A123"),
    ("name12", "欧阳娜娜·买买提·阿卜杜拉", "欧阳娜娜·买买提·阿"),
    ("name12", "Alexander Christopher Smith", "Alexander Christophe"),
    ("name12", "王5", "王"),
    ("name12", "王Alex", "王"),
    ("name12", "Ирина", "无"),
    ("name12", "", "无"),
    ("const13", "办理中", "办理中"),
    ("const13", "", ""),
    ("const13", "甲" * 19 + " 乙", "甲" * 19),
    ("enum_string14", "甲" * 21, "甲" * 20),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "fitted"), CASES)
def test_a_value_is_cut_to_its_type(name, value, fitted):
    assert fit_fields({name: value}) == {name: fitted}


@pytest.mark.parametrize(("name", "value"), [("time4", ""), ("time4", "明天"), ("date5", "15:01"), ("date5", "")])
def test_a_moment_cannot_be_made_up(name, value):
    with pytest.raises(ValueError, match=f"the template field {name} has no value of its type"):
        fit_fields({"thing1": "x", name: value})


BLANKS = [
    ("thing1", "-", "-"),
    ("short_thing1", "nothing", "nothi"),
    ("name1", "none", "none"),
    ("car_number1", "none", "NONE"),
    ("phrase1", "无 none", "无"),
]


@pytest.mark.parametrize(("name", "blank", "fitted"), BLANKS)
def test_what_fills_an_empty_field_is_a_word_of_the_language(name, blank, fitted):
    assert fields.fit_fields({name: ""}, blank=blank) == {name: fitted}


@pytest.mark.parametrize(("name", "value"), [("phrase3", "answered"), ("name4", ""), ("thing5", " ")])
def test_a_word_that_the_type_cannot_hold_is_found_out(name, value):
    blank = "" if name == "thing5" else "123"
    with pytest.raises(ValueError, match=f"the template field {name} has no value of its type"):
        fields.fit_fields({name: value}, blank=blank)


def test_all_fields_are_fitted_in_their_order():
    fitted = fit_fields({"phrase2": "已受理", "thing1": ""})
    assert list(fitted.items()) == [("phrase2", "已受理"), ("thing1", "无")]


RULES = {
    "thing1": r".{1,20}",
    "character_string1": r"[\x20-\x7e]{1,32}",
    "phrase1": r"[\u3400-\u4dbf\u4e00-\u9fff]{1,5}",
    "phone_number1": r"[0-9+\-()]{1,17}",
    "number1": r"-?[0-9.]{1,32}",
    "letter1": r"[A-Za-z]{1,32}",
    "symbol1": r"[^\w\s]{1,5}",
    "amount1": r"[¥$]?[0-9.]{1,13}元?",
    "car_number1": r"[A-Z0-9\u3400-\u4dbf\u4e00-\u9fff]{1,8}",
    "name1": r"[\u3400-\u4dbf\u4e00-\u9fff·]{1,10}|[A-Za-z .]{1,20}",
    "const1": r".{0,20}",
}


@pytest.mark.parametrize("name", RULES)
@given(value=st.text(max_size=60))
def test_any_text_is_made_to_fit(name, value):
    fitted = fit_fields({name: value})[name]
    assert re.fullmatch(RULES[name], fitted), fitted
    assert fitted == fitted.strip()
