"""Settlement lists written out again in the form they came in: JSON with its wrapping, workbooks too."""

import json

import pandas as pd
import pytest
import xlsxwriter

from drgsim import read_cases
from drgsim.cases.beside import workbook_rows
from drgsim.cli import main
from drgsim.errors import ArgumentError, FileFormatError
from drgsim.office.list_files import is_lists
from drgsim.office.settlement_list import corrected, not_in_4101, read_corrections, write_4101

SHEETS = {
    "基本信息": [
        ["某院结算清单"],
        ["setl_id", "medcasno", "name", "gend", "age", "adm_time", "dscg_time", "dscg_way", "diag_code_cnt"],
        ["结算ID", "病案号", "姓名", "性别", "年龄", "入院", "出院", "离院方式", "诊断数"],
        ["S1", "007", "甲", "女", 61, "2024-01-05", "2024-01-11", "1", 3],
        ["S2", "008", "乙", "1", 70, "2024-01-05", "2024-01-11", "1", 1],
    ],
    "diseinfo": [
        ["setl_id", "diag_type", "diag_code", "diag_name", "maindiag_flag", "adm_cond_type", "备注"],
        ["S1", "1", "r50.900", "发热", "1", "1", "甲注"],
        ["S1", "1", "J18.900", "肺炎", "0", "2", ""],
        ["S1", "2", "BNG010", "胁痛", "1", "1", ""],
        ["S2", "1", "I10.x00", "高血压", "1", "1", ""],
        ["S7", "1", "I10.x00", "高血压", "1", "1", "别院"],
    ],
    "iteminfo": [["setl_id", "med_chrgitm", "amt"], ["S1", "09", 100.1], ["S2", "06", 9]],
    "说明": [["表由信息科导出"]],
}  # fmt: skip


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as made:
        for name, rows in SHEETS.items():
            page = made.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    return path


def corrections(*rows):
    return read_corrections(pd.DataFrame(rows, columns=["case_id", "column", "value"]))


def test_a_workbook_comes_back_with_only_what_was_corrected(book, tmp_path):
    cases = read_cases(book)
    assert cases["diagnoses"].tolist() == ["R50.900|J18.900", "I10.x00"]
    table = corrections(("S1", "诊断编码", "J18.900|R50.900|E11.900"), ("S2", "离院方式", "4"))
    target = tmp_path / "b.xlsx"
    assert write_4101(corrected(cases, table), target, source=book) == 2
    rows = workbook_rows(target)
    assert list(rows) == list(SHEETS)
    main_sheet = [[*row] for row in SHEETS["基本信息"]]
    main_sheet[0] += [""] * 8
    main_sheet[3][8], main_sheet[4][7] = 4, "4"
    assert rows["基本信息"] == main_sheet
    assert rows["diseinfo"] == [
        SHEETS["diseinfo"][0],
        ["S1", "1", "J18.900", "肺炎", "1", "2", ""],
        ["S1", "1", "R50.900", "发热", "0", "1", "甲注"],
        ["S1", "1", "E11.900", "2型糖尿病", "0", "", ""],
        *SHEETS["diseinfo"][3:],
    ]
    assert rows["iteminfo"] == SHEETS["iteminfo"]
    assert rows["说明"] == SHEETS["说明"]
    again = read_cases(target)
    assert again["diagnoses"].tolist() == ["J18.900|R50.900|E11.900", "I10.x00"]
    assert again["discharge"].tolist() == [1, 4]


def test_a_workbook_can_go_out_as_json(book, tmp_path):
    cases = read_cases(book)
    table = corrections(("S1", "诊断编码", "J18.900|R50.900"))
    write_4101(corrected(cases, table), tmp_path / "b.json", source=book)
    again = read_cases(tmp_path / "b.json")
    assert again["diagnoses"].tolist() == ["J18.900|R50.900", "I10.x00"]
    same = ["case_id", "sex", "age", "admission_date", "total_cost"]
    pd.testing.assert_frame_equal(again[same], cases[same])


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_json_keeps_its_wrapping(tmp_path, name):
    lists = [
        {
            "infno": "4101",
            "input": {
                "setlinfo": {"medcasno": str(each), "gend": "2", "age": "61", "psn_name": "某"},
                "diseinfo": [{"diag_code": "i10.x00", "maindiag_flag": "1", "diag_name": "高血压"}],
            },
        }
        for each in range(2)
    ]
    source = tmp_path / name
    text = "\n".join(map(json.dumps, lists)) if name.endswith("l") else json.dumps(lists)
    source.write_text(text, encoding="utf-8")
    cases = read_cases(source)
    write_4101(corrected(cases, corrections(("1", "性别", 1))), tmp_path / f"b-{name}", source=source)
    content = (tmp_path / f"b-{name}").read_text(encoding="utf-8")
    written = list(map(json.loads, content.splitlines())) if name.endswith("l") else json.loads(content)
    lists[1]["input"]["setlinfo"]["gend"] = "1"
    for each in lists:  # the spelling of the code was repaired, and told, when it was read
        each["input"]["diseinfo"][0]["diag_code"] = "I10.x00"
    assert written == lists


def test_cases_of_any_file_become_lists_that_read_the_same(tmp_path):
    cases = pd.DataFrame({
        "case_id": ["M1", "M2"], "stay_id": ["M1", "M2"], "settlement_id": ["S1", "S2"],
        "insurance": ["employee", "resident"], "sex": [1, 2], "age": [70, 0], "age_days": [None, 9],
        "admission_date": pd.to_datetime(["2024-01-05 08:30", "2024-02-01 00:00"]),
        "discharge_date": pd.to_datetime(["2024-01-11", "2024-02-03"]),
        "los": [6, 2], "discharge": [1, 2], "icu_hours": [36.5, None], "ventilation_hours": [12.25, None],
        "diagnoses": ["K80.101|I10.x00", "P22.000"], "procedures": ["51.2300|54.5100x005", ""],
        "total_cost": [1000.01, 7.5], "drug_cost": [400.0, 7.5], "tcm_cost": [100.0, None],
        "procedure_cost": [600.01, None], "surgery_cost": [500.0, None], "out_of_scope": [3.5, None],
        "fund_basic": [700.0, 5.0], "fund_medical_aid": [None, 1.0], "hospital_level": [3, 0],
    })  # fmt: skip
    for name in ("a.json", "a.xlsx"):
        write_4101(cases, tmp_path / name)
        again = read_cases(tmp_path / name)
        for column in cases.columns:
            before, after = cases[column].tolist(), again[column].tolist()
            assert [None if one != one else one for one in before] == [
                None if pd.isna(one) else one for one in after
            ], column


def test_what_a_list_has_no_place_for_is_told(tmp_path, capsys):
    cases = pd.DataFrame({
        "case_id": ["M1", "M2", "M3"], "diagnoses": ["O80.000", "P22.000", "I10.x00"], "sex": [2, 1, 1],
        "age": [29, 0, 60], "age_days": [None, 3, None], "hospital_level": [3, 2, 1],
        "care_region": ["1"] * 3,
        "retired": [False, None, True], "in_scope": [90.0, 0.0, None], "birth_weight": [None, 3100.0, None],
        "children_birth_weights": ["2500|2350", None, None], "total_cost": [100.0, 50.0, None],
        "drug_cost": [90.0, 50.0, None], "other_cost": [5.0, 0.0, 0.0], "out_of_scope": [4.0, 1.0, 2.0],
    })  # fmt: skip
    left = {
        "care_region": 3, "retired": 2, "in_scope": 1, "drug_cost": 1, "other_cost": 1, "out_of_scope": 1,
    }  # fmt: skip
    assert not_in_4101(cases) == left
    plain = tmp_path / "p.csv"
    cases.to_csv(plain, index=False)
    assert main(["convert", str(plain), str(tmp_path / "l.json"), "--lang", "en"]) == 0
    told = capsys.readouterr().err
    assert all(f"{name} {count}" in told for name, count in left.items())
    again = read_cases(tmp_path / "l.json")
    assert again["hospital_level"].tolist() == [3, 2, 1]
    assert again["children_birth_weights"].iloc[0] == "2500|2350"
    for name in cases:  # a column that is not told of came back whole
        if name not in left:
            assert [None if pd.isna(one) else one for one in again[name]] == [
                None if pd.isna(one) else one for one in cases[name]
            ], name


def test_convert_and_reconcile_write_lists(book, tmp_path, capsys):
    lists = tmp_path / "l.xlsx"
    assert main(["convert", str(book), str(lists), "--lists"]) == 0
    assert "name" not in workbook_rows(lists)["setlinfo"][0]
    assert read_cases(lists)["diagnoses"].tolist() == ["R50.900|J18.900", "I10.x00"]
    assert main(["convert", str(book), str(tmp_path / "l.json")]) == 0
    assert read_cases(tmp_path / "l.json")["total_cost"].tolist() == [100.1, 9]
    with pytest.raises(ArgumentError):
        write_4101(read_cases(book), tmp_path / "l.txt")
    plain = tmp_path / "p.xlsx"
    read_cases(book).to_excel(plain, index=False)
    with pytest.raises(FileFormatError):
        write_4101(read_cases(book), lists, source=plain)


def test_what_may_hold_lists_is_told_by_ending_and_sheets(book, tmp_path):
    other = tmp_path / "other.xlsx"
    with xlsxwriter.Workbook(str(other)) as made:
        made.add_worksheet("数据").write_row(0, 0, ["住院号", "费用"])
    (tmp_path / "a.csv").write_text("setl_id\n")
    told = {
        each: is_lists(str(tmp_path / each))
        for each in ("x.json", "x.JSONL", "a.csv", "x.xlsx", "other.xlsx")
    }
    assert told == {"x.json": True, "x.JSONL": True, "a.csv": False, "x.xlsx": False, "other.xlsx": False}
    assert is_lists(str(book)) is True
