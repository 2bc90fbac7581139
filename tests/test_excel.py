"""Every workbook is written by one writer: text stays text, files are whole, sheets print."""

import ast
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pytest

import drgsim
from drgsim import _excel
from drgsim._excel import workbook
from drgsim.errors import ArgumentError

PACKAGE = Path(drgsim.__file__).parent
DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "{=1}", "http://example.org", "00123"]


def xml(path, part="xl/worksheets/sheet1.xml"):
    with ZipFile(path) as archive:
        return archive.read(part).decode()


def cells(path):
    calamine = pytest.importorskip("python_calamine")
    return calamine.load_workbook(str(path)).get_sheet_by_index(0).to_python()


@pytest.mark.parametrize("streamed", [False, True])
def test_text_is_text_and_never_a_formula_or_a_link(tmp_path, streamed):
    with workbook(tmp_path / "x.xlsx", streamed=streamed) as book:
        book.table("names", pd.DataFrame({"name": DANGEROUS}))
    assert [row[0] for row in cells(tmp_path / "x.xlsx")] == ["name", *DANGEROUS]
    sheet = xml(tmp_path / "x.xlsx")
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet


def test_kinds_of_cells(tmp_path):
    frame = pd.DataFrame(
        {
            "whole": [1, 2],
            "yuan": [1234.5, np.nan],
            "open": [np.inf, -np.inf],
            "day": pd.to_datetime(["2025-03-04", None]),
            "yes": [True, False],
            "old": ["x", None],
        }
    )
    frame["old"] = frame["old"].astype(object)
    with workbook(tmp_path / "x.xlsx") as book:
        book.table("kinds", frame)
    head, first, second = cells(tmp_path / "x.xlsx")
    assert head == list(frame)
    assert [str(cell) for cell in first] == ["1.0", "1234.5", "∞", "2025-03-04", "是", "x"]
    assert [str(cell) for cell in second] == ["2.0", "", "-∞", "", "否", ""]


def test_parts_stand_below_one_header_and_print_on_a4_across(tmp_path):
    with workbook(tmp_path / "x.xlsx", streamed=True) as book:
        write = book.parts("rows", headers={"b": "乙", "a": "甲"}, under={"a": "first", "b": "second"})
        write(pd.DataFrame({"a": [1], "b": ["x"]}))
        write(pd.DataFrame({"a": [2], "b": ["y"]}))
    assert cells(tmp_path / "x.xlsx") == [["乙", "甲"], ["second", "first"], ["x", 1.0], ["y", 2.0]]
    sheet = xml(tmp_path / "x.xlsx")
    assert 'orientation="landscape"' in sheet
    assert 'paperSize="9"' in sheet
    assert '<autoFilter ref="A2:B4"/>' in sheet
    assert 'state="frozen"' in sheet


def test_what_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path, monkeypatch):
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"old")
    monkeypatch.setattr(_excel, "_SHEET_ROWS", 3)
    with pytest.raises(ArgumentError, match="at most 2 rows"), workbook(path) as book:
        book.table("rows", pd.DataFrame({"a": range(3)}))
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_text_too_long_for_a_cell_is_told(tmp_path):
    with pytest.raises(ArgumentError, match="characters"), workbook(tmp_path / "x.xlsx") as book:
        book.table("rows", pd.DataFrame({"a": ["x" * 40_000]}))


def test_the_same_table_is_the_same_file(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        with workbook(tmp_path / name) as book:
            book.table("rows", pd.DataFrame({"a": [1.5, 2.5]}))
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_table_is_spelt_out_in_parts_to_the_same_file(tmp_path, monkeypatch):
    table = pd.DataFrame({"a": range(7), "b": [*"uvwxyz", None], "c": np.arange(7) / 2})
    for name, rows in (("whole", 1000), ("parts", 3)):
        monkeypatch.setattr(_excel, "_AT_ONCE", rows)
        _excel.write_sheets(tmp_path / f"{name}.xlsx", {"t": (table, {"a": "A", "b": "B"})}, notes=["n"])
    assert (tmp_path / "parts.xlsx").read_bytes() == (tmp_path / "whole.xlsx").read_bytes()
    assert cells(tmp_path / "parts.xlsx") == [["A", "B"], *([n, "uvwxyz"[n]] for n in range(6)), [6, ""]]


def test_too_many_rows_are_refused_before_any_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(_excel, "_SHEET_ROWS", 4)
    with workbook(tmp_path / "x.xlsx") as book:
        book.parts = None
        with pytest.raises(ArgumentError, match="at most 3 rows"):
            book.table("t", pd.DataFrame({"a": range(4)}))


def test_no_other_file_opens_a_workbook():
    openers = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called in ("ExcelWriter", "Workbook"):
                openers.append(path.relative_to(PACKAGE).as_posix())
    assert openers == ["_excel.py"]
