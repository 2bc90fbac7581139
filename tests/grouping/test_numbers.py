"""Numbers of cases from columns of any type."""

import decimal

import numpy as np
import pandas as pd
import pytest

from drgsim.grouping.numbers import read_numbers
from drgsim.grouping.one_case import _department

NAN = float("nan")
AGES = [0, 60, NAN, 150]
SAME_AGES = {
    "float64": pd.Series(AGES),
    "float32": np.array(AGES, dtype=np.float32),
    "masked": pd.array([0, 60, None, 150], dtype="Int16"),
    "arrow": pd.Series([0, 60, None, 150], dtype="int32[pyarrow]"),
    "text": pd.Series(["0", " 60", "", "150.0"]),
    "objects": pd.Series([0, "60岁", None, np.float64(150)], dtype=object),
    "python": pd.Series([decimal.Decimal(0), 60, pd.NA, 150], dtype=object),
    "categorical": pd.Series(["0", "60", None, "150"], dtype="category"),
}


@pytest.mark.parametrize("column", SAME_AGES.values(), ids=SAME_AGES)
def test_any_type_of_column(column):
    values, unreadable = read_numbers(column, "age")
    assert values.dtype == np.float32
    np.testing.assert_array_equal(values, np.array(AGES, dtype=np.float32))
    assert not unreadable.any()


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("sex", "男", 1),
        ("sex", "女", 2),
        ("sex", "F", 2),
        ("sex", "1.0", 1),
        ("sex", 9, 9),
        ("sex", "x", None),
        ("age", 60.5, None),
        ("age", "60.5", None),
        ("age", "sixty", None),
        ("age", -1, -1),
        ("age", np.inf, None),
        ("age_days", -1, None),
        ("age_days", "28天", 28),
        ("birth_weight", "3,200", 3200),
        ("birth_weight", 0, 0),
        ("birth_weight", 1499.5, None),
        ("los", "12 ", 12),
        ("discharge", "死亡", 5),
        ("icu_hours", 120.5, 120.5),
        ("icu_hours", "120.5", 120.5),
        ("icu_hours", -1, None),
    ],
)
def test_values_and_what_cannot_be_read(name, value, read):
    values, unreadable = read_numbers(pd.Series([value]), name)
    assert unreadable.tolist() == [read is None]
    assert np.isnan(values[0]) if read is None else values[0] == np.float32(read)


def test_missing_is_not_unreadable():
    for column in (
        pd.Series([None, NAN, pd.NA, ""], dtype=object),
        pd.Series([NAN]),
        pd.Series([], dtype=float),
    ):
        values, unreadable = read_numbers(column, "birth_weight")
        assert np.isnan(values).all()
        assert not unreadable.any()


@pytest.mark.parametrize(
    ("cell", "read"), [(" ICU ", "ICU"), ("内科", "内科"), (7, "7"), (None, ""), (pd.NA, "")]
)
def test_the_department_of_one_case_is_a_text(cell, read):
    assert _department(pd.Series([cell], dtype=object)) == read
