"""Rows are added up as pandas would, whatever their order, spelling or number of keys."""

import io
from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from drgsim.payment.pay import pay
from drgsim.settlement import merge_statistics, settle, statistics
from drgsim.settlement.statistics import _LARGEST, FLOW, Words, _combined, stay_cells, tally

from .test_settle import FLOATING, WEIGHTS, budgets, year_of_cases

ROWS = st.lists(
    st.tuples(st.integers(-1, 3), st.integers(-1, 2), st.integers(-(10**12), 10**12)), max_size=60
)
NAMES = {"place": ["c", "", "a", "c"], "kind": ["y", "x", "z"]}


@given(ROWS)
def test_tally_is_a_grouped_sum(rows):
    codes = {"place": [row[0] for row in rows], "kind": [row[1] for row in rows]}
    money = np.array([row[2] for row in rows], np.int64)
    words = {name: Words.of(np.array(codes[name], np.int32), NAMES[name]) for name in NAMES}
    text = {name: [[*NAMES[name], ""][code] for code in codes[name]] for name in NAMES}
    expected = pd.DataFrame(text | {"money": money}).groupby(list(NAMES), as_index=False)["money"].sum()
    done = tally(words, {"money": money})
    assert done["money"].dtype == np.int64
    assert done.to_numpy().tolist() == expected.to_numpy().tolist()


def test_keys_too_many_to_multiply_stay_apart_and_in_order():
    rng = np.random.default_rng(0)
    names = np.arange(1 << 16).astype(object)
    keys = [Words(rng.integers(0, 1 << 16, 500), names) for _ in range(5)]
    assert len(names) ** len(keys) > _LARGEST
    order = np.argsort(_combined(keys), kind="stable")
    assert (order == np.lexsort([words.codes for words in reversed(keys)])).all()


def test_a_word_missing_on_one_side_is_taken_from_the_other():
    left, right = Words.of(np.array([0, -1, -1]), ["b"]), Words.of(np.array([0, 0, -1]), ["a"])
    both = left.filled(right)
    assert both.names[both.codes].tolist() == ["b", "a", ""]


def test_statistics_read_back_from_a_file_settle_to_the_same_fen():
    """Region codes come back from CSV as numbers, and empty cells as missing."""
    cases = year_of_cases()
    cases["care_region"] = cases["care_region"].map({"A": "110100", "B": "110200"})
    cases["insured_region"] = cases["insured_region"].map({"A": "110100", "B": "110200"})
    cases.loc[cases.index[:50], "discharge_date"] = pd.NaT
    paid = pay(cases, FLOATING, weights=WEIGHTS)
    money = budgets().assign(region=[110100, 110100, 110200, 110200])
    table = statistics(paid)
    again = pd.read_csv(io.StringIO(table.to_csv(index=False)))
    assert again["care_region"].dtype.kind == "i"
    pd.testing.assert_frame_equal(merge_statistics([again]), table)
    done = settle(paid, FLOATING, budgets=money)
    for name in ("ledger", "months", "hospitals"):
        pd.testing.assert_frame_equal(
            getattr(settle(again, FLOATING, budgets=money), name), getattr(done, name)
        )


def test_cells_are_kept_as_long_as_their_columns_are():
    paid = pay(year_of_cases(), FLOATING, weights=WEIGHTS)
    cells = stay_cells(paid, FLOW)
    assert stay_cells(paid, FLOW) is cells
    stays = paid.stays
    dearer = replace(paid, stays=stays.replaced({"total_cost": stays.frame["total_cost"] * 2}))
    assert stay_cells(dearer, FLOW) is cells
    merged = replace(paid, stays=stays.replaced({"hospital_id": "H1"}))
    assert stay_cells(merged, FLOW).words["hospital_id"].names.tolist() == ["", "H1"]
    assert len(stay_cells(merged, FLOW)) < len(cells)
    further = cells.by(("insurance",))
    assert cells.by(("insurance",)) is further
    assert further.sums({"n": cells.sums({"n": np.ones(len(paid), np.int64)})["n"]})["n"].sum() == len(paid)
