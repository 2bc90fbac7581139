"""Length of stay, coding, new technology, self-pay and thresholds: what rises, what falls, what stays."""

from types import SimpleNamespace

import numpy as np

import drgsim
from drgsim.grouping.case import Case
from drgsim.grouping.explain import complications_of
from drgsim.simulation.responses import Habits, facing

from .faced import PARTS, SCHEME, apply, changed, faced, fen, habits

GROUPS = ["mdc", "adrg", "drg", "severity", "status", "reason"]
FACED = ["weight", "standard", "ratio", "outlier", "low_outlier_cost"]


def untouched(before, after, *but):
    """No column differs but those named."""
    return {name for name in before.columns if changed(before, after, name).any()} <= set(but)


def regrouped(cases):
    bare = cases.drop(columns=[*GROUPS, *FACED])
    return bare.join(drgsim.DrgGrouper(SCHEME).group(bare))


def repaid(cases):
    """The cases grouped and paid again by the weights of the cases before."""
    grouped = regrouped(cases)
    weights = drgsim.Weights.fit(faced().drop(columns=FACED))
    return drgsim.pay(grouped, drgsim.Policy.load("national-drg-rate"), weights=weights)


def test_days_fall_by_the_share_and_cost_by_its_part():
    before, after = faced(), apply("length_of_stay", share=0.1, cost_of_days=0.4)
    old, new = (cases["los"].to_numpy(np.float64) for cases in (before, after))
    lost = old - new
    assert ((lost == 0) | (new >= 1)).all()
    assert (np.abs(lost - 0.1 * old) < 1).all()
    several = old > 1
    # a stay loses one more day than the whole ones with a chance, so the sum is right on average
    part = 0.1 * old[several] % 1
    spread = np.sqrt((part * (1 - part)).sum())
    assert abs(lost[several].sum() - 0.1 * old[several].sum()) < 4 * spread
    fall = 1 - after["total_cost"] / before["total_cost"]
    assert np.allclose(fall, 0.4 * lost / old, atol=1e-3)
    assert (lost == (after["admission_date"] - before["admission_date"]).dt.days).all()
    halved = apply("length_of_stay", share=0.5, cost_of_days=0)["los"].to_numpy(np.float64)
    assert (halved[old == 2] == 1).all()  # a stay of two days can lose one, one of a day none
    assert (halved[old <= 1] == old[old <= 1]).all()
    assert (old == 2).any()


def test_days_may_go_without_cost():
    before, after = faced(), apply("length_of_stay", share=0.2, cost_of_days=0)
    assert untouched(before, after, "los", "admission_date")


def test_recorded_settlements_of_changed_stays_are_emptied():
    cases = faced().assign(fund_basic=1.0, patient_paid=2.0)
    after = apply("length_of_stay", cases, share=0.1)
    shorter = changed(cases, after, "los")
    assert after["fund_basic"].isna().to_numpy().tolist() == shorter.tolist()
    assert after["patient_paid"].isna().to_numpy().tolist() == shorter.tolist()


def test_the_code_gained_is_a_complication_that_counts():
    before, after = faced(), apply("coding_drift", share=0.6, mcc=0.5)
    assert untouched(before, after, "diagnoses")
    gained = changed(before, after, "diagnoses")
    assert gained.sum() > 100
    scheme = drgsim.Scheme.load(SCHEME)
    for old, new in zip(before["diagnoses"][gained], after["diagnoses"][gained], strict=True):
        assert new.startswith(old + "|")
        added = new.removeprefix(old + "|")
        listed = [
            each for each in complications_of(Case(tuple(new.split("|"))), scheme) if each.code == added
        ]
        assert listed
        assert any(each.counts for each in listed)
        assert added not in old.split("|")


def test_codes_are_gained_by_the_habits_that_were_given():
    learned = habits().complications
    asked = []

    def none(name, cells, *_):
        asked.append(name)
        return np.full(len(cells), -1)

    known = SimpleNamespace(complications=SimpleNamespace(scheme=SCHEME, used=learned.used, choose=none))
    before = faced()
    assert untouched(before, apply("coding_drift", share=0.6, mcc=0.5, known=known))
    assert asked == ["mcc", "cc"]
    known.complications.scheme = "chs-drg-1.1"  # of another scheme: learned anew from the cases
    assert changed(before, apply("coding_drift", share=0.6, mcc=0.5, known=known), "diagnoses").any()


def test_drift_hits_the_share_of_those_that_could():
    before = faced()
    all_of, part = (
        changed(before, apply("coding_drift", share=share, mcc=1), "diagnoses").sum() for share in (0.6, 0.1)
    )
    assert abs(part - all_of / 6) < 4 * np.sqrt(all_of * 5 / 36)


def test_drift_stays_within_the_cost_ratios():
    before = faced()
    within = changed(before, apply("coding_drift", share=0.6, from_ratio=1, to_ratio=1.5), "diagnoses")
    assert within.any()
    assert before["ratio"][within].between(1, 1.5).all()
    blind = faced().drop(columns="ratio")
    free = changed(blind, apply("coding_drift", blind, share=0.6, from_ratio=0, to_ratio=10), "diagnoses")
    assert free.sum() > within.sum()
    assert free[within].all()


def test_codes_stay_with_the_sex_and_age_they_are_coded_in():
    before, after = faced(), apply("coding_drift", share=0.6)
    gained = changed(before, after, "diagnoses")
    seen = {}
    for sex, age, codes in zip(before["sex"], before["age"], before["diagnoses"], strict=True):
        for code in codes.split("|")[1:]:
            seen.setdefault(code, set()).add((sex, age >= 18))
    for sex, age, codes in zip(
        before["sex"][gained], before["age"][gained], after["diagnoses"][gained], strict=True
    ):
        assert (sex, age >= 18) in seen[codes.split("|")[-1]]


def test_drift_raises_payment_and_not_cost():
    drifted = apply("coding_drift", share=0.6)
    before, after = repaid(faced()).frame, repaid(drifted).frame
    gained = changed(faced(), drifted, "diagnoses")
    assert before["total_cost"].equals(after["total_cost"])
    assert after["payment"][gained].sum() > before["payment"][gained].sum()
    # every stay that gained a complication is in another group of its ADRG, and no other stay moved
    weight = before["weight"].to_numpy() != after["weight"].to_numpy()
    assert not weight[~gained & before["weight"].notna().to_numpy()].any()
    adrg = [cases["drg"].astype(str).str[:3].to_numpy() for cases in (faced(), regrouped(drifted))]
    drg = [cases["drg"].astype(str).to_numpy() for cases in (faced(), regrouped(drifted))]
    assert (adrg[0] == adrg[1]).all()
    assert ((drg[0] != drg[1]) == gained).all()


def test_drift_leads_to_groups_in_use_only():
    """A group that no stay is in has no weight, so who moved there could not be paid."""
    after = regrouped(apply("coding_drift", share=1, from_ratio=0, to_ratio=10))
    assert set(after["drg"]) <= set(faced()["drg"])
    few = faced()[faced()["drg"].astype(str).str[3] != "1"].reset_index(drop=True)
    drifted = apply("coding_drift", few, known=Habits.learn(few, scheme=SCHEME), share=1, mcc=1)
    assert changed(few, drifted, "diagnoses").any()
    assert not (regrouped(drifted)["drg"].astype(str).str[3] == "1").any()


def test_a_dip_catalogue_knows_no_complications():
    assert apply("coding_drift", scheme="dip", share=0.3) is faced()
    assert apply("coding_drift", scheme="dip:example", share=0.3) is faced()
    cases = faced().drop(columns="drg").assign(dip_code="A00.1")
    assert apply("coding_drift", cases, scheme=None, share=0.3) is cases


def test_new_technology_comes_on_top_in_heavy_groups():
    before = faced()
    after = apply(
        "new_technology", share=0.2, min_weight=1.5, added_cost=1.5, consumables=0.25, out_of_scope=0.4
    )
    hit = changed(before, after, "total_cost")
    heavy = (before["weight"] >= 1.5).to_numpy()
    assert not hit[~heavy].any()
    assert abs(hit.sum() - 0.2 * heavy.sum()) < 4 * np.sqrt(heavy.sum() * 0.16)
    added = (fen(after, "total_cost") - fen(before, "total_cost"))[hit]
    assert (added == np.rint(fen(before, "total_cost")[hit] * 1.5)).all()

    def more(column):
        return (fen(after, column) - fen(before, column))[hit]

    assert (more("new_technology_cost") == added).all()
    assert (more("consumable_cost") == np.rint(added * 0.25)).all()
    assert (more("drug_cost") + more("consumable_cost") == added).all()
    assert (more("out_of_scope") == np.rint(added * 0.4)).all()
    assert (more("out_of_scope") + more("in_scope") == added).all()


def test_a_table_without_new_technology_gets_the_column():
    cases = faced().drop(columns="new_technology_cost")
    after = apply("new_technology", cases, share=0.2)
    used = after["new_technology_cost"] > 0
    assert used.any()
    assert (used.to_numpy() == changed(cases, after, "total_cost")).all()


def test_self_pay_takes_from_what_is_in_scope():
    before, after = faced(), apply("out_of_pocket", share=0.2)
    assert untouched(before, after, "in_scope", "out_of_scope")
    moved = fen(before, "in_scope") - fen(after, "in_scope")
    assert np.abs(moved - 0.2 * fen(before, "in_scope")).max() <= 0.5 + 1e-6
    assert (fen(after, "out_of_scope") - fen(before, "out_of_scope") == moved).all()


def test_self_pay_only_from_a_ratio_on():
    before, after = faced(), apply("out_of_pocket", share=0.2, stays=0.5, from_ratio=1.2)
    moved, dear = changed(before, after, "in_scope"), (before["ratio"] >= 1.2).to_numpy()
    assert not moved[~dear].any()
    assert abs(moved.sum() - dear.sum() / 2) < 4 * np.sqrt(dear.sum() / 4)


def test_stays_in_reach_of_the_threshold_pass_it():
    before, after = faced(), apply("low_outlier_avoidance", share=1, reach=0.2)
    hit = changed(before, after, "total_cost")
    near = (before["outlier"] == "low_outlier") & (before["total_cost"] >= 0.8 * before["low_outlier_cost"])
    assert (hit == near.to_numpy()).all()
    assert hit.sum() > 50
    # the first fen above the threshold, and none of them is a low outlier when it is paid again
    above = fen(after, "total_cost")[hit] - before["low_outlier_cost"].to_numpy()[hit] * 100
    assert (above > 0).all()
    assert (above <= 1 + 1e-6).all()
    again = facing(repaid(after))
    assert (again["outlier"][hit] == "").all()
    assert (again["outlier"][~hit] == before["outlier"][~hit]).all()


def test_half_of_those_in_reach():
    before = faced()
    all_of, half = (
        changed(before, apply("low_outlier_avoidance", share=share), "total_cost").sum() for share in (1, 0.5)
    )
    assert abs(half - all_of / 2) < 4 * np.sqrt(all_of / 4)


def test_facing_says_what_the_payments_say():
    cases = faced()
    paid = repaid(cases)
    again = facing(paid)
    low = (paid.frame["outlier"] == "low").to_numpy()
    assert (again["outlier"] == "low_outlier").to_numpy().tolist() == low.tolist()
    assert (again["total_cost"] < again["low_outlier_cost"]).to_numpy().tolist() == low.tolist()
    assert again["standard"].notna().to_numpy().tolist() == (paid.frame["route"] == "scheme").tolist()
    assert {*PARTS, "drg", "ratio"} <= set(again.columns)


def test_facing_and_thresholds_under_dip():
    cases = faced().drop(columns=[*GROUPS, *FACED])
    grouped = cases.join(drgsim.DipGrouper("example-learned").group(cases))
    weights = drgsim.Weights.fit(grouped.assign(drg=grouped["dip_code"]))
    policy = drgsim.Policy.load("national-dip")
    before = facing(drgsim.pay(grouped, policy, weights=weights))
    low = before["outlier"] == "low_outlier"
    assert low.any()
    assert (low == (before["total_cost"] < before["low_outlier_cost"])).all()
    after = apply("low_outlier_avoidance", before, share=1, reach=0.2)
    hit = changed(before, after, "total_cost")
    assert hit.any()
    again = facing(drgsim.pay(after.drop(columns=FACED), policy, weights=weights))
    assert (again["outlier"][hit] == "").all()
