"""Whole columns: the same rows come back, and every repair is counted."""

import random

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drgsim.codes import Codebook, normalise_codes
from drgsim.codes.normalise import normalised
from drgsim.errors import ArgumentError

TEXTS = [" k80.100X001|A00.100", None, "A00.100", "", "?|K80100x001||", "|Ａ00.100", "a00.100|a00.100"]
RIGHT = ["K80.100x001|A00.100", None, "A00.100", "", "?|K80.100x001||", "|A00.100", "A00.100|A00.100"]


def as_list(series):
    return [None if value is None or value is pd.NA or value != value else value for value in series]


@pytest.mark.parametrize(
    "make",
    [
        list,
        pd.Series,
        lambda texts: pd.Series(texts, dtype=object),
        lambda texts: pd.Series(texts, dtype=pd.StringDtype("python", na_value=np.nan)),
        lambda texts: pd.Series(texts, dtype=pd.StringDtype("pyarrow")),
        lambda texts: pd.Series(texts, dtype=pd.ArrowDtype(pa.string())),
        lambda texts: pd.Series(texts, dtype="category"),
        lambda texts: np.array(texts, dtype=object),
        pa.array,
    ],
)
def test_columns_of_text(make):
    column, repairs = normalise_codes(make(TEXTS), "diagnosis")
    assert as_list(column) == RIGHT
    assert dict(zip(repairs["repair"], repairs["count"], strict=True)) == {
        "width": 1,
        "space": 1,
        "case": 3,
        "decimal": 1,
    }


def test_columns_of_lists():
    column, repairs = normalise_codes(pd.Series([["k80.100X001", None], None, ("A00.100",)]), "diagnosis")
    assert column[0] == ["K80.100x001", None]
    assert column[2] == ("A00.100",)
    assert repairs["count"].tolist() == [1]


def test_columns_of_numbers():
    column, repairs = normalise_codes(pd.Series([51.23, np.nan, 512300.0, 0.01]), "procedure")
    assert as_list(column) == ["51.2300", None, "51.2300", "00.0100"]
    assert repairs["count"].tolist() == [3]
    assert normalise_codes(pd.Series([512300, 7]), "procedure")[0].tolist() == ["51.2300", "7"]


def test_the_table_of_repairs_has_both_languages_and_the_most_frequent_examples_first():
    texts = (
        ["a00.100"] * 2
        + ["k80.100x001"] * 3
        + ["I10.X00", "i10.x00"]
        + ["B05.900X001", "b05.900", "A01.000X002"]
    )
    _, repairs = normalise_codes(texts, "diagnosis")
    row = repairs.iloc[0]
    assert list(repairs.columns) == ["repair", "zh", "en", "count", "examples"]
    assert (row["repair"], row["zh"], row["en"]) == ("case", "字母大小写", "letter case")
    assert row["examples"].split("; ")[:2] == ["k80.100x001 → K80.100x001", "a00.100 → A00.100"]
    assert len(row["examples"].split("; ")) == 5
    shuffled = normalise_codes(texts[::-1], "diagnosis")[1]
    pd.testing.assert_frame_equal(repairs, shuffled)


def test_ambiguous_texts_are_listed_and_left():
    column, repairs = normalise_codes(["1200", "1200|51.2300"], "procedure")
    assert column.tolist() == ["1200", "1200|51.2300"]
    assert repairs["repair"].tolist() == ["ambiguous"]
    assert repairs["count"].tolist() == [2]
    assert repairs["examples"].tolist() == ["1200 → 01.2000 / 12.0000"]


def test_a_clean_column_comes_back_equal_with_no_repairs():
    series = pd.Series(["A00.100", None, "I10.x00|A00.100"], index=[3, 3, 1], name="diagnoses")
    column, repairs = normalise_codes(series, "diagnosis")
    pd.testing.assert_series_equal(column, series)
    assert len(repairs) == 0
    assert repairs["count"].dtype == np.int64


def test_the_input_is_not_changed_and_the_index_is_kept():
    series = pd.Series(TEXTS, index=list("abcdefg"), name="x")
    before = series.copy()
    column, _ = normalise_codes(series, "diagnosis")
    pd.testing.assert_series_equal(series, before)
    assert column.index.equals(series.index)
    assert column.name == "x"
    assert column.dtype == series.dtype


def test_wrong_use():
    with pytest.raises(ArgumentError, match="edition"):
        normalise_codes(["A00.100"], "diagnosis", edition="insurence")
    with pytest.raises(ArgumentError, match="kind"):
        normalise_codes(["A00.100"], "diagnose")


def test_a_list_in_a_list_is_left_alone():
    column, repairs = normalise_codes(pd.Series([[["A00.100"]], "a00.100"]), "diagnosis")
    assert column.tolist() == [[["A00.100"]], "A00.100"]
    assert repairs["count"].tolist() == [1]


@given(st.lists(st.none() | st.text(max_size=30) | st.sampled_from(TEXTS), max_size=10))
def test_no_row_is_lost_and_a_second_pass_finds_nothing(values):
    column, _ = normalise_codes(pd.Series(values, dtype=object), "diagnosis")
    assert len(column) == len(values)
    again, later = normalise_codes(column, "diagnosis")
    assert again.tolist() == column.tolist()
    assert set(later["repair"]) <= {"ambiguous"}
    book = Codebook.for_kind("diagnosis")
    assert book.encode(column).n_unknown <= book.encode(values).n_unknown


SPELT = {
    "case": (str.lower, "case"),
    "point": (lambda text: text.replace(".", ""), "decimal"),
    "signs": (lambda text: text.replace("|", ";"), "parted"),
    "signs and case": (lambda text: text.replace("|", ";").lower(), "case"),
    "signs and blanks": (lambda text: text.replace("|", "; "), "parted"),
    "wide signs": (lambda text: text.replace("|", "；"), "parted"),
}


@pytest.mark.parametrize("name", SPELT)
def test_a_long_column_in_which_all_is_wrong_is_repaired_as_a_short_one(name, monkeypatch):
    from drgsim.codes import normalise

    spelt, repair = SPELT[name]
    codes = [code for code in Codebook.for_kind("diagnosis").codes[::400] if "+" not in code]
    rights = ["|".join(codes[start : start + 1 + start % 3]) for start in range(0, len(codes), 2)]
    wrong = [*map(spelt, rights), ";", "", "|", "?;?", None, *map(spelt, rights[:9])]
    monkeypatch.setattr(normalise, "WORTHWHILE", 1)
    long, told = normalise_codes(wrong, "diagnosis")
    monkeypatch.setattr(normalise, "WORTHWHILE", 1 << 40)
    short, told_short = normalise_codes(wrong, "diagnosis")
    assert as_list(long) == as_list(short)
    assert as_list(long)[: len(rights)] == rights
    assert (
        told[["repair", "count"]].to_numpy().tolist() == told_short[["repair", "count"]].to_numpy().tolist()
    )
    assert repair in told["repair"].tolist()


WIDE = {ord(sign): ord(sign) + 0xFEE0 for sign in map(chr, range(33, 127)) if sign != "|"}
DIGITS = {ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789"}
BENT = [
    str.lower,
    lambda code: code.replace(".", ""),
    lambda code: code.translate(WIDE),
    lambda code: code.translate(DIGITS),
    lambda code: f" {code}",
    lambda code: f"{code}\u3000",
    lambda code: f"“{code}”",
    lambda code: code.replace("x", "×"),
    lambda code: f"{code[:3]} {code[3:]}",
    lambda code: code,
]
PARTS = ["|", ";", "；", "、", "\u3000、", ",", " ; ", " | ", "\n", "，", "|;", "  ", "|\u3000"]
NO_CODES = [
    "Z99.XXX",
    "A",
    "",
    "  ",
    "胆囊结石",
    "K80.101 胆囊结石",
    "1.I50.900 2、J44.100",
    "G05.0*",
    "A17.000x001",
]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("dtype", [object, "str"])
def test_a_column_that_is_wholly_wrong_is_repaired_as_its_rows_one_by_one(monkeypatch, seed, dtype):
    pytest.importorskip("pyarrow")
    draw = random.Random(seed)
    kind = ["diagnosis", "procedure"][seed % 2]
    known = draw.sample(Codebook.for_kind(kind).codes, 200)
    rows = [None, "", "|", " ", *(code.lower() for code in known)]
    for _ in range(400):
        parts = [draw.choice(BENT)(draw.choice(known + NO_CODES)) for _ in range(draw.choice([1, 1, 2, 5]))]
        mixed = draw.random() < 0.2
        part = draw.choice(PARTS)
        text = parts[0] + "".join((draw.choice(PARTS) if mixed else part) + code for code in parts[1:])
        rows.append(text + draw.choice(["", "", "", ";", "|", " "]))
    column = pd.Series(draw.sample(rows, len(rows)), dtype=dtype)
    monkeypatch.setattr("drgsim.codes.normalise.WORTHWHILE", 100)
    quick = normalised(column, kind)
    monkeypatch.setattr("drgsim.codes.normalise.WORTHWHILE", 1 << 30)
    slow = normalised(column, kind)
    pd.testing.assert_series_equal(quick.column, slow.column)
    counts = ["repair", "zh", "en", "count"]
    pd.testing.assert_frame_equal(quick.repairs[counts], slow.repairs[counts])
    assert (quick.codes, quick.unknown, quick.clinical) == (slow.codes, slow.unknown, slow.clinical)


def test_examples_of_a_wholly_wrong_column_show_what_stood_there(monkeypatch):
    pytest.importorskip("pyarrow")
    monkeypatch.setattr("drgsim.codes.normalise.WORTHWHILE", 2)
    wide = ["Ｋ80.１00|I10.x00", "Ｋ80.１00 | I10.x00", "a00.１00", "I10.x00 ", "I10.x00;A00.100"] * 2
    column, repairs = normalise_codes(pd.Series(wide), "diagnosis")
    assert column.tolist() == ["K80.100|I10.x00"] * 2 + ["A00.100", "I10.x00", "I10.x00|A00.100"] + (
        ["K80.100|I10.x00"] * 2 + ["A00.100", "I10.x00", "I10.x00|A00.100"]
    )
    told = {row.repair: (row.count, row.examples) for row in repairs.itertuples(index=False)}
    assert told["parted"] == (2, "I10.x00;A00.100 → I10.x00|A00.100")
    assert told["case"] == (2, "a00.１00 → A00.100")
    assert told["width"] == (6, "a00.１00 → A00.100; Ｋ80.１00  → K80.100; Ｋ80.１00 → K80.100")
    assert told["space"] == (6, " I10.x00 → I10.x00; I10.x00  → I10.x00; Ｋ80.１00  → K80.100")
