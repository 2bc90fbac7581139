"""Small parts of reading and checking cases, on values reckoned by hand."""

import numpy as np
import pandas as pd
import pytest

from drgsim.cases.arrow_columns import arrow_column
from drgsim.cases.checking.proposals import proposed
from drgsim.cases.checking.worklist import for_coders
from drgsim.cases.columns import case_columns
from drgsim.cases.layouts import find_layout
from drgsim.cases.measures import header_unit, quantity_of
from drgsim.cases.problems import Finding, ProblemTable
from drgsim.cases.read import joined
from drgsim.cases.recognise import code_looks


@pytest.mark.parametrize(
    ("how", "got", "words"),
    [
        ("stay", "9 days, dates say 3", "应为 3 天"),
        ("stay", "9 days, dates say 0", "应为 1 天"),
        ("stay", "9 days", ""),
        ("one-day", "2", "应为 1 天"),
        ("age", "9, dates say 12", "按日期应为 12 岁"),
        ("age", "9", ""),
        ("count", "2, the list has 5", "应为 5"),
        ("count", "2", ""),
        ("weights", "24002500", "是否为双胎体重 2400,2500"),
        ("weights", "2400900", "是否为双胎体重 2400,900"),
        ("weights", "9002400", "是否为双胎体重 900,2400"),
        ("weights", "900800", "是否为双胎体重 900,800"),
        ("weights", "24000500", ""),
        ("weights", "3.2", "是否以千克填写, 应为 3200 克"),
        ("weights", "0.1", "是否以千克填写, 应为 100 克"),
        ("weights", "10", ""),
        ("weights", "0.09", ""),
        ("weights", "x", ""),
        ("code-of-name", "K80.101 胆囊炎", None),
        ("", "anything", ""),
    ],
)
def test_a_proposal_is_what_the_finding_says(how, got, words):
    if words is None:
        assert proposed(how, "diagnoses", got).startswith("K80.101 的名称是 ")
    else:
        assert proposed(how, "birth_weight", got) == words


def test_a_column_looks_like_codes_where_half_of_its_filled_cells_begin_so():
    rows = [
        ["诊断", "", "I10.x00"],
        ["I50.900", "-", "高血压"],
        ["J44", "无", "冠心病"],
        ["胆囊结石"],
        ["心衰"],
    ]
    looks = code_looks(rows, ["诊断", "其他诊断", "名称"])
    assert looks(0) is True, "two of four; the header again is no cell"
    assert looks(1) is None
    assert looks(2) is False


@pytest.mark.parametrize(
    ("sign", "column", "unit"),
    [("元", "total_cost", ""), ("天", "los", ""), ("岁", "age", ""), ("kg", "birth_weight", "kg"),
     ("月", "age", None), ("元", "sex", None), ("斤", "total_cost", None)],
)  # fmt: skip
def test_a_sign_in_a_header_is_a_unit_of_its_column(sign, column, unit):
    assert header_unit(sign, case_columns()[column]) == unit


def test_what_columns_measure():
    assert [quantity_of(case_columns()[name]) for name in ("los", "age", "birth_weight", "sex")] == [
        "stay", "age", "weight", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("column", "texts", "values"),
    [
        ("sex", ["1", None, "2", "1", "-"], [1, None, 2, 1, None]),
        ("department", [" 内科 ", None, "外科", "", "-"], ["内科", None, "外科", None, None]),
        ("total_cost", ["1.50", None, "3", "", "-"], [1.5, None, 3, None, None]),
    ],
)
def test_only_a_mark_says_that_a_column_does_not_apply(column, texts, values):
    pa = pytest.importorskip("pyarrow")
    found, unapplied, problems = arrow_column(
        pa.array(texts), case_columns()[column], find_layout("hqms"), ""
    )
    assert found.to_pylist() == values
    assert unapplied.tolist() == [False, False, False, False, True]
    assert problems == []


def test_a_spelling_that_is_none_is_told_in_each_of_its_rows():
    pa = pytest.importorskip("pyarrow")
    array = pa.array(["x", "1", None, "x"])
    found, unapplied, problems = arrow_column(array, case_columns()["sex"], find_layout("hqms"), "")
    assert found.to_pylist() == [None, 1, None, None]
    assert unapplied is None
    ((_, rows, got),) = problems
    assert (rows.tolist(), got) == ([0, 3], ["x", "x"])


def problems():
    found = [
        Finding("los-against-dates", "los", np.array([2]), ["9 days, dates say 3"]),
        Finding("sex-missing", "sex", np.array([0]), [""]),
    ]
    return ProblemTable.of(found, index=pd.RangeIndex(3), cases=pd.Series(["a", "b", "c"]))


def test_the_list_of_a_coder_speaks_the_language_asked_for(monkeypatch):
    cases = pd.DataFrame({"department": ["内科", "外科", "儿科"]})
    for lang, column, got in (
        ("zh", "住院天数", "填 9 天, 按日期为 3 天"),
        ("en", "length of stay", "9 days, dates say 3"),
    ):
        monkeypatch.setenv("DRGSIM_LANG", lang)
        table = for_coders(problems(), cases)
        row = table[table["case"] == "c"].iloc[0]
        assert (row["column"], row["got"], row["department"]) == (column, got, "儿科")


@pytest.mark.parametrize("further", [{}, {"total_cost": [1.0]}])
def test_chunks_are_joined_to_one_table_and_not_held_beside_it(further):
    chunks = [
        pd.DataFrame({"case_id": ["a", "b"], "sex": pd.array([1, None], "Int32")}, index=pd.RangeIndex(0, 2)),
        pd.DataFrame({"case_id": ["c"], "sex": pd.array([2], "Int32"), **further}, index=pd.RangeIndex(2, 3)),
    ]
    expected = pd.concat(chunks)
    found = joined(chunks, [])
    pd.testing.assert_frame_equal(found, expected, check_index_type="exact")
    assert further or [list(chunk.columns) for chunk in chunks] == [[], []]
