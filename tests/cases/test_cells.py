"""What a spreadsheet would run is written as text, and every text comes back as it was."""

import csv

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drgsim import read_cases, write_cases
from drgsim.cases.chunk_writer import chunk_writer
from drgsim.cases.texts import neutral, neutral_array, neutral_frame, restored, restored_array
from drgsim.cases.write import write_table

RUNS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''@x"]
HARMLESS = ["", "K80.101", "-12.5", "+3", "-", "1e-5", "-5%", "'quoted'", "a=b"]
ANY = st.text(alphabet="'=+-@\t\r1.e%aK中", max_size=6)


def test_what_runs_does_not_and_what_does_not_is_left_alone():
    for text in RUNS:
        assert neutral(text) == "'" + text
    for text in HARMLESS:
        assert neutral(text) == text


@given(ANY)
def test_every_text_comes_back(text):
    assert restored(neutral(text)) == text


@given(st.lists(st.one_of(ANY, st.none()), max_size=6))
def test_arrays_as_texts(texts):
    for kind in (pa.string(), pa.large_string()):
        array = pa.array(texts, kind)
        written = neutral_array(array)
        assert written.to_pylist() == [None if text is None else neutral(text) for text in texts]
        assert restored_array(array).to_pylist() == [
            None if text is None else restored(text) for text in texts
        ]
        assert neutral_array(pa.chunked_array([array, array])).to_pylist() == written.to_pylist() * 2


def test_frames_as_texts():
    frame = pd.DataFrame({"=a": [*RUNS, None], "n": range(9), "c": pd.Categorical([*RUNS, "x"])})
    written = neutral_frame(frame)
    assert list(written.columns) == ["'=a", "n", "c"]
    assert written["'=a"].tolist()[:8] == ["'" + text for text in RUNS]
    assert written["c"].tolist() == ["'" + text for text in RUNS] + ["x"]
    assert frame["=a"].tolist()[:8] == RUNS


@pytest.mark.parametrize("arrow", [True, False])
@pytest.mark.parametrize("how", ["chunks", "cases", "table"])
def test_through_a_file_and_back(tmp_path, monkeypatch, arrow, how):
    kept = [text for text in (*RUNS, *HARMLESS) if text == text.strip()]
    rows = len(kept)
    frame = pd.DataFrame({
        "case_id": [f"={number}" for number in range(rows)],
        "sex": 1, "age": 50, "diagnoses": "I10.x00x002", "procedures": "", "=note": kept,
    })  # fmt: skip
    if not arrow:
        for module in ("chunk_writer", "csv_table"):
            monkeypatch.setattr(f"drgsim.cases.{module}.installed", lambda name: False)
    path = tmp_path / "cases.csv"
    if how == "chunks":
        with chunk_writer(path) as write:
            write(frame)
    elif how == "cases":
        write_cases(frame, path)
    else:
        write_table(frame, path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if neutral(cell) != cell and not cell.startswith("'")]
    again = read_cases(path, keep=["=note"])
    assert again["case_id"].tolist() == frame["case_id"].tolist()
    assert again["=note"].fillna("").tolist() == kept
