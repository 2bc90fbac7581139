"""Workbooks as files: how far a sheet is measured, odd spellings of its parts, pages and text named .xls."""

import base64
import contextlib
import os
import zipfile
import zlib

import numpy as np
import pytest

from drgsim import read_cases
from drgsim.cases import report_of
from drgsim.cases.case_errors import UnreadableFileError
from drgsim.errors import DrgsimError

from .conftest import HEADER, ROWS, told


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


# stays A1 to A5 by xlwt: #N/A as cost, #DIV/0! as age, a formula never worked out, a diagnosis over two rows,
# the last row hidden; and a sheet that is hidden
OLDER = (
    "c-rk)T}V_>5T3bv@4CDBvumrMfh<O5CbF9ais)ugMv+-P6cOc`3x%SwC|D1v={|%AK~G5#h6Fui_0kVT*h3Hz81)bYffhaW"
    "6!iC?yUol!*Vftxg<3N1ENAXHGjqO~d(NDny)UMHGvl|5XW<uW00$(JZg8f^kc!)Cc!BiEBv-Aci%Qa_6-90rO{CL+2RYBP"
    "cn*2KXF-Eo`eWh%@2DJsQ_$Sq6%AyNwn+>T<QVEvr`*%vGL>8?lDP7P9~Zt__)W2WD156(Mupdt?F=4<>2PyJjmqOgTB+!A"
    "i6h*VK5s-4f&zHTdE9>iO<MyRV<#h>|E8iu&xQ%0nQMx6MPrf98Sv8-PQaIB0N}H=R;L2CJhO5Hl7C+;&q^b|sObO$kZeUx"
    "#5iPwUuTVmPkKl8#=!$2nq1Q1bbJmXl(0ZHK$|le>^$-90I7P84qtHs)-?~Fe>QR>TG)?$q^@hN9WC#rlx}2%-8I3gP%y;J"
    "P0Xs9ZDzKGw7WtzRkgt&rB<JZ_juV8yo>gP99b#Z#M>cH>ONU7UfT8Nu77&Dr>!M?Oe6zx4w$FKI(|J!!XWpc&beUW0kEb*"
    "dTbPaPEglKy;!)PvYeh}Ed{EwV@Pa<MO#LGs)b&K*QeCWsUH8h?_Np#eRu=aC!1!^_$Ob7$Dx!?uXgIszagl^N*ueybU$o8"
    "QSB>lg%|y{$G9}Fian{0#5|Y>k5qla%@&UiF0?c?R%XjVEr-IwG*~EDJUVAJkHqSOuc|i+mO(8;b5V=2Dv*)1G)S5tIhD0J"
    "XIW@!EFAWs3C<XrF*(v8IRq(7**gR&p<;3@U^!tewXFB!yMPIj1M4_&oWiLhujxcj<3txHF6BfwQw%}r*okLB$4;)QfQ=Na"
    "fWk5a%dPAU!E%!QBf>Y-gqRvex<;B0GQ7HIHE7WC;SP@<9VI_06N>{E_)1+In09fj;!7ouDx@1#n{2YlCYx-sDT9P^KLvH`"
    "19guBx$E(Fop~w=`!mUZOZ%alem(TJbUSp>GX|%Zl|O}GpoN7?>|=c|WI9ORW6%L@5=Y0f^OvrqnEF0T?&$q<OK7?N6U&M7"
    "FZ=%i?sXX4"
)


def test_the_older_binary_form_tells_the_same(tmp_path):
    path = tmp_path / "a.xls"
    path.write_bytes(zlib.decompress(base64.b85decode(OLDER)))
    cases = read_cases(path)
    assert cases["diagnoses"].tolist()[:4] == ["K80.101", "K80.101", "K80.101", "J18.900"]
    found = report_of(cases).problems.frame
    assert found[["column", "row", "rule", "got"]].to_numpy().tolist() == [
        ["diagnoses", 4, "cell-below-merge", "J18.900"],
        ["age", 1, "cell-is-error", "#DIV/0!"],
        ["total_cost", 0, "cell-is-error", "#N/A"],
        ["total_cost", 2, "cell-without-value", ""],
    ]
    notes = report_of(cases)["files"][0]["notes"]
    assert "hidden rows, read like the others: 1" in notes
    assert "NOT READ, a hidden sheet: '藏'" in notes


@pytest.mark.parametrize("at", [*range(28, 80, 3), *range(512, 5_600, 211)])
def test_an_older_workbook_with_a_broken_byte_is_read_or_told(tmp_path, at):
    content = bytearray(zlib.decompress(base64.b85decode(OLDER)))
    content[at] ^= 0xFF
    path = tmp_path / "a.xls"
    path.write_bytes(content)
    with contextlib.suppress(DrgsimError):  # any other error fails the test
        read_cases(path)


def test_hidden_rows_are_read_and_told_and_hidden_sheets_named(sheet):
    def more(book, page):
        page.set_row(2, None, None, {"hidden": True})
        page.set_row(9, None, None, {"hidden": True})  # holds nothing
        book.add_worksheet("旧").hide()

    cases = read_cases(sheet([HEADER, *ROWS], more=more))
    assert cases["case_id"].tolist() == ["001", "002"]
    notes = report_of(cases)["files"][0]["notes"]
    assert notes[-2:] == ["hidden rows, read like the others: 1", "NOT READ, a hidden sheet: '旧'"]


def test_the_only_sheet_with_cases_is_hidden(sheet):
    def more(book, page):
        cover = book.add_worksheet("封面")
        cover.write(0, 0, "说明")
        cover.activate()
        cover.set_first_sheet()
        page.hide()

    with pytest.raises(DrgsimError, match="NOT READ, a hidden sheet: '"):
        read_cases(sheet([HEADER, *ROWS], more=more))


def test_one_part_of_the_file_is_one_sheet(sheet):
    def twice(data):
        start, end = data.index(b"<sheet "), data.index(b"</sheets>")
        one = data[start:end]
        name = one.split(b'"')[1]
        return data[:end] + one.replace(name, b"again") + data[end:]

    with pytest.raises(UnreadableFileError, match="one and the same part"):
        read_cases(rewritten(sheet([HEADER, *ROWS]), twice, "xl/workbook.xml"))


def test_far_cells_of_many_sheets_are_counted_together(sheet, monkeypatch):
    monkeypatch.setattr("drgsim.cases.sheet_measure.FAR_CELLS", 2_500)
    monkeypatch.setattr("drgsim.cases.sheet_measure.FAR_SHARE", 10)

    def more(number):
        def write(book, page):
            for each in range(number):
                book.add_worksheet(f"s{each}").write(999, 0, "x")

        return write

    assert len(read_cases(sheet([HEADER, *ROWS], "a.xlsx", more=more(2)))) == 2
    with pytest.raises(UnreadableFileError, match="farther"):
        read_cases(sheet([HEADER, *ROWS], "b.xlsx", more=more(3)))


def test_a_tag_without_end_is_refused_at_once(sheet, monkeypatch):
    monkeypatch.setattr("drgsim.cases.sheet_measure._LONGEST_ROW", 1 << 20)
    monkeypatch.setattr("drgsim.cases.sheet_measure._LONGEST_TAG", 1 << 20)
    path = sheet([HEADER, *ROWS])
    long = b'<sheetData note="' + b"a" * (9 << 20) + b'">'
    with pytest.raises(UnreadableFileError, match="damaged"):
        read_cases(rewritten(path, lambda data: data.replace(b"<sheetData>", long)))


@pytest.mark.parametrize(
    ("text", "said"), [("#SPILL!", "got '#SPILL!'.*row 2, column 7"), ("13800138000", "got 'another text'")]
)
def test_an_error_of_a_newer_kind_is_named(sheet, text, said):
    path = sheet([HEADER, *ROWS], more=lambda book, page: page.write_formula(1, 6, "=1/0", None, "#DIV/0!"))
    with pytest.raises(UnreadableFileError, match=said):
        read_cases(rewritten(path, lambda data: data.replace(b"#DIV/0!", text.encode())))
