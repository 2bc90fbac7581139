"""Lists of codes from joined cells and from one column a code; places are kept."""

from functools import cache
from unittest import mock

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drgsim import check_cases, read_cases
from drgsim.cases import arrow_cases as module
from drgsim.cases import code_columns
from drgsim.cases.arrow_cases import arrow_cases
from drgsim.cases.read import chunks_to_read
from drgsim.codes import Codebook


def read(columns, **options):
    return read_cases(pd.DataFrame(columns), **options)


def test_hqms_columns_in_their_order_not_the_files(string_backend):
    cases = read({
        "A48": ["1", "2", "3"], "C06x02C": ["C", "-", "C"], "C06x10C": ["", "", "T"],
        "C06x01C": ["B", "", ""],
        "C03C": ["A", "A", ""], "C14x01C": ["P", "-", ""], "C35x01C": ["Q", "", "Q"],
    }, normalise=False)  # fmt: skip
    assert cases["diagnoses"].tolist() == ["A|B|C", "A", "||C|T"]
    assert cases["procedures"].tolist() == ["P|Q", "", "|Q"]


def test_a_gap_is_a_finding_and_nothing_slides():
    cases = read({"BAH": ["1", "2"], "JBDM": ["I10.x00", ""], "JBDM1": ["", "J18.900"],
                  "JBDM2": ["J18.900", ""],
                  "SSJCZBM1": ["", "51.2300"], "SSJCZBM2": ["51.2300", ""]})  # fmt: skip
    assert cases["diagnoses"].tolist() == ["I10.x00||J18.900", "|J18.900"]
    assert cases["procedures"].tolist() == ["|51.2300", "51.2300"]
    wanted = ["diagnosis-gap", "principal-missing", "main-procedure-missing"]
    found = check_cases(cases, rules=wanted).frame
    assert found[["case", "rule"]].to_numpy().tolist() == [
        ["1", "diagnosis-gap"], ["2", "principal-missing"], ["1", "main-procedure-missing"],
    ]  # fmt: skip


def test_no_other_code_takes_the_place_of_a_principal_without_a_column():
    cases = read({"病案号": ["1"], "其他诊断编码1": ["I10.x00"], "其他诊断编码2": ["J18.900"]})
    assert cases["diagnoses"].tolist() == ["|I10.x00|J18.900"]


def test_codes_numbered_throughout():
    cases = read(
        {"病案号": ["1"], "诊断编码2": ["J18.900"], "诊断编码1": ["I10.x00"], "手术编码1": ["51.2300"]}
    )
    assert cases["diagnoses"].tolist() == ["I10.x00|J18.900"]
    assert cases["procedures"].tolist() == ["51.2300"]


def test_asterisk_codes_join_their_base_in_hn041():
    cases = read({
        "BAH": ["1"], "XY_JBDM": ["A17.000x001"], "XY_FJBM": ["G05.0*"],
        "XY_JBDM1": ["C34.900"], "XY_FJBM1": ["M80000/3"], "SSBM1_S": ["51.2300"],
    }, normalise=False)  # fmt: skip
    assert cases["diagnoses"].tolist() == ["A17.000x001+G05.0*|C34.900"]


@pytest.mark.parametrize("separator", ["|", ",", "，", ";", "；", "、", "\n", " | ", " , "])
def test_separators_inside_a_cell(separator):
    cases = read({"病案号": ["1"], "诊断编码": [f"A17.000x001+G05.0*{separator}J18.900"]}, normalise=False)
    assert cases["diagnoses"].tolist() == ["A17.000x001+G05.0*|J18.900"]


def test_spelling_is_repaired_unless_it_must_stay():
    raw = {"case_id": ["1"], "diagnoses": ["i10.X00|Ｊ18.900"]}
    assert read(raw)["diagnoses"].tolist() == ["I10.x00|J18.900"]
    assert read(raw, normalise=False)["diagnoses"].tolist() == ["i10.X00|Ｊ18.900"]


TEXTS = [
    "I10.x00x002", "K80.101", "45.4300x001", "J44.100 ", "i10.x00x002", "Ｊ18.900", "X99.999", "99.9", "",
    "I10.x00", "NA", "0", "无", "-", "13800138000", "138-0013-8000", "J18.900；I10.x00x002", "A17.000x001+",
]  # fmt: skip
LISTS = st.lists(st.lists(st.sampled_from(TEXTS), max_size=3).map("|".join), min_size=1, max_size=12)


@cache
def book_with(extra):
    return Codebook.for_kind("diagnosis", extra=extra)


@pytest.mark.parametrize("head", [1, 1024])
@settings(max_examples=25, deadline=None)
@given(LISTS, st.sampled_from([(), ("X99.999", "I10.x00", "k80.101", "99.9")]), st.booleans())
def test_rows_that_nothing_would_be_done_to_are_not_looked_at(head, texts, extra, normalise):
    """The same codes, counts, repairs and problems as when every row is, and as in a frame."""
    table = pa.table({"case_id": [f"A{row}" for row in range(len(texts))], "diagnoses": texts})
    books = {"diagnoses": book_with(extra)}

    def read():
        (cases,) = [arrow_cases(job, books) for job in chunks_to_read(table, normalise=normalise)]
        lists = cases.lists["diagnoses"]
        told = [cases.report["repairs"], cases.report["editions"], cases.report.problems.frame.to_dict()]
        return cases.columns["diagnoses"].to_pylist(), [*lists.flat], [*lists.offsets], told

    with mock.patch.object(code_columns, "_HEAD", head), mock.patch.object(code_columns, "_FEW", head):
        found = read()
    every = mock.patch.object(module, "rows_to_look_at", lambda texts, *rest: (np.arange(len(texts)), 0, 0))
    with every:
        assert found == read()
    frame = read_cases(table, normalise=normalise)
    assert found[0] == [None if text is None or text != text else text for text in frame["diagnoses"]]
    assert found[3][1] == frame.attrs["drgsim"]["editions"]
