"""Point values with and without the patients of other regions (fund rules §1.3)."""

import numpy as np
import pandas as pd
import pytest

from drgsim import Policy
from drgsim.payment.pay import pay
from drgsim.settlement import outsiders, settle
from drgsim.settlement.statistics import KEYS, MEASURES

from .test_settle import FLOATING, WEIGHTS, budgets, year_of_cases


def pool(visitors_by_item, *, theta):
    """Region A treats its own for 1,000 yuan of sliding payments and visitors of B for 500."""
    rows = []
    for insured, fund, by_item in (("A", 100_000, 90_000), ("B", 50_000, visitors_by_item)):
        gap = round((1 - theta) * (fund - by_item)) if insured == "B" else 0
        care = round((1 - theta) * fund) if insured == "B" else 0
        rows.append(
            {
                **dict(zip(KEYS, ("A", insured, "employee", "h", "2025-01", "g"), strict=True)),
                **dict.fromkeys(MEASURES, 0),
                "cases": 10,
                "fund": fund,
                "fund_by_item": by_item,
                "sliding": fund,
                "fund_care_region": gap,
                "sliding_care_region": care,
            }
        )
    return pd.DataFrame(rows).astype(dict.fromkeys(MEASURES, np.int64))


def policy(theta):
    return Policy.load("national-drg-points").reform(
        {"settlement.point_value": "floating", "settlement.reserve": 0, "cross_region.theta": theta}
    )


@pytest.mark.parametrize("by_item", [30_000, 50_000, 80_000])
def test_pooled_points_share_the_budget_and_what_visitors_bring(by_item):
    """pv' = (B_local + H) / (S_local + S_out): with all of the gap borne here, visitors bring H by item."""
    money = pd.DataFrame({"region": ["A", "B"], "insurance": "employee", "budget": [1_100.0, 2_000.0]})
    table = outsiders(pool(by_item, theta=0), policy(0), budgets=money).set_index("region").loc["A"]
    assert table["price"] == pytest.approx((110_000 + by_item) / (100_000 + 50_000))
    assert table["price_without"] == pytest.approx(1.1)
    assert np.sign(table["change"]) == np.sign(by_item / 50_000 - 1.1)
    assert (table["visitors"], table["visitors_fund"]) == (10, 500)


def test_where_the_insured_region_bears_the_gap_locals_feel_nothing():
    money = pd.DataFrame({"region": ["A", "B"], "insurance": "employee", "budget": [1_100.0, 2_000.0]})
    table = outsiders(pool(30_000, theta=1), policy(1), budgets=money).set_index("region").loc["A"]
    assert table["change"] == 0
    assert table["borne_here"] == 0


def test_prices_with_outsiders_are_those_of_the_settlement():
    paid = pay(year_of_cases(), FLOATING, weights=WEIGHTS)
    table = outsiders(paid, FLOATING, budgets=budgets())
    settled = settle(paid, FLOATING, budgets=budgets()).prices
    assert table[["region", "insurance", "price"]].equals(settled[["region", "insurance", "price"]])
    assert (table["change"] != 0).any()


def test_a_fixed_value_moves_with_nobody():
    fixed = FLOATING.reform({"settlement.point_value": "fixed"})
    table = outsiders(pay(year_of_cases(), fixed, weights=WEIGHTS), fixed)
    assert table[["price", "price_without"]].eq(1).all().all()
