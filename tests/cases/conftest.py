"""What the tests of cases share: the ways pandas may hold text, the two CSV engines, and a small region."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xlsxwriter

from drgsim.cases import csv_table, report_of


@pytest.fixture(params=["arrow strings", "python strings", "objects"])
def string_backend(request: pytest.FixtureRequest) -> Iterator[str]:
    """pandas with each of its ways to hold text."""
    storage = "pyarrow" if request.param == "arrow strings" else "python"
    with warnings.catch_warnings():
        # pandas 3 warns that its old way, text as objects, will go; until then it must work
        warnings.filterwarnings("ignore", "The 'future.infer_string' option is deprecated")
        pd.set_option("mode.string_storage", storage)
        pd.set_option("future.infer_string", request.param != "objects")
        yield request.param
        pd.reset_option("mode.string_storage")
        pd.reset_option("future.infer_string")


@pytest.fixture(params=["pyarrow", "csv module"])
def csv_engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The fast and the patient reader of delimited text."""
    if request.param == "csv module":
        monkeypatch.setattr(csv_table, "installed", lambda module: False)
    return str(request.param)


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """Write a file of the test's folder: `file("a.csv", text, encoding)`, or bytes."""

    def write(name: str, content: str | bytes, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


@pytest.fixture
def cases() -> pd.DataFrame:
    """A table of cases with every kind of column, and missing, zero and not-applicable in it."""
    return pd.DataFrame({
        "case_id": ["001", "002", "003", "004"],
        "department": ["消化内科", None, "0701", "新生儿"],
        "insurance": ["employee", "resident", None, "resident"],
        "retired": pd.array([True, False, None, None], dtype="boolean"),
        "sex": pd.array([1, 2, None, 9], dtype="Int32"),
        "age": pd.array([61, 34, None, 0], dtype="Int32"),
        "age_days": pd.array([None, None, None, 3], dtype="Int32"),
        "birth_weight": pd.array([None, 0, None, 3150], dtype="Int32"),
        "admission_date": np.array(["2024-01-05T08:30", "2024-02-01", "", "2024-03-01"], dtype="M8[s]"),
        "icu_hours": [0.0, None, 26.5, None],
        "diagnoses": ["K80.100x001|I10.x00", "O82.000|Z37.000", "|J18.900", "P07.300x021"],
        "procedures": ["51.2300", "74.1x01", None, ""],
        "total_cost": [12345.67, 8000.0, None, 0.1],
        "not_applicable": ["age_days|birth_weight", None, None, None],
    })  # fmt: skip


HEADER = ["病案号", "性别", "年龄", "科室", "主要诊断编码", "其他诊断1", "总费用"]
ROWS = [
    ["001", "男", "45", "内科", "K80.101", "I50.900", "12.5"],
    ["002", "女", "50", "外科", "J18.900", "", "7"],
]


def told(cases):
    """The rule and the text of each problem."""
    frame = report_of(cases).problems.frame
    return frame[["rule", "got"]].to_numpy().tolist()


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
