"""What slides: the part of a payment that moves with the point value is the part that does move with it."""

import pandas as pd
import pytest

from drgsim import pay

from .streets import WEIGHTS, cases, column, policy

# a group of weight 1 is worth 100 points of 100 yuan; ratios look at mean costs, which no point value moves
FORMS = {"outlier.basis": "mean_cost"}
HIGH = FORMS | {"outlier.high.threshold": 3, "outlier.high.method": "excess"}
LOW = FORMS | {"outlier.low.threshold": 0.5, "outlier.low.method": "by_item"}
REVIEW = {"special_review.method": "by_item", "special_review.quota": 1}
NEW = {"new_technology.method": "add_on", "new_technology.add_on_share": 0.3}
DAYS = {"routes.per_diem.method": "rate", "routes.per_diem.rate": 300, "routes.per_diem.diagnoses": ["F"]}


def rule(effect, when="total_cost > 0"):
    return {"rules/own": {"when": when, "effect": effect}}


@pytest.mark.parametrize(
    ("changes", "stay", "payment", "moving"),
    [
        ({}, {}, 10_000, 10_000),
        (HIGH, {"total_cost": 40_000.0}, 20_000, 20_000),
        (HIGH | {"outlier.high.method": "by_item"}, {"total_cost": 40_000.0}, 40_000, 0),
        # S + 0.7 (F - 3 S): the cost is money, 0.7 x 3 standards go down as the point value goes up
        (
            HIGH | {"outlier.high.method": "share", "outlier.high.factor": 0.7},
            {"total_cost": 40_000.0}, 17_000, 10_000 - 0.7 * 30_000,
        ),
        # never below the standard, which moves whole
        (
            HIGH | {"outlier.high.method": "share", "outlier.high.factor": 0.7, "outlier.high.from": 5},
            {"total_cost": 40_000.0}, 10_000, 10_000,
        ),
        (HIGH | {"outlier.high.method": "cost_less_standards"}, {"total_cost": 40_000.0}, 20_000, -20_000),
        (HIGH | {"outlier.high.method": "cost_less_weights"}, {"total_cost": 45_000.0}, 25_000, -20_000),
        (
            HIGH | {"outlier.high.method": "cost_less_standards", "outlier.high.cost_measure": "mean_cost"},
            {"total_cost": 40_000.0}, 20_000, 20_000,
        ),
        (HIGH | {"outlier.high.quota": 0.5}, {"total_cost": 40_000.0}, 10_000, 10_000),
        (HIGH | {"outlier.extreme.threshold": 5, "outlier.extreme.method": "by_item"},
         {"total_cost": 60_000.0}, 60_000, 0),
        (HIGH | {"outlier.extreme.threshold": 5, "outlier.extreme.method": "standard"},
         {"total_cost": 60_000.0}, 10_000, 10_000),
        (LOW, {"total_cost": 3_000.0}, 3_000, 0),
        (LOW | {"outlier.low.method": "mean_cost"}, {"total_cost": 3_000.0}, 3_000, 3_000),
        (LOW | {"outlier.low.method": "ratio"}, {"total_cost": 3_000.0}, 3_000, 3_000),
        (LOW | {"outlier.low.method": "ratio", "outlier.low.actual_up_to": 0.3},
         {"total_cost": 3_000.0}, 3_000, 0),
        (REVIEW, {"total_cost": 40_000.0}, 40_000, 0),
        (REVIEW | {"special_review.method": "points"}, {"total_cost": 40_000.0}, 40_000, 40_000),
        (REVIEW | {"special_review.method": "raised_standard", "special_review.raise_factor": 2},
         {"total_cost": 40_000.0}, 20_000, 20_000),
        (NEW, {"new_technology_cost": 2_000.0}, 10_600, 10_000),
        (NEW | LOW, {"new_technology_cost": 2_000.0, "total_cost": 4_000.0}, 4_600, 0),
        # the standard and what is above the mean, in the place of what the outlier was paid
        (
            LOW | {"new_technology.method": "above_mean"},
            {"new_technology_cost": 3_000.0, "total_cost": 4_000.0}, 12_000, 10_000,
        ),
        ({"tcm.support": 0.1}, {}, 11_000, 11_000),
        (DAYS, {"diagnoses": "F20"}, 2_100, 0),
        (DAYS | {"routes.per_diem.method": "points", "routes.per_diem.rate": 3},
         {"diagnoses": "F20"}, 2_100, 2_100),
        ({"routes.long_stay.method": "by_item", "routes.long_stay.min_days": 60}, {"los": 60}, 9_000, 0),
        ({"routes.ungrouped.method": "mean_cost"}, {"drg": "0000"}, 9_000, 9_000),
        ({"routes.ungrouped.method": "by_item"}, {"drg": "0000"}, 9_000, 0),
        (rule({"price": {"set": 8_000}}), {}, 8_000, 0),
        (rule({"price": {"set": 80, "in": "points"}}), {}, 8_000, 8_000),
        (rule({"price": {"set": "standard * 0.8"}}), {}, 8_000, 8_000),
        (rule({"price": {"multiply": 1.2}}), {}, 12_000, 12_000),
        (rule({"price": {"add": 500}}), {}, 10_500, 10_000),
        (rule({"price": {"add": 5, "in": "points"}}), {}, 10_500, 10_500),
        (rule({"price": {"multiply": 1.1, "add": 500}}), {}, 11_500, 11_000),
        (rule({"price": {"set": "standard * 0.8", "add": 500}}), {}, 8_500, 8_000),
        (rule({"price": {"cap": 8_000}}), {}, 8_000, 0),
        (rule({"price": {"cap": 12_000}}), {}, 10_000, 10_000),
        (rule({"price": {"cap": 80, "in": "points"}}), {}, 8_000, 8_000),
        (rule({"price": {"cap": "standard * 0.8"}}), {}, 8_000, 8_000),
        (rule({"price": {"floor": 15_000}}), {}, 15_000, 0),
        (rule({"price": {"floor": 5_000}}), {}, 10_000, 10_000),
        (HIGH | {"outlier.high.method": "by_item"} | rule({"price": {"multiply": 0.9, "at": "payment"}}),
         {"total_cost": 40_000.0}, 36_000, 0),
        (HIGH | {"outlier.high.method": "by_item"} | rule({"price": {"set": "standard", "at": "payment"}}),
         {"total_cost": 40_000.0}, 10_000, 10_000),
        (rule({"price": {"add": -20_000}}), {}, 0, 0),
        (rule({"weight": {"multiply": 1.5}}), {}, 15_000, 15_000),
        (rule({"per_diem": {"rate": 3, "in": "points"}}), {}, 2_100, 2_100),
        (rule({"per_diem": {"rate": 3, "in": "points", "ceiling": True}}), {"total_cost": 2_000.0}, 2_000, 0),
        (rule({"per_diem": {"rate": 3, "in": "points", "ceiling": True}}),
         {"total_cost": 2_200.0}, 2_100, 2_100),
        (rule({"package": {"amount": 7_000}}), {}, 7_000, 0),
        (rule({"by_item": {}}), {}, 9_000, 0),
        (rule({"outlier": {"pay": "cost"}}), {}, 9_000, 0),
        (rule({"outlier": {"pay": "standard"}}), {}, 10_000, 10_000),
        (rule({"outlier": {"pay": "amount", "amount": 4_000}}), {}, 4_000, 0),
        (rule({"outlier": {"pay": "amount", "amount": "standard * 1.2"}}), {}, 12_000, 12_000),
        # an amount nobody can work out leaves the standard
        (rule({"outlier": {"pay": "amount", "amount": "icu_hours * 10"}}), {}, 10_000, 10_000),
        (rule({"cap_total": {"share": 0.9, "period": "year"}}), {}, 8_100, 0),
    ],
)  # fmt: skip
def test_the_moving_part_is_what_a_dearer_point_adds(changes, stay, payment, moving):
    """Payment rules, what slides: a point dearer by a hundredth adds a hundredth of the moving part."""
    rules = {path: value for path, value in changes.items() if path.startswith("rules/")}
    rest = {path: value for path, value in changes.items() if path not in rules}
    stays, table = (
        cases({"discharge_date": "2024-03-01", **stay}),
        pd.DataFrame(WEIGHTS).assign(mean_drug=1_000.0),
    )

    def paid(value):
        asked = policy(rest | {"standard.point_value": value}, "drg_points")
        return pay(stays, asked.reform(rules) if rules else asked, weights=table)

    before, after = paid(100), paid(101)
    assert column(before, "payment") == [payment]
    assert before.ledger.payment[0] * before.findings.slides[0] == pytest.approx(moving * 100)
    assert after.ledger.payment[0] - before.ledger.payment[0] == pytest.approx(moving, abs=1)
