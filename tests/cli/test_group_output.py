"""`drgsim group`: groups first, a byte order mark, workbooks, Chinese headers."""

import pandas as pd
import pytest

from drgsim.cli import main

CASES = """case_id,sex,age,los,discharge,diagnoses,procedures,note,drg
007,1,60,8,1,K22.301|K11.901|E11.900|I10.x05,96.0800x005,甲,own
8,2,30,4,1,O82.000,74.1x01,,
"""


@pytest.fixture
def cases(tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text(CASES, encoding="utf-8")
    return str(path)


def test_the_groups_come_first_then_the_files_own_columns(cases, tmp_path):
    out = tmp_path / "out.csv"
    assert main(["group", cases, "-o", str(out), "--scheme", "chs-drg-1.1", "--quiet"]) == 0
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    table = pd.read_csv(out, dtype=str)
    assert table.columns[:6].tolist() == ["mdc", "adrg", "drg", "severity", "status", "reason"]
    assert table["drg"].tolist() == ["GZ13", "OB19"]
    assert table["input_drg"].tolist()[0] == "own"
    assert {"case_id", "note"} <= set(table.columns[6:])


def test_a_workbook_and_chinese_headers_on_request(cases, tmp_path):
    calamine = pytest.importorskip("python_calamine")
    out = tmp_path / "out.xlsx"
    assert main(["group", cases, "-o", str(out), "--scheme", "chs-drg-1.1", "--chinese", "--names"]) == 0
    rows = calamine.load_workbook(str(out)).get_sheet_by_index(0).to_python()
    assert rows[0][:4] == ["主要诊断大类", "主要诊断大类名称", "核心病组", "核心病组名称"]
    assert len(rows) == 3
    assert rows[1][rows[0].index("病组")] == "GZ13"
    assert rows[1][rows[0].index("诊断编码")].startswith("K22.301")
    plain = tmp_path / "plain.csv"
    main(["group", cases, "-o", str(plain), "--scheme", "chs-drg-1.1", "--chinese", "--quiet"])
    assert pd.read_csv(plain, dtype=str)["病组"].tolist() == ["GZ13", "OB19"]
