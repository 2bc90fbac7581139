"""Stays priced outside the scheme."""

import pandas as pd
import pytest

from .streets import column, street


@pytest.mark.parametrize(
    ("los", "route"), [(2, "short_stay"), (3, "scheme"), (59, "scheme"), (60, "long_stay")]
)
def test_short_and_long_stays_leave_at_their_bounds(los, route):
    """Payment rules §3.3: at most 2 or at least 60 days are outside (Qingyang)."""
    changes = {
        "routes.short_stay.method": "by_item",
        "routes.short_stay.max_days": 2,
        "routes.long_stay.method": "by_item",
        "routes.long_stay.min_days": 60,
    }
    paid = street(changes, {"los": los})
    assert column(paid, "route") == [route]
    assert column(paid, "payment") == [10_000.0 if route == "scheme" else 9_000.0]


def test_a_stay_without_a_length_does_not_leave_for_its_length():
    changes = {"routes.short_stay.method": "by_item", "routes.short_stay.max_days": 2}
    assert column(street(changes, {"los": None}, {}), "route") == ["scheme", "scheme"]


def test_groups_and_diagnoses_may_be_excluded_by_code_or_its_beginning():
    changes = {"routes.excluded.groups": ["GZ", "ES15"], "routes.excluded.diagnoses": ["F2"]}
    rows = (
        {"drg": "GZ13", "diagnoses": "K35.1"},
        {"drg": "ES15", "diagnoses": "J18"},
        {"drg": "ES13", "diagnoses": "F20.0|J18"},
        {"drg": "ES13", "diagnoses": "J18|F20.0"},
    )
    assert column(street(changes, *rows), "route") == ["excluded", "excluded", "excluded", "scheme"]


@pytest.mark.parametrize(
    ("method", "payment"), [("by_item", 9_000.0), ("mean_cost", 9_000.0 / 8_000 * 10_000), ("nothing", 0.0)]
)
def test_an_ungrouped_stay(method, payment):
    changes = {"routes.ungrouped.method": method, "standard.mean_cost": 8_000}
    paid = street(changes, {"drg": "0000"}, {"drg": "GQY"}, {"drg": None})
    assert column(paid, "payment") == [payment] * 3
    assert column(paid, "route") == ["ungrouped"] * 3


def test_the_status_of_a_grouper_says_who_has_no_group():
    paid = street(
        None, {"status": "grouped"}, {"status": "ambiguous"}, {"status": "ungrouped"}, {"status": "invalid"}
    )
    assert column(paid, "route") == ["scheme", "ungrouped", "ungrouped", "ungrouped"]


@pytest.mark.parametrize(("method", "problem"), [("not_payable", "no_weight"), ("by_item", "none")])
def test_a_group_the_weight_table_does_not_know(method, problem):
    paid = street({"routes.unweighted.method": method}, {"drg": "ZZ99"})
    assert column(paid, "problem") == [problem]


def test_dip_pays_a_score_of_zero_its_cost_and_the_blank_type_by_its_mean():
    """Payment rules (Jining): a zero score pays the cost; the blank type score × cost / mean × 0.7."""
    changes = {"dip.blank_factor": 0.7, "standard.mean_cost": 9_000}
    rows = (
        {"score": 0.0},
        {"score": 1000.0, "kind": "blank", "total_cost": 4_500.0},
        {"score": 1000.0, "kind": "core"},
    )
    paid = street(changes, *rows, method="dip")
    assert column(paid, "payment") == [9_000.0, 1000 * 0.5 * 0.7 * 10, 10_000.0]
    assert column(paid, "route") == ["zero_score", "blank_group", "scheme"]
    assert column(street(changes | {"dip.zero_score": "nothing"}, rows[0], method="dip"), "payment") == [0.0]


CEILINGS = {
    "routes.per_diem.method": "ceiling",
    "routes.per_diem.rate": {
        "psychiatric": {"3": 420, "2": 310, "1": 205},
        "chronic": {"3": 395, "2": 295, "1": 295},
    },
    "routes.per_diem.diagnoses": {"psychiatric": ["F"]},
    "routes.per_diem.departments": {"chronic": ["康复科"]},
}


@pytest.mark.parametrize(("cost", "payment"), [(8_399.99, 8_399.99), (8_400.0, 8_400.0), (8_400.01, 8_400.0)])
def test_daily_ceilings_pay_the_lower_of_cost_and_ceiling(cost, payment):
    """Payment rules §3.3: 420 yuan a day for psychiatric care at a tertiary hospital (Huzhou)."""
    paid = street(CEILINGS, {"diagnoses": "F20.0", "los": 20, "total_cost": cost})
    assert column(paid, "payment") == [payment]
    assert column(paid, "route") == ["per_diem"]


def test_per_diem_categories_are_found_by_diagnosis_or_department():
    rows = (
        {"diagnoses": "F20.0", "los": 10, "hospital_level": 2, "total_cost": 9e4},
        {"diagnoses": "I63.9", "department": "康复科", "los": 10, "total_cost": 9e4},
        {"diagnoses": "I63.9", "department": "内科", "los": 10, "total_cost": 9e4},
    )
    paid = street(CEILINGS, *rows)
    assert column(paid, "payment") == [3_100.0, 3_950.0, 10_000.0]


def test_daily_rates_and_daily_points():
    """Payment rules §2.3: a per-diem group earns its daily base × days."""
    rates = CEILINGS | {"routes.per_diem.method": "rate"}
    row = {"diagnoses": "F20.0", "los": 10, "total_cost": 1.0}
    assert column(street(rates, row), "payment") == [4_200.0]
    points = CEILINGS | {
        "routes.per_diem.method": "points",
        "routes.per_diem.rate": 3.5,
        "standard.point_value": 60,
    }
    assert column(street(points, row, method="drg_points"), "payment") == [3.5 * 10 * 60]


def test_a_per_diem_stay_without_days_or_rate_is_reported():
    rows = (
        {"diagnoses": "F20.0", "los": None},
        {"diagnoses": "F20.0", "hospital_level": 0},
        {"diagnoses": "J18"},
    )
    assert column(street(CEILINGS, *rows), "problem") == ["no_days", "no_per_diem", "none"]


def test_long_stays_may_be_paid_per_diem():
    changes = {
        "routes.long_stay.method": "per_diem",
        "routes.long_stay.min_days": 61,
        "routes.per_diem.rate": {"long_stay": 300},
    }
    paid = street(changes, {"los": 60}, {"los": 61})
    assert column(paid, "payment") == [10_000.0, 18_300.0]


def test_commercial_drugs_leave_the_case_and_the_fund():
    """Payment rules §4.2: not counted in the case payment; commercial insurance and the patient pay them."""
    changes = {
        "carve_out.commercial_list": True,
        "carve_out.commercial_share": 0.6,
        "outlier.high.method": "by_item",
        "outlier.high.threshold": 3,
    }
    row = {"total_cost": 40_000.0, "commercial_list_cost": 30_000.0, "out_of_scope": 30_000.0}
    paid = street(changes, row, {"total_cost": 40_000.0})
    assert column(paid, "ratio") == [1.0, 4.0]
    assert column(paid, "carved_out") == [30_000.0, 0.0]
    assert column(paid, "commercial") == [18_000.0, 0.0]
    assert column(paid, "patient") == [12_000.0, 0.0]
    assert column(paid, "fund") == [10_000.0, 40_000.0]


def test_input_tables_of_every_string_type_are_read_alike():
    rows = [
        {"drg": "ES13", "insurance": "职工", "hospital_level": "三级"},
        {"drg": "GZ13", "insurance": None},
    ]
    table = pd.DataFrame([{"case_id": str(i), "total_cost": 9_000.0, **row} for i, row in enumerate(rows)])
    from drgsim.payment.pay import pay

    from .streets import WEIGHTS, policy

    results = [
        pay(table.astype({"drg": kind, "insurance": kind}), policy(), weights=pd.DataFrame(WEIGHTS)).frame
        for kind in (object, "str", "string", "category")
    ]
    for other in results[1:]:
        pd.testing.assert_frame_equal(results[0], other)
    assert results[0]["problem"].tolist() == ["none", "insurance_missing"]
