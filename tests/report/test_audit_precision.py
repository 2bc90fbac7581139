"""Planted fraud is found with the precision and recall that docs/audit.md states for each rule."""

import pytest

from drgsim.policy.policy import Policy
from drgsim.report.audit_precision import precision, ranking
from drgsim.weights.weights import Weights

POLICY, WEIGHTS = Policy.load("national-drg-rate"), Weights.load("chs-drg-2.0-example")


@pytest.fixture(scope="module")
def measured():
    return precision(4000, seed=1, policy=POLICY, weights=WEIGHTS)


@pytest.mark.parametrize(
    "rule",
    [
        "day-items", "hour-items", "duplicate-charge", "drug-sex", "drug-child-only", "drug-course",
        "service-cycle", "trace-doubled", "trace-return-flow", "short-contribution-before-delivery",
    ],
)  # fmt: skip
def test_claims_are_told_from_their_look_alikes(measured, rule):
    assert measured.loc[rule, "planted"] > 0
    assert measured.loc[rule, ["precision", "recall"]].tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("rule", "least_precision", "least_recall"),
    [
        ("split-admission", 0.75, 0.8),
        ("low-standard-admission", 0.95, 0.75),
        ("check-up-stay", 0.4, 1.0),
        ("sex-changed", 0.5, 1.0),
        ("supply-over-window", 0.9, 0.6),
    ],
)
def test_stays_and_prescriptions_are_found_as_stated(measured, rule, least_precision, least_recall):
    assert measured.loc[rule, "planted"] > 0
    assert measured.loc[rule, "precision"] >= least_precision
    assert measured.loc[rule, "recall"] >= least_recall


@pytest.mark.slow
def test_upcoding_is_found_as_stated():
    """docs/audit.md states 0.87 and 0.71 of codes that bring money, 0.70 and 0.69 of all, for seed 0; other
    seeds differ by a tenth."""
    with_money = precision(20_000, seed=5, policy=POLICY, weights=WEIGHTS).loc["upcoding"]
    assert with_money["precision"] >= 0.7
    assert with_money["recall"] >= 0.55
    assert with_money["planted"] > 50


@pytest.mark.slow
def test_upcoding_is_found_without_money_too():
    row = precision(20_000).loc["upcoding"]
    assert row["precision"] >= 0.6
    assert row["recall"] >= 0.55


def test_signals_rank_better_than_a_forest_that_sees_no_codes():
    found = ranking(4000, seed=1, policy=POLICY, weights=WEIGHTS)["average_precision"]
    assert found["rules: signals, then low cost"] > 5 * found["isolation forest"]
