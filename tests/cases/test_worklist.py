"""The coder's list of problems: place, department, doctor, Chinese words; as a workbook and as CSV."""

import re

import pandas as pd
import pytest

from drgsim import check_cases, read_cases
from drgsim.cases.check import ProblemTally
from drgsim.cases.checking.worklist import HEADERS, CoderList, for_coders
from drgsim.cli import main
from drgsim.language import speaking

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
    for name in ("none.csv", "none.xlsx"):
        with CoderList(tmp_path / name) as problems:
            problems.end(ProblemTally())
    assert pd.read_csv(tmp_path / "none.csv").columns.tolist() == list(HEADERS)
    sheets = pd.read_excel(tmp_path / "none.xlsx", engine="calamine", sheet_name=None)
    assert sheets["全部问题"].columns.tolist() == list(HEADERS.values())


def test_who_asks_for_english_gets_the_list_in_english(export, tmp_path):
    """Only what the file holds stays Chinese: departments, and the names of codes."""
    calamine = pytest.importorskip("python_calamine")
    target = tmp_path / "problems.xlsx"
    assert main(["--lang", "en", "check", str(export), "--out", str(target)]) == 1
    book = calamine.load_workbook(str(target))
    assert book.sheet_names[:2] == ["summary", "all problems"]
    assert "not checked" in book.sheet_names
    assert "no department" in book.sheet_names
    header, *rows = book.get_sheet_by_name("all problems").to_python()
    stay = next(dict(zip(header, row, strict=True)) for row in rows if "los-against-dates" in row)
    assert (stay["severity"], stay["item to correct"]) == ("warning", "length of stay")
    assert (stay["as filled in"], stay["to be checked"]) == ("3 days, dates say 6", "should be 6 days")
    cells = [(title, str(cell)) for row in rows for title, cell in zip(header, row, strict=True)]
    said = {title for title, cell in cells if re.search("[\u4e00-\u9fff]", cell)}
    assert said <= {"department", "to be checked"}


def test_what_is_right_is_told_in_the_language(export):
    cases = read_cases(export)
    problems = check_cases(cases)
    gray = problems.frame["rule"] == "principal-gray"
    assert problems.frame.loc[gray, "allowed"].tolist() == ["a code in use"]
    told = for_coders(problems, cases).set_index("rule")
    assert told.loc["principal-gray", "allowed"] == "在用编码"
    with speaking("en"):
        english = for_coders(problems, cases).set_index("rule")
        assert english.loc["principal-gray", "zh"] == problems.frame.loc[gray, "en"].tolist()[0]
