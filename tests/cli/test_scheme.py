"""`drgsim scheme list|show|check|diff|import`."""

import csv
import json
from dataclasses import replace
from datetime import date

import pytest

from drgsim.cli import main
from drgsim.schemes.pack_write import write_pack
from drgsim.schemes.registry import load
from tests.schemes.example import OVERLAY, SMALL, write_tables
from tests.schemes.workbooks import SHEETS, write_workbook


@pytest.fixture(autouse=True)
def own_packs(tmp_path, monkeypatch):
    folder = tmp_path / "packs"
    write_pack(SMALL, folder / "small-1")
    write_pack(OVERLAY, folder / "small-2", base=SMALL)
    monkeypatch.setenv("DRGSIM_SCHEMES", str(folder))
    return folder


def test_list(capsys):
    assert main(["scheme", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 37
    small = next(line for line in lines if line.startswith("small-1"))
    assert small.endswith("小方案  [2 MDC, 3 ADRG, 5 DRG, 1 QY; from 2024-01-01; assumed]")


def test_list_for_programs(capsys):
    assert main(["scheme", "list", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {row["id"]: row["drg"] for row in rows}["small-1"] == 5


def test_show(capsys):
    assert main(["scheme", "show", "small", "--on", "2024-06-30"]) == 0
    assert capsys.readouterr().out.startswith("small-1  小方案")
    assert main(["scheme", "show", "small-1", "BR1"]) == 0
    assert "ZYZD in DI_BR1" in capsys.readouterr().out
    assert main(["scheme", "show", "small-3"]) == 2
    assert "did you mean 'small-" in capsys.readouterr().err


def test_a_warning_is_one_line_of_its_own(capsys, own_packs):
    ended = replace(SMALL, id="mine-1", family="mine", valid_to=date(2026, 12, 31))
    write_pack(ended, own_packs / "mine-1")
    assert main(["scheme", "show", "mine", "MDCA", "--on", "2027-01-01"]) == 0
    err = capsys.readouterr().err
    assert err.startswith("drgsim: mine-1 ended on 2026-12-31")
    assert len(err.splitlines()) == 1


def test_a_workbook_that_is_not_there_is_named_with_its_neighbour(tmp_path, capsys):
    (tmp_path / "national-3.0.xlsx").write_bytes(b"no workbook")
    assert main(["scheme", "import", str(tmp_path / "national-30.xlsx")]) == 2
    assert (
        "no such workbook; got 'national-30.xlsx'; did you mean 'national-3.0.xlsx'"
        in capsys.readouterr().err
    )
    assert main(["scheme", "import", str(tmp_path / "national-3.0.xlsx")]) == 3
    assert "what to do: open it in Excel, save it again as .xlsx" in capsys.readouterr().err
    assert main(["scheme", "import", str(tmp_path)]) == 3
    assert "no table mdc.csv in this folder; got '" in capsys.readouterr().err


def test_check(capsys):
    assert main(["scheme", "check", "small-1"]) == 1
    out, err = capsys.readouterr()
    assert out == "warning sets OP_ALL: 编码目录中没有: 99.9999\n"
    assert err == "small-1 (assumed): 0 errors, 1 warnings, 0 notes\n"
    assert main(["scheme", "check", "small-1", "--level", "error", "--lang", "en"]) == 1
    assert capsys.readouterr().out == ""


def test_diff(capsys, tmp_path):
    table = tmp_path / "diff.csv"
    assert main(["scheme", "diff", "small-1", "small-2", "--lang", "en", "--csv", str(table)]) == 0
    assert "BR15: 脑血管病 -> 脑血管病 (更名)" in capsys.readouterr().out
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(SMALL.diff(OVERLAY).changes)


def test_import_of_a_workbook_makes_it_loadable(capsys, tmp_path, own_packs):
    path = write_workbook(tmp_path / "official.xlsx")
    assert main(["scheme", "import", str(path)]) == 0
    out = capsys.readouterr().out
    assert "fallback row" in out
    assert "beside the shipped chs-drg-3.0: " in out
    assert "排除表 编码变化 (1)" in out, "what the imported pack has otherwise than the shipped one"
    assert (own_packs / "chs-drg-3_0" / "scheme.toml").is_file()
    assert load("chs-drg", on="2027-03-31").id == "chs-drg-3.0"


def test_import_says_everything_that_is_wrong_and_can_be_lenient(capsys, tmp_path):
    rows = [list(row) for row in SHEETS["ADRG"]]
    rows[0][3], rows[2][3] = "ZYZD in", "ZYSS in OP_NONE"
    path = write_workbook(tmp_path / "official.xlsx", ADRG=rows)
    assert main(["scheme", "import", str(path), "--out", str(tmp_path / "x")]) == 3
    err = capsys.readouterr().err
    assert "ADRG row 2 (BR1)" in err
    assert "ADRG row 4 (BB1: OP_NONE)" in err
    assert not (tmp_path / "x").exists()
    assert main(["scheme", "import", str(path), "--out", str(tmp_path / "x"), "--lenient"]) == 0
    assert load(tmp_path / "x").counts["adrg"] == 5


def test_import_of_neutral_tables_as_an_overlay(capsys, tmp_path):
    tables = write_tables(tmp_path / "our_city_2025")
    folder = tmp_path / "out"
    assert (
        main(["scheme", "import", str(tables), "--base", "small-2", "--out", str(folder), "--title", "我市"])
        == 0
    )
    scheme = load(folder)
    assert (scheme.id, scheme.title, scheme.base) == ("our-city-2025", "我市", "small-2")
    assert scheme.switches == OVERLAY.switches
    assert (folder / "drg.csv").read_text(encoding="utf-8").startswith("change,")


def test_import_of_nothing_is_a_wrong_use(capsys, tmp_path):
    assert main(["scheme", "import", str(tmp_path / "none.xlsx")]) == 2
    assert "no such workbook" in capsys.readouterr().err
