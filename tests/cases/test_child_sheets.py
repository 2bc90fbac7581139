"""Settlement lists 4101 as tables: the stays on one sheet, their lists on sheets or in files of their own."""

import json

import pandas as pd
import pytest
import xlsxwriter

from drgsim import check_cases, iter_cases, read_cases
from drgsim.cases import report_of

STAYS = [
    ["setl_id", "mdtrt_id", "medcasno", "name", "gend", "age", "nwb_age", "hi_type", "adm_time", "dscg_time"],
    ["结算ID", "就诊ID", "病案号", "姓名", "性别", "年龄", "不足一岁", "医保类型", "入院时间", "出院时间"],
    ["S1", "M1", "0007", "甲", "2", 61, "", "390", "2024-01-05 08:30:00", "2024-01-11"],
    ["S2", "M2", "0007", "甲", "2", 61, "", "310", "2024-02-05", "2024-02-09"],
    ["S3", "M3", "0009", "乙", "1", "-", 5, "390", "2024-02-05", "2024-02-09"],
]  # fmt: skip
LISTS = {
    "diseinfo": [
        ["setl_id", "diag_type", "diag_code", "diag_name", "maindiag_flag", "diag_srt_no"],
        ["S1", "1", "I10.x00", "特发性高血压", "0", 2],
        ["S1", "1", "K80.101", "胆囊结石", "1", 1],
        ["S2", "1", "J18.900", "肺炎", "1", 1],
        ["S2", "1", "J44.100", "慢性阻塞性肺病", "0", 3],
        ["S1", "2", "BNG010", "胁痛", "1", 3],
        ["S2", "1", "I50.900", "心力衰竭", "0", 2],
        ["S3", "1", "P22.000", "呼吸窘迫", "1", 1],
    ],
    "oprninfo": [
        ["mdtrt_id", "oprn_oprt_code", "oprn_oprt_type", "oprn_oprt_date"],
        ["M1", "54.5100x005", "2", "2024-01-06"],
        ["M1", "51.2300", "1", "2024-01-07"],
    ],
    "icuinfo": [["setl_id", "scs_cutd_sum_dura"], ["S3", "1/0/30"]],
    "iteminfo": [
        ["setl_id", "med_chrgitm", "amt"],
        ["S1", "09", 100.1], ["S1", "06", 5000], ["S2", 9, 200], ["S3", "西药费", 7.5],
    ],
    "payinfo": [["setl_id", "fund_pay_type", "fund_payamt"], ["S1", "390100", 3000.55]],
    "opspdiseinfo": [["setl_id", "diag_name", "diag_code"], ["S1", "糖尿病", "E11.900"]],
}  # fmt: skip


def written(path, sheets, more=None):
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
            if more:
                more(book, page)
    return path


def as_folder(path, sheets):
    for name, rows in sheets.items():
        text = "\n".join(",".join(map(str, row)) for row in rows)
        (path / f"{name}.csv").write_text(text, encoding="gb18030")
    return path


def as_json(path, sheets):
    tables = {
        name.upper(): [
            dict(zip(map(str.upper, rows[0]), row, strict=True)) for row in rows[1 + (name == "setlinfo") :]
        ]
        for name, rows in sheets.items()
    }
    (path / "a.json").write_text(json.dumps(tables), encoding="utf-8")
    return path / "a.json"


FORMS = {
    "workbook": lambda path, sheets: written(path / "a.xlsx", sheets),
    "files": as_folder,
    "json": as_json,
}


@pytest.mark.parametrize("form", FORMS)
def test_lists_of_their_own_are_joined_to_their_stays(tmp_path, form):
    cases = read_cases(FORMS[form](tmp_path, {"setlinfo": STAYS, **LISTS}))
    assert cases["case_id"].tolist() == ["M1", "M2", "M3"]
    assert cases["diagnoses"].tolist() == ["K80.101|I10.x00", "J18.900|I50.900|J44.100", "P22.000"]
    assert cases["procedures"].tolist() == ["51.2300|54.5100x005", "", ""]
    assert cases["procedure_dates"].iloc[0] == "2024-01-07|2024-01-06"
    assert cases["diagnosis_names"].iloc[1] == "肺炎|心力衰竭|慢性阻塞性肺病"
    assert cases["total_cost"].tolist() == [5100.1, 200, 7.5]
    assert cases["drug_cost"].tolist() == [100.1, 200, 7.5]
    assert cases["icu_hours"].iloc[2] == 24.5
    assert cases["fund_basic"].iloc[0] == 3000.55
    assert cases["insurance"].tolist() == ["resident", "employee", "resident"]
    assert (cases["age"].iloc[2], cases["age_days"].iloc[2]) == (0, 5)
    assert "name" not in cases
    assert "diagnosis-of-another-kind" in report_of(cases).problems.frame["rule"].tolist()


def test_chunks_say_the_same(tmp_path):
    book = written(tmp_path / "a.xlsx", {"setlinfo": STAYS, **LISTS})
    whole = read_cases(book)
    parts = pd.concat(iter_cases(book, chunk_rows=1))
    assert parts["diagnoses"].tolist() == whole["diagnoses"].tolist()
    assert parts["icu_hours"].tolist()[2] == 24.5


def test_chinese_sheets_with_titles_and_foots(tmp_path):
    sheets = {
        "基本信息": [
            ["某医院结算清单"],
            ["结算ID", "病案号", "姓名", "性别", "年龄", "入院时间", "出院时间"],
            ["S1", "0007", "甲", "女", "61岁", "2024-01-05", "2024-01-11"],
            ["S2", "0008", "乙", "男", "5天", "2024-01-05", "2024-01-11"],
            ["合计", "", "", "", "", "", ""],
        ],
        "诊断信息": [
            ["诊断明细"],
            ["结算ID", "姓名", "诊断类别", "诊断代码", "诊断名称", "主诊断标志"],
            ["S1", "甲", "西医诊断", "I10.x00", "高血压", "否"],
            ["S1", "甲", "西医诊断", "K80.101", "胆囊结石", "是"],
            ["S1", "甲", "中医主病", "BNG010", "胁痛", "是"],
            ["S2", "乙", "西医诊断", "P22.000", "呼吸窘迫", "是"],
        ],
        "手术信息": [["结算ID", "手术操作代码", "是否主要手术"], ["S1", 51.23, "是"]],
        "收费项目": [["结算ID", "收费项目", "金额"], ["S1", "手术费", 50.5], ["S2", "杂费", 5]],
    }
    cases = read_cases(written(tmp_path / "a.xlsx", sheets))
    assert cases["diagnoses"].tolist() == ["K80.101|I10.x00", "P22.000"]
    assert cases["procedures"].tolist() == ["51.2300", ""]
    assert cases["total_cost"].tolist() == [50.5, 5]
    assert cases["age_days"].tolist() == [None, 5] or cases["age_days"].iloc[1] == 5
    rules = report_of(cases).problems.frame["rule"].tolist()
    assert {"unknown-item", "code-as-number", "diagnosis-of-another-kind", "row-not-a-case"} <= set(rules)


def test_what_cannot_be_joined_is_told(tmp_path):
    lists = {
        "diseinfo": [
            *LISTS["diseinfo"],
            ["S9", "1", "I10.x00", "", "1", 1],
            ["", "1", "I10.x00", "", "1", 1],
        ],
        "oprninfo": [
            ["medcasno", "setl_id", "oprn_oprt_code", "oprn_oprt_type"],
            ["0007", "", "51.2300", "1"],  # two stays have this number
            ["0009", "S1", "51.2300", "1"],  # one number says one stay, the other another
            ["0007", "S2", "96.7201", "1"],  # the settlement decides
        ],
    }
    cases = read_cases(written(tmp_path / "a.xlsx", {"setlinfo": STAYS, **lists}))
    assert cases["procedures"].tolist() == ["", "96.7201", ""]
    told = report_of(cases).problems.frame.set_index("rule")["got"]
    assert told["child-without-stay"] == "diseinfo: 1 (9)"
    assert told["child-without-number"] == "diseinfo: 1 (10)"
    assert told["child-of-several-stays"] == "oprninfo: 2 (2, 3)"
    problems = check_cases(cases).frame
    assert "child-of-several-stays" in problems.loc[problems["severity"] == "error", "rule"].tolist()


def test_a_number_merged_over_its_rows_holds_for_all_of_them(tmp_path):
    sheet = LISTS["diseinfo"]
    rows = [sheet[0], sheet[2], ["", *sheet[1][1:]], *sheet[3:]]

    def merge(book, page):
        if page.get_name() == "diseinfo":
            page.merge_range(1, 0, 2, 0, "S1")

    cases = read_cases(written(tmp_path / "a.xlsx", {"setlinfo": STAYS, "diseinfo": rows}, merge))
    assert cases["diagnoses"].iloc[0] == "K80.101|I10.x00"


def test_a_kind_that_is_not_known_is_told(tmp_path):
    rows = [LISTS["diseinfo"][0], ["S1", "9", "K80.101", "", "1", 1], ["S1", "01", "I10.x00", "", "0", 2]]
    cases = read_cases(written(tmp_path / "a.xlsx", {"setlinfo": STAYS[:3], "diseinfo": rows}))
    assert cases["diagnoses"].tolist() == ["K80.101|I10.x00"]
    found = report_of(cases).problems.frame
    assert found.loc[found["rule"] == "kind-unknown", "got"].tolist() == ["9"]


def test_sheets_that_are_no_lists_are_read_as_ever(tmp_path):
    flat = [
        ["setl_id", "medcasno", "gend", "age", "adm_time", "diag_code"],
        ["S1", "1", "1", 60, "2024-01-05", "I10.x00"],
    ]
    cases = read_cases(written(tmp_path / "a.xlsx", {"一月": flat, "二月": flat}))
    assert cases["diagnoses"].tolist() == ["I10.x00"]
    assert any(note.startswith("NOT READ") for note in report_of(cases)["files"][0]["notes"])


def test_items_charged_one_by_one_are_read_by_their_names(tmp_path):
    sheet = [
        ["setl_id", "项目名称", "数量", "单价", "金额"],
        ["S1", "腹腔镜胆囊切除术", 1, 2000, 2000], ["S1", "人血白蛋白注射液", 1, 400, 400],
    ]  # fmt: skip
    cases = read_cases(written(tmp_path / "a.xlsx", {"setlinfo": STAYS, **LISTS, "费用明细": sheet}))
    assert cases["charge_items"].iloc[0] == "腹腔镜胆囊切除术|人血白蛋白注射液"
    assert cases["total_cost"].tolist() == [5100.1, 200, 7.5]
    found = check_cases(cases, rules=["complication-perhaps-missed-by-items"]).frame
    assert found["got"].tolist() == ["人血白蛋白注射液"]
