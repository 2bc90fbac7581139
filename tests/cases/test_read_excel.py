"""Workbooks: every cell as text, the right sheet, codes that were numbers found out."""

import datetime as dt

import pandas as pd
import pytest
import xlsxwriter

from drgsim import check_cases, read_cases
from drgsim.cases import report_of

HEADER = ["病案号", "性别", "年龄(岁)", "入院时间", "诊断编码", "手术操作编码", "总费用"]


@pytest.fixture
def workbook(tmp_path):
    """Write sheets of rows: `workbook({"Sheet1": [[…]]})`; `hidden` names sheets to hide."""

    def write(sheets, hidden=()):
        path = tmp_path / "a.xlsx"
        with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as book:
            for name, rows in sheets.items():
                sheet = book.add_worksheet(name)
                for number, row in enumerate(rows):
                    sheet.write_row(number, 0, row)
                if name in hidden:
                    sheet.hide()
        return path

    return write


def test_text_cells_keep_zeros_in_front_and_behind(workbook, string_backend):
    row = ["00123", "女", "61", "2024-01-05", "K80.100x001", "03.9000", "10.50"]
    cases = read_cases(workbook({"Sheet1": [HEADER, row]}), normalise=False)
    assert cases["case_id"].tolist() == ["00123"]
    assert cases["procedures"].tolist() == ["03.9000"]
    assert cases["total_cost"].tolist() == [10.5]


def test_typed_cells(workbook, string_backend):
    row = [123, 2, 61, dt.datetime(2024, 1, 5, 8, 30), "K80.100x001", "", 10.5]
    cases = read_cases(workbook({"Sheet1": [HEADER, row]}))
    assert cases["case_id"].tolist() == ["123"]
    assert cases["age"].tolist() == [61]
    assert cases["admission_date"].tolist() == [dt.datetime(2024, 1, 5, 8, 30)]
    assert cases["procedures"].tolist() == [""]


def test_codes_that_became_numbers_are_found_and_repaired_where_nothing_is_lost(workbook):
    row = ["1", "男", 61, "", "K80.100x001", 51.23, 1]
    cases = read_cases(workbook({"Sheet1": [HEADER, row]}))
    assert cases["procedures"].tolist() == ["51.2300"]
    assert check_cases(cases, rules=["code-as-number"]).frame["column"].tolist() == ["procedures"]
    assert cases.attrs["drgsim"]["repairs"][0]["repair"] == "decimal"


def test_the_sheet_with_cases_is_found(workbook):
    sheets = {
        "说明": [["导出说明"], ["本表为出院病例"]],
        "病例": [
            ["某医院"],
            [],
            HEADER,
            ["1", "男", 61, "", "I10.x00", "", 1],
            [],
            ["2", "女", 62, "", "I10.x00"],
        ],
        "旧": [HEADER, ["9", "男", 61, "", "I10.x00", "", 1]],
    }
    cases = read_cases(workbook(sheets, hidden=["旧"]))
    assert cases["case_id"].tolist() == ["1", "2"]
    assert cases.attrs["drgsim"]["files"][0]["notes"] == [
        "sheet '病例'",
        "2 empty rows passed over",
        "NOT READ, a hidden sheet: '旧'",
    ]


@pytest.mark.parametrize("number", [4.1010119900101e17, 8.1e17, "4.1010119900101E+17", "410101199001010000"])
def test_a_number_too_long_for_a_spreadsheet_is_told(workbook, number):
    """Of a citizen number the code is told too: it may stand for several stays."""
    row = [number, "男", 61, "", "I10.x00", "", 1]
    problems = check_cases(read_cases(workbook({"Sheet1": [HEADER, row]})), rules=["case-id-rounded"])
    assert problems.frame["got"].tolist() == ["(hidden)"]


def test_a_rounded_number_has_one_code_however_it_is_written(workbook):
    rows = [
        [number, "男", 61, "", "I10.x00", "", 1] for number in ("4.1010119900101E+17", "410101199001010000")
    ]
    first, second = read_cases(workbook({"Sheet1": [HEADER, *rows]}))["case_id"]
    assert first == second
    assert first.startswith("id-rounded-")


def test_a_wrong_ending_is_read_by_what_the_file_holds(workbook):
    path = workbook({"Sheet1": [HEADER, ["1", "男", 61, "", "I10.x00", "", 1]]})
    named = path.rename(path.with_suffix(".csv"))
    cases = read_cases(named)
    assert len(cases) == 1
    assert "but it holds xlsx" in cases.attrs["drgsim"]["files"][0]["notes"][-1]


def test_a_second_sheet_of_cases_is_not_passed_over_in_silence(tmp_path):
    path = tmp_path / "two.xlsx"
    cases = pd.DataFrame({"case_id": ["1"], "sex": ["1"], "age": ["40"], "diagnoses": ["K80.101"]})
    with pd.ExcelWriter(path, engine="xlsxwriter") as book:
        cases.to_excel(book, sheet_name="一月", index=False)
        cases.to_excel(book, sheet_name="二月", index=False)
    assert "NOT READ though it fits too: sheet '二月'" in str(report_of(read_cases(path)))
