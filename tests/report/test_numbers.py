"""Numbers as people read them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drgsim.report.numbers import MINUS, count, in_unit, money, number, percent, unit_for


@pytest.mark.parametrize(
    ("amount", "lang", "expected"),
    [
        (2_310_000_000, "zh", "23.1亿元"),
        (4_250_000, "zh", "425万元"),
        (950, "zh", "950元"),
        (99_999_999, "zh", "10,000万元"),
        (-31_400_000, "en", "−31.4 million yuan"),
        (56_000, "en", "56,000 yuan"),
        (0, "zh", "0元"),
        (math.nan, "zh", "–"),
    ],
)
def test_money(amount, lang, expected):
    assert money(amount, lang) == expected


def test_signs_are_real_and_zero_has_none():
    assert money(5e6, "zh", signed=True) == "+500万元"
    assert number(-0.5) == "−0.50"
    assert number(0, signed=True) == "0"
    assert number(-0.0001) == "0"
    assert percent(-0.0001, signed=True) == "0.0%"
    assert count(-1234) == "−1,234"


@given(st.floats(min_value=-1e12, max_value=1e12, allow_nan=False), st.sampled_from(["zh", "en"]))
def test_a_number_reads_back_to_what_it_says(amount, lang):
    unit = unit_for([amount], lang)
    back = float(in_unit(amount, unit, figures=4).replace(",", "").replace(MINUS, "-")) * unit.yuan
    assert back == pytest.approx(amount, rel=2e-3, abs=5e-4 * unit.yuan)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=5))
def test_any_amounts_have_a_unit(amounts):
    assert unit_for(amounts, "zh").yuan in {1.0, 1e4, 1e8}
