from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.petitions.errors import WrongNumber
from bot.petitions.number import MOST_A_DAY, check_digit, find_number, make_number, normalise, parse_number

DAY = date(2026, 11, 21)
NUMBER = "WQ20261121-0000019"


@pytest.mark.parametrize(("sequence", "number"), [(1, NUMBER), (2, "WQ20261121-0000027"), (7, "WQ20261121-0000078")])
def test_numbers_end_in_their_check_digit(sequence, number):
    assert make_number(DAY, sequence) == number


@pytest.mark.parametrize("sequence", [0, -1, MOST_A_DAY + 1])
def test_a_day_has_so_many_numbers(sequence):
    with pytest.raises(ValueError, match="a day has"):
        make_number(DAY, sequence)


def test_the_check_digit_is_that_of_the_standard():
    assert check_digit("0794") == 5  # ISO/IEC 7064, the example for MOD 11,10


@pytest.mark.parametrize(
    "typed",
    [
        NUMBER,
        "wq20261121-0000019",
        "WQ202611210000019",
        "202611210000019",
        "20261121-0000019",
        " WQ 20261121 - 0000019 ",
        "ＷＱ２０２６１１２１－０００００１９",
        "WQ20261121—0000019",
        "WQ20261121_0000019",
    ],
)
def test_a_number_may_be_typed_in_many_forms(typed):
    assert parse_number(typed) == NUMBER


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "WQ",
        "WQ20261121",
        "WQ20261321-0000019",
        "WQ20260230-0000010",
        "WQ20261121-0000000",
        NUMBER + "1",
        "XQ" + NUMBER,
    ],
)
def test_what_is_no_number_is_refused(typed):
    with pytest.raises(WrongNumber):
        parse_number(typed)


def test_every_single_wrong_digit_is_found():
    found = 0
    for place in [at for at, sign in enumerate(NUMBER) if sign.isdigit()]:
        for digit in "0123456789":
            wrong = NUMBER[:place] + digit + NUMBER[place + 1 :]
            if wrong != NUMBER:
                with pytest.raises(WrongNumber):
                    parse_number(wrong)
                found += 1
    assert found == 15 * 9


@given(
    day=st.dates(date(2020, 1, 1), date(2099, 12, 31)),
    sequence=st.integers(1, MOST_A_DAY),
    place=st.integers(0, 14),
    step=st.integers(1, 9),
)
def test_any_number_is_read_back_and_any_slip_in_it_found(day, sequence, place, step):
    number = make_number(day, sequence)
    assert parse_number(number) == number
    digits = list(number.removeprefix("WQ").replace("-", ""))
    digits[place] = str((int(digits[place]) + step) % 10)
    with pytest.raises(WrongNumber):
        parse_number("".join(digits))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"我的编号是{NUMBER}，怎么样了", NUMBER),
        ("查202611210000018", "202611210000018"),
        ("电话13812345678", None),
        ("1202611210000019", None),
        ("没有", None),
    ],
)
def test_a_number_is_found_inside_words(text, found):
    assert find_number(text) == found


def test_folding_takes_blanks_and_odd_dashes():
    assert normalise(" Ａ　１－２—3 ") == "A1-2-3"
