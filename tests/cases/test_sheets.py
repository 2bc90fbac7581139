"""Sheets as they are: titles, foots, headers of two rows, merges, errors."""

import pandas as pd
import pyarrow as pa
import pytest

from drgsim import check_cases, iter_cases, read_cases
from drgsim.cases import report_of
from drgsim.cli import main

from .conftest import HEADER, ROWS, told

FOOT = [
    ["小计", "", "", "", "", "", "19.5"],
    ["", "", "", "", "", "合计：", "19.5"],
    ["制表人：张三"],
    ["填报日期 2024-02-01"],
]


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv"])
def test_titles_and_foots_are_told_and_not_read(sheet, name):
    title = [["某医院出院病例", *[""] * 6], ["填报单位：医保办", *[""] * 6]]
    foot = [[*row, *[""] * (7 - len(row))] for row in FOOT]
    cases = read_cases(sheet([*title, HEADER, *ROWS, *foot], name))
    assert cases["case_id"].tolist() == ["001", "002"]
    assert cases["total_cost"].tolist() == [12.5, 7.0]
    assert told(cases) == [
        ["row-not-a-case", "row 6: 小计"], ["row-not-a-case", "row 7: 合计"],
        ["row-not-a-case", "row 8: 制表人"], ["row-not-a-case", "row 9: 填报日期"],
    ]  # fmt: skip
    assert "张三" not in str(report_of(cases).problems.frame)


def test_foots_of_other_lengths_in_text(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "病案号,性别,诊断编码,总费用\n1,1,I10.x00,5\n,,,5\n制表人：某\n合计,5\n,,,\n", encoding="utf-8"
    )
    cases = read_cases(path)
    assert cases["case_id"].tolist() == ["1"]
    assert [each[1] for each in told(cases)] == ["row 3: total", "row 4: 制表人", "row 5: 合计"]


def test_a_case_without_diagnosis_is_a_case(sheet):
    rows = [*ROWS, ["003", "男", "40", "合计科", "", "", "5"], ["004", "", "", "", "", "", "8"]]
    assert read_cases(sheet([HEADER, *rows]))["case_id"].tolist() == ["001", "002", "003", "004"]


def test_rows_in_problems_are_those_of_the_sheet(sheet, tmp_path):
    rows = [["标题"], [], HEADER, ROWS[0], [], ["002", "女", "x", "", "Z99.zzz", "", "7"]]
    cases = read_cases(sheet(rows))
    found = check_cases(cases).frame
    found = found[found["rule"].isin(["unreadable", "principal-unknown"])]
    assert found[["row", "sheet_row"]].to_numpy().tolist() == [[1, 6], [1, 6]]
    out = tmp_path / "p.csv"
    main(["check", str(sheet(rows)), "--out", str(out)])
    written = pd.read_csv(out, dtype=str)
    assert set(written.loc[written["sheet_row"].notna(), "sheet_row"]) == {"6"}


@pytest.mark.parametrize("text", ["\n", "\r\n", ""])
def test_rows_of_a_text_with_empty_lines(tmp_path, text):
    path = tmp_path / "a.csv"
    path.write_bytes(f"标题\n{text}病案号,年龄,诊断编码\n1,x,I10.x00\n{text}2,y,I10.x00\n\n\n".encode())
    numbers = report_of(read_cases(path)).problems.frame["sheet_row"].tolist()
    assert numbers == ([3, 4] if text == "" else [4, 6])


@pytest.mark.parametrize("order", ["names below", "codes below"])
def test_a_second_header_row(sheet, order):
    codes = ["A48", "A12C", "A14", "B16C", "C03C", "C06x01C", "D01"]
    names = ["病案号", "性别", "年龄(岁)", "出院科别", "出院主要诊断编码", "其他诊断编码1", "住院总费用"]
    both = [codes, names] if order == "names below" else [names, codes]
    cases = read_cases(sheet([*both, *ROWS]))
    assert cases["case_id"].tolist() == ["001", "002"]
    assert cases["diagnoses"].tolist() == ["K80.101|I50.900", "J18.900"]


def test_a_header_again_on_every_page(sheet):
    cases = read_cases(sheet([HEADER, ROWS[0], HEADER, ROWS[1]]))
    assert cases["case_id"].tolist() == ["001", "002"]
    assert told(cases) == [["row-not-a-case", "row 3: header"]]


def test_a_header_of_two_rows(sheet):
    above = ["病案号", "性别", "年龄", "科室", "主要诊断", "", "其他诊断1", "", "手术", "", "总费用"]
    below = ["", "", "", "", "编码", "名称", "编码", "名称", "编码", "名称", ""]
    row = ["001", "男", "45", "内科", "K80.101", "胆囊结石", "I50.900", "心衰", "51.2300", "胆囊切除", "12.5"]
    case = read_cases(sheet([above, below, row])).iloc[0]
    assert (case["case_id"], case["age"], case["total_cost"]) == ("001", 45, 12.5)
    assert (case["diagnoses"], case["procedures"]) == ("K80.101|I50.900", "51.2300")


def test_errors_formulas_and_merges_are_problems_with_their_text(sheet):
    def more(book, page):
        page.write_formula(1, 6, "=NA()", None, "#N/A")
        page.write_formula(2, 6, "=1+1", None, "")
        page.merge_range(3, 3, 5, 3, "儿科", book.add_format())

    rows = [HEADER, *ROWS, *[[str(n), "男", "7", "", "J18.900", "", "5"] for n in range(3, 6)]]
    cases = read_cases(sheet(rows, more=more))
    assert cases["total_cost"].isna().tolist() == [True, True, False, False, False]
    assert cases["department"].isna().tolist() == [False, False, False, True, True]
    found = report_of(cases).problems.frame
    assert sorted(found[["column", "row", "rule", "got"]].to_numpy().tolist()) == [
        ["department", 3, "cell-below-merge", "儿科"],
        ["department", 4, "cell-below-merge", "儿科"],
        ["total_cost", 0, "cell-is-error", "#N/A"],
        ["total_cost", 1, "cell-without-value", ""],
    ]


def test_errors_in_text_files_too(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("病案号,年龄,诊断编码\n1,#DIV/0!,I10.x00\n2,5,#N/A\n3,4,I10.x00\n", encoding="utf-8")
    cases = read_cases(path)
    assert told(cases)[:2] == [["cell-is-error", "#DIV/0!"], ["cell-is-error", "#N/A"]]
    assert cases["diagnoses"].isna().tolist() == [False, True, False]


def test_quotes_that_hold_text_together(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        '病案号,年龄,诊断编码\n"=""00123""",\'45,I10.x00\n\'0456,"=""7""",J18.900\n=789,8,I10.x00\n'
    )
    cases = read_cases(path)
    assert cases["case_id"].tolist() == ["00123", "0456", "789"]
    assert cases["age"].tolist() == [45, 7, 8]
    assert not len(report_of(cases).problems)


def test_a_foot_is_a_foot_by_every_way_in(tmp_path):
    """Its own cells decide: not the rows beside it in a chunk, the engine, or the kind of source."""
    rows = [
        [""] * 4,
        ["", "", "", "total"],
        ["c1", "", "I10.x00", "5"],
        ["", "", "", "9"],
        ["合计", "", "", "9"],
    ]
    frame = pd.DataFrame(rows, columns=["case_id", "age", "diagnoses", "total_cost"], index=list("abcde"))
    path = tmp_path / "a.csv"
    frame.to_csv(path, index=False)
    frame.to_parquet(tmp_path / "a.parquet", index=False)
    views = pa.table({name: pa.array(cells, pa.string_view()) for name, cells in frame.items()})
    words = ["total", "total", "合计"]
    for source in (path, tmp_path / "a.parquet", frame, views):
        cases = read_cases(source)
        assert cases["case_id"].tolist() == ["c1"]
        assert [each[1].split(": ")[1] for each in told(cases)] == words
        parts = list(iter_cases(source, chunk_rows=1))
        assert pd.concat(parts)["case_id"].tolist() == ["c1"]
    assert read_cases(frame).index.tolist() == ["c"]
    empty = tmp_path / "feet.csv"
    empty.write_text("case_id,diagnoses,total_cost\n合计,,5\n", encoding="utf-8")
    assert "row-not-a-case" in check_cases(read_cases(empty)).frame["rule"].tolist()


def test_both_rows_of_a_header_again_and_totals_with_counts_under_the_codes(sheet):
    upper = ["住院号", "性别", "年龄", "科室", "出院诊断", "", "费用"]
    lower = ["", "", "", "", "主要诊断编码", "其他诊断编码", "总费用"]
    total = ["合计", "", "", "", "", "2320例", "19.5"]
    cases = read_cases(sheet([upper, lower, ROWS[0], upper, lower, ROWS[1], total]))
    assert cases["case_id"].tolist() == ["001", "002"]
    words = [each[1] for each in told(cases)]
    assert words == ["row 4: header", "row 5: header", "row 7: total"]
    odd = ["合计", "男", "45", "内科", "K80.101", "", "12.5"]  # an odd number, but a stay
    assert read_cases(sheet([HEADER, odd]))["diagnoses"].tolist() == ["K80.101"]


def test_doctors_by_name_are_codes_and_kinds_of_insurance_are_read():
    given = pd.DataFrame({
        "病案号": ["1", "2"], "诊断编码": "I10.x00", "主诊医师": ["张三", "D01"], "术者": ["李四", ""],
        "医保类别": ["城镇职工基本医疗保险", "居民医保"],
    })  # fmt: skip
    cases = read_cases(given)
    assert cases["doctor"].str.startswith("医师-").tolist() == [True, False]
    assert "张三" not in cases.to_string()
    assert cases["insurance"].tolist() == ["employee", "resident"]


def test_a_foot_far_down_is_told_too(sheet):
    path = sheet([HEADER, *ROWS * 3, FOOT[0]], "a.csv")
    chunks = list(iter_cases(path, chunk_rows=2))
    assert [each for chunk in chunks for each in told(chunk)] == [["row-not-a-case", "row 8: 小计"]]


@pytest.mark.parametrize(("unit", "cost"), [("(元)", 12.5), ("(万元)", 125_000.0), ("", 12.5)])
@pytest.mark.parametrize(
    "above", [[], [["某医院出院病人明细表"], ["", "", "", "住院", "", "诊断", "", "费用"]]]
)
def test_a_header_of_three_rows_with_units_below(sheet, above, unit, cost):
    """What stands below a header goes on with it: it is no case, and its unit counts."""
    upper = ["病案号", "性别", "年龄", "科室", "主要诊断", "其他诊断", "主要手术", "总费用"]
    lower = ["", "", "(岁)", "", "编码", "编码1", "编码", unit]
    row = ["001", "男", "45", "内科", "K80.101", "I50.900", "51.2300", "12.5"]
    cases = read_cases(sheet([*above, upper, lower, row]))
    assert cases["case_id"].tolist() == ["001"]
    case = cases.iloc[0]
    assert (case["age"], case["total_cost"]) == (45, cost)
    assert (case["diagnoses"], case["procedures"]) == ("K80.101|I50.900", "51.2300")
    assert "unreadable" not in report_of(cases).problems.frame["rule"].tolist()


def test_the_unit_below_a_header_of_two_rows_counts(sheet):
    """费用, below it 合计, below that its unit."""
    top = ["", "", "", "", "诊断", "", "手术", "费用"]
    upper = ["病案号", "性别", "年龄", "科室", "主要诊断", "其他诊断", "主要手术", "合计"]
    lower = ["", "", "(岁)", "", "编码", "编码1", "编码", "(万元)"]
    row = ["001", "男", "45", "内科", "K80.101", "I50.900", "51.2300", "12.5"]
    assert read_cases(sheet([["标题"], top, upper, lower, row]))["total_cost"].tolist() == [125_000.0]
