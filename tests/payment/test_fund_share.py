"""The fund's share under its three conventions, and who bears the gap of out-of-area care."""

import pandas as pd
import pytest

from drgsim.payment.pay import pay

from .streets import WEIGHTS, cases, column, policy, street

SB11 = pd.DataFrame({"drg": ["SB11"], "weight": [2.422705]})
PUBLISHED = {"drg": "SB11", "total_cost": 59_444.09, "patient_paid": 26_006.32, "fund_other": 12_751.96}


def test_the_fund_may_take_money_back_as_published():
    """Payment rules §8-1: standard 24,227.05 − 26,006.32 − 12,751.96 = −14,531.23; by item 20,685.81."""
    paid = street(None, PUBLISHED, weights=SB11, bill="recorded")
    assert column(paid, "standard") == [24_227.05]
    assert column(paid, "fund") == [-14_531.23]
    assert column(paid, "fund_by_item") == [20_685.81]
    assert column(paid, "borne_by_hospital") == [35_217.04]


@pytest.mark.parametrize(
    ("weight", "fund", "borne"),
    [
        (3.875828, 0.0, 20_685.81),
        (3.875829, 0.01, 20_685.80),
        (3.875827, 0.0, 20_685.81),
        (2.422705, 0.0, 20_685.81),
    ],
)
def test_where_it_may_not_be_negative_it_stops_at_nothing(weight, fund, borne):
    table = pd.DataFrame({"drg": ["SB11"], "weight": [weight]})
    paid = street({"fund.negative_allowed": False}, PUBLISHED, weights=table, bill="recorded")
    assert (column(paid, "fund"), column(paid, "borne_by_hospital")) == ([fund], [borne])


EXAMPLE = {"benefit.employee.deductible": 900, "benefit.employee.payment_ratio": 0.73}
CASE_9 = {"drg": "GZ13", "total_cost": 18_000.0, "out_of_scope": 1_000.0, "prepaid_share": 0.0}


@pytest.mark.parametrize(
    ("convention", "fund"),
    [("deduct", 8_753), ("substitute", 9_563), ("proportional", 15_000 * 11_753 / 18_000)],
)
def test_the_conventions_on_one_case(convention, fund):
    """Fund rules §8-9: RW 1.5 × 10,000; booked 11,753, patient 6,247; ratio 9,563, difference 8,753."""
    paid = street(EXAMPLE | {"fund.convention": convention}, CASE_9)
    assert column(paid, "fund_by_item") == [11_753]
    assert column(paid, "patient") == [6_247]
    assert column(paid, "fund") == [round(fund, 2)]
    assert column(paid, "borne_by_hospital") == [round(18_000 - 6_247 - round(fund, 2), 2)]


@pytest.mark.parametrize(("rate", "fund"), [(1_266.66, 0), (1_266.67, 0.01), (1_270, 3.65)])
def test_substitution_pays_nothing_below_what_the_patient_bears_first(rate, fund):
    """max(0, (standard − out of scope − deductible) × ratio) turns positive above 1,900 yuan."""
    paid = street(EXAMPLE | {"fund.convention": "substitute", "standard.base_rate": rate}, CASE_9)
    assert column(paid, "fund") == [fund]


def test_substitution_climbs_the_ladder_of_the_payment_not_of_the_cost():
    changes = {
        "benefit.employee.payment_ratio": [[12_000, 0.5], [None, 0.9]],
        "fund.convention": "substitute",
    }
    paid = street(changes, {"drg": "GZ13", "total_cost": 30_000.0})
    assert column(paid, "fund") == [6_000 + 3_000 * 0.9]


@pytest.mark.parametrize(
    ("said", "fund"),
    [
        ({"patient": 0.1}, 15_000 - 1_500),  # all but what the rule leaves to the patient
        ({"ratio": 0.5}, (15_000 - 1_000 - 900) * 0.5),
        ({"ratio_points": 0.1}, (15_000 - 1_000 - 900) * 0.83),
        ({"deductible": 400}, (15_000 - 1_000 - 400) * 0.73),
        ({"deductible_factor": 0.5}, (15_000 - 1_000 - 450) * 0.73),
    ],
)
def test_substitution_keeps_to_what_a_rule_says_of_the_benefit(said, fund):
    rule = {"rules/kind": {"when": "los > 7", "effect": {"benefit": said}}}
    asked = policy(EXAMPLE | {"fund.convention": "substitute"}).reform(rule)
    paid = pay(cases(CASE_9 | {"los": 8}, CASE_9), asked, weights=pd.DataFrame(WEIGHTS))
    assert column(paid, "fund") == [round(fund, 2), 9_563]


def test_substitution_goes_on_from_what_the_year_has_used():
    """The first stay used 18,000 of the 20,000 at half; the second's 15,000 stand above them."""
    changes = {
        "benefit.employee.payment_ratio": [[20_000, 0.5], [None, 0.9]],
        "fund.convention": "substitute",
    }
    first, second = (
        {"drg": "GZ13", "total_cost": 18_000.0, "patient_id": "P", "discharge_date": day}
        for day in ("2024-03-01", "2024-06-01")
    )
    assert column(street(changes, first, second), "fund") == [7_500, 2_000 * 0.5 + 13_000 * 0.9]


def test_a_fixed_ratio_may_stand_for_the_cases_own():
    """Grouping: payable = score × point value × the fund's share."""
    changes = EXAMPLE | {"fund.convention": "proportional", "fund.ratio": {"employee": 0.8}}
    assert column(street(changes, CASE_9), "fund") == [12_000]


@pytest.mark.parametrize("convention", ["deduct", "substitute", "proportional"])
def test_stays_paid_by_item_keep_their_bill_under_every_convention(convention):
    changes = EXAMPLE | {"fund.convention": convention, "fund.ratio": 0.5, "routes.excluded.groups": ["GZ13"]}
    paid = street(changes, CASE_9)
    assert (column(paid, "fund"), column(paid, "borne_by_hospital")) == ([11_753], [0])


AWAY = {"insured_region": "420600", "care_region": "420500", "registration": "referral"}
PRICE_BOOK = EXAMPLE | {"cross_region.mode": {"in_province": "price_book", "cross_province": "by_item"}}


def test_out_of_area_care_is_priced_by_item_or_by_the_care_regions_book():
    """Fund rules §1.3: in the province by the care region's prices, across provinces by item."""
    across = AWAY | {"insured_region": "110000"}
    paid = street(PRICE_BOOK, CASE_9 | AWAY, CASE_9 | across, CASE_9)
    assert column(paid, "route") == ["scheme", "out_of_area", "scheme"]
    assert column(paid, "payment") == [15_000, 18_000, 15_000]


@pytest.mark.parametrize(("theta", "home"), [(1, 8_753), (0, 11_753), (0.5, 10_253), (0.25, 11_003)])
def test_theta_shares_the_gap_between_the_regions(theta, home):
    """Fund rules §1.3: G = D − booked; home pays booked + θ·G, the care region's fund (1 − θ)·G."""
    paid = street(PRICE_BOOK | {"cross_region.theta": theta}, CASE_9 | AWAY, CASE_9)
    assert column(paid, "fund") == [8_753, 8_753]
    assert column(paid, "fund_insured_region") == [home, 8_753]
    assert column(paid, "fund_care_region") == [8_753 - home, 0]


def test_last_years_point_value_prices_outsiders_alone():
    """Fund rules §1.3 and §8-31: the care region's clearing value of last year (DIP)."""
    changes = {
        "standard.point_value": 10,
        "cross_region.mode": "price_book",
        "cross_region.point_value_year": "last",
        "cross_region.last_point_value": {"employee": 9.5},
    }
    paid = street(changes, {"score": 1000.0} | AWAY, {"score": 1000.0}, method="dip")
    assert column(paid, "payment") == [9_500, 10_000]


def test_outsiders_may_go_without_the_coefficient_and_with_an_uplift_by_group():
    """Fund rules §1.3: one province allows no coefficient, one city an uplift for complex groups."""
    changes = {
        "standard.coefficient.scope": "level",
        "standard.coefficient.level": 1.2,
        "cross_region.mode": "price_book",
        "cross_region.coefficient": False,
        "cross_region.uplift": {"GZ13": 0.1, "other": 0},
    }
    paid = street(changes, AWAY, AWAY | {"drg": "GZ13"}, {})
    assert column(paid, "payment") == [10_000, 16_500, 12_000]


def test_a_distance_without_a_mode_is_reported():
    paid = street(
        {"cross_region.mode": {"in_province": "price_book"}}, AWAY | {"insured_region": "110000"}, AWAY
    )
    assert column(paid, "problem") == ["no_mode", "none"]


def test_regions_have_their_own_books_and_their_own_benefits():
    """Priced where the hospital is, billed where the person is insured."""
    rich = policy(
        {
            "standard.base_rate": 12_000,
            "benefit.employee.payment_ratio": 0.9,
            "cross_region.mode": "price_book",
        }
    )
    poor = policy(
        {
            "standard.base_rate": 8_000,
            "benefit.employee.payment_ratio": 0.6,
            "cross_region.mode": "price_book",
        }
    )
    rows = [
        {"insured_region": home, "care_region": care, "registration": "referral", "total_cost": 10_000.0}
        for home in ("A", "B") for care in ("A", "B")
    ]  # fmt: skip
    paid = pay(cases(*rows), {"A": rich, "B": poor}, weights=pd.DataFrame(WEIGHTS))
    assert column(paid, "payment") == [12_000, 8_000, 12_000, 8_000]
    assert column(paid, "patient") == [1_000, 1_000, 4_000, 4_000]
    assert column(paid, "fund_by_item") == [9_000, 9_000, 6_000, 6_000]
