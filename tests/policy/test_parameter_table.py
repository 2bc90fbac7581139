"""One answer, one answer a case, and the area under a sliced ratio agree with each other."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drgsim.policy.parameter_table import answer, column, slices
from drgsim.policy.parameter_values import canonical
from drgsim.policy.parameters import catalogue

RATIO = catalogue()["benefit.employee.payment_ratio"]
THRESHOLD = catalogue()["outlier.high.threshold"]


def table(parameter, raw):
    problems = []
    value = canonical(parameter, raw, where="", problems=problems)
    assert not problems
    return value


LADDER = table(
    RATIO,
    {
        "retired": {"3": [[10000, 0.91], [50000, 0.94], [None, 0.95]], "2": 0.96},
        "other": {"3": [[10000, 0.88], [50000, 0.91], [None, 0.95]], "other": 0.9},
    },
)


def test_a_band_holds_up_to_its_upper_bound():
    bands = table(THRESHOLD, [[1, 3], [2, 2.5], [None, 2]])
    weights = [0.5, 1.0, 1.0001, 2.0, 9.0]
    assert [answer(THRESHOLD, bands, {"weight": each}) for each in weights] == [3, 3, 2.5, 2.5, 2]
    assert column(THRESHOLD, bands, 5, {"weight": weights}).tolist() == [3, 3, 2.5, 2.5, 2]


def test_a_key_not_named_takes_other_and_a_missing_one_has_no_answer():
    levels = pd.Series([3, 2, None], dtype="Int32")
    found = column(THRESHOLD, table(THRESHOLD, {"3": 3, "other": 2}), 3, {"level": levels})
    assert found.tolist()[:2] == [3, 2]
    assert np.isnan(found[2])
    found = column(THRESHOLD, table(THRESHOLD, {"3": 3}), 2, {"level": [3, 2]})
    assert np.isnan(found[1])
    assert column(THRESHOLD, table(THRESHOLD, 3), 2, {"level": [None, 2]}).tolist() == [3, 3]


@pytest.mark.parametrize("dtype", ["object", "category", "string[python]", pd.StringDtype(na_value=np.nan)])
def test_labels_may_come_in_any_dtype(dtype):
    labels = pd.Series(["三级", "2", "3"]).astype(dtype)
    found = column(THRESHOLD, table(THRESHOLD, {"3": 3, "other": 2}), 3, {"level": labels})
    assert found.tolist() == [3, 2, 3]


def test_types_other_than_numbers():
    mode = catalogue()["cross_region.mode"]
    found = column(mode, {"in_province": "price_book"}, 2, {"distance": ["in_province", "cross_province"]})
    assert found.tolist() == ["price_book", None]
    assert column(catalogue()["carve_out.commercial_list"], True, 2, {}).tolist() == [True, True]
    assert column(catalogue()["fund.ratio"], None, 1, {}).dtype == np.float64


def test_each_ratio_holds_for_its_own_slice():
    keys = {"member": "active", "level": "3"}
    whole = slices(RATIO, LADDER, np.array([0.0]), np.array([60000.0]), keys)
    assert whole[0] == pytest.approx(8800 + 36400 + 9500)
    later = slices(RATIO, LADDER, np.array([20000.0]), np.array([60000.0]), keys)
    assert later[0] == pytest.approx(27300 + 9500)


@settings(max_examples=40)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["active", "retired", None]),
            st.sampled_from(["1", "2", "3", None]),
            st.floats(0, 2e5),
            st.floats(0, 1e5),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_the_slices_of_a_column_are_those_of_each_case(rows):
    member, level, start, width = (np.array(each, dtype=object) for each in zip(*rows, strict=True))
    start, stop = start.astype(float), start.astype(float) + width.astype(float)
    found = slices(RATIO, LADDER, start, stop, {"member": member, "level": level})
    for row, area in enumerate(found):
        if member[row] is None or level[row] is None or (member[row], level[row]) == ("retired", "1"):
            assert np.isnan(area)
            continue
        edges = np.clip([0, 10000, 50000, np.inf], start[row], stop[row])
        values = [
            answer(RATIO, LADDER, {"member": member[row], "level": level[row], "amount": each})
            for each in (5000, 30000, 90000)
        ]
        assert area == pytest.approx(float(np.diff(edges) @ values), abs=1e-6)


@given(st.lists(st.tuples(st.sampled_from(["1", "2", "3", "甲"]), st.floats(0, 9)), min_size=1, max_size=30))
def test_a_column_is_the_answer_of_each_row(rows):
    parameter = catalogue()["standard.coefficient.level"]
    tree = table(parameter, {"3": 1.1, "甲": 0.5, "other": 0.9})
    labels = [label for label, _ in rows]
    expected = [answer(parameter, tree, {"payment_level": label}) for label in labels]
    assert column(parameter, tree, len(rows), {"payment_level": labels}).tolist() == expected
