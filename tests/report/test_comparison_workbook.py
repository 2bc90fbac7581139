"""The workbook reads back as the tables it was written from, and holds no formula."""

import zipfile

import pandas as pd
import pytest

from drgsim.errors import ArgumentError
from drgsim.report.comparison_workbook import NAMES, write_workbook

from .conftest import SCENARIOS, FabricatedTables, run_facts

pytest.importorskip("xlsxwriter")
pytest.importorskip("python_calamine")


@pytest.fixture(scope="module")
def book(tables, facts, tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "results.xlsx"
    write_workbook(path, tables, facts)
    return path


def sheet(path, name):
    """A sheet with its English headers."""
    return pd.read_excel(path, sheet_name=NAMES[name], engine="calamine", header=1)


def raw_sheet(path, name):
    """A sheet as it is, headers and all."""
    return pd.read_excel(path, sheet_name=NAMES[name], engine="calamine", header=None)


def sheet_names(path):
    with pd.ExcelFile(path, engine="calamine") as file:
        return file.sheet_names


def test_every_table_has_its_sheet_behind_the_one_that_explains(book):
    assert sheet_names(book) == list(NAMES.values())


def test_numbers_read_back_equal(book, tables):
    found = sheet(book, "projection")
    expected = tables.projection()
    assert len(found) == len(expected)
    for zh, column in (("reserve", "reserve"), ("income", "income"), ("year", "year")):
        assert found[zh].to_numpy() == pytest.approx(expected[column].to_numpy())
    hospitals = sheet(book, "hospitals")
    whole = pd.concat([tables.hospitals(each) for each in SCENARIOS[1:]])
    assert hospitals["change for hospitals"].to_numpy() == pytest.approx(whole["hospital_change"].to_numpy())
    assert set(hospitals["hospital level"]) == {"三级", "二级", "一级", "未定级"}


def test_flows_are_one_row_a_pair(book, tables):
    found = sheet(book, "flows")
    assert found["basic fund"].sum() == pytest.approx(tables.flows().to_numpy().sum())
    expected = tables.flows()
    for insured, care, fund in found.head(9).itertuples(index=False):
        assert fund == pytest.approx(expected.loc[str(insured), str(care)])


def test_an_open_bin_is_written_as_such(book):
    assert set(sheet(book, "cost_to_standard")["high"].astype(str)) >= {"∞", "0.1"}


def test_both_header_rows_are_frozen_and_chinese_comes_first(book):
    raw = raw_sheet(book, "summary")
    assert list(raw.iloc[0, :3]) == ["方案", "方案名称", "病例数"]
    assert list(raw.iloc[1, :3]) == ["scenario", "title", "cases"]
    with zipfile.ZipFile(book) as parts:
        xml = parts.read("xl/worksheets/sheet2.xml").decode()
    assert 'xSplit="1" ySplit="2"' in xml


def test_the_first_sheet_says_what_it_rests_on(book):
    raw = raw_sheet(book, "about")
    words = " ".join(str(each) for each in raw.to_numpy().ravel())
    for told in ("41 of the 74 parameters", "seed 1", "300,000", "0123456789abcdef", *SCENARIOS):
        assert told in words


def test_text_that_looks_like_a_formula_stays_text(tmp_path):
    class Hostile(FabricatedTables):
        def hospitals(self, scenario=None):
            return super().hospitals(scenario).assign(hospital_id='=HYPERLINK("http://x","y")')

        def summary(self):
            return super().summary().assign(title="@SUM(1+1)")

    path = tmp_path / "x.xlsx"
    write_workbook(path, Hostile(), run_facts(warnings=(("=1+1", "+1"),)))
    with zipfile.ZipFile(path) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/worksheets/")]
        links = [name for name in parts.namelist() if "hyperlink" in name.lower() or "_rels/sheet" in name]
    assert not any("<f>" in each for each in sheets)
    assert links == []
    assert sheet(path, "hospitals")["hospital"].iloc[0] == '=HYPERLINK("http://x","y")'


def test_a_table_that_is_empty_has_no_sheet(tmp_path):
    path = tmp_path / "x.xlsx"
    write_workbook(path, FabricatedTables(draws=False), run_facts())
    assert NAMES["bands"] not in sheet_names(path)


def test_too_many_rows_are_refused_and_leave_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr("drgsim._excel._SHEET_ROWS", 12)
    with pytest.raises(ArgumentError, match="at most 10 rows"):
        write_workbook(tmp_path / "x.xlsx", FabricatedTables(), run_facts())
    assert list(tmp_path.iterdir()) == []
