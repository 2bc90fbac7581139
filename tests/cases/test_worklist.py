"""The coder's list of problems: place, department, doctor, Chinese words; as a workbook and as CSV."""

import pandas as pd
import pytest

from drgsim import check_cases, read_cases
from drgsim.cases.checking.worklist import HEADERS, CoderBook, for_coders
from drgsim.cli import main

EXPORT = """病案号,性别,年龄,住院天数,入院日期,出院日期,离院方式,科室,医师代码,诊断编码,手术操作编码,总费用
1,男,61,3,2024-01-05,2024-01-11,1,普外/一,D07,N83.201,,100
2,女,61,6,2024-01-05,2024-01-11,1,内科,D08,M17.100,,100
3,女,61,6,2024-01-05,2024-01-11,1,,,R50.900|J18.900,,100
"""


@pytest.fixture
def export(tmp_path):
    path = tmp_path / "出院.csv"
    path.write_text(EXPORT, encoding="utf-8")
    return path


def test_a_row_says_where_who_what_and_what_instead(export):
    cases = read_cases(export)
    table = for_coders(check_cases(cases), cases)
    rows = {row["rule"]: row for row in table.to_dict("records")}
    stay = rows["los-against-dates"]
    assert (stay["sheet_row"], stay["case"], stay["department"], stay["doctor"]) == (2, "1", "普外/一", "D07")
    assert (stay["number"], stay["severity"], stay["column"]) == ("Q03", "警告", "住院天数")
    assert (stay["got"], stay["proposal"]) == ("填 3 天, 按日期为 6 天", "应为 6 天")
    assert "M17.101" in rows["principal-gray"]["proposal"]
    assert table["severity"].tolist() == sorted(table["severity"], key=["错误", "警告", "提示"].index)


def test_the_workbook_has_a_summary_all_problems_and_a_sheet_a_department(export, tmp_path, capsys):
    calamine = pytest.importorskip("python_calamine")
    target = tmp_path / "问题.xlsx"
    assert main(["check", str(export), "--out", str(target)]) == 1
    book = calamine.load_workbook(str(target))
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    assert list(sheets)[:2] == ["汇总", "全部问题"]
    assert {"普外 一", "内科", "未填科室", "未检查"} <= set(sheets)
    assert sheets["汇总"][0][:4] == ["级别", "规则", "问题", "应改项目"]
    assert sheets["全部问题"][0] == list(HEADERS.values())
    assert sum(len(rows) - 1 for name, rows in sheets.items() if name in ("普外 一", "内科", "未填科室")) == (
        len(sheets["全部问题"]) - 1
    )
    assert "未检查 not checked" in capsys.readouterr().out


def test_the_csv_has_the_same_rows_under_names_or_chinese_headers(export, tmp_path):
    plain, chinese = tmp_path / "a.csv", tmp_path / "b.csv"
    main(["check", str(export), "--out", str(plain)])
    main(["check", str(export), "--out", str(chinese), "--chinese"])
    first, second = pd.read_csv(plain), pd.read_csv(chinese)
    assert plain.read_bytes().startswith(b"\xef\xbb\xbf")
    assert first.columns.tolist() == list(HEADERS)
    assert second.columns.tolist() == list(HEADERS.values())
    assert first.to_numpy().astype(str).tolist() == second.to_numpy().astype(str).tolist()


def test_a_file_without_problems_has_headers(tmp_path):
    fine = pd.DataFrame({"case_id": ["1"], "diagnoses": ["I10.x00x002"]})
    CoderBook(tmp_path / "none.csv").write([], fine)
    assert pd.read_csv(tmp_path / "none.csv").columns.tolist() == list(HEADERS)
    CoderBook(tmp_path / "none.xlsx").write([], fine)
    assert (tmp_path / "none.xlsx").exists()
