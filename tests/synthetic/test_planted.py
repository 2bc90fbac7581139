"""Planted fraud: the same for the same seed, calibrated to the audit, and in the cases as the truth says."""

import pandas as pd
import pytest

from drgsim.errors import ArgumentError
from drgsim.synthetic.planted import UPCODED_SHARE, UPLIFT, planted_cases
from drgsim.synthetic.planted_claims import planted_claims
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
