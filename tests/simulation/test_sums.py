"""Sums are exact, and depend neither on the order of the stays nor on how the codes were given out."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drgsim.errors import ColumnError
from drgsim.simulation.world.sums import NOT_STATED, key, sums

WORDS = st.sampled_from(["a", "b", "zz", "10", "2"])
STAYS = st.lists(
    st.tuples(WORDS, WORDS, st.integers(-1, 3), st.integers(-(2**55), 2**55), st.integers(0, 9)), max_size=40
)


def table_of(stays) -> pd.DataFrame:
    columns = list(zip(*stays, strict=True)) or [(), (), (), (), ()]
    number = np.array(columns[2], np.int64)
    return sums(
        {"one": key(list(columns[0])), "two": key(list(columns[1])), "three": (number, np.arange(4))},
        {"money": np.array(columns[3], np.int64), "cases": np.array(columns[4], np.int64)},
    )


@given(STAYS)
def test_sums_are_those_of_python(stays):
    expected = {}
    for one, two, three, money, cases in stays:
        at = (one, two, NOT_STATED if three < 0 else three)
        before = expected.get(at, (0, 0))
        expected[at] = (before[0] + money, before[1] + cases)
    found = table_of(stays)
    assert {tuple(row[:3]): tuple(row[3:]) for row in found.itertuples(index=False)} == expected
    assert len(found) == len(expected)
    assert found[["money", "cases"]].dtypes.eq(np.int64).all()


@given(STAYS, st.randoms())
def test_the_order_of_stays_changes_nothing(stays, random):
    mixed = list(stays)
    random.shuffle(mixed)
    pd.testing.assert_frame_equal(table_of(stays), table_of(mixed))


def test_more_than_a_float_can_hold_is_summed_to_the_fen():
    money = np.array([2**53, 1, 1, 1], np.int64)
    assert sums({"k": key(["a"] * 4)}, {"money": money})["money"].tolist() == [2**53 + 3]


def test_without_keys_there_is_one_row_also_for_no_stays():
    assert sums({}, {"money": np.array([3, 4])})["money"].tolist() == [7]
    assert sums({}, {"money": np.array([], np.int64)})["money"].tolist() == [0]


def test_many_keys_of_which_few_combinations_occur():
    codes = np.arange(500) % 7
    wide = {f"k{n}": (codes, np.arange(3000)) for n in range(5)}
    found = sums(wide, {"cases": np.ones(500, np.int64)})
    assert found["k0"].tolist() == list(range(7))
    assert found["cases"].sum() == 500
    pd.testing.assert_series_equal(found["k0"], found["k4"], check_names=False)


def test_equal_names_are_one_and_rows_are_sorted_by_name():
    found = sums({"k": (np.array([0, 1, 2, 0]), ["b", "a", "b"])}, {"cases": np.ones(4, np.int64)})
    assert found.to_dict("list") == {"k": ["a", "b"], "cases": [1, 3]}


def test_numbers_stay_numbers_and_categories_are_read():
    level = pd.Series([10, 9, 10], dtype="category")
    found = sums({"level": key(level), "month": key(np.array([2, 2, 12]))}, {"cases": np.ones(3, np.int64)})
    assert found[["level", "month"]].to_numpy().tolist() == [[9, 2], [10, 2], [10, 12]]
    assert found["month"].dtype == np.int64


@pytest.mark.parametrize(
    ("keys", "measures"),
    [
        ({}, {"money": np.array([1.5])}),
        ({"k": key(["a"])}, {"money": np.array([1, 2])}),
        ({"k": (np.array([1]), ["a"])}, {"money": np.array([1])}),
    ],
)
def test_what_cannot_be_summed_is_said(keys, measures):
    with pytest.raises(ColumnError):
        sums(keys, measures)
