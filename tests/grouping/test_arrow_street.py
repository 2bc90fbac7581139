"""The street by Arrow beside that by frames: the same cases, answers and report, whatever a file holds."""

from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from drgsim import DrgGrouper
from drgsim.cases import read_cases
from drgsim.cases.read import chunks_to_read
from drgsim.grouping.street import group_chunk, group_chunk_in_pandas

GROUPER = "chs-drg-2.0"

CELLS = {
    "case_id": ["007", " 8 ", "", "-", "无", "　10", "11"],
    "sex": ["1", "男", "女", "x", "", "2.0", "9", " M"],
    "age": ["60", "0", "1.0", "1.5", "", "-", "－", "-3", "200", "1e1", "0x10", "9e10", "三十", "６０"],
    "age_days": ["", "", "3", "28", "-", "x"],
    "birth_weight": ["", "1200", "1.5e3", "2000g", "inf"],
    "los": ["5", "", "3.0", "3.5", "NA"],
    "discharge": ["1", "2", "死亡", "", "99"],
    "diagnoses": [
        "I10.x00x002",
        "K80.101|I50.900",
        " K80.101 ",
        "k80.101,I50.900",
        "K80.101; I50.900 | E11.900",
        "",
        "-",
        "|I10.x00x002",
        "I10.x00x002||E11.900|",
        "P07.300|P22.000",
        "no such code",
        "I10",
        "NA",
    ],
    "procedures": ["", "51.2300", "512300", "51.2300|54.5100X005",
        "17.9200x041|00.31", "17.9200x041", "-", "51.2300，54.5100x005", "无"],
    "total_cost": ["12.50", "1,234.5", "¥3", "", "-", "nan", "-7.25", "100"],
    "admission_date": ["2024-01-02", "2024/3/4", "20240105 1030", "", "2024-02-31", "-"],
    "note": ["a, b", ' "q" ', "", "x"],
}  # fmt: skip


def table(seed, rows=240, plain=False):
    draw = np.random.default_rng(seed)
    chosen = {name: cells[:2] if plain else cells for name, cells in CELLS.items()}
    return pd.DataFrame({name: draw.choice(cells, rows) for name, cells in chosen.items()})


@cache
def one_grouper():
    return DrgGrouper(GROUPER, threads=1)


def both(source, *, chunk_rows=90, **options):
    """Tables, counts and reports of the two streets, chunk by chunk."""
    grouper = one_grouper()
    found = []
    for group in (group_chunk, group_chunk_in_pandas):
        chunks = chunks_to_read(source, chunk_rows=chunk_rows, keep="all", **options)
        found.append([group(grouper, chunk, names=True) for chunk in chunks])
    return found


def agree(source, **options):
    by_arrow, by_frame = both(source, **options)
    assert len(by_arrow) == len(by_frame)
    for one, other in zip(by_arrow, by_frame, strict=True):
        frame = other.table
        assert one.table.column_names == list(frame.columns)
        for name in frame.columns:
            expected = pa.array(frame[name].astype(object).where(frame[name].notna(), None).tolist())
            got = one.table.column(name).to_pylist()
            assert [_same(value) for value in got] == [_same(value) for value in expected.to_pylist()], name
        assert one.counts == other.counts
        assert dict(one.report) == dict(other.report)
        columns = ["row", "case", "column", "rule", "got"]
        sort = ["rule", "column", "row"]
        frames = [each.report.problems.frame[columns].astype(str).sort_values(sort) for each in (one, other)]
        assert frames[0].to_numpy().tolist() == frames[1].to_numpy().tolist()
    return by_arrow


def _same(value):
    return str(value) if hasattr(value, "year") else value


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("normalise", [False, True])
def test_csv(tmp_path, seed, normalise):
    path = tmp_path / "cases.csv"
    # blanks around a kept column are the file's own business, see below
    table(seed).assign(note="n").to_csv(path, index=False)
    agree(path, normalise=normalise)


def test_a_later_chunk_may_be_the_first_to_need_a_column(tmp_path):
    """Days of age and children's weights, wherever they first appear, have their column from the start."""
    rows = pd.DataFrame({"case_id": range(200), "sex": 2, "age": "30", "birth_weight": "", "los": 3})
    rows = rows.assign(discharge=1, diagnoses="O80.000|Z37.000x001", procedures="")
    rows.loc[150, ["age", "birth_weight"]] = ["30", "3200"]
    rows.loc[151, ["age", "diagnoses"]] = ["3天", "P07.300"]
    rows.to_csv(tmp_path / "cases.csv", index=False)
    chunks = [chunk.table for chunk in agree(tmp_path / "cases.csv", chunk_rows=60)]
    assert len({tuple(table.column_names) for table in chunks}) == 1
    last = pa.concat_tables(chunks, promote_options="permissive").to_pandas()
    assert last.loc[150, "children_birth_weights"] == "3200"
    assert pd.isna(last.loc[150, "birth_weight"])
    assert last.loc[151, ["age", "age_days"]].tolist() == [0, 3]
    whole = read_cases(tmp_path / "cases.csv")
    assert whole.loc[150, "children_birth_weights"] == "3200"
    assert "age_days" not in read_cases(rows.iloc[:100].astype(str)).columns


def test_plain_csv_needs_no_second_look(tmp_path):
    path = tmp_path / "cases.csv"
    table(9, plain=True).assign(note="n").to_csv(path, index=False)
    agree(path, normalise=True)


def test_clinical_codes_are_translated(tmp_path):
    path = tmp_path / "cases.csv"
    table(3).assign(note="n").to_csv(path, index=False)
    agree(path, normalise=True, code_edition="clinical")


def test_a_row_of_another_length_in_a_later_chunk(tmp_path):
    path = tmp_path / "cases.csv"
    table(5, plain=True).assign(note="n").to_csv(path, index=False)
    with path.open("a") as file:
        file.write("x,1,2\n" + ",".join(["y"] * 20) + "\n")
    agree(path, normalise=True)


def test_one_column_a_code(tmp_path):
    cases = table(6)
    draw = np.random.default_rng(1)
    codes = ["I10.x00x002", " K80.101", "", "-", "无", "E11.900", "k80.101"]
    names = {"case_id": "病案号", "sex": "性别", "age": "年龄", "procedures": "手术编码"}
    cases = cases[list(names)].rename(columns=names)
    cases["主要诊断编码"] = draw.choice(codes, len(cases))
    for place in (1, 2, 3):
        cases[f"其他诊断编码{place}"] = draw.choice(codes, len(cases))
    path = tmp_path / "cases.csv"
    cases.to_csv(path, index=False)
    grouped = agree(path, normalise=True)
    assert sum(each.counts["status"].get("grouped", 0) for each in grouped) > 0


@pytest.mark.parametrize("seed", range(3))
def test_parquet_of_every_type(tmp_path, seed):
    draw = np.random.default_rng(seed)
    rows = 200
    made = {
        "case_id": pa.array(range(rows), pa.int64()),
        "sex": pa.array(draw.choice([1, 2, 3, None], rows).tolist(), pa.int8()),
        "age": pa.array(draw.choice([0, 30, 60.5, np.nan, 1e12], rows), pa.float64()),
        "age_days": pa.array(draw.choice([3, 30, None], rows).tolist(), pa.int16()),
        "birth_weight": pa.array(draw.choice([900, 2500, None, float("inf")], rows).tolist(), pa.float32()),
        "los": pa.array(draw.choice(["3", None, "x"], rows).tolist(), pa.large_string()),
        "discharge": pa.array(draw.choice(["1", "死亡", None], rows).tolist()).dictionary_encode(),
        "diagnoses": pa.array(draw.choice(CELLS["diagnoses"], rows).tolist(), pa.large_string()),
        "procedures": pa.array([["51.2300", None], None, [], ["512300"]] * (rows // 4)),
        "total_cost": pa.array(draw.choice([1.5, np.nan, np.inf], rows), pa.float64()),
        "discharge_date": pa.array(draw.integers(0, 40_000, rows), pa.int32()).cast(pa.date32()),
    }
    path = tmp_path / "cases.parquet"
    pa.parquet.write_table(pa.table(made), path)
    agree(path, normalise=True)


def test_further_columns_pass_through_as_they_are(tmp_path):
    extra = {
        "blanks": pa.array(["  a ", None, ""]),
        "number": pa.array([1.5, None, 3.0]),
        "listed": pa.array([[1], [], None]),
        "coded": pa.array(["x", "y", None]).dictionary_encode(),
    }
    needed = {
        "case_id": ["1", "2", "3"],
        "sex": [1, 2, 1],
        "age": [5, 6, 7],
        "diagnoses": ["I10.x00x002"] * 3,
    }
    path = tmp_path / "cases.parquet"
    pa.parquet.write_table(pa.table({**needed, "procedures": [""] * 3, **extra}), path)
    chunk = next(chunks_to_read(path, keep="all"))
    grouped = group_chunk(DrgGrouper(GROUPER, threads=1), chunk).table
    for name, column in extra.items():
        assert grouped.column(name).to_pylist() == column.to_pylist()


def test_ids_of_stays_doctors_and_birth_dates(tmp_path):
    cases = table(7, plain=True)[["case_id", "sex", "age", "diagnoses", "procedures"]]
    draw = np.random.default_rng(2)
    cases["stay_id"] = draw.choice(["s1", "", "s3"], len(cases))
    cases["admission_count"] = draw.choice(["1", "2", ""], len(cases))
    cases["doctor"] = draw.choice(["D0123", "王医生", ""], len(cases))
    cases["birth_date"] = "1980-02-03"
    for columns in ([*cases.columns], [name for name in cases.columns if name != "stay_id"]):
        path = tmp_path / "cases.csv"
        cases[columns].to_csv(path, index=False)
        made = agree(path, normalise=True)[0].table
        assert "birth_date" not in made.column_names
        assert "record_number" in made.column_names
        assert "王医生" not in str(made.to_pylist())


def test_files_without_cases(tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text("case_id,sex,age,diagnoses,procedures,note\n")
    agree(path, normalise=True)
