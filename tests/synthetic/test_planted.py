"""Planted fraud: the same for the same seed, calibrated to the audit, and in the cases as the truth says."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from drgsim.errors import ArgumentError
from drgsim.synthetic.planted import UPCODED_SHARE, UPLIFT, _upcode, planted_cases, planted_codes
from drgsim.synthetic.planted_claims import _START, _sales, planted_claims
from drgsim.weights.weights import Weights

WEIGHTS = Weights.load("chs-drg-2.0-example").frame["weight"].astype(float).to_dict()


@pytest.fixture(scope="module")
def planted():
    return planted_cases(8000, seed=2, weights=WEIGHTS, hospitals=0.2)


def test_the_same_seed_plants_the_same():
    first, second = (planted_cases(600, seed=3) for _ in range(2))
    pd.testing.assert_frame_equal(first.cases, second.cases)
    pd.testing.assert_frame_equal(first.truth, second.truth)
    assert not planted_cases(600, seed=4).truth["kind"].equals(first.truth["kind"])


def test_upcoding_meets_the_audited_share_and_uplift(planted):
    upcoded = planted.truth["kind"] == "upcoding"
    of_hospitals = planted.truth["hospital_id"].isin(planted.truth["hospital_id"][upcoded])
    assert upcoded.sum() / of_hospitals.sum() == pytest.approx(UPCODED_SHARE, abs=0.02)
    assert planted.uplift == pytest.approx(UPLIFT, abs=0.05)


def test_truth_is_in_the_cases(planted):
    rows = planted.cases.merge(planted.truth, on="case_id", suffixes=("", "_of_truth"))
    upcoded = rows[rows["kind"] == "upcoding"]
    ends = [
        text.split("|")[-1] == code for text, code in zip(upcoded["diagnoses"], upcoded["code"], strict=True)
    ]
    assert all(ends)
    low = rows[rows["kind"] == "low_standard"]
    assert (low["los"] < 3).all()
    assert (low["examination_cost"] / low["total_cost"] > 0.6).all()
    parts = low[
        ["drug_cost", "consumable_cost", "examination_cost", "procedure_cost", "nursing_cost", "other_cost"]
    ]
    assert parts.sum(axis=1).to_numpy() == pytest.approx(low["total_cost"].to_numpy(), abs=0.02)


def test_a_split_stay_keeps_its_days_and_money(planted):
    second = planted.cases[planted.cases["case_id"].str.endswith("S")]
    first = planted.cases.set_index("case_id").loc[second["case_id"].str[:-1]]
    assert len(second)
    gap = (
        (second["admission_date"].to_numpy() - first["discharge_date"].to_numpy())
        .astype("timedelta64[D]")
        .astype(int)
    )
    assert ((gap >= 1) & (gap <= 10)).all()
    assert (first["total_cost"].to_numpy() + second["total_cost"].to_numpy() > 0).all()


def test_shares_outside_their_range_are_refused():
    with pytest.raises(ArgumentError, match="share"):
        planted_cases(100, share=1.2)


def test_claims_hold_wrong_rows_and_their_look_alikes():
    claims = planted_claims(300, seed=1, share=0.2)
    rules = {rule for rule in claims.truth.values() if rule}
    assert {"hour-items", "duplicate-charge", "trace-doubled", "supply-over-window", "drug-sex"} <= rules
    assert claims.truth == planted_claims(300, seed=1, share=0.2).truth
    assert any(row["quantity"] < 0 for row in claims.tables["items"])
    assert any(row.get("returned") for row in claims.tables["dispensings"])


@pytest.mark.parametrize(("cc", "mcc", "planted"), [(UPLIFT, 2.0, "cc"), (0.001, UPLIFT, "mcc")])
def test_of_two_ways_to_rise_the_one_nearer_to_the_audited_uplift_is_planted(cc, mcc, planted):
    names = ["G5", "G3", "G1"]

    def group(cases):
        last = [text.split("|")[-1] for text in cases["diagnoses"]]
        severity = [1 * (code in planted_codes("cc")) + 2 * (code in planted_codes("mcc")) for code in last]
        return pd.DataFrame({
            "adrg": "G", "severity": pd.Categorical.from_codes(severity, ["none", "cc", "mcc"]),
            "drg": [names[each] for each in severity],
        })  # fmt: skip

    cases = pd.DataFrame({"diagnoses": ["A00.000"]})
    kind, code = np.array([""], object), np.array([""], object)
    weights = {"G5": 1.0, "G3": 1.0 + cc, "G1": 1.0 + mcc}
    rng = np.random.default_rng(1)
    uplift = _upcode(cases, kind, code, np.array([0]), 1.0, SimpleNamespace(group=group), weights, rng)
    assert uplift == pytest.approx(UPLIFT)
    assert (kind[0], code[0] in planted_codes(planted)) == ("upcoding", True)


def test_a_box_is_sold_at_a_time_of_the_day_that_was_drawn():
    rng = SimpleNamespace(integers=lambda low, high: low, random=lambda: 0.75)
    tables = {"dispensings": []}
    _sales(tables, {}, 1, rng, 0.1)
    (sale,) = tables["dispensings"]
    assert sale["time"] - _START == pd.Timedelta(hours=18)
