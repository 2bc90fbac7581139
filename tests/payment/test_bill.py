"""The patient's bill: ladders, deductibles over the year, ceilings, catastrophic insurance, aid, records."""

import pytest

from drgsim import Policy
from drgsim.payment.pay import pay

from .streets import cases, column, street

AWAY = {"insured_region": "440700", "care_region": "440100"}


@pytest.fixture(scope="module")
def jiangmen():
    return Policy.load("national-ffs").reform(
        {
            "benefit.employee.deductible": {"1": 500, "2": 600, "3": 900},
            "benefit.employee.payment_ratio": {"1": 0.93, "2": 0.9, "3": 0.83},
            "benefit.employee.deductible_factor": 1,
            "cross_region.deductible": {"employee": {"other": 1500}},
            "cross_region.ratio_cut": {"employee": {"referral": 0.1, "unregistered": 0.2, "other": 0}},
        }
    )


@pytest.mark.parametrize(
    ("where", "fund"),
    [
        ({}, 15_853),
        (AWAY | {"registration": "referral"}, 13_505),
        (AWAY | {"registration": "unregistered"}, 11_655),
    ],
)
def test_the_benefit_ladder_with_its_cut_by_class(jiangmen, where, fund):
    """Fund rules §8-8 (Jiangmen, employees, level 3, in scope 20,000)."""
    row = {"total_cost": 21_000.0, "out_of_scope": 600.0, "over_limit": 100.0, "prepaid_share": 300.0}
    paid = pay(cases(row | where), jiangmen)
    assert column(paid, "fund_by_item") == [fund]
    assert column(paid, "patient") == [21_000 - fund]


def test_a_relative_cut_multiplies_the_ratio(jiangmen):
    policy = jiangmen.reform({"cross_region.cut_kind": "relative", "cross_region.ratio_cut": 0.1})
    row = {"total_cost": 20_000.0, "out_of_scope": 0.0, "prepaid_share": 0.0, "registration": "referral"}
    assert column(pay(cases(row | AWAY), policy), "fund_by_item") == [18_500 * 0.83 * 0.9]


def ladder(**more):
    """A policy of a 1,000 yuan deductible and three slices, as in payment rules (a city in 2016)."""
    return {
        "benefit.employee.deductible": 1_000,
        "benefit.employee.payment_ratio": {
            "active": [[20_000, 0.75], [50_000, 0.77], [None, 0.79]],
            "retired": [[20_000, 0.79], [50_000, 0.81], [None, 0.83]],
        },
    } | {f"benefit.employee.{name}": value for name, value in more.items()}


@pytest.mark.parametrize(
    ("cost", "fund"),
    [
        (999.99, 0), (1_000, 0), (1_001, 0.75), (20_000, 14_250), (20_001, 14_250.77),
        (50_000, 14_250 + 23_100), (50_001, 37_350.79), (80_000, 37_350 + 23_700),
    ],
)  # fmt: skip
def test_each_slice_of_the_cost_has_its_own_ratio(cost, fund):
    """Payment rules: to 20,000 at 75 %, to 50,000 at 77 %, to 80,000 at 79 % (level 3, active)."""
    assert column(street(ladder(), {"total_cost": float(cost)}), "fund_by_item") == [fund]


def test_retired_people_have_four_points_more():
    paid = street(
        ladder(), {"total_cost": 20_000.0, "retired": True}, {"total_cost": 20_000.0, "retired": None}
    )
    assert column(paid, "fund_by_item") == [19_000 * 0.79, 19_000 * 0.75]


def test_children_of_the_resident_scheme_may_differ():
    changes = {
        "standard.base_rate": 10_000,
        "benefit.resident.minor_age": 18,
        "benefit.resident.deductible": {"minor": 300, "adult": 600},
    }
    rows = [{"insurance": "resident", "age": age, "total_cost": 1_000.0} for age in (17, 18, None)]
    assert column(street(changes, *rows), "fund_by_item") == [700.0, 400.0, 400.0]


def stay(discharged, cost=10_000.0, patient="P", **more):
    return {
        "patient_id": patient,
        "admission_date": discharged,
        "discharge_date": discharged,
        "total_cost": cost,
        **more,
    }


def test_the_second_stay_of_the_year_pays_half_the_deductible_in_whatever_order_the_rows_come():
    """Payment rules: second and later stays' deductible halved."""
    changes = ladder(payment_ratio=1, deductible_factor=[[1, 1], [None, 0.5]])
    rows = [
        stay("2024-09-01"),
        stay("2024-02-01"),
        stay("2024-03-01", patient="Q"),
        stay("2025-01-01"),
        stay("2024-12-01"),
    ]
    assert column(street(changes, *rows), "fund_by_item") == [9_500, 9_000, 9_000, 9_000, 9_500]
    assert column(street(changes, *rows[::-1]), "fund_by_item") == [9_500, 9_000, 9_000, 9_000, 9_500]


def test_the_year_carries_a_person_up_the_ladder_and_to_the_ceiling():
    changes = ladder(deductible=0, payment_ratio=[[20_000, 0.5], [None, 0.9]], ceiling=30_000)
    rows = [
        stay("2024-02-01", 15_000.0),
        stay("2024-05-01", 15_000.0),
        stay("2024-09-01", 40_000.0),
        stay("2025-01-05", 40_000.0),
    ]
    # 7,500; 2,500 + 9,000; 36,000 cut to what is left of 30,000; a new year
    assert column(street(changes, *rows), "fund_by_item") == [7_500, 11_500, 11_000, 28_000]


@pytest.mark.parametrize(("cost", "fund"), [(29_999.99, 29_999.99), (30_000, 30_000), (30_000.01, 30_000)])
def test_the_ceiling_of_one_stay(cost, fund):
    paid = street(ladder(deductible=0, payment_ratio=1, ceiling=30_000), {"total_cost": float(cost)})
    assert column(paid, "fund_by_item") == [fund]


@pytest.mark.parametrize(
    ("cost", "catastrophic"),
    [
        (50_000, 0),
        (50_000.02, 0.01),
        (60_000, 3_000),
        (150_000, 30_000),
        (250_000, 65_000),
        (2_000_000, 200_000),
    ],
)
def test_catastrophic_insurance_pays_above_its_deductible_by_slices(cost, catastrophic):
    changes = ladder(deductible=0, payment_ratio=0.5) | {
        "benefit.employee.catastrophic.deductible": 25_000,
        "benefit.employee.catastrophic.payment_ratio": [[50_000, 0.6], [None, 0.7]],
        "benefit.employee.catastrophic.ceiling": 200_000,
    }
    paid = street(changes, {"total_cost": float(cost)})
    assert column(paid, "catastrophic") == [catastrophic]
    assert column(paid, "patient") == [pytest.approx(cost / 2 - catastrophic, abs=0.006)]


def test_catastrophic_deductibles_run_over_the_year():
    changes = ladder(deductible=0, payment_ratio=0.5) | {
        "benefit.employee.catastrophic.deductible": 25_000,
        "benefit.employee.catastrophic.payment_ratio": 0.6,
    }
    rows = [stay("2024-02-01", 30_000.0), stay("2024-05-01", 30_000.0), stay("2024-06-01", 30_000.0)]
    assert column(street(changes, *rows), "catastrophic") == [0, 3_000, 9_000]


def test_medical_aid_pays_its_class_a_share_of_what_is_left():
    changes = ladder(deductible=0, payment_ratio=0.5) | {
        "benefit.employee.medical_aid.ratio": {"特困": 1, "低保": 0.7},
        "benefit.employee.medical_aid.deductible": {"低保": 1_000, "other": 0},
        "benefit.employee.medical_aid.ceiling": {"低保": 5_000},
    }
    rows = [
        {"total_cost": cost, "aid_class": kind}
        for kind, cost in (
            ("特困", 10_000.0),
            ("低保", 10_000.0),
            ("低保", 90_000.0),
            (None, 10_000.0),
            ("其他", 10_000.0),
        )
    ]
    paid = street(changes, *rows)
    assert column(paid, "medical_aid") == [5_000, 2_800, 5_000, 0, 0]
    assert column(paid, "patient") == [0, 2_200, 40_000, 5_000, 5_000]


def test_amounts_a_case_does_not_state_are_estimated_zero_is_not_missing():
    changes = ladder(deductible=0, payment_ratio=1, in_scope_share=0.9, prepaid_share=0.1)
    rows = [
        {},  # 10 % outside, 10 % of the rest prepaid
        {"out_of_scope": 0.0, "prepaid_share": 0.0},
        {"out_of_scope": 500.0},
        {"in_scope": 8_000.0, "prepaid_share": 0.0},
    ]
    paid = street(changes, *[{"total_cost": 10_000.0} | row for row in rows])
    assert column(paid, "fund_by_item") == [8_100, 10_000, 8_550, 8_000]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"total_cost": -1.0}, "cost_negative"),
        ({"out_of_scope": -0.01}, "part_negative"),
        ({"out_of_scope": 8_000.0, "prepaid_share": 1_000.0}, "none"),
        ({"out_of_scope": 8_000.0, "prepaid_share": 1_000.01}, "parts_exceed_cost"),
        ({"new_technology_cost": 9_000.01}, "parts_exceed_cost"),
        ({"insurance": "农合"}, "insurance_unknown"),
    ],
)
def test_money_that_cannot_be_is_reported_not_paid(row, problem):
    paid = street(None, row, {})
    assert column(paid, "problem") == [problem, "none"]
    assert len(paid.unpaid) == (problem != "none")


def test_people_without_basic_insurance_pay_for_themselves():
    paid = street(ladder(), {"insurance": "other"})
    assert (column(paid, "fund"), column(paid, "patient"), column(paid, "borne_by_hospital")) == (
        [0],
        [9_000],
        [0],
    )


def test_a_benefit_the_policy_does_not_have_is_reported():
    changes = ladder(deductible={"active": {"3": 900}})
    paid = street(changes, {}, {"hospital_level": 2}, {"insurance": "resident"})
    assert column(paid, "problem") == ["none", "no_benefit", "none"]


RECORD = {
    "total_cost": 10_000.0,
    "fund_basic": 6_000.0,
    "fund_catastrophic": 500.0,
    "fund_other": 300.0,
    "patient_paid": 3_200.0,
}


def test_recorded_settlements_stand_instead_of_the_ladder_where_they_are_stated():
    rows = [
        RECORD,
        {**RECORD, "patient_paid": None},
        {**RECORD, "fund_basic": None},
        {"total_cost": 10_000.0},
    ]
    paid = street(ladder(), *rows, bill="recorded")
    assert column(paid, "fund_by_item") == [6_000, 6_000, 6_000, 6_750]
    assert column(paid, "patient") == [3_200, 3_200, 3_200, 3_250]
    assert column(paid, "other_funds") == [300, 300, 300, 0]


def test_a_record_that_does_not_add_up_is_reported():
    paid = street(ladder(), RECORD | {"patient_paid": 3_200.01}, bill="recorded")
    assert column(paid, "problem") == ["bill_does_not_add"]


def test_the_patient_pays_from_the_account_first_as_the_case_says():
    paid = street(ladder(), {"total_cost": 11_000.0, "account_paid": 1_200.0})
    assert (column(paid, "patient_account"), column(paid, "patient_cash")) == ([1_200], [2_300])
