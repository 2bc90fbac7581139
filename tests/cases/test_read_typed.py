"""Parquet files, DataFrames, and what offers an Arrow stream."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from drgsim import iter_cases, read_cases
from drgsim.cases.case_errors import NotACaseTableError, UnknownLayoutError
from drgsim.errors import ArgumentError, NotFoundError

TYPED = pd.DataFrame(
    {
        "case_id": [1, 2],
        "sex": [1.0, np.nan],
        "age": [61.0, np.nan],
        "discharge": ["1", "死亡"],
        "total_cost": [Decimal("10.50"), None],
        "admission_date": [dt.date(2024, 1, 5), None],
        "diagnoses": ["I10.x00", None],
        "procedures": [["51.2300", "54.5100x005"], []],
    },
    index=["a", "b"],
)


def test_a_frame_keeps_its_index_and_is_not_changed(string_backend):
    raw = TYPED.copy(deep=True)
    cases = read_cases(raw)
    assert cases.index.tolist() == ["a", "b"]
    assert cases["case_id"].tolist() == ["1", "2"]
    assert cases["age"].isna().tolist() == [False, True]
    assert cases["discharge"].tolist() == [1, 5]
    assert cases["total_cost"].iloc[0] == 10.5
    assert cases["admission_date"].iloc[0] == dt.datetime(2024, 1, 5)
    assert cases["procedures"].tolist() == ["51.2300|54.5100x005", ""]
    assert cases["diagnoses"].isna().tolist() == [False, True]
    pd.testing.assert_frame_equal(raw, TYPED)


@pytest.mark.parametrize(
    "form",
    [
        pl.from_pandas,
        pa.Table.from_pandas,
        lambda frame: pa.Table.from_pandas(frame).to_reader(max_chunksize=1),
    ],
)
def test_arrow_streams(form):
    frame = TYPED.drop(columns=["total_cost"]).reset_index(drop=True)
    pd.testing.assert_frame_equal(read_cases(form(frame)), read_cases(frame), check_index_type=False)


def test_categories_and_codes_as_numbers():
    raw = pd.DataFrame({
        "case_id": pd.Categorical(["x", "y"]), "sex": pd.Categorical(["男", "女"]),
        "diagnoses": ["I10.x00"] * 2, "procedures": [51.23, np.nan],
    })  # fmt: skip
    cases = read_cases(raw)
    assert cases["sex"].tolist() == [1, 2]
    assert cases["procedures"].iloc[0] == "51.2300"
    assert cases.attrs["drgsim"].problems.frame["rule"].tolist() == ["code-as-number"]


def test_zoned_times_keep_their_clock():
    stamp = pd.Timestamp("2024-01-05 23:30", tz="Asia/Shanghai")
    cases = read_cases(pd.DataFrame({"case_id": ["1"], "admission_date": [stamp], "diagnoses": ["I10.x00"]}))
    assert cases["admission_date"].tolist() == [pd.Timestamp("2024-01-05 23:30")]


def test_numbers_that_are_not_whole_are_told():
    raw = pd.DataFrame({"case_id": ["1", "2", "3"], "age": [61.5, np.inf, 7], "diagnoses": ["I10.x00"] * 3})
    cases = read_cases(raw)
    assert cases["age"].isna().tolist() == [True, True, False]
    assert cases.attrs["drgsim"].problems.frame["got"].tolist() == ["61.5", "inf"]


def test_parquet_in_chunks(tmp_path):
    rows = pd.DataFrame({"case_id": [str(n) for n in range(10)], "diagnoses": ["I10.x00"] * 10})
    rows.to_parquet(tmp_path / "a.parquet", row_group_size=4)
    chunks = list(iter_cases(tmp_path / "a.parquet", chunk_rows=3))
    assert [row for chunk in chunks for row in chunk["case_id"]] == rows["case_id"].tolist()
    assert [row for chunk in chunks for row in chunk.index] == list(range(10))


def test_reading_what_was_read_changes_nothing(cases):
    once = read_cases(cases)
    pd.testing.assert_frame_equal(read_cases(once), once)


@pytest.mark.parametrize("wrong", [None, 7, [1, 2], {"a": 1}, pl.Series([1, 2])])
def test_what_is_no_table_is_refused(wrong):
    with pytest.raises(NotACaseTableError):
        read_cases(wrong)


def test_wrong_arguments_name_what_is_allowed():
    with pytest.raises(ArgumentError, match="clinical"):
        read_cases(TYPED, code_edition="GL")
    with pytest.raises(NotFoundError, match="did you mean 'age'"):
        read_cases(TYPED, columns=["agee"])
    with pytest.raises(NotFoundError, match="case table"):
        read_cases(TYPED, rename={"x": "nothing"})
    with pytest.raises(ArgumentError, match="chunk_rows"):
        iter_cases(TYPED, chunk_rows=0)
    with pytest.raises(UnknownLayoutError, match="does not fit"):
        read_cases(pd.DataFrame({"a": [1]}), layout="hqms")


def test_clinical_codes_are_translated_only_when_asked():
    raw = pd.DataFrame({"case_id": ["1"], "diagnoses": ["A01.000x002|I10.x00"]})
    assert read_cases(raw)["diagnoses"].tolist() == ["A01.000x002|I10.x00"]
    translated = read_cases(raw, code_edition="clinical")
    assert translated["diagnoses"].tolist() == ["A01.003|I10.x00"]
    assert [(each["repair"], each["count"]) for each in translated.attrs["drgsim"]["repairs"]] == [
        ("mapped", 1)
    ]
