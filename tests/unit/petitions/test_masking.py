"""Personal ID numbers in citizens' words: which are found, and what is left of them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.petitions.masking import is_id_number, masked

GOOD, WITH_X, OLD = "650102199003072316", "11010519491231002X", "650102900307231"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def with_check(digits: str) -> str:
    return digits + "10X98765432"[sum(w * int(d) for w, d in zip(WEIGHTS, digits, strict=True)) % 11]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (WITH_X, "1101**********002X"),
        (WITH_X.lower(), "1101**********002X"),
        ("我的身份证" + WITH_X + "，请查", "我的身份证1101**********002X，请查"),
        ("110105 19491231 002X", "1101**********002X"),
        ("110105-19491231-002x", "1101**********002X"),
        ("１１０１０５１９４９１２３１００２Ｘ", "1101**********002X"),
        ("11010519491231002×", "1101**********002X"),
        ("1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 X", "1101**********002X"),
        (OLD, "6501*******7231"),
        ("６５０１０２９００３０７２３１", "6501*******7231"),
        ("650102 900307 231", "6501*******7231"),
        (f"{WITH_X} 13812345678", "1101**********002X 13812345678"),
        (f"13812345678 {WITH_X}", "13812345678 1101**********002X"),
        (f"{WITH_X}、{OLD}", "1101**********002X、6501*******7231"),
        ("110105194912310021", "1101**********0021"),  # a wrong check digit, a real birthday
        ("电话13812345678", "电话13812345678"),
        ("WQ20261121-0000019", "WQ20261121-0000019"),
        ("订单 650102199013402316", "订单 650102199013402316"),  # a thirteenth month, and a wrong check digit
        ("990102199003072316", "990102199003072316"),  # no such province
        ("650102901307231", "650102901307231"),  # a thirteenth month
        ("62220212345678901234", "62220212345678901234"),  # a bank card
        ("6501021990030723161", "6501021990030723161"),  # nineteen digits
        ("X50102199003072316", "X50102199003072316"),
        ("", ""),
    ],
)
def test_what_is_masked(text, shown):
    assert masked(text) == shown


@given(
    province=st.sampled_from(["11", "31", "44", "65", "91"]),
    place=st.integers(0, 9999),
    born=st.dates(min_value=date(1900, 1, 1), max_value=date(2026, 1, 1)),
    serial=st.integers(0, 999),
    before=st.sampled_from(["", "身份证号：", "ID "]),
    gap=st.sampled_from(["", " ", "-", "\u3000"]),
)
def test_every_real_number_is_masked_however_it_is_written(province, place, born, serial, before, gap):
    number = with_check(f"{province}{place:04d}{born:%Y%m%d}{serial:03d}")
    assert is_id_number(number)
    written = gap.join((number[:6], number[6:14], number[14:]))
    assert masked(f"{before}{written}。") == f"{before}{number[:4]}**********{number[-4:]}。"


@given(st.text(alphabet="0123456789Xx \n住一二", max_size=60))
def test_masking_again_changes_nothing(text):
    assert masked(masked(text)) == masked(text)
