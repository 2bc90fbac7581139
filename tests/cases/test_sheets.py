"""Sheets as they are: titles, foots, headers of two rows, merges, errors, far cells, pages named .xls."""

import contextlib
import os
import zipfile

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import xlsxwriter

from drgsim import check_cases, iter_cases, read_cases
from drgsim.cases import report_of
from drgsim.cases.case_errors import UnreadableFileError
from drgsim.cli import main
from drgsim.errors import DrgsimError

HEADER = ["病案号", "性别", "年龄", "科室", "主要诊断编码", "其他诊断1", "总费用"]
ROWS = [
    ["001", "男", "45", "内科", "K80.101", "I50.900", "12.5"],
    ["002", "女", "50", "外科", "J18.900", "", "7"],
]
FOOT = [
    ["小计", "", "", "", "", "", "19.5"],
    ["", "", "", "", "", "合计：", "19.5"],
    ["制表人：张三"],
    ["填报日期 2024-02-01"],
]


@pytest.fixture
def sheet(tmp_path):
    def write(rows, name="a.xlsx", more=None):
        path = tmp_path / name
        if name.endswith(".csv"):
            text = "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows)
            path.write_text(text, encoding="gb18030")
            return path
        with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
            page = book.add_worksheet("病例")
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
            if more:
                more(book, page)
        return path

    return write


def told(cases):
    frame = report_of(cases).problems.frame
    return frame[["rule", "got"]].to_numpy().tolist()


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


def test_a_sheet_is_measured_before_it_is_read(sheet):
    def far(book, page):
        page.write(1_048_575, 16_383, "x")

    with pytest.raises(UnreadableFileError, match="farther than its data"):
        read_cases(sheet([HEADER, *ROWS], more=far))


def test_rows_beyond_excel_and_bombs_are_refused(sheet, tmp_path, monkeypatch):
    path = sheet([HEADER, *ROWS])
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    name = "xl/worksheets/sheet1.xml"
    beyond = parts[name].replace(b'<row r="3"', b'<row r="8000000"').replace(b'"A3"', b'"A8000000"')
    for content, size in ((beyond, None), (parts[name], 1000)):
        wrong = tmp_path / "wrong.xlsx"
        with zipfile.ZipFile(wrong, "w", zipfile.ZIP_DEFLATED) as book:
            for part, data in parts.items():
                book.writestr(part, content if part == name else data)
        if size:
            monkeypatch.setattr("drgsim.cases.sheet_measure.MOST_UNPACKED", size)
        with pytest.raises(UnreadableFileError, match=r"farther|unpacks"):
            read_cases(wrong)


def rewritten(path, change, part="xl/worksheets/sheet1.xml", name=None):
    """The workbook with one part of its archive changed, and perhaps called otherwise."""
    with zipfile.ZipFile(path) as book:
        parts = {each: book.read(each) for each in book.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for each, data in parts.items():
            book.writestr(name or each if each == part else each, change(data) if each == part else data)
    return path


FAR = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
PREFIXED = [(b"<row", b"<x:row"), (b"</row", b"</x:row"), (b"<c ", b"<x:c "), (b"</c>", b"</x:c>")]
SPELLINGS = {
    "double quotes": [],
    "single quotes": [(b'r="XFD1048576"', b"r='XFD1048576'"), (b'r="1048576"', b"r='1048576'")],
    "other spaces": [(b'<c r="XFD', b'<c\n\tr = "XFD'), (b'<row r="1048576"', b'<row\nr="1048576"')],
    "another attribute first": [(b'<c r="XFD', b'<c note=">" r="XFD'), (b'<row r="1048576"', b"<row")],
    "small letters": [(b"XFD", b"xfd")],
    "the row alone": [(b'<c r="XFD1048576"', b"<c"), (b'"1048576"', b'"99999999999"')],
    "a prefix": PREFIXED,
    "a prefix for all": [*PREFIXED, (b"<worksheet ", b"<x:worksheet "), (b"</worksheet", b"</x:worksheet")],
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_far_cell_is_seen_however_it_is_written(sheet, spelling):
    def change(data):
        data = data.replace(b"</sheetData>", FAR)
        for old, new in SPELLINGS[spelling]:
            data = data.replace(old, new)
        space = b' xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns="'
        return data.replace(b' xmlns="', space, 1)

    with pytest.raises(UnreadableFileError, match="farther"):
        read_cases(rewritten(sheet([HEADER, *ROWS]), change))


@pytest.mark.parametrize("spelling", ["double quotes", "a prefix", "a prefix for all"])
def test_errors_and_missing_values_are_seen_however_they_are_written(sheet, spelling):
    def change(data):
        for old, new in SPELLINGS[spelling]:
            data = data.replace(old, new)
        space = b' xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns="'
        return data.replace(b' xmlns="', space, 1)

    def more(book, page):
        page.write_formula(1, 2, "=1/0", None, "#DIV/0!")
        page.write_formula(1, 6, "=SUM(G3:G9)", None, "")

    found = told(read_cases(rewritten(sheet([HEADER, *ROWS], more=more), change)))
    assert ["cell-is-error", "#DIV/0!"] in found
    assert "cell-without-value" in [rule for rule, _ in found]


@pytest.mark.parametrize("name", ["xl/Worksheets/Sheet1.xml", "xl\\worksheets\\sheet1.xml", "xl/other/a.xml"])
def test_a_sheet_is_measured_wherever_it_lies(sheet, name):
    path = rewritten(
        sheet([HEADER, *ROWS]),
        lambda data: data.replace(b"</sheetData>", FAR),
        "xl/worksheets/sheet1.xml",
        name,
    )
    if "other" in name:
        link = "xl/_rels/workbook.xml.rels"
        rewritten(path, lambda data: data.replace(b"worksheets/sheet1.xml", b"other/a.xml"), link)
    with pytest.raises(UnreadableFileError, match="farther"):
        read_cases(path)


def test_entities_and_other_kinds_of_workbook_are_refused(sheet):
    path = sheet([HEADER, *ROWS])
    bomb = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet '
    with pytest.raises(UnreadableFileError, match="damaged"):
        read_cases(rewritten(path, lambda data: data.replace(b"<worksheet ", bomb)))
    binary = rewritten(sheet([HEADER, *ROWS], "b.xlsx"), bytes, "xl/workbook.xml", "xl/workbook.bin")
    with pytest.raises(UnreadableFileError, match=r"save it as \.xlsx"):
        read_cases(binary)


def test_a_merge_of_a_whole_sheet_costs_nothing(sheet):
    merged = b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    path = rewritten(sheet([HEADER, *ROWS]), lambda data: data.replace(b"</sheetData>", merged))
    assert len(read_cases(path)) == 2


PAGE = """<html><head><meta charset="gbk"></head><body><table><tr><td colspan=4>出院病例</td></tr>
<tr><th>病案号</th><th>性别</th><th>年龄</th><th>诊断编码</th></tr>
<tr><td>001</td><td>男</td><td rowspan=2>45</td><td>K80.101<br>I50.900</td></tr>
<tr><td>002</td><td>女</td><td>J18.900&nbsp;</td></tr><tr><td>合计</td><td></td><td></td><td></td></tr></table></body></html>"""


def test_a_web_page_named_xls(tmp_path):
    path = tmp_path / "a.xls"
    path.write_bytes(PAGE.encode("gb18030"))
    cases = read_cases(path)
    assert cases["diagnoses"].tolist() == ["K80.101|I50.900", "J18.900"]
    assert cases["age"].isna().tolist() == [False, True], "a cell over two rows belongs to the first"
    assert "a web page" in report_of(cases)["files"][0]["notes"]


def test_tabbed_text_named_xls(tmp_path):
    path = tmp_path / "a.xls"
    path.write_bytes("病案号\t年龄\t诊断编码\n001\t45\tK80.101\n".encode("gb18030"))
    assert read_cases(path)["case_id"].tolist() == ["001"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<html><body><p>no table</p></body></html>", "web page or XML"),
        (
            '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            "XML spreadsheet",
        ),
    ],
)
def test_other_markup_is_refused_with_the_right_words(tmp_path, text, said):
    path = tmp_path / "a.xls"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableFileError, match=said):
        read_cases(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "a.csv")
    with pytest.raises(UnreadableFileError, match="pipe"):
        read_cases(tmp_path / "a.csv")


def test_numbers_of_rows_survive_chunks(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("病案号,年龄,诊断编码\n" + "1,x,I10.x00\n合计,,\n" * 4, encoding="utf-8")
    report = report_of(read_cases(path))
    assert report.at.tolist() == [2, 4, 6, 8]
    assert np.array_equal(report.problems.frame["sheet_row"].dropna(), [2, 4, 6, 8])


@pytest.mark.parametrize("at", range(60, 2_000, 97))
def test_a_workbook_with_a_broken_byte_is_read_or_told(sheet, at):
    path = sheet([HEADER, *ROWS])
    content = bytearray(path.read_bytes())
    content[at % len(content)] ^= 0xFF
    path.write_bytes(content)
    with contextlib.suppress(DrgsimError):  # any other error fails the test
        read_cases(path)


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
