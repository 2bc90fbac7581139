"""What each lever books and tells, by hand: three years of round sums, the lever moved after the first."""

from types import SimpleNamespace

import numpy as np
import pytest

from drgsim.fund.levers import change
from drgsim.fund.people import People
from drgsim.fund.plan import Plan

YEARS = 3
START = {
    "premium": 400.0, "subsidy": 700.0, "resident_heads": 1.0, "base_ratio": 0.8, "employer_rate": 0.08,
    "retirement_delay": 0.0, "benefit_level.employee": 1.0, "benefit_level.resident": 1.0,
    "inpatient_level.employee": 1.0, "inpatient_level.resident": 1.0, "outpatient_level.employee": 1.0,
    "interest_rate": 0.02, "maternity_growth": 0.1, "care_cost_growth": 0.1, "growth_half_life": 1.0,
    "wage_growth": 0.1, "wage_growth_long": 0.1, "wage_shock": 0.0,
}  # fmt: skip


def plan_of(flows=(), people=(), split=True, balance=()):
    region = SimpleNamespace(
        accounts=SimpleNamespace(year=2025, split=split, balance=dict(balance)),
        events={},
        assumptions={name: SimpleNamespace(value=value) for name, value in START.items()},
        wage=100.0,
    )
    plan = Plan(region, YEARS, {})
    plan.flows = {line: np.array([yuan], float) for line, yuan in dict(flows).items()}
    plan.people = People({name: np.array([heads], float) for name, heads in dict(people).items()})
    return plan


def path(lever, name, amount, **settings):
    plan = plan_of()
    change(lever, "before")(plan, np.array(amount, float), settings)
    return plan.path(name)[0].tolist()


def booked(lever, amount, plan, **settings):
    """Lines that the lever adds to and who is told what, (years,) each; those of nothing but 0 left out."""
    change(lever, "after")(plan, np.array(amount, float), settings)
    return tuple(
        {name: each[0].round(6).tolist() for name, each in found.items() if each.any()}
        for found in (plan.extra, plan.others)
    )


@pytest.mark.parametrize(
    ("lever", "name", "amount", "settings", "path_"),
    [
        ("resident_premium", "premium", [0, 40, 80], {"leaving": 0.0}, [400, 440, 480]),
        ("resident_premium", "resident_heads", [0, 40, 80], {"leaving": 0.02}, [1, 0.98, 0.96]),
        ("resident_premium", "resident_heads", [0, 40, 80], {"leaving": 0.0}, [1, 1, 1]),
        ("resident_subsidy", "subsidy", [0, 20, 30], {}, [700, 720, 730]),
        ("base_change", "base_ratio", [0, 0.05, -0.5], {}, [0.8, 0.84, 0.4]),
        ("employer_rate_change", "employer_rate", [0, 0.01, -0.02], {}, [0.08, 0.09, 0.06]),
        ("retirement_age", "retirement_delay", [0, 12, 24], {}, [0, 12, 24]),
        # benefits times what they draw into use: 1.1 x 1.02 and 1.05 x 1.01
        ("benefit_change", "benefit_level.employee", [0, 0.1, 0.1],
         {"employee": 1.0, "resident": 0.5, "use": 0.2}, [1, 1.122, 1.122]),
        ("benefit_change", "benefit_level.resident", [0, 0.1, 0.1],
         {"employee": 1.0, "resident": 0.5, "use": 0.2}, [1, 1.0605, 1.0605]),
        # half of it in the first of two years
        ("outpatient_pooling", "outpatient_level.employee", [0, 0.3, 0.3], {"ramp_years": 2}, [1, 1.15, 1.3]),
        ("long_term_care", "employer_rate", [0, 0.004, 0.004],
         {"moved": 0.5, "ramp_years": 2, "long_stays": 0.1, "moved_stays": 0.2}, [0.08, 0.078, 0.078]),
        ("long_term_care", "inpatient_level.resident", [0, 0.004, 0.004],
         {"moved": 0.5, "ramp_years": 2, "long_stays": 0.1, "moved_stays": 0.2}, [1, 0.99, 0.98]),
    ],
)  # fmt: skip
def test_what_a_lever_makes_of_an_assumption(lever, name, amount, settings, path_):
    assert path(lever, name, amount, **settings) == pytest.approx(path_)


def test_nobody_is_left_below_zero_by_a_premium_that_rises_beyond_all():
    assert path("resident_premium", "resident_heads", [0, 400, 4000], leaving=0.2) == [1, 0, 0]


def test_what_the_pool_now_pays_accounts_spend_less_but_no_more_than_they_spent():
    """130 pooled at a level of 1.15, then 1.3: 16.956522 and 30 are new, half of it from accounts."""
    flows = {
        "employee_pool.outpatient": [100, 100, 100], "employee_pool.chronic": [30, 30, 30],
        "employee_pool.inpatient_case": [500, 500, 500], "resident.outpatient": [70, 70, 70],
        "employee_accounts.account_spending": [12, 12, 12],
    }  # fmt: skip
    settings = {"ramp_years": 2, "from_accounts": 0.5}
    lines, told = booked("outpatient_pooling", [0, 0.3, 0.3], plan_of(flows), **settings)
    assert lines == {"employee_accounts.account_spending": [0, -8.478261, -12]}
    assert told == {}
    assert booked("outpatient_pooling", [0, 0.3, 0.3], plan_of(flows, split=False), **settings) == ({}, {})


def test_families_use_a_part_of_the_balance_of_the_year_before():
    """1,000 at 2 % and 40 net: 1,060; a tenth is 106. Then 1,060 x 1.02 + 40 - 106 = 1,015.2.

    Half of it is premiums, and no more than the 50 there are.
    """
    flows = {
        "employee_accounts.individual_contribution": [100] * 3,
        "employee_accounts.account_spending": [60] * 3, "resident.premium": [50] * 3,
        "employee_pool.outpatient": [900] * 3,
    }  # fmt: skip
    plan = plan_of(flows, balance={"employee_accounts": 1_000.0})
    lines, told = booked("family_account", [0, 0.1, 0.1], plan, premiums=0.5)
    assert lines == {
        "employee_accounts.to_resident_premium": [0, 50, 50],
        "resident.premium": [0, -50, -50],
        "employee_accounts.family_sharing": [0, 56, 51.52],
    }
    assert told == {}
    plan = plan_of(flows, balance={"employee_accounts": 1_000.0})
    lines, _ = booked("family_account", [0, 0.1, 0], plan, premiums=0.25)
    assert lines["resident.premium"] == [0, -26.5, 0]
    assert lines["employee_accounts.family_sharing"] == [0, 79.5, 0]


DELIVERY = {
    "cost_vaginal": 4_000.0, "cost_caesarean": 8_000.0, "caesarean_share": 0.25, "in_scope": 0.9,
    "employee_vaginal": 3_000.0, "employee_caesarean": 5_000.0, "resident_vaginal": 1_500.0,
    "resident_caesarean": 2_000.0, "new_vaginal": 3_500.0, "new_caesarean": 7_000.0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("form", "employee", "resident", "patients", "hospitals"),
    [
        # all 3,600 and 7,200 in scope: 0.75 x 600 + 0.25 x 2,200; 0.75 x 2,100 + 0.25 x 5,200
        (0, 1_000.0, 2_875.0, (-1_000.0, -2_875.0), (0.0, 0.0)),
        # packages of 3,500 and 7,000: the hospital bears 100 and 200 of what is in scope
        (1, 875.0, 2_750.0, (-1_000.0, -2_875.0), (125.0, 125.0)),
        (2, 875.0, 2_750.0, (-875.0, -2_750.0), (0.0, 0.0)),
    ],
)
def test_deliveries_by_scheme_and_mode(form, employee, resident, patients, hospitals):
    """Ten births of employees and four of residents a year, each a tenth dearer a year."""
    plan = plan_of(people={"births.employee": [9] + [10] * 3, "births.resident": [9] + [4] * 3})
    lines, told = booked("delivery_free", [0, 1, 0], plan, form=form, **DELIVERY)
    assert lines == {
        "maternity.delivery": [0, round(12.1 * employee, 6), 0],
        "resident.delivery": [0, round(4.84 * resident, 6), 0],
    }
    sums = {
        name: round(12.1 * own + 4.84 * other, 6)
        for name, (own, other) in (("patients", patients), ("hospitals", hospitals))
    }
    assert told == {name: [0, yuan, 0] for name, yuan in sums.items() if yuan}


CASES = {
    "employee_pool.inpatient_case": [10_000] * 3, "employee_pool.inpatient_item": [2_000] * 3,
    "employee_pool.outpatient": [1_000] * 3, "employee_pool.pharmacy": [500] * 3,
    "resident.inpatient_case": [20_000] * 3,
}  # fmt: skip


def test_exams_that_are_shared_are_saved_by_item_at_once_and_by_case_a_year_later():
    """A tenth, of it a fifth, of it half: 1 %."""
    settings = {"exam_share": 0.1, "repeats": 0.2, "coverage": 0.5, "lag": 1}
    lines, told = booked("imaging_sharing", [0, 1, 1], plan_of(CASES), **settings)
    assert lines == {
        "employee_pool.inpatient_item": [0, -20, -20], "employee_pool.outpatient": [0, -10, -10],
        "employee_pool.inpatient_case": [0, 0, -100], "resident.inpatient_case": [0, 0, -200],
    }  # fmt: skip
    assert told == {"hospitals": [0, -300, 0]}


PROCUREMENT = {
    "rebound": 0.1, "group_share": 0.1, "item_share": 0.5, "lag": 1, "term": 1, "outpatient_share": 0.02,
    "retained_by_case": 0.5, "retained": 0.5, "score": 80, "pass_score": 60, "completion": 1.0,
}  # fmt: skip


def test_procurement_saves_and_leaves_a_part_with_hospitals_for_its_term():
    """The price halves, use grows by a tenth: 45 % of a twentieth of inpatient care, of 2 % of the rest.

    By case 225 and 450, by item 45, outside 13.5. Kept for a year at a score of 80: 0.4 of what is saved, of
    the money by case half, for weights do not follow yet.
    """
    lines, told = booked("procurement", [0, 0.5, 0.5], plan_of(CASES), **PROCUREMENT)
    assert lines == {
        "employee_pool.inpatient_case": [0, 0, -225], "employee_pool.inpatient_item": [0, -45, -45],
        "employee_pool.outpatient": [0, -9, -9], "employee_pool.pharmacy": [0, -4.5, -4.5],
        "employee_pool.retained_surplus": [0, 68.4, 0],  # 0.4 x (112.5 + 45 + 13.5)
        "resident.inpatient_case": [0, 0, -450], "resident.retained_surplus": [0, 90, 0],
    }  # fmt: skip
    assert told == {"hospitals": [0, -225 - 68.4 - 450 - 90, 0], "firms": [0, 733.5, 733.5]}


@pytest.mark.parametrize("changed", [{"score": 59}, {"completion": 0.99}, {"term": 0}, {"retained": 0.0}])
def test_nothing_is_kept_below_the_pass_for_less_than_agreed_or_after_the_term(changed):
    lines, told = booked("procurement", [0, 0.5, 0.5], plan_of(CASES), **PROCUREMENT | changed)
    assert not any("retained" in line for line in lines)
    assert told["hospitals"] == [0, -675, 0]


def test_drugs_of_the_commercial_list_leave_the_case_and_others_pay_them():
    """Two users a million, half as many more a year: 4 and 6 of two million employees. Half are approved."""
    people = {
        "active": [0, 1.5e6, 1.5e6, 1.5e6], "retired": [0, 5e5, 5e5, 5e5], "adult": [0, 9e5, 9e5, 9e5],
        "pupil": [0, 1e5, 1e5, 1e5],
    }  # fmt: skip
    settings = {
        "users": 2.0, "growth": 0.5, "approved": 0.5, "case_price": 4_000.0, "rest": 1_000.0,
        "drug": 50_000.0, "deductible": 10_000.0, "pays": 0.8, "insured": 0.25,
    }  # fmt: skip
    lines, told = booked("commercial_drugs", [0, 1, 1], plan_of(CASES, people), **settings)
    assert lines == {
        "employee_pool.inpatient_case": [0, -8_000, -10_000],  # no more than there is, of 12,000
        "employee_pool.inpatient_item": [0, 2_000, 3_000],
        "resident.inpatient_case": [0, -4_000, -6_000],
        "resident.inpatient_item": [0, 1_000, 1_500],
    }
    # 40,000 above the deductible, 0.8 of it for a quarter: 8,000 of 50,000
    assert told == {"insurers": [0, 48_000, 72_000], "patients": [0, 252_000, 378_000]}


def test_what_is_paid_beside_the_case_is_paid_twice_until_weights_follow():
    lines, told = booked("single_pay_drugs", [0, 0.02, 0.02], plan_of(CASES), lag=1, more_use=0.5)
    assert lines == {
        "employee_pool.negotiated_drug": [0, 300, 300], "employee_pool.inpatient_case": [0, 0, -200],
        "resident.negotiated_drug": [0, 600, 600], "resident.inpatient_case": [0, 0, -400],
    }  # fmt: skip
    assert told == {"hospitals": [0, -600, 0]}


def test_money_that_comes_earlier_costs_the_fund_its_interest_and_spares_hospitals_a_loan():
    """36.5 days of half of 13,000 and 20,000 a year: 650 and 1,000; pharmacies are no care."""
    lines, told = booked("instant_settlement", [0, 36.5, 0], plan_of(CASES), money=0.5, loan_rate=0.04)
    assert lines == {"employee_pool.early_payment": [0, 13, 0], "resident.early_payment": [0, 20, 0]}
    assert told == {"working_capital": [0, -1_650, 0], "hospitals": [0, -66, 0]}


def test_suppliers_paid_by_the_agency_take_hospitals_their_float_and_move_no_fund():
    lines, told = booked("direct_settlement", [0, 36.5, 0], plan_of(CASES), purchases=0.3, loan_rate=0.04)
    assert lines == {}
    assert told == {"working_capital": [0, 990, 0], "hospitals": [0, 39.6, 0]}


def test_the_gap_of_care_elsewhere_is_shared_by_home_and_all_of_it_is_the_hospitals():
    flows = {"employee_pool.cross_region": [1_000] * 3, "resident.cross_region": [3_000] * 3}
    lines, told = booked("cross_region_drg", [0, 0.25, 0.5], plan_of(flows), gap=0.2)
    assert lines == {"employee_pool.cross_region": [0, 50, 100], "resident.cross_region": [0, 150, 300]}
    assert told == {"hospitals": [0, -800, -800]}


@pytest.mark.parametrize("lever", ["payment_reform", "hospital_upgrade", "hospital_merger"])
def test_a_reform_moves_each_fund_by_its_own_share_and_patients_bear_a_part(lever):
    settings = {"share": 0.5, "employee": 0.1, "resident": -0.02, "patients": 0.25}
    lines, told = booked(lever, [0, 1, 0.5], plan_of(CASES), **settings)
    assert lines == {
        "employee_pool.inpatient_case": [0, 500, 250],
        "resident.inpatient_case": [0, -200, -100],
    }
    assert told == {"patients": [0, -75, -37.5], "hospitals": [0, -225, -112.5]}


CARE = {
    "moved": 0.5, "member_rate": 0.001, "retiree_rate": 0.002, "pension": 0.5, "resident_premium": 3.0,
    "resident_subsidy": 5.0, "ramp_years": 2, "uptake": 0.8, "monthly": 100.0, "employee_ratio": 0.7,
    "resident_ratio": 0.5, "replaces": 0, "from_accounts": 0.25,
}  # fmt: skip
DISABLED = {
    "active": [0, 40, 40, 40], "retired": [0, 10, 10, 10], "adult": [0, 80, 80, 80], "pupil": [0, 20, 20, 20],
    "disability.active": [0, 1, 1, 1], "disability.retired": [0, 3, 3, 3],
    "disability.resident": [0, 5, 5, 5],
}  # fmt: skip


def test_long_term_care_is_paid_by_wages_pensions_residents_and_the_treasury():
    """Wages of 8,000 / 8 % = 100,000. Pensions: 10 of half a wage of 100 that grows a tenth a year: 605 and
    665.5. Care of 1,200 a year that grows as well, 0.4 and 0.8 of those who could draw it."""
    flows = {
        "employee_pool.employer_contribution": [8_000] * 3,
        "long_term_care.contribution": [900] * 3, "long_term_care.benefit": [700] * 3,
    }  # fmt: skip
    lines, told = booked("long_term_care", [0, 0.004, 0.004], plan_of(flows, DISABLED), **CARE)
    care = [0, 0.4 * 1_200 * 1.21 * (4 * 0.7 + 5 * 0.5), 0.8 * 1_200 * 1.331 * (4 * 0.7 + 5 * 0.5)]
    members = [0, 100 + 1.21 + 300, 100 + 1.331 + 300]
    assert lines == {
        "long_term_care.contribution": [0, round(400 + members[1], 6), round(400 + members[2], 6)],
        "long_term_care.fiscal": [0, 500, 500],
        "long_term_care.benefit": pytest.approx(care),
    }
    assert told == {
        "members": pytest.approx(members), "treasury": [0, 500, 500], "employers": [0, 200, 200],
        "patients": pytest.approx([-each for each in care]),
    }  # fmt: skip
    replaced, _ = booked(
        "long_term_care", [0, 0.004, 0.004], plan_of(flows, DISABLED), **CARE | {"replaces": 1}
    )
    for line, gone in (("contribution", 900), ("benefit", 700)):
        kept = np.subtract(lines[f"long_term_care.{line}"], replaced[f"long_term_care.{line}"])
        assert kept == pytest.approx([0, gone, gone])


@pytest.mark.parametrize(("split", "accounts"), [(True, 1_125), (False, 0)])
def test_long_term_care_by_the_head_is_moved_from_pool_and_accounts(split, accounts):
    """Fifty members at 90 yuan; a quarter from accounts where there are any."""
    lines, told = booked("long_term_care_heads", [0, 90, 0], plan_of({}, DISABLED, split), **CARE)
    assert lines["employee_pool.to_long_term_care"] == [0, 4_500 - accounts, 0]
    assert lines.get("employee_accounts.to_long_term_care", [0, 0, 0]) == [0, accounts, 0]
    assert lines["long_term_care.contribution"] == [0, 300, 0]
    assert told["members"] == [0, 300, 0]
    assert told["treasury"] == [0, 500, 0]
