"""Volume, referral and splitting: how many stays, whose, where, and what stays the same."""

import numpy as np
import pandas as pd
import pytest

import drgsim
from drgsim.errors import NotFoundError
from drgsim.simulation.responses import Habits
from drgsim.simulation.scenario_errors import SimulationError

from .faced import BILL, PARTS, SCHEME, apply, by_id, changed, faced, fen


def near(hit, expected, n):
    """Whether a count is within four standard deviations of what a chance gives."""
    return abs(hit - expected * n) <= 4 * np.sqrt(n * expected * (1 - expected))


@pytest.mark.parametrize("share", [0.2, -0.2])
def test_volume_changes_by_the_share(share):
    before, after = faced(), apply("volume", share=share)
    assert near(abs(len(after) - len(before)), 0.2, len(before))


def test_volume_by_insurance():
    before, after = faced(), apply("volume", resident=-0.3)
    counts = [cases["insurance"].value_counts() for cases in (before, after)]
    assert counts[0]["employee"] == counts[1]["employee"]
    assert near(counts[0]["resident"] - counts[1]["resident"], 0.3, counts[0]["resident"])


@pytest.mark.parametrize("share", [0.3, -0.3])
def test_selective_volume_leans_to_stays_below_their_standard(share):
    blind, chosen = (apply("volume", share=share, selectivity=selectivity) for selectivity in (0, 1))
    assert chosen["ratio"].mean() < blind["ratio"].mean()


def test_an_added_stay_is_a_copy_of_another_person():
    before, after = faced(), apply("volume", share=0.2)
    assert after["case_id"].iloc[: len(before)].tolist() == before["case_id"].tolist()
    extra = after.iloc[len(before) :]
    source = by_id(before).loc[extra["case_id"].str.removesuffix("~extra")]
    assert (extra["total_cost"].to_numpy() == source["total_cost"].to_numpy()).all()
    assert not extra["patient_id"].isin(before["patient_id"]).any()


def test_copies_of_copies_get_ids_of_their_own():
    once = apply("volume", share=0.5)
    again = apply("volume", once, share=0.5)  # the same draws: the same stays are added again
    assert len(again) > len(once)
    assert again["case_id"].is_unique


def test_ids_that_are_numbers_become_text_where_stays_are_added():
    cases = faced().assign(case_id=np.arange(len(faced())))
    after = apply("volume", cases, share=0.2)
    assert after["case_id"].is_unique
    assert set(cases["case_id"].astype(str)) < set(after["case_id"])


def test_outward_movers_go_where_their_region_already_goes():
    before, after = faced(), apply("referral", outward=0.2)
    moved = changed(before, after, "hospital_id")
    home = (before["insured_region"] == before["care_region"]).to_numpy()
    assert not moved[~home].any()
    assert near(moved.sum(), 0.2, home.sum())
    away = before[~home]
    ways = ["insured_region", "care_region", "hospital_id", "hospital_level"]
    used = set(away[ways].itertuples(index=False))
    new = after[moved]
    assert set(new[ways].itertuples(index=False)) <= used
    assert (new["registration"] == "referral").all()
    same = [name for name in before.columns if not changed(before, after, name).any()]
    assert {"case_id", "diagnoses", "total_cost", "insured_region", "ratio"} <= set(same)


def test_homeward_movers_come_back_to_hospitals_of_their_region():
    before, after = faced(), apply("referral", homeward=1)
    moved = changed(before, after, "hospital_id")
    new = after[moved]
    assert len(new) > 0
    assert (new["insured_region"] == new["care_region"]).all()
    assert (new["registration"] == "local").all()
    # all of them, but for the insured of regions that no hospital of this table is in
    home = set(before.loc[before["insured_region"] == before["care_region"], "insured_region"])
    away = (before["insured_region"] != before["care_region"]) & before["insured_region"].isin(home)
    assert (moved == away.to_numpy()).all()


def test_movers_may_not_register_and_the_heavy_move_more():
    before = faced()
    after = apply("referral", outward=0.4, registered=0.25)
    new = after["registration"][changed(before, after, "hospital_id")]
    assert near((new == "referral").sum(), 0.25, len(new))
    assert set(new) == {"referral", "unregistered"}
    blind = changed(before, after, "hospital_id")
    leaning = changed(before, apply("referral", outward=0.4, lean_to_heavy=1), "hospital_id")
    assert before["weight"][leaning].mean() > before["weight"][blind].mean()


def test_drug_share_and_cost_of_movers():
    before, after = faced(), apply("referral", outward=0.3, cost_change=0.1, drug_share_shift=0.0647)
    moved = changed(before, after, "hospital_id")
    old, new = before[moved], after[moved]
    assert np.abs(fen(new, "total_cost") - fen(old, "total_cost") * 1.1).max() <= 0.5 + 1e-6
    shift = new["drug_cost"] / new["total_cost"] - old["drug_cost"] / old["total_cost"]
    assert shift.median() == pytest.approx(0.0647, abs=1e-3)
    assert np.allclose(new["ratio"].dropna(), old["ratio"].dropna() * 1.1, rtol=1e-4)


def test_a_region_whose_insured_never_leave_sends_nobody():
    cases = faced()[faced()["insured_region"] == faced()["care_region"]]
    after = apply("referral", cases, known=Habits.learn(cases), outward=0.5)
    assert not changed(cases, after, "care_region").any()


def test_the_two_parts_of_a_split_stay_make_the_whole():
    before = faced()
    after = apply("splitting", share=0.4, min_days=6)
    second = after[after["case_id"].str.endswith("~split")]
    ids = second["case_id"].str.removesuffix("~split")
    whole, first = by_id(before).loc[ids], by_id(after).loc[ids]
    long = before["los"] >= 6
    assert (whole["los"] >= 6).all()
    assert near(len(second), 0.4, long.sum())
    for name in ("total_cost", "new_technology_cost", *PARTS, *BILL):
        assert (fen(first, name) + fen(second, name) == fen(whole, name)).all(), name
    for name in ("ventilation_hours", "los"):
        assert np.allclose(
            first[name].astype(float).to_numpy() + second[name].astype(float).to_numpy(), whole[name]
        )
    for name in ("diagnoses", "procedures", "hospital_id", "patient_id"):
        assert (second[name].to_numpy() == whole[name].to_numpy()).all(), name
    assert (second["discharge"].to_numpy() == whole["discharge"].to_numpy()).all()
    assert (first["discharge"] == 1).all()
    others = before[~before["case_id"].isin(ids)].set_index("case_id")
    pd.testing.assert_frame_equal(by_id(after).loc[others.index], others)


@pytest.mark.parametrize(("start", "spread"), [(1, 14), (16, 0), (16, 14)])
def test_the_gap_is_as_asked_and_dates_stay_consistent(start, spread):
    after = apply("splitting", share=0.5, gap_from=start, gap_spread=spread)
    second = after[after["case_id"].str.endswith("~split")]
    first = by_id(after).loc[second["case_id"].str.removesuffix("~split")]
    gap = (second["admission_date"].to_numpy() - first["discharge_date"].to_numpy()).astype("timedelta64[D]")
    days = gap.astype(int)
    assert set(days) == set(range(start, start + spread + 1))
    for part in (first, second):
        stay = (part["discharge_date"] - part["admission_date"]).dt.days
        assert (stay.to_numpy() == part["los"].to_numpy(np.int64)).all()


def test_splitting_costs_more_when_it_says_so():
    before, after = faced(), apply("splitting", share=0.5, added_cost=0.2, min_days=2)
    second = after[after["case_id"].str.endswith("~split")]
    whole = by_id(before).loc[second["case_id"].str.removesuffix("~split")]
    more = fen(after, "total_cost").sum() - fen(before, "total_cost").sum()
    assert more == pytest.approx(0.2 * fen(whole, "total_cost").sum(), rel=1e-6)


def test_splitting_raises_readmission_within_the_window():
    def returns(cases):
        stays = cases.sort_values(["patient_id", "discharge_date"])
        same = stays["patient_id"].eq(stays["patient_id"].shift())
        gap = (stays["admission_date"] - stays["discharge_date"].shift()).dt.days
        return (same & gap.between(0, 15)).sum()

    after = apply("splitting", share=0.5)
    split = after["case_id"].str.endswith("~split").sum()
    assert returns(after) - returns(faced()) >= 0.9 * split


def test_split_and_added_stays_group_as_any_other():
    after = apply("splitting", share=0.5)
    columns = [
        name for name in after.columns if name not in ("mdc", "adrg", "drg", "severity", "status", "reason")
    ]
    groups = drgsim.DrgGrouper(SCHEME).group(after[columns])
    assert (groups["status"].astype(str) == "grouped").mean() > 0.85


def test_coding_drift_needs_a_scheme_that_is_there():
    with pytest.raises(SimulationError, match="scheme"):
        apply("coding_drift", scheme=None, share=0.1)
    with pytest.raises(NotFoundError):
        apply("coding_drift", scheme="chs-drg-9.9", share=0.1)
