"""What holds of every response: nothing at zero, money to the fen, no order, no chunks, no mutation."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from drgsim.simulation.responses import declared
from drgsim.simulation.responses.apply import response
from drgsim.simulation.scenario_errors import SimulationError

from .faced import BILL, NAMES, PARTS, SCHEME, SETTINGS, apply, by_id, faced, fen, habits

EVERY = pytest.mark.parametrize("name", NAMES)


def values_of(name):
    """Any allowed values of a response."""
    bounds = declared()[name].parameters.values()
    return st.fixed_dictionaries({}, optional={each.name: st.floats(each.min, each.max) for each in bounds})


def check_money(cases):
    """Parts of synthetic stays sum to the total to the fen; none is negative."""
    total = fen(cases, "total_cost")
    assert (sum(fen(cases, name) for name in PARTS) == total).all()
    assert (sum(fen(cases, name) for name in BILL) == total).all()
    for name in (*PARTS, *BILL, "new_technology_cost", "commercial_list_cost"):
        assert (fen(cases, name) >= 0).all(), name
        assert (fen(cases, name) <= total).all(), name


@EVERY
def test_no_strength_gives_the_very_same_frame(name):
    assert apply(name) is faced()
    idle = {each.name: each.max for each in declared()[name].parameters.values() if not each.strength}
    zero = {each.name: 0.0 for each in declared()[name].parameters.values() if each.strength}
    assert apply(name, **idle, **zero) is faced()


@EVERY
@settings(max_examples=15)
@given(data=st.data(), seed=st.integers(0, 3))
def test_money_ids_and_types_hold_for_any_allowed_values(name, data, seed):
    before = faced()
    after = apply(name, seed=seed, **data.draw(values_of(name)))
    check_money(after)
    assert after["case_id"].is_unique
    assert list(after.columns) == list(before.columns)
    assert after[["los", "hospital_level"]].dtypes.equals(before[["los", "hospital_level"]].dtypes)
    assert (after["los"] >= 1).all()
    assert (after["admission_date"] <= after["discharge_date"]).all()
    assert set(after["discharge_date"].dt.year) == set(before["discharge_date"].dt.year)


@EVERY
def test_it_does_something_and_changes_no_frame_in_place(name):
    before = faced()
    copy = before.copy(deep=True)
    after = apply(name, **SETTINGS[name])
    assert not after.equals(before)
    assert_frame_equal(before, copy)


@EVERY
def test_the_order_of_the_rows_does_not_matter(name):
    cases = faced().reset_index(drop=True)
    shuffled = cases.sample(frac=1, random_state=7)
    # without habits given: what is learned must not depend on the order either
    first, second = (
        response(name)(table, SETTINGS[name], seed=3, scheme=SCHEME, habits=None)
        for table in (cases, shuffled)
    )
    assert_frame_equal(by_id(first), by_id(second))


@EVERY
def test_chunks_with_the_same_habits_give_the_same_stays(name):
    whole = apply(name, seed=5, **SETTINGS[name])
    cases = faced()
    parts = [
        apply(name, cases.iloc[start : start + 1_250], seed=5, **SETTINGS[name])
        for start in range(0, len(cases), 1_250)
    ]
    assert_frame_equal(by_id(whole), by_id(pd.concat(parts)))


@EVERY
def test_another_seed_hits_other_stays(name):
    values = {**SETTINGS[name], **({"stays": 0.5} if name == "out_of_pocket" else {})}
    one, other = (by_id(apply(name, seed=seed, **values)) for seed in (1, 2))
    assert not one.equals(other)


@EVERY
def test_the_index_is_kept_where_no_stay_is_added(name):
    cases = faced().set_axis(np.arange(len(faced()))[::-1] * 3)
    values = {"share": -0.2} if name == "volume" else SETTINGS[name]
    after = apply(name, cases, **values)
    if name == "splitting":
        assert after.index.equals(pd.RangeIndex(len(after)))
    else:
        assert after.index.isin(cases.index).all()
        assert (after["case_id"] == cases.loc[after.index, "case_id"]).all()


@EVERY
def test_a_missing_column_is_named(name):
    needed = {
        "volume": "ratio", "referral": "care_region", "splitting": "los", "length_of_stay": "los",
        "coding_drift": "drg", "new_technology": "weight", "out_of_pocket": "in_scope",
        "low_outlier_avoidance": "low_outlier_cost",
    }[name]  # fmt: skip
    with pytest.raises(SimulationError, match=needed):
        apply(name, faced().drop(columns=needed), **SETTINGS[name])


@EVERY
def test_an_empty_table_stays_empty(name):
    assert len(apply(name, faced().iloc[:0], **SETTINGS[name])) == 0


@EVERY
def test_missing_money_places_and_days_are_left_as_they_are(name):
    cases = faced().copy()
    columns = ["total_cost", "in_scope", "drug_cost", "los", "insured_region", "insurance", "weight", "ratio"]
    for number, column in enumerate(columns):
        cases.loc[cases.index[number::11], column] = None
    after = apply(name, cases, **SETTINGS[name])
    kept = after.drop_duplicates("case_id").set_index("case_id").reindex(cases["case_id"])
    present = kept["sex"].notna().to_numpy()  # not dropped
    for column in ("total_cost", "drug_cost", "los", "insurance", "insured_region"):
        missing = cases[column].isna().to_numpy() & present
        assert kept[column].isna().to_numpy()[missing].all(), column
        assert not kept[column].isna().to_numpy()[~missing & present].any(), column


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("length_of_stay", "out_of_pocket")])
def test_a_larger_share_hits_the_same_stays_and_more(name):
    strength = "outward" if name == "referral" else "share"
    most = declared()[name].parameters[strength].max
    few, many = (hit(name, apply(name, **{strength: most * part})) for part in (0.3, 0.9))
    assert few
    assert few < many


def hit(name, after):
    """The ids a response added, or changed something in."""
    before = faced().set_index("case_id")
    new = set(after["case_id"]) - set(before.index)
    same = after.set_index("case_id").loc[before.index]
    columns = ["hospital_id", "diagnoses", "total_cost"]
    return new | set(before.index[(same[columns] != before[columns]).any(axis=1)])


def test_habits_are_learned_alike_from_any_order():
    again = type(habits()).learn(faced().sample(frac=1, random_state=1), scheme=SCHEME)
    assert_frame_equal(again.destinations.table, habits().destinations.table)
    for name, counts in habits().complications.counts.items():
        for one, other in zip(counts, again.complications.counts[name], strict=True):
            assert (one == other).all()
