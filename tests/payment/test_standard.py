"""The payment standard: three methods, coefficients, primary-care prices, rounding."""

import pandas as pd
import pytest

from .streets import CASE, column, street


def test_rate_method_multiplies_weight_rate_and_coefficient():
    changes = {"standard.coefficient.scope": "level", "standard.coefficient.level": {"3": 1.1, "2": 0.9}}
    paid = street(changes, {"drg": "GZ13"}, {"drg": "GZ13", "hospital_level": 2})
    assert column(paid, "standard") == [16_500.0, 13_500.0]


def test_points_method_pays_a_month_as_published():
    """Payment rules §8-2: 174,098 points at 64 yuan are 11,142,272 yuan of total cost."""
    month = pd.DataFrame({"drg": ["M"], "weight": [1740.98]})
    changes = {"standard.point_value": 64, "standard.points_per_weight": 100}
    paid = street(changes, {"drg": "M", "total_cost": 11_152_300.0}, method="drg_points", weights=month)
    assert column(paid, "payment") == [11_142_272.0]
    gain = -paid.frame["borne_by_hospital"].sum()
    assert round(gain / 11_152_300 * 100, 2) == -0.09


def test_points_can_be_rounded_before_they_are_priced():
    weights = pd.DataFrame({"drg": ["ES13"], "weight": [1.23456]})
    changes = {"standard.point_value": 64.0}
    assert column(street(changes, {}, method="drg_points", weights=weights), "standard") == [7901.18]
    rounded = street(changes | {"rounding.points": 2}, {}, method="drg_points", weights=weights)
    assert column(rounded, "standard") == [7901.44]  # 123.46 points


def test_dip_takes_the_score_of_the_case():
    """Fund rules §8-31: score × point value, with this year's and last year's value."""
    row = {"drg": "I20.0:36.06", "score": 1234.5, "status": "grouped"}
    assert column(street({"standard.point_value": 10}, row, method="dip"), "standard") == [12_345.0]
    assert column(street({"standard.point_value": 9.5}, row, method="dip"), "standard") == [11_727.75]


def test_the_auxiliary_factor_multiplies_the_score_when_the_policy_says_so():
    row = {"score": 1000.0, "auxiliary_factor": 1.2}
    changes = {"outlier.basis": "standard"}
    assert column(street(changes, row, method="dip"), "standard") == [10_000.0]
    assert column(street(changes | {"dip.auxiliary": "largest"}, row, method="dip"), "standard") == [12_000.0]


def test_coefficients_of_hospitals_fall_back_to_levels():
    changes = {
        "standard.coefficient.scope": "hospital",
        "standard.coefficient.hospital": {"H1": 1.2},
        "standard.coefficient.level": {"3": 1.05, "other": 1},
    }
    paid = street(
        changes, {"hospital_id": "H1"}, {"hospital_id": "H2"}, {"hospital_id": "H2", "hospital_level": 1}
    )
    assert column(paid, "coefficient") == [1.2, 1.05, 1.0]


def test_coefficients_of_groups_come_from_the_weight_table():
    weights = pd.DataFrame(
        {
            "drg": ["ES13", "GZ13"],
            "weight": [1.0, 1.0],
            "coefficient_top": [1.3, None],
            "coefficient_low": [0.8, 0.7],
        }
    )
    changes = {
        "standard.coefficient.scope": "group",
        "standard.coefficient.column": {"3": "top", "2": "low"},
    }
    rows = ({}, {"drg": "GZ13"}, {"drg": "GZ13", "hospital_level": 2})
    assert column(street(changes, *rows, weights=weights), "coefficient") == [1.3, 1.0, 0.7]


def test_coefficients_stay_within_their_bounds():
    changes = {
        "standard.coefficient.scope": "level",
        "standard.coefficient.level": {"3": 1.5, "2": 1.0, "1": 0.5},
        "standard.coefficient.min": 0.7,
        "standard.coefficient.max": 1.3,
    }
    paid = street(changes, *({"hospital_level": level} for level in (3, 2, 1)))
    assert column(paid, "coefficient") == [1.3, 1.0, 0.7]


@pytest.mark.parametrize(("age", "factor"), [(5, 1.03), (6, 1.0), (70, 1.0), (None, 1.0)])
def test_young_patients_may_take_a_factor(age, factor):
    """The score area: age below 6 × 1.03."""
    paid = street({"standard.age_factor": [[5, 1.03], [None, 1]]}, {"age": age})
    assert column(paid, "coefficient") == [factor]


@pytest.mark.parametrize(
    ("method", "more", "standard"),
    [
        ("coefficient", {"primary_care.coefficient": 1}, 10_000.0),
        ("level", {"primary_care.level": "2"}, 7_200.0),
        ("rate", {"primary_care.rate": 6_000}, 6_000.0),
    ],
)
def test_primary_care_groups_have_one_price_in_all_hospitals(method, more, standard):
    changes = {
        "standard.base_rate": {"employee": {"3": 10_000, "2": 8_000}},
        "standard.coefficient.scope": "level",
        "standard.coefficient.level": {"3": 1.2, "2": 0.9},
        "primary_care.method": method,
        "primary_care.groups": ["ES13"],
    }
    paid = street(changes | more, {}, {"drg": "GZ13"})
    assert column(paid, "standard") == [standard, 18_000.0]


def test_a_dip_type_marked_as_primary_care_brings_its_own_factor():
    """Payment rules: for primary-care types their factor replaces the hospital's."""
    changes = {
        "standard.coefficient.scope": "level",
        "standard.coefficient.level": 1.2,
        "primary_care.method": "coefficient",
    }
    rows = (
        {"score": 500.0, "primary_care": True, "primary_care_factor": 0.9},
        {"score": 500.0, "primary_care": True},
        {"score": 500.0, "primary_care": False},
    )
    assert column(street(changes, *rows, method="dip"), "standard") == [4_500.0, 5_000.0, 6_000.0]


def test_outliers_are_measured_against_the_price_a_primary_care_group_really_has():
    changes = {
        "standard.coefficient.scope": "level",
        "standard.coefficient.level": 2,
        "primary_care.method": "coefficient",
        "primary_care.groups": ["ES13"],
        "outlier.high.method": "by_item",
        "outlier.high.threshold": 2,
    }
    assert column(street(changes, {"total_cost": 20_000.01}), "outlier") == ["high"]


@pytest.mark.parametrize(("digits", "standard"), [(2, 10_000.06), (1, 10_000.1), (0, 10_000.0)])
def test_the_standard_is_rounded_where_the_policy_says(digits, standard):
    paid = street({"standard.base_rate": 10_000.056, "rounding.standard": digits}, {})
    assert column(paid, "standard") == [standard]


def test_without_a_price_for_the_insurance_a_stay_is_reported_not_paid():
    paid = street({"standard.base_rate": {"employee": 10_000}}, {}, {"insurance": "resident"})
    assert column(paid, "problem") == ["none", "no_price"]
    assert paid.unpaid["zh"].tolist() == ["该险种和等级没有费率或点值"]


def test_a_hospital_without_a_coefficient_is_reported_not_paid():
    changes = {"standard.coefficient.scope": "level", "standard.coefficient.level": {"3": 1.1}}
    paid = street(changes, {}, {"hospital_level": 2})
    assert column(paid, "problem") == ["none", "no_coefficient"]


def test_fee_for_service_pays_every_stay_its_cost_and_needs_no_group():
    rows = [{key: value for key, value in CASE.items() if key != "drg"}]
    paid = street(None, *rows, method="ffs")
    assert (column(paid, "payment"), column(paid, "route")) == ([9_000.0], ["fee_for_service"])


def test_a_hospital_or_group_absent_from_a_table_of_coefficients_is_told():
    import pandas as pd

    from drgsim import pay

    from .streets import WEIGHTS, cases, policy

    table = cases({"hospital_id": "A"}, {"hospital_id": "B"}, {"hospital_id": "B"})
    by_hospital = {"standard.coefficient.scope": "hospital", "standard.coefficient.hospital": {"A": 1.1}}
    assert "not in the table of coefficients" in str(
        pay(table, policy(by_hospital), weights=pd.DataFrame(WEIGHTS))
    )
    told = str(pay(table, policy(by_hospital), weights=pd.DataFrame(WEIGHTS)))
    assert "用等级系数: 2" in told
    by_group = {"standard.coefficient.scope": "group", "standard.coefficient.column": "x"}
    weights = pd.DataFrame(WEIGHTS).assign(coefficient_x=[1.1, None, 1.2, 1.3, 1.4])
    assert "取1: 3" in str(pay(table, policy(by_group), weights=weights))
