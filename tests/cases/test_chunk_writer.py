"""Chunks make one file, whole or not at all."""

import pandas as pd
import pytest

from drgsim.cases import chunk_writer as module
from drgsim.cases.chunk_writer import chunk_writer
from drgsim.errors import ArgumentError, ColumnError, NotFoundError

CHUNKS = [
    pd.DataFrame({"case_id": ["007", "8"], "note": [None, None], "drg": pd.Categorical(["GZ13", "0000"])}),
    pd.DataFrame({"case_id": ["9"], "note": ['a "b", c\rd'], "drg": pd.Categorical(["HC23"])}),
]


def written(path):
    with chunk_writer(path) as write:
        for chunk in CHUNKS:
            write(chunk)
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    return pd.read_csv(path, dtype=str)


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".parquet"])
@pytest.mark.parametrize("arrow", [True, False])
def test_chunks_are_one_table(tmp_path, monkeypatch, ending, arrow):
    if not arrow and ending != ".parquet":
        monkeypatch.setattr(module, "installed", lambda name: False)
    table = written(tmp_path / f"cases{ending}")
    assert table["case_id"].tolist() == ["007", "8", "9"]
    assert table["note"].tolist()[2] == 'a "b", c\rd'
    assert table["note"].isna().tolist() == [True, True, False]
    assert table["drg"].tolist() == ["GZ13", "0000", "HC23"]


def test_nothing_is_left_of_a_file_that_failed(tmp_path):
    def broken(write):
        write(CHUNKS[0])
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), chunk_writer(tmp_path / "cases.csv") as write:
        broken(write)
    assert list(tmp_path.iterdir()) == []


def test_refusals(tmp_path):
    with pytest.raises(ArgumentError, match="ending"), chunk_writer(tmp_path / "cases.docx"):
        pass
    with pytest.raises(NotFoundError, match="folder"), chunk_writer(tmp_path / "none" / "cases.csv"):
        pass


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
@pytest.mark.parametrize("arrow", [True, False])
def test_columns_that_differ_between_chunks(tmp_path, monkeypatch, ending, arrow):
    """One that is lacking stays empty; one that has no place is refused, never dropped."""
    if not arrow and ending == ".csv":
        monkeypatch.setattr(module, "installed", lambda name: False)
    path = tmp_path / f"cases{ending}"
    with chunk_writer(path) as write:
        write(pd.DataFrame({"case_id": ["1"], "los": pd.array([3], dtype="Int32")}))
        write(pd.DataFrame({"case_id": ["2"]}))
    table = pd.read_parquet(path) if ending == ".parquet" else pd.read_csv(path, dtype={"case_id": str})
    assert table["case_id"].tolist() == ["1", "2"]
    assert table["los"].isna().tolist() == [False, True]
    path.unlink()

    def wider(write):
        write(pd.DataFrame({"case_id": ["1"]}))
        write(pd.DataFrame({"case_id": ["2"], "los": [3]}))

    with pytest.raises(ColumnError, match="los"), chunk_writer(path) as write:
        wider(write)
    assert list(tmp_path.iterdir()) == []
