"""The worklist of special review: what is worth filing, within the quota."""

import pandas as pd
import pytest

from drgsim import special_review_worklist

from .streets import WEIGHTS, cases, policy

TABLE = pd.DataFrame(WEIGHTS)
RULES = {
    "special_review.method": "by_item",
    "special_review.quota": 0.05,
    "special_review.eligible.cost_ratio": 2,
    "special_review.eligible.days": 60,
    "special_review.acceptance": 0.8,
}


def stays(count, losses, **more):
    costs = [10_000.0 + loss for loss in losses] + [9_000.0] * (count - len(losses))
    return [{"total_cost": cost, "discharge_date": "2024-02-01", **more} for cost in costs]


def worklist(rows, changes=RULES, **options):
    return special_review_worklist(cases(*rows), policy(changes), weights=TABLE, **options)


def test_the_best_cases_come_first_with_their_reasons_and_their_place_in_the_quota():
    rows = stays(40, (15_000, 30_000, 12_000, 9_000))
    rows[3] |= {"los": 61}
    table = worklist(rows)
    assert table["case_id"].tolist() == ["C1", "C0", "C2", "C3"]
    assert table["rank"].tolist() == [1, 2, 3, 4]
    assert table["within_quota"].tolist() == [True, True, False, False]
    assert table["gain"].tolist() == [30_000, 15_000, 12_000, 9_000]
    assert table["expected_gain"].tolist() == [24_000, 12_000, 9_600, 7_200]
    assert table["period"].tolist() == ["2024Q1"] * 4
    assert table["reasons_en"].tolist()[0] == "cost above 2 × standard"
    assert table["reasons_zh"].tolist()[3] == "住院超过 60 天"
    assert table.index.tolist() == [1, 0, 2, 3]
    assert "quota" in table.attrs["note"]["en"]


def test_hospitals_and_quarters_have_their_own_quotas():
    rows = (
        stays(20, (15_000, 14_000))
        + stays(20, (13_000,), hospital_id="H2")
        + stays(20, (12_000,), discharge_date="2024-06-01")
    )
    table = worklist(rows)
    assert table["within_quota"].tolist() == [True, True, True, False]
    assert table["case_id"].tolist() == ["C0", "C20", "C40", "C1"]


def test_a_chance_for_each_case_changes_the_order():
    rows = stays(20, (15_000, 12_000))
    table = worklist(rows, acceptance=pd.Series({0: 0.1, 1: 0.9}))
    assert table["case_id"].tolist() == ["C1", "C0"]
    assert table["within_quota"].tolist() == [True, False]


def test_the_gain_counts_what_is_deducted_and_what_outlier_rules_already_pay():
    changes = RULES | {
        "outlier.high.method": "share",
        "outlier.high.threshold": 2,
        "outlier.high.factor": 0.5,
    }
    rows = stays(20, (30_000,))
    rows[0] |= {"unreasonable_cost": 4_000.0}
    # paid 10,000 + half of 20,000 already; 36,000 if accepted
    assert worklist(rows, changes)["gain"].tolist() == [16_000]


def test_a_policy_without_review_has_an_empty_worklist():
    table = worklist(stays(5, (30_000,)), {})
    assert len(table) == 0
    assert "reasons_zh" in table.columns


@pytest.mark.parametrize("period", ["month", "year"])
def test_the_period_is_named(period):
    table = worklist(stays(20, (15_000,)), RULES | {"special_review.period": period})
    assert table["period"].tolist() == [{"month": "2024-02", "year": "2024"}[period]]
