"""Nothing but our errors, and a row's answer depends on that row alone."""

import datetime as dt
import os
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drgsim import DipGrouper, DrgGrouper, pay, read_cases, write_cases
from drgsim.cases import report_of
from drgsim.cases.case_errors import UnknownLayoutError, UnreadableFileError
from drgsim.cases.check import check_cases
from drgsim.cases.chunk_writer import chunk_writer
from drgsim.cases.rules import check_rules
from drgsim.cases.write import cases_writer
from drgsim.cli import main
from drgsim.errors import ArgumentError
from tests.payment.streets import policy

BASE = {"case_id": ["1", "2"], "diagnoses": ["K80.101", "I10.x00"]}


def read(**columns):
    return read_cases(pd.DataFrame({**BASE, **columns}))


@pytest.mark.parametrize("cell", [{"a": 1}, [1, 2], np.array([1]), (1,)])
@pytest.mark.parametrize("column", ["age", "sex", "total_cost", "admission_date", "retired"])
def test_nested_cells_are_problems_and_change_no_other(cell, column):
    right = {"age": "50", "sex": "男", "total_cost": "5", "admission_date": "2024-01-05", "retired": "是"}[
        column
    ]
    cells = np.empty(2, dtype=object)
    cells[0], cells[1] = cell, right
    cases = read(**{column: cells})
    assert cases[column].isna().tolist() == [True, False]
    assert report_of(cases).problems.frame["row"].tolist() == [0]


def test_lists_beside_texts_and_complex_numbers_beside_numbers():
    cases = read(procedures=["51.2300", ["51.2300", "54.5100x005"]])
    assert cases["procedures"].tolist() == ["51.2300", "51.2300|54.5100x005"]
    assert read(age=np.array([1 + 2j, 50]))["age"].isna().tolist() == [True, False]
    assert read(procedures=np.array([1j, 51.23]))["procedures"].tolist() == ["1j", "51.2300"]


def test_moments_of_several_zones_keep_their_clocks():
    zones = [dt.UTC, dt.timezone(dt.timedelta(hours=8))]
    moments = [dt.datetime(2024, 1, 5, 8, tzinfo=zone) for zone in zones]
    assert read(admission_date=moments)["admission_date"].tolist() == [dt.datetime(2024, 1, 5, 8)] * 2


def test_doubled_columns_of_parquet_are_told_apart_by_place(tmp_path):
    columns = [pa.array(["1"]), pa.array(["x"]), pa.array(["K80.101"])]
    pq.write_table(pa.table(columns, names=["case_id", "case_id", "diagnoses"]), tmp_path / "a.parquet")
    cases = read_cases(tmp_path / "a.parquet")
    assert cases.to_numpy().tolist() == [["1", "K80.101"]]
    assert "case_id" in report_of(cases)["files"][0]["doubled"]


def test_odd_names_of_files(tmp_path):
    for name in (b"\xff\xfe.csv", b"[x] *?.csv"):
        path = tmp_path / os.fsdecode(name)
        path.write_bytes(b"case_id,diagnoses\n1,K80.101\n")
        assert len(read_cases(path)) == 1


def test_files_without_a_header_under_a_layout_that_says_the_order(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "1,男,60,,,内科,5,1,K80.101|I50.900,51.2300\n2,女,0,5,3200,儿科,3,1,P59.900,\n", encoding="utf-8"
    )
    cases = read_cases(path, layout="opendrg-row")
    assert cases["diagnoses"].tolist() == ["K80.101|I50.900", "P59.900"]
    assert cases["birth_weight"].tolist()[1] == 3200
    assert "no header" in str(report_of(cases))
    with pytest.raises(UnknownLayoutError):
        read_cases(path, layout="hqms")


def test_a_file_of_nothing_but_diagnoses_is_read(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("诊断编码\nK80.101|I50.900\n", encoding="utf-8")
    assert read_cases(path)["diagnoses"].tolist() == ["K80.101|I50.900"]


def test_halves_of_surrogate_pairs_are_read_and_no_file_is_written_with_them(tmp_path):
    cases = read_cases(pd.DataFrame({name: pd.Series(["\ud800", "K80.101"], dtype=object) for name in BASE}))
    assert cases["diagnoses"].tolist() == ["\ufffd", "K80.101"]
    for ending in ("csv", "xlsx", "parquet"):
        path = tmp_path / f"a.{ending}"
        path.write_bytes(b"old")
        with pytest.raises(ArgumentError, match="surrogate"):
            write_cases(pd.DataFrame({"case_id": pd.Series(["\ud800"], dtype=object)}), path)
        assert path.read_bytes() == b"old"


@pytest.mark.parametrize("frame", [True, False], ids=["frame", "parquet"])
def test_codes_with_parts_of_their_own_are_told(frame, tmp_path):
    cells = [[{"code": "K80.101", "name": "x"}], None, [{"code": "I10.x00", "name": "y"}]]
    source = pd.DataFrame({"case_id": ["1", "2", "3"], "diagnoses": pd.Series(cells, dtype=object)})
    if not frame:
        source.to_parquet(tmp_path / "a.parquet")
        source = tmp_path / "a.parquet"
    cases = read_cases(source)
    assert cases["diagnoses"].isna().all()
    told = report_of(cases).problems.frame
    assert told[["rule", "row"]].to_numpy().tolist() == [["unreadable", 0], ["unreadable", 2]]


def test_lists_of_codes_some_of_them_missing(tmp_path):
    lists = pa.array([["K80.101", "I50.900"], None, []])
    notes = pa.array([[("a", 1)]] * 3, pa.map_(pa.string(), pa.int64()))
    columns = {
        "case_id": ["1", "2", "3"],
        "sex": [1, 1, 1],
        "age": [50] * 3,
        "diagnoses": lists,
        "note": notes,
    }
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    assert read_cases(tmp_path / "a.parquet")["diagnoses"].fillna("").tolist() == ["K80.101|I50.900", "", ""]
    for ending in ("csv", "parquet", "xlsx"):
        out = tmp_path / f"b.{ending}"
        assert main(["group", str(tmp_path / "a.parquet"), "-o", str(out), "--quiet"]) == 0
    assert pd.read_csv(tmp_path / "b.csv")["note"].tolist() == ['[["a", 1]]'] * 3


PLAIN = {
    "case_id": "1",
    "diagnoses": "K80.101|I10.x00",
    "procedures": "51.2300",
    "sex": "男",
    "age": "50",
    "los": 7,
    "discharge": "1",
    "total_cost": "9000",
    "insurance": "职工",
    "hospital_level": "三级",
    "hospital_id": "H1",
    "admission_date": "2024-01-05",
    "discharge_date": "2024-01-12",
}
STRANGE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=12),
    st.binary(max_size=6),
    st.dates(),
    st.lists(st.one_of(st.integers(), st.text(max_size=4)), max_size=3),
    st.just({"a": 1}),
    st.just(pd.NA),
    st.datetimes(timezones=st.sampled_from([dt.UTC, None])),
    st.just(np.array([1.5])),
    st.just(10**400),
)


@cache
def groupers():
    return DrgGrouper("chs-drg-2.0"), DipGrouper("example-national")


@cache
def alone():
    return answers_of([PLAIN])


def answers_of(rows):
    """What reading, checking, grouping, typing and paying say of the first row, but by rules of two stays."""
    held = {name: np.empty(len(rows), dtype=object) for name in PLAIN}
    for name, cells in held.items():
        for place, row in enumerate(rows):
            cells[place] = row.get(name)
    cases = read_cases(pd.DataFrame(held))
    rules = [name for name, rule in check_rules().items() if rule.kind not in ("duplicate", "return")]
    found = check_cases(cases, rules=rules).frame
    group, kind = (grouper.group(cases) for grouper in groupers())
    weights = pd.DataFrame({"drg": [group["drg"].iloc[0]], "weight": [1.5]})
    paid = pay(cases.assign(drg=group["drg"]), policy(), weights=weights).frame
    assert paid["payment"].iloc[0] == 15_000
    return found[found["row"] == 0].astype(str).to_dict("records"), [
        {name: str(value) for name, value in table.iloc[0].items()} for table in (cases, group, kind, paid)
    ]


@settings(max_examples=8, deadline=None)
@given(st.lists(st.fixed_dictionaries(dict.fromkeys(PLAIN, STRANGE)), min_size=1, max_size=3))
def test_what_is_said_of_a_row_does_not_depend_on_strange_rows_beside_it(beside):
    assert answers_of([PLAIN, *beside]) == alone()


ODD = {
    "uuid": pa.array([b"0" * 16], pa.uuid()),
    "bytes": pa.array([b"ab\xff"]),
    "view": pa.array(["=1+1"], pa.string_view()),
    "interval": pa.array([(1, 2, 3)], pa.month_day_nano_interval()),
    "runs": pa.RunEndEncodedArray.from_arrays([1], ["a"]),
}


@pytest.mark.parametrize("kind", ODD)
def test_columns_of_every_type_of_arrow_pass_through_into_csv(kind, tmp_path):
    with chunk_writer(tmp_path / "a.csv") as write:
        write(pa.table({"case_id": ["1"], "own": ODD[kind]}))
    told = pd.read_csv(tmp_path / "a.csv", dtype=str)["own"][0]
    assert told.startswith(
        {"view": "'=1+1", "uuid": "30303030-", "bytes": "ab", "runs": '"a"'}.get(kind, "M")
    )


def test_a_row_wider_than_any_sheet_is_refused_before_it_is_looked_through(tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"c{place}" for place in range(20_000)) + "\n1\n")
    with pytest.raises(UnreadableFileError, match="20,000 cells"):
        read_cases(path)
    path.write_text("case_id,sex,diagnoses\n1,1," + "I10.x00|" * 20_000 + "\n")
    with pytest.raises(UnreadableFileError, match="a cell is longer"):
        read_cases(path)


@pytest.mark.skipif(os.name == "nt", reason="names of files are text there")
@pytest.mark.parametrize("ending", [".csv", ".parquet", ".xlsx"])
def test_a_file_is_written_under_any_name(tmp_path, ending):
    path = tmp_path / os.fsdecode(b"bad\xff\xfe" + ending.encode())
    with chunk_writer(path) if ending != ".xlsx" else cases_writer(path) as write:
        write(pd.DataFrame({"case_id": ["1"], "diagnoses": ["I10.x00"]}))
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    if ending == ".csv":
        assert read_cases(path)["case_id"].tolist() == ["1"]
    else:
        with pytest.raises(UnreadableFileError, match="rename"):
            read_cases(path)


CITIZEN, PHONE = "11010519491231002X", "13800138000"


@pytest.mark.parametrize("kind", ["csv", "parquet", "frame"])
def test_persons_among_names_and_amounts_are_emptied_and_told(tmp_path, kind):
    """The words beside codes keep their places; an amount that is a telephone number is no amount."""
    given = pd.DataFrame({
        "case_id": ["1", "2", "3"],
        "sex": "1",
        "age": "60",
        "diagnoses": ["K80.101|I10.x00|E11.900"] * 3,
        "diagnosis_names": [f"胆囊结石|高血压 {CITIZEN}|糖尿病", f"电话{PHONE}", "胆囊结石|高血压|糖尿病"],
        "total_cost": ["100.5", PHONE, "12999999999"],
    })  # fmt: skip
    path = tmp_path / f"a.{kind}"
    if kind == "csv":
        given.to_csv(path, index=False)
    elif kind == "parquet":
        given.to_parquet(path, index=False)
    cases = read_cases(given if kind == "frame" else path)
    assert cases["diagnosis_names"].tolist()[0] == "胆囊结石||糖尿病"
    assert cases["diagnosis_names"].isna().tolist() == [False, True, False]
    assert cases["total_cost"].fillna(-1).tolist() == [100.5, -1, 12999999999.0]
    found = report_of(cases).problems.frame
    found = found[found["rule"] == "identifier-in-cell"]
    assert found[["column", "row", "got"]].to_numpy().tolist() == [
        ["diagnosis_names", 0, "(hidden)"],
        ["diagnosis_names", 1, "(hidden)"],
        ["total_cost", 1, "(hidden)"],
    ]
    if kind != "frame":
        out = tmp_path / "out.csv"
        assert main(["group", str(path), "--out", str(out)]) == 0
        assert CITIZEN not in out.read_text(encoding="utf-8")
        assert PHONE not in out.read_text(encoding="utf-8")
