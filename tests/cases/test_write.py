"""Writing: what is read back equals what was written, and there is never half a file."""

import datetime as dt
import re
import zipfile

import numpy as np
import pandas as pd
import pytest
from python_calamine import load_workbook

from drgsim import read_cases, write_cases
from drgsim.cases import check_cases
from drgsim.cases.write import cases_writer
from drgsim.cli import main
from drgsim.errors import ArgumentError, NotFoundError
from drgsim.language import speaking


@pytest.mark.parametrize("name", ["a.parquet", "a.csv", "a.xlsx"])
@pytest.mark.parametrize("labels", [None, "zh", "name"])
def test_a_round_trip_changes_nothing(cases, tmp_path, name, labels, string_backend):
    first = read_cases(cases)
    write_cases(first, tmp_path / name, labels=labels)
    again = read_cases(tmp_path / name)
    pd.testing.assert_frame_equal(again, first)
    assert len(again.attrs["drgsim"].problems) == 0


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_encodings(cases, tmp_path, encoding):
    first = read_cases(cases)
    write_cases(first, tmp_path / "a.csv", labels="zh", encoding=encoding)
    (tmp_path / "a.csv").read_bytes().decode(encoding)
    pd.testing.assert_frame_equal(read_cases(tmp_path / "a.csv"), first)


def test_missing_none_and_zero_stay_apart(cases, tmp_path):
    write_cases(cases, tmp_path / "a.csv")
    again = read_cases(tmp_path / "a.csv")
    assert again["procedures"].fillna("?").tolist() == ["51.2300", "74.1x01", "?", ""]
    assert again["birth_weight"].fillna(-1).tolist() == [-1, 0, -1, 3150]
    assert again["not_applicable"].iloc[0] == "age_days|birth_weight"


def test_the_workbook_is_one_a_hospital_can_use(cases, tmp_path):
    write_cases(cases, tmp_path / "a.xlsx")
    head, first = load_workbook(str(tmp_path / "a.xlsx")).get_sheet_by_name("病例").to_python()[:2]
    assert head[:2] == ["病案号", "出院科室"]
    row = dict(zip(head, first, strict=True))
    assert row["病案号"] == "001"
    assert row["手术操作编码"] == "51.2300"
    assert row["总费用"] == 12345.67
    assert row["入院时间"] == dt.datetime(2024, 1, 5, 8, 30)
    with zipfile.ZipFile(tmp_path / "a.xlsx") as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        styles = parts.read("xl/styles.xml").decode()
    assert 'topLeftCell="B2"' in sheet
    assert 'state="frozen"' in sheet
    style = int(re.search(r'<c r="A2" s="(\d+)"', sheet)[1])
    formats = re.findall(r'<xf numFmtId="(\d+)"', styles.split("<cellXfs")[1])
    assert formats[style] == "49"  # text, so that typing into the cell keeps it text


@pytest.mark.parametrize("text", ["a\nb", "a\rb", "a\r\nb", 'a"b', "a,b", "'a", "a\tb"])
@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.parquet"])
def test_signs_that_part_rows_and_cells_stay_in_their_cell(tmp_path, name, text):
    cases = read_cases(
        pd.DataFrame({"case_id": ["1", "2"], "department": [text, "x"], "diagnoses": ["J18.900"] * 2})
    )
    write_cases(cases, tmp_path / name)
    pd.testing.assert_frame_equal(read_cases(tmp_path / name), cases)


def test_a_formula_in_a_cell_stays_text(tmp_path):
    cases = pd.DataFrame({"case_id": ["=1+1"], "diagnoses": ["I10.x00"]})
    write_cases(cases, tmp_path / "a.xlsx")
    assert load_workbook(str(tmp_path / "a.xlsx")).get_sheet_by_name("病例").to_python()[1][0] == "=1+1"


def test_what_a_sheet_cannot_hold_is_written_as_text(tmp_path):
    cases = pd.DataFrame({
        "case_id": ["1"], "admission_date": np.array(["1066-10-14"], dtype="M8[s]"), "total_cost": [np.inf],
        "diagnoses": ["I10.x00"],
    })  # fmt: skip
    write_cases(cases, tmp_path / "a.xlsx")
    again = read_cases(tmp_path / "a.xlsx")
    assert again["admission_date"].dt.year.tolist() == [1066]
    assert again.attrs["drgsim"].problems.frame["got"].tolist() == ["∞"]


def test_further_columns_are_written_too(cases, tmp_path):
    write_cases(cases.assign(ward="三病区", score=np.arange(4)), tmp_path / "a.csv")
    again = read_cases(tmp_path / "a.csv", keep=["ward", "score"])
    assert again["ward"].tolist() == ["三病区"] * 4
    assert again["score"].tolist() == ["0", "1", "2", "3"]


def test_the_input_is_not_changed(cases, tmp_path):
    before = cases.copy(deep=True)
    write_cases(cases, tmp_path / "a.csv")
    write_cases(cases, tmp_path / "a.xlsx")
    pd.testing.assert_frame_equal(cases, before)


def test_never_half_a_file(cases, tmp_path, monkeypatch):
    target = tmp_path / "a.csv"
    target.write_text("what was there")

    def fails(self, file, **options):
        file.write("half")
        raise OSError("disk full")

    monkeypatch.setattr(pd.DataFrame, "to_csv", fails)
    with pytest.raises(OSError, match="disk full"):
        write_cases(cases, target)
    assert target.read_text() == "what was there"
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_what_cannot_be_written_is_refused(cases, tmp_path):
    with pytest.raises(ArgumentError, match=r"\.parquet"):
        write_cases(cases, tmp_path / "a.doc")
    with pytest.raises(NotFoundError, match="no such folder"):
        write_cases(cases, tmp_path / "nowhere" / "a.csv")
    with pytest.raises(ArgumentError, match="characters"):
        write_cases(cases.assign(department="x" * 40_000), tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_problems_are_written_for_excel(cases, tmp_path):
    problems = check_cases(read_cases(cases))
    for name in ("p.csv", "p.xlsx"):
        problems.to_file(tmp_path / name)
    assert (tmp_path / "p.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert load_workbook(str(tmp_path / "p.xlsx")).get_sheet_by_index(0).height == len(problems) + 1


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_cases_in_parts_are_the_cases_at_once(ending, tmp_path):
    cases = read_cases(
        pd.DataFrame({
            "case_id": ["1", "2", "3"], "sex": ["男", "女", "男"], "age": [60, 0, 5],
            "diagnoses": ["I10.x00", None, ""], "discharge_date": ["2024-01-05", None, "2024-02-01"],
            "total_cost": [1.5, 2, 3], "note": ["=1", "乙", ""],
        }),
        keep=["note"],
    )  # fmt: skip
    write_cases(cases, tmp_path / f"once.{ending}", encoding="gb18030")
    with cases_writer(tmp_path / f"parts.{ending}", encoding="gb18030") as write:
        write(cases.iloc[:1])
        write(cases.iloc[1:])
    once, parts = ((tmp_path / f"{name}.{ending}").read_bytes() for name in ("once", "parts"))
    assert once == parts or ending == "xlsx"
    assert len(once) == len(parts)
    again = read_cases(tmp_path / f"parts.{ending}", keep=["note"])
    pd.testing.assert_frame_equal(again, cases, check_dtype=False)


def test_files_of_different_columns_are_converted_together(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv").write_text("case_id,sex,diagnoses\n1,1,I10.x00\n", encoding="utf-8")
    (folder / "b.csv").write_text("case_id,sex,age,diagnoses\n2,1,50,I10.x00\n", encoding="utf-8")
    for ending in ("csv", "parquet", "xlsx"):
        out = tmp_path / f"out.{ending}"
        assert main(["convert", str(folder), str(out)]) == 0
        assert read_cases(out)["age"].fillna(0).tolist() == [0, 50]


@pytest.mark.parametrize(("lang", "sheet", "header"), [("en", "cases", "case_id"), ("zh", "病例", "病案号")])
def test_a_workbook_of_cases_is_read_again_whatever_the_language(cases, tmp_path, lang, sheet, header):
    """Headers are of one kind, and no cell is translated: it is data."""
    first = read_cases(cases)
    with speaking(lang):
        write_cases(first, tmp_path / "a.xlsx")
        again = read_cases(tmp_path / "a.xlsx")
    book = load_workbook(str(tmp_path / "a.xlsx"))
    assert book.sheet_names == [sheet]
    assert book.get_sheet_by_index(0).to_python()[0][0] == header
    pd.testing.assert_frame_equal(again, first)
