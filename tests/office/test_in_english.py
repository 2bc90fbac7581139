"""The office's month for who asks for English: what is left in Chinese is what the file holds."""

import re

import pytest

from drgsim.cli import main

CHINESE = re.compile("[\u4e00-\u9fff]")


def test_page_and_workbook_of_a_month_are_in_english(tmp_path):
    calamine = pytest.importorskip("python_calamine")
    main(["--lang", "en", "synth", "--n", "150", "--seed", "3", "--out", str(tmp_path / "c.csv"), "--quiet"])
    line = ["--lang", "en", "office", str(tmp_path / "c.csv"), "--policy", "harbin", "--out", str(tmp_path)]
    assert main(line) == 0
    book = calamine.load_workbook(str(tmp_path / "office.xlsx"))
    assert not [name for name in book.sheet_names if CHINESE.search(name)]
    left = {
        cell
        for name in book.sheet_names
        for row in book.get_sheet_by_name(name).to_python()
        for cell in row
        if isinstance(cell, str) and CHINESE.search(cell)
    }
    of_the_file = re.compile(r"^[^ ]*科$|[A-Z]\d\d\.\w|\d\d\.\d\d|department ")  # a department, a code's name
    assert not [cell for cell in left if not of_the_file.search(cell)]
    page = (tmp_path / "office.html").read_text(encoding="utf-8")
    said = set(re.findall(">([^<]*[\u4e00-\u9fff][^<]*)<", page.partition("</style>")[2]))
    assert said
    assert not [text for text in said if not re.search(r"科\b|[A-Z]\d\d\.\w|\d\d\.\d\d", text)]
