"""What may not change an answer: the order of rows and of further diagnoses, chunks, copies, garbage."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from .support import CASES, group_both_ways, grouper, read_cases

SCHEME = "chs-drg-2.0"
REAL = read_cases(CASES / "national.csv").query("scheme == @SCHEME").reset_index(drop=True)
INPUTS = ["sex", "age", "age_days", "birth_weight", "diagnoses", "procedures"]
COLUMNS = ["mdc", "adrg", "drg", "severity", "status", "reason"]

FEW = settings(max_examples=40)  # each example groups whole tables

some_rows = st.lists(st.sampled_from(range(len(REAL))), min_size=1, max_size=30)
garbage = st.one_of(
    st.text(max_size=12),
    st.none(),
    st.floats(),
    st.integers(),
    st.booleans(),
    st.just(pd.NA),
    st.sampled_from(
        ["|", "||", "|K80.101", "K80.101|", "K80.101||I50.900", "\n", "\0", "Ｋ80.101", "I10.x00 "]
    ),
    st.lists(st.one_of(st.text(max_size=8), st.none()), max_size=3),
)


@FEW
@given(some_rows, st.randoms(use_true_random=False))
def test_rows_do_not_know_each_other(rows, random):
    whole = grouper(SCHEME).group(REAL[INPUTS])
    random.shuffle(rows)
    picked = grouper(SCHEME).group(REAL[INPUTS].iloc[rows])
    pd.testing.assert_frame_equal(picked, whole.iloc[rows])


@FEW
@given(some_rows, st.randoms(use_true_random=False))
def test_the_order_of_further_diagnoses_means_nothing(rows, random):
    cases = REAL[INPUTS].iloc[rows].reset_index(drop=True)

    def shuffled(text):
        first, *others = text.split("|")
        random.shuffle(others)
        return "|".join([first, *others])

    again = cases.assign(diagnoses=cases["diagnoses"].map(shuffled))
    pd.testing.assert_frame_equal(grouper(SCHEME).group(again), grouper(SCHEME).group(cases))


@FEW
@given(some_rows)
def test_naming_a_further_diagnosis_twice_means_nothing(rows):
    cases = REAL[INPUTS].iloc[rows].reset_index(drop=True)
    twice = cases["diagnoses"].map(lambda text: "|".join([text, *text.split("|")[1:]]))
    answer = grouper(SCHEME).group(cases.assign(diagnoses=twice))
    pd.testing.assert_frame_equal(answer[COLUMNS[:5]], grouper(SCHEME).group(cases)[COLUMNS[:5]])


@FEW
@given(some_rows, st.integers(1, 40))
def test_pieces_give_the_whole(rows, size):
    cases = REAL[INPUTS].iloc[rows].reset_index(drop=True)
    made = grouper(SCHEME)
    pieces = [made.group(cases[start : start + size]) for start in range(0, len(cases), size)]
    pd.testing.assert_frame_equal(pd.concat(pieces), made.group(cases))


@FEW
@given(st.lists(st.fixed_dictionaries(dict.fromkeys(INPUTS, garbage)), min_size=1, max_size=8))
def test_nothing_in_a_row_can_raise(cases):
    """Lists of codes and text may stand in one column, and lists of lists are of their row alone."""
    answer = group_both_ways(grouper(SCHEME), cases)
    assert len(answer) == len(cases)
    assert not answer.isna().any(axis=None)


@FEW
@given(st.lists(st.tuples(st.integers(-2, 40000), st.integers(-2, 20000)), max_size=60))
def test_any_ids_can_be_grouped(ids):
    """Random ids in every place, checked only by not reading outside the tables."""
    made = grouper(SCHEME)
    books = made._kernel.books
    diagnoses = [books.diagnoses.codes[d] if 0 <= d < len(books.diagnoses) else "?" for d, _ in ids]
    procedures = [books.procedures.codes[p] if 0 <= p < len(books.procedures) else "" for _, p in ids]
    cases = pd.DataFrame(
        {"sex": 1, "age": 40, "diagnoses": ["|".join(diagnoses)], "procedures": ["|".join(procedures)]}
    )
    group_both_ways(made, cases)


def test_infinite_and_huge_numbers():
    cases = pd.DataFrame(
        {
            "sex": [1, 1, np.inf, 1e300],
            "age": [np.inf, 1e300, 3, 0],
            "age_days": [1e300, np.inf, 3, 1],
            "birth_weight": [1, 2, 3, 1e39],
            "diagnoses": "P07.300",
            "procedures": "",
        }
    )
    answer = group_both_ways(grouper(SCHEME), cases)
    assert answer["reason"].tolist() == [
        "age_unreadable",
        "age_unreadable",
        "sex_unreadable",
        "sex_unreadable",
    ]
