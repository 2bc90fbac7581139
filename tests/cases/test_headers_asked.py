"""Headers the caller names must be there; a column that several headers claim is said."""

import os

import pandas as pd
import pytest

from drgsim import check_cases, iter_cases, read_cases
from drgsim.cases import report_of
from drgsim.cases.case_errors import UnknownLayoutError, UnreadableFileError
from drgsim.errors import ColumnError

PLAIN = "case_id,sex,诊断码,diagnoses,备注栏\n1,1,I10.x00,K80.100,甲\n"


def test_a_renamed_header_that_is_not_there_is_an_error_with_the_nearest(file):
    path = file("a.csv", PLAIN)
    with pytest.raises(ColumnError, match=r"rename.*'诊断玛'; did you mean '诊断码'.*a\.csv"):
        read_cases(path, rename={"诊断玛": "diagnoses"})
    with pytest.raises(ColumnError, match="nor 'y'"):
        read_cases(path, rename={"x": "age", "y": "los"})


def test_it_is_said_before_a_row_is_read(file):
    chunks = iter_cases(file("a.csv", PLAIN), rename={"nowhere": "los"})
    with pytest.raises(ColumnError, match="nowhere"):
        next(chunks)


def test_a_header_to_keep_that_is_not_there_is_an_error(file):
    path = file("a.csv", PLAIN)
    with pytest.raises(ColumnError, match=r"keep.*'备柱栏'; did you mean '备注栏'"):
        read_cases(path, keep=["备柱栏"])
    assert read_cases(path, keep="备注栏")["备注栏"].tolist() == ["甲"]
    assert "sex" in read_cases(path, keep=["sex"]), "a column of the case table is kept anyway"


def test_a_function_may_wish_for_headers_that_are_not_there(file):
    cases = read_cases(file("a.csv", PLAIN), keep={"备注栏", "drg"}.__contains__)
    assert cases.columns[-1] == "备注栏"


def test_of_several_files_one_must_have_the_header(file):
    file("a.csv", PLAIN)
    folder = file("b.csv", PLAIN.replace("备注栏", "在院日数").replace("甲", "3")).parent
    cases = read_cases(folder, rename={"在院日数": "los"}, keep=["备注栏"])
    assert cases["los"].isna().tolist() == [True, False]
    assert cases["备注栏"].isna().tolist() == [False, True]
    with pytest.raises(ColumnError, match="'在院日子'; did you mean '在院日数'"):
        read_cases(folder, rename={"在院日子": "los"})


def test_where_no_layout_fits_the_renamed_header_that_is_missing_is_named(file):
    path = file("a.csv", "流水号,诊断结果\n1,I10.x00\n")
    with pytest.raises(UnknownLayoutError, match=r"header '诊断结论' that rename names.*'诊断结果'"):
        read_cases(path, rename={"诊断结论": "diagnoses"})


def test_of_two_headers_for_one_column_the_report_says_which_was_read_and_why(file):
    cases = read_cases(file("a.csv", "病案号,入院年龄,年龄,诊断编码\n1,70,7,I10.x00\n"))
    assert cases["age"].tolist() == [7]
    told = "read from 年龄, not from 入院年龄: the layout names it first"
    assert report_of(cases)["files"][0]["doubled"] == {"age": told}
    assert told in str(report_of(cases))
    found = check_cases(cases).frame.query("rule == 'column-claimed-twice'")
    assert found[["column", "severity", "got"]].to_numpy().tolist() == [
        ["age", "warning", "年龄; not 入院年龄"]
    ]


@pytest.mark.parametrize(
    ("header", "rename", "column", "told"),
    [
        ("case_id,age,age,diagnoses", {}, "age", "read from age, not from age: it stands first"),
        (
            "case_id,age,岁,diagnoses",
            {"岁": "age"},
            "age",
            "read from 岁, not from age: rename says so",
        ),
        (
            "病案号,诊断编码,主要诊断编码,其他诊断编码1,其他诊断编码2,其他诊断编码3",
            {},
            "diagnoses",
            "read from 主要诊断编码, 诊断编码, 其他诊断编码1 and 2 more together: each code counts once",
        ),
        (
            "病案号,主要诊断编码,诊断编码1,诊断编码2",
            {},
            "diagnoses",
            "read from 主要诊断编码, 诊断编码1, 诊断编码2 together: each code counts once",
        ),
    ],
)
def test_the_reason_is_the_one_that_decided(header, rename, column, told, file):
    row = ",".join(str(place) for place in range(header.count(",") + 1))
    cases = read_cases(file("a.csv", f"{header}\n{row}\n"), rename=rename)
    assert report_of(cases)["files"][0]["doubled"] == {column: told}


def test_it_is_said_once_a_file_whatever_the_chunks(file):
    path = file("a.csv", "case_id,age,age,diagnoses\n" + "1,2,3,I10.x00\n" * 5)
    chunks = list(iter_cases(path, chunk_rows=2))
    assert [
        (report_of(chunk).problems.frame["rule"] == "column-claimed-twice").sum() for chunk in chunks
    ] == [
        1,
        0,
        0,
    ]


def test_nothing_is_said_where_nothing_is_doubled(file):
    cases = read_cases(file("a.csv", PLAIN))
    assert report_of(cases)["files"][0]["doubled"] == {}
    assert not len(report_of(cases).problems)


def test_the_first_of_two_renamed_headers_is_read():
    raw = pd.DataFrame({"case_id": ["1"], "b": ["2"], "a": ["1"], "diagnoses": ["I10.x00"]})
    assert read_cases(raw, rename={"a": "age", "b": "age"})["age"].tolist() == [1]


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.parquet"])
def test_a_file_that_may_not_be_read_is_told_in_our_words(name, file, monkeypatch):
    path = file(name, PLAIN)
    really = type(path).open

    def refused(self, *args, **kwargs):
        if self.name == name:
            raise PermissionError(13, "Permission denied", str(self))
        return really(self, *args, **kwargs)

    monkeypatch.setattr(type(path), "open", refused)
    with pytest.raises(UnreadableFileError, match=rf"Permission denied; where: {name}; what to do: ask"):
        read_cases(path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read all")
def test_a_folder_that_may_not_be_read_is_told_in_our_words(file):
    folder = file("a.csv", PLAIN).parent
    folder.chmod(0)
    try:
        for path in (folder, folder / "a.csv", folder / "*.csv"):
            with pytest.raises(UnreadableFileError):
                read_cases(path)
    finally:
        folder.chmod(0o700)
