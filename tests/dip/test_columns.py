"""A caller may ask for some of the answer; what it gets is what it would get with all of it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drgsim
from drgsim.dip import DipGrouper
from drgsim.dip.frames import COLUMNS, named_procedures
from drgsim.errors import ArgumentError

pytestmark = pytest.mark.usefixtures("either_way")


@pytest.fixture(scope="module")
def cases():
    return drgsim.synthetic_cases(n=200, year=2025, seed=8)


def test_all_columns_come_in_their_order_when_none_is_asked_for(cases):
    assert tuple(DipGrouper("example").group(cases).columns) == COLUMNS


@pytest.mark.parametrize("asked", [*((name,) for name in COLUMNS), ("score", "dip_code")])
def test_a_column_is_the_same_alone_and_among_all(cases, asked):
    grouper = DipGrouper("example")
    some, whole = grouper.group(cases, columns=asked), grouper.group(cases)
    pd.testing.assert_frame_equal(some, whole[list(asked)])
    assert some.attrs == whole.attrs


def test_a_dict_and_a_list_answer_what_is_asked(cases):
    grouper, case = DipGrouper("example"), {"diagnoses": "K80.100", "procedures": "51.2300"}
    assert grouper.group(case, columns=["score"]) == {"score": grouper.group(case)["score"]}
    assert list(grouper.group([case], columns="status").columns) == ["status"]


def test_a_column_that_there_is_not_is_refused_with_the_nearest(cases):
    with pytest.raises(ArgumentError, match="did you mean 'dip_code'"):
        DipGrouper("example").group(cases, columns=["dip_cod"])


records = st.lists(st.sampled_from(["51.2300", "38.9300", "?", "51.8802"]), max_size=70)


@settings(max_examples=50)
@given(st.lists(st.tuples(records, st.integers(0, 2**32 - 1)), max_size=12))
def test_words_are_those_of_each_record_by_itself(rows):
    """Those too that are longer than the kernel takes."""
    counts = [len(codes) for codes, _ in rows]
    offsets = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
    flags = np.concatenate(
        [
            np.zeros(0, np.uint8),
            *(
                np.random.default_rng(seed).integers(0, 3, n)
                for (_, seed), n in zip(rows, counts, strict=True)
            ),
        ]
    ).astype(np.uint8)
    column = pd.Series(["|".join(codes) if codes else None for codes, _ in rows], dtype="str")
    both = [list(map(str, told)) for told in named_procedures(column, offsets, flags)]
    for row, (codes, _) in enumerate(rows):
        own = flags[offsets[row] : offsets[row + 1]].tolist()
        for words, flag in zip(both, (1, 0), strict=True):
            told = dict.fromkeys(code for code, found in zip(codes, own, strict=True) if found == flag)
            assert words[row] == "|".join(told)


ODD = [["51.2300"], ("51.2300",), np.array(["51.2300"]), {"a": 1}, {"x"}, 1 + 0j, b"51.2300", 3.5, None,
       pd.NA, True, pd.Timestamp("2024-01-01"), [None, "51.2300"], "\ud800", 10**400]  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=lambda cell: type(cell).__name__)
def test_a_row_s_words_do_not_depend_on_what_stands_in_another(odd):
    def grouped(*cells):
        held = pd.Series([*cells, None], dtype=object)[:-1]
        frame = pd.DataFrame({"sex": 1, "age": 60, "diagnoses": "K80.101", "procedures": held})
        return DipGrouper("example-national").group(frame)

    alone = grouped("51.2300|38.9300x001")
    assert alone["matched_procedures"].tolist() == ["51.2300"]
    both = grouped("51.2300|38.9300x001", odd)
    pd.testing.assert_frame_equal(both.iloc[:1], alone, check_categorical=False)
    if isinstance(odd, list | tuple | np.ndarray | bytes):
        assert both["matched_procedures"].tolist() == ["51.2300", "51.2300"]
