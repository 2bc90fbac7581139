"""`drgsim dip group` by Arrow beside that by frames: the same cases, types and counts from any file."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from drgsim.cases.read import chunks_to_read
from drgsim.cli import main
from drgsim.dip import DipGrouper
from drgsim.dip.street import group_chunk, group_chunk_in_pandas
from drgsim.errors import ColumnError

CELLS = {
    "case_id": ["007", " 8 ", "", "-", "11"],
    "sex": ["1", "女", "x", ""],
    "age": ["60", "0", "1.5", "", "-3", "三十"],
    "age_days": ["", "3", "28", "x"],
    "birth_weight": ["", "1200", "2000g"],
    "los": ["5", "", "3.5"],
    "discharge": ["1", "死亡", ""],
    "diagnoses": ["I10.x00x002", "K80.100|I50.900", "k80.100,I50.900", "", "-", "P07.300|P22.000", "none"],
    "procedures": ["", "51.2300", "512300|51.2300", "51.2300|54.5100X005", "-"],
    "total_cost": ["12.50", "1,234.5", "", "nan", "90000"],
    "note": ["a, b", "", "找 13800138000"],
    "status": ["own", "words", ""],
}


@pytest.fixture(scope="module")
def groupers():
    return [DipGrouper(name, threads=1) for name in ("example", "dip-national-3.0")]


@pytest.mark.parametrize("seed", range(4))
def test_as_by_frames(groupers, seed, tmp_path):
    draw = np.random.default_rng(seed)
    names = list(CELLS) if seed % 2 else [name for name in CELLS if name not in ("procedures", "total_cost")]
    cases = pd.DataFrame({name: draw.choice(CELLS[name], 300) for name in names})
    path = tmp_path / ("cases.csv" if seed < 2 else "cases.parquet")
    cases.to_csv(path, index=False) if seed < 2 else cases.to_parquet(path)
    for grouper in groupers if seed == 3 else groupers[:1]:
        parts = [
            [group(grouper, chunk) for chunk in chunks_to_read(path, chunk_rows=130, keep="all")]
            for group in (group_chunk, group_chunk_in_pandas)
        ]
        assert len(parts[0]) == 3
        for fast, slow in zip(*parts, strict=True):
            assert fast.status == slow.status
            assert fast.told == slow.told
            assert fast.table.column_names == list(slow.table.columns)
            for name in fast.table.column_names:
                one, other = fast.table.column(name).to_pylist(), slow.table[name].astype(object)
                assert one == other.where(other.notna(), None).tolist(), name
        assert "13800138000" not in str([part.table.to_pydict() for part in parts[0]])
        assert "input_status" in parts[0][0].table.column_names


def test_a_file_without_diagnoses(tmp_path, groupers):
    path = tmp_path / "a.csv"
    path.write_text("case_id,age\n1,60\n")
    with pytest.raises(ColumnError, match="--rename HEADER=diagnoses"):
        [group_chunk(groupers[0], chunk) for chunk in chunks_to_read(path, layout="plain")]


def test_other_columns_stay_what_they_are_and_reading_is_told(tmp_path, capsys):
    source, target = tmp_path / "a.parquet", tmp_path / "b.parquet"
    table = pa.table({
        "case_id": ["1", "2"], "diagnoses": ["K80.100", "k80.100"], "procedures": ["51.2300", "512300"],
        "age": ["60", "x"], "weight": pa.array([1.5, None]), "day": pa.array([1, 2], pa.date32()),
    })  # fmt: skip
    pa.parquet.write_table(table, source)
    assert main(["dip", "group", str(source), "-o", str(target), "--catalogue", "example"]) == 0
    written = pa.parquet.read_table(target)
    assert written.schema.field("weight").type == pa.float64()
    assert written.schema.field("auxiliary").type == pa.string()
    assert written.schema.field("day").type == pa.date32()
    assert written.column("dip_code").to_pylist() == ["K80.1-51.2300"] * 2
    told = capsys.readouterr().err
    assert "unreadable age" in told
    assert "a.parquet: 2 cases" in told
