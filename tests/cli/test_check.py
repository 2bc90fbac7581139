"""`drgsim check` and `drgsim convert`: what they say, what they write, and their exit codes."""

import pandas as pd
import pytest
from python_calamine import load_workbook

from drgsim import read_cases
from drgsim.cases.read import chunks_to_read
from drgsim.cli import main

FINE = """病案号,姓名,性别,年龄(岁),住院天数,离院方式,诊断编码,手术操作编码,总费用
1,某,女,61,6,医嘱离院,K80.100x001,51.23,100
"""


@pytest.fixture
def export(tmp_path):
    def write(text, encoding="gb18030"):
        path = tmp_path / "export.csv"
        path.write_bytes(text.encode(encoding))
        return str(path)

    return write


def test_a_fine_file(export, capsys):
    assert main(["check", export(FINE)]) == 0
    said = capsys.readouterr().out
    assert "1 cases, layout chinese [secondary]" in said
    assert "encoding gb18030" in said
    assert "dropped, because they name persons: 1 columns" in said
    assert "procedures: lost decimal point or zeros 1" in said
    assert "no problems" in said


def test_errors_are_counted_and_written(export, tmp_path, capsys):
    wrong = FINE.replace("女", "男").replace("K80.100x001", "N83.201")
    assert main(["check", export(wrong), "--out", str(tmp_path / "p.csv")]) == 1
    assert "sex-female-diagnoses" in capsys.readouterr().out
    rows = pd.read_csv(tmp_path / "p.csv", dtype=str)
    assert rows["rule"].tolist() == ["sex-female-diagnoses"]
    assert rows["zh"].tolist() == ["男性病例有只见于女性的诊断"]


def test_what_a_value_or_header_means_can_be_said(export, capsys):
    text = FINE.replace("女", "乙").replace("总费用", "合计金额")
    path = export(text)
    assert main(["check", path]) == 1
    assert main(["check", path, "--value", "sex:乙=2", "--rename", "合计金额=total_cost"]) == 0
    assert main(["check", path, "--value", "sex=2"]) == 2
    assert main(["check", path, "--value", "sexx:乙=2"]) == 2
    assert main(["check", path, "--rename", "合计金额"]) == 2
    assert "COLUMN:TEXT=VALUE" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["out.parquet", "out.csv", "out.xlsx"])
def test_convert(export, tmp_path, name, capsys):
    assert main(["convert", export(FINE), str(tmp_path / name)]) == 0
    cases = read_cases(tmp_path / name)
    assert cases.to_numpy().tolist() == [["1", 2, 61, 6, 1, "K80.100x001", "51.2300", 100.0]]
    assert "layout chinese" in capsys.readouterr().out


def test_convert_for_excel_users(export, tmp_path):
    main(["convert", export(FINE), str(tmp_path / "a.csv"), "--chinese", "--encoding", "utf-8-sig"])
    assert (tmp_path / "a.csv").read_text(encoding="utf-8-sig").startswith("病案号,性别,年龄(岁)")
    main(["convert", export(FINE), str(tmp_path / "a.xlsx")])
    assert load_workbook(str(tmp_path / "a.xlsx")).sheet_names == ["病例"]


def test_nothing_is_written_when_nothing_can_be_read(export, tmp_path, capsys):
    path = export("date,price\n2024,1\n")
    assert main(["convert", path, str(tmp_path / "out.csv")]) == 3
    assert main(["convert", export(FINE), str(tmp_path / "out.doc")]) == 2
    assert not list(tmp_path.glob("out*"))
    assert "drgsim: [DS002]" in capsys.readouterr().err


def test_clinical_codes(export, tmp_path, capsys):
    path = export("case_id,diagnoses\n1,A01.000x002\n")
    assert main(["convert", path, str(tmp_path / "out.csv"), "--code-edition", "clinical"]) == 0
    assert read_cases(tmp_path / "out.csv")["diagnoses"].tolist() == ["A01.003"]
    assert "mapped to another code 1" in capsys.readouterr().out


@pytest.mark.parametrize(
    "options", [["out.parquet"], ["out.csv"], ["out.csv", "--chinese", "--encoding", "utf-8-sig"]]
)
def test_a_file_is_converted_in_parts_as_in_one(tmp_path, monkeypatch, options):
    rows = "".join(
        f"{number},{number % 3},{number}岁,{['K80.100x001', '', 'NA'][number % 3]},-,{number}.5,2024-01-0"
        f"{number % 9 + 1}{' 10:30' if number > 30 else ''},{'是否'[number % 2]}\n"
        for number in range(40)
    )
    source = tmp_path / "cases.csv"
    header = "case_id,sex,age,diagnoses,procedures,total_cost,admission_date,retired\n"
    source.write_text(header + rows, encoding="utf-8")
    expected = read_cases(source)
    monkeypatch.setattr("drgsim.cases.read.CHUNK_ROWS", 7)
    monkeypatch.setitem(chunks_to_read.__kwdefaults__, "chunk_rows", 7)
    out = tmp_path / options[0]
    assert main(["convert", str(source), str(out), *options[1:]]) == 0
    pd.testing.assert_frame_equal(read_cases(out), expected)


def test_too_many_rows_for_a_sheet_are_refused_before_any_is_read(tmp_path, monkeypatch, capsys):
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    source, out = tmp_path / "many.parquet", tmp_path / "out.xlsx"
    parquet.write_table(pa.table({"case_id": ["1"] * 30, "diagnoses": ["I10.x00"] * 30}), source)
    monkeypatch.setattr("drgsim._excel._SHEET_ROWS", 30)
    monkeypatch.setattr("drgsim.cases.read.iter_cases", None)
    assert main(["--lang", "en", "convert", str(source), str(out)]) == 2
    assert "a sheet holds at most 29 rows" in capsys.readouterr().err
    assert not out.exists()
