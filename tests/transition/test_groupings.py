"""The same cases under two groupings."""

import numpy as np
import pandas as pd
import pytest

from drgsim import compare_groupings, synthetic_cases
from drgsim.dip import DipCatalogue, DipGrouper
from drgsim.errors import ArgumentError, ColumnError
from drgsim.grouping import DrgGrouper
from drgsim.transition.groupings import Labels, group_table, hospital_table, migration_table, side_summary


@pytest.fixture(scope="module")
def cases():
    return synthetic_cases(n=3000, seed=4)


@pytest.fixture(scope="module")
def across(cases):
    return compare_groupings(cases, "chs-drg-2.0", "example")


def labels(*groups):
    return Labels.read(pd.Series(groups), np.array([group is not None for group in groups]))


def test_migration_counts_every_pair():
    a, b, cost = labels("x", "x", "x", "y"), labels("p", "p", "q", "q"), np.array([1.0, 2.0, 3.0, 4.0])
    table = migration_table(a, b, cost)
    assert table[["group_a", "group_b"]].to_numpy().tolist() == [["x", "p"], ["x", "q"], ["y", "q"]]
    assert table["cases"].tolist() == [2, 1, 1]
    assert table["cost"].tolist() == [3, 3, 4]
    assert table["share_of_a"].tolist() == pytest.approx([2 / 3, 1 / 3, 1])


def test_cost_explained_and_what_is_left():
    a, b, cost = labels("x", "x", "y", "y"), labels("p", "q", "p", "q"), np.array([1.0, 1.0, 3.0, 3.0])
    sides = side_summary(("a", "b"), a, b, cost)
    assert sides.loc["a", "riv"] == 1
    assert sides.loc["a", "cv_inside"] == 0
    assert sides.loc["b", "riv"] == 0
    assert sides.loc["b", "cv_inside"] == pytest.approx(cost.std() / cost.mean())
    assert sides["stays_together"].tolist() == [0.5, 0.5]
    assert group_table(b, cost)["cv"].tolist() == [0.5, 0.5]


def test_both_sides_share_one_total(across, cases):
    """Each hospital's cases at their groups' mean: both systems hand out the cost there is."""
    compared = across.counts["compared"]
    assert across.frame["cases"].sum() == compared
    assert across.groups_a["cases"].sum() == across.groups_b["cases"].sum() == compared
    assert across.hospitals["cases"].sum() == compared
    for column in ("paid_a", "paid_b"):
        assert across.hospitals[column].sum() == pytest.approx(across.hospitals["cost"].sum())
    assert across.hospitals["change"].sum() == pytest.approx(0, abs=1e-3)
    assert sum(
        across.counts[name] for name in ("compared", "only_a", "only_b", "neither", "without_cost")
    ) == len(cases)


def test_who_is_paid_the_same_by_other_sums_neither_wins_nor_loses():
    cost = np.array([0.1, 0.7, 1e7 / 3, 0.2, 0.6, 2e7 / 3])
    split, whole = labels(*"ABCDEF"), labels(*"GGGGGG")
    table = hospital_table(pd.Series(["H1"] * 6), split, whole, cost)
    assert table["paid_a"].iloc[0] != table["paid_b"].iloc[0]  # in their last bits
    assert table["change"].tolist() == [0.0]
    moved = hospital_table(pd.Series(["H1", "H2"] * 3), split, whole, cost)
    assert moved["change"].abs().min() > 1


def test_winners_and_losers(across):
    assert across.winners()["change"].is_monotonic_decreasing
    assert across.losers()["change"].is_monotonic_increasing
    assert (across.winners()["change"] > 0).all()
    assert (across.losers()["change"] < 0).all()


def test_a_grouping_against_itself_moves_nothing(cases):
    same = compare_groupings(cases, "chs-drg-2.0", DrgGrouper("chs-drg-2.0"))
    assert (same.frame["group_a"] == same.frame["group_b"]).all()
    assert same.hospitals["change"].abs().max() == 0
    assert same.summary()["stays_together"].tolist() == [1, 1]


@pytest.mark.parametrize(
    "b",
    [
        "chs-drg-1.1",
        DipCatalogue.load("example"),
        DipGrouper("example", rules="xiangyang"),
        DrgGrouper("chs-drg-1.1"),
    ],
)
def test_any_two_groupings(cases, b):
    found = compare_groupings(cases.head(500), "chs-drg-2.0", b)
    assert found.counts["compared"] > 100
    assert 0 <= found.summary()["riv"].min() <= found.summary()["riv"].max() <= 1


def test_the_order_of_cases_does_not_matter(cases, across):
    again = compare_groupings(cases.sample(frac=1, random_state=3), "chs-drg-2.0", "example")
    pd.testing.assert_frame_equal(again.frame, across.frame)
    pd.testing.assert_frame_equal(again.hospitals, across.hospitals)


def test_the_matrix_is_the_large_part_of_the_migration(across):
    matrix = across.matrix(top=5)
    assert matrix.shape == (5, 5)
    row, column = matrix.index[0], matrix.columns[0]
    pair = across.frame[(across.frame["group_a"] == row) & (across.frame["group_b"] == column)]
    assert matrix.iloc[0, 0] == pair["cases"].sum()


def test_displays_show_no_case(across, cases, tmp_path):
    shown = across._repr_html_() + repr(across)
    assert not any(case in shown for case in cases["case_id"].astype(str))
    assert "riv" in repr(across)
    pytest.importorskip("xlsxwriter")
    across.to_excel(tmp_path / "comparison.xlsx")
    assert (tmp_path / "comparison.xlsx").stat().st_size > 0


def test_without_hospitals_there_are_no_winners(cases):
    found = compare_groupings(cases.drop(columns="hospital_id").head(300), "chs-drg-2.0", "example")
    assert found.hospitals.empty
    assert found.winners().empty


def test_what_cannot_be_compared(cases):
    with pytest.raises(ColumnError, match="total_cost"):
        compare_groupings(cases.drop(columns="total_cost"), "chs-drg-2.0", "example")
    with pytest.raises(ArgumentError, match="not a grouping"):
        compare_groupings(cases, 3, "example")


def test_no_case_with_a_group_in_both():
    cases = pd.DataFrame(
        {
            "sex": [1],
            "age": [40],
            "diagnoses": [""],
            "procedures": [""],
            "total_cost": [1.0],
            "hospital_id": ["h"],
        }
    )
    found = compare_groupings(cases, "chs-drg-2.0", "example")
    assert found.counts == {
        "cases": 1,
        "compared": 0,
        "only_a": 0,
        "only_b": 0,
        "neither": 1,
        "without_cost": 0,
    }
    assert found.frame.empty
    assert found.hospitals.empty
