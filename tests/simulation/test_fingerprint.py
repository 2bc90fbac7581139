"""A fingerprint knows stays, not their order, chunks or types."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drgsim
from drgsim.errors import ColumnError
from drgsim.simulation.record.fingerprint import fingerprint


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32 - 1), cut=st.integers(1, 399))
def test_order_and_chunks_change_nothing(cases, seed, cut):
    some = cases.head(400)
    turned = some.sample(frac=1, random_state=seed)
    assert fingerprint(turned) == fingerprint(some)
    assert fingerprint([turned.iloc[:cut], turned.iloc[cut:]]) == fingerprint(some)


@settings(max_examples=30)
@given(data=st.data())
def test_one_changed_cell_changes_it(cases, data):
    some = cases.head(50).reset_index(drop=True)
    row = data.draw(st.integers(0, 49))
    column = data.draw(st.sampled_from(["total_cost", "diagnoses", "insurance", "discharge_date", "age"]))
    changed = some.copy()
    value = changed.loc[row, column]
    if column == "discharge_date":
        value += pd.Timedelta(days=1)
    elif column in ("total_cost", "age"):
        value = np.nextafter(value, 1e9) if column == "total_cost" else value + 1
    else:
        value = value + "x"
    changed.loc[row, column] = value
    assert fingerprint(changed).digest != fingerprint(some).digest


def test_a_doubled_or_dropped_row_changes_it(cases):
    some = cases.head(50)
    assert fingerprint(some.head(49)).digest != fingerprint(some).digest
    assert fingerprint(pd.concat([some, some.head(1)])).digest != fingerprint(some).digest


def test_values_swapped_between_stays_change_it(cases):
    some = cases.head(50).reset_index(drop=True)
    swapped = some.copy()
    swapped.loc[[0, 1], "total_cost"] = some.loc[[1, 0], "total_cost"].to_numpy()
    assert fingerprint(swapped).digest != fingerprint(some).digest


def test_types_and_empty_columns_change_nothing(cases):
    some = cases.head(200)
    other = some.astype({"age": "float64", "hospital_level": "Int64", "insurance": "category"})
    other = other.assign(fund_total=np.nan, note="not a column of cases")
    assert fingerprint(other[sorted(other.columns)]) == fingerprint(some)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_file_written_and_read_has_the_same(cases, tmp_path, ending):
    drgsim.write_cases(cases, tmp_path / f"cases.{ending}")
    assert fingerprint(drgsim.read_cases(tmp_path / f"cases.{ending}")) == fingerprint(cases)


def test_missing_is_not_zero():
    def of(age):
        return fingerprint(pd.DataFrame({"case_id": ["a", "b"], "age": [1.0, age]})).digest

    assert of(0.0) == of(-0.0)
    assert len({of(0.0), of(np.nan), of(5e-324)}) == 3


def test_a_table_without_cases_is_refused():
    with pytest.raises(ColumnError):
        fingerprint(pd.DataFrame({"colour": ["red"]}))
