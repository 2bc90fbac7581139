"""Whatever a cell holds: no crash, no row lost, the same by every way in."""

import csv
import io

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from drgsim import check_cases, iter_cases, read_cases, write_cases
from drgsim.cases import csv_table
from drgsim.errors import DrgsimError

HEADER = [
    "case_id",
    "sex",
    "age",
    "discharge",
    "admission_date",
    "total_cost",
    "department",
    "diagnoses",
    "procedures",
]
# no lone surrogates, which no file can hold, and no NUL, which no text file should
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
LIKELY = st.sampled_from([
    "", " ", "1", "2", "０", "61岁", "1,234.50", "-", "NA", "男", "死亡", "2024-01-05", "2024年1月5日",
    "2024-13-45", "1e5", "nan", "I10.x00", "|A01.001", "A01.001||B02.200", "A17.000x001+G05.0*",
    "k80.100X001", "＝", '"', "a\nb", "a\r\nb", "a\rb", "=1+1", "00123", "12345678901234567890", "inf", "-0",
    "x" * 300, "total", "合计", "制表人：某", "diagnoses", "主要诊断", "²", "#N/A", '="007"', "‘5", "\x85=5",
])  # fmt: skip
WIDTH = {"min_size": len(HEADER), "max_size": len(HEADER)}
# rows of any cells, and rows of which most are empty: foots, headers and what looks like them
SPARSE = st.lists(st.one_of(st.just(""), st.just(""), st.just(""), LIKELY), **WIDTH)
ROWS = st.lists(st.one_of(st.lists(st.one_of(LIKELY, TEXT), **WIDTH), SPARSE), max_size=8)


def as_csv(rows):
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([HEADER, *rows])
    return stream.getvalue()


@settings(max_examples=6)
@given(rows=ROWS)
def test_any_cells_are_read_checked_and_written(rows, tmp_path):
    path = tmp_path / "a.csv"
    rows = [[f"c{number}", *cells[1:]] for number, cells in enumerate(rows)]  # a sheet has no empty rows
    path.write_text(as_csv(rows), encoding="utf-8", newline="")
    cases = read_cases(path)
    told = [each for each in cases.attrs["drgsim"].problems.frame["rule"] if each == "row-not-a-case"]
    assert len(cases) + len(told) == len(rows)
    problems = check_cases(cases)
    assert set(problems.frame["row"].dropna()) <= set(range(len(rows)))
    for name in ("b.csv", "b.xlsx", "b.parquet"):
        write_cases(cases, tmp_path / name, labels="name")  # under a Chinese header commas part codes too
        again = read_cases(tmp_path / name)
        pd.testing.assert_frame_equal(again, cases, check_dtype=len(cases) > 0)


@settings(max_examples=12)
@given(rows=ROWS, chunk=st.integers(1, 9))
def test_both_engines_every_chunk_and_a_frame_agree(rows, chunk, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(as_csv(rows), encoding="utf-8", newline="")
    whole = read_cases(path, normalise=False)
    parts = list(iter_cases(path, chunk_rows=chunk, normalise=False))
    assert all((part.dtypes == parts[0].dtypes).all() for part in parts)
    pd.testing.assert_frame_equal(pd.concat(parts)[list(whole)], whole, check_index_type=False)
    frame = pd.DataFrame(np.array(rows, dtype=object).reshape(len(rows), len(HEADER)), columns=HEADER)
    cases = read_cases(frame, normalise=False).reset_index(drop=True)  # its rows keep the frame's labels
    pd.testing.assert_frame_equal(cases, whole, check_index_type=False)
    installed = csv_table.installed
    try:
        csv_table.installed = lambda module: False
        pd.testing.assert_frame_equal(read_cases(path, normalise=False), whole)
    finally:
        csv_table.installed = installed


@settings(max_examples=40)
@given(content=st.one_of(st.binary(max_size=400), TEXT.map(str.encode)))
def test_any_bytes_are_read_or_refused(content, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    try:
        read_cases(path)
    except DrgsimError as error:
        assert "a.csv" in str(error) or "DS201" in str(error)  # noqa: PT017 - both outcomes are right
