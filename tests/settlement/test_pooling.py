"""Pooling reached from a settled year and from projected ones: every fen has an owner, gaps are borne."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drgsim.errors import ArgumentError, ColumnError
from drgsim.payment.pay import pay
from drgsim.settlement import settle
from drgsim.settlement.pooling import pool_regions, pool_years, transfer
from drgsim.settlement.settlement_errors import SettlementError

from .test_settle import FLOATING, WEIGHTS, budgets, year_of_cases

MONEY = st.integers(0, 10**12)


@pytest.fixture(scope="module")
def settled():
    return settle(pay(year_of_cases(), FLOATING, weights=WEIGHTS), FLOATING, budgets=budgets())


def funds(**more):
    table = pd.DataFrame(
        [(region, insurance) for region in "AB" for insurance in ("employee", "resident")],
        columns=["region", "insurance"],
    )
    return table.assign(income=2e6, reserve=1e5, **more)


@pytest.mark.parametrize(
    ("mode", "more"), [("transfer", {}), ("unified", {}), ("ex_ante", {"risk": [1, 1, 3, 3]})]
)
def test_a_settled_year_is_pooled_and_sums(settled, mode, more):
    pooled = settled.pool(funds(**more), mode)
    assert len(pooled) == 4
    for insurance, own in pooled.groupby("insurance"):
        assert own["paid_in"].sum() - own["aid"].sum() == pytest.approx(own["pool_after"].iloc[0], abs=0.005)
        spent = settled.ledger["spent"].xs(insurance, level="insurance") / 100
        for row in own.itertuples():
            gap = max(spent[row.region] - (2e6 - row.paid_in), 0.0) if mode != "unified" else None
            assert gap is None or row.gap == pytest.approx(gap, abs=0.011)


def test_other_spending_counts(settled):
    plain = settled.pool(funds(), full_at_months=None)
    more = settled.pool(funds(other_spending=1e6), full_at_months=None)
    assert (more["gap"] >= plain["gap"]).all()
    assert (more["gap"] > plain["gap"]).any()


def test_a_fund_without_a_row_is_refused(settled):
    with pytest.raises(SettlementError, match="no row"):
        settled.pool(funds().iloc[1:])
    with pytest.raises(ColumnError, match="reserve"):
        settled.pool(funds().drop(columns="reserve"))


@given(MONEY, MONEY, MONEY, st.integers(-(10**12), 10**12), MONEY)
def test_every_gap_is_borne_by_someone(income, spending, last, reserve, pool):
    one = [np.array([[each]]) for each in (income, spending, last, reserve)]
    year = transfer(*one, np.array([pool]), share_in=0.05, full_at_months=6)
    assert year.gap == year.own + year.aid + year.left
    assert year.left >= 0
    assert year.own <= max(reserve, 0)


def course(years=4):
    rows = [
        ("s", region, "employee", 2025 + year, 100.0, spending, 50.0 + (100 - spending) * year)
        for region, spending in (("rich", 80.0), ("poor", 130.0))
        for year in range(years)
    ]
    names = ["scenario", "region", "insurance", "year", "income", "spending", "reserve"]
    return pd.DataFrame(rows, columns=names)


def test_reserves_and_the_pool_carry_on_from_year_to_year():
    pooled = pool_years(course(), first_year=2026, full_at_months=None)
    by = pooled.set_index(["year", "region"])
    assert by.loc[(2026, "poor"), "gap"] == 35  # 130 - (100 - 5)
    assert by.loc[(2026, "poor"), "own"] == 35  # out of its 50
    assert by.loc[(2026, "poor"), "reserve"] == 50 - 30 - 5
    assert by.loc[(2026, "rich"), "pool_after"] == 10
    # next year: 15 of its own, and the pool has 20 for the 20 that are left
    assert by.loc[(2027, "poor"), ["own", "aid"]].tolist() == [15, 20]
    moved = pooled.groupby("year")["net"].sum().cumsum()
    assert (moved + pooled.groupby("year")["pool_after"].first()).abs().max() < 1e-9


def test_money_that_is_none_is_refused():
    table = pd.DataFrame(
        {"region": ["a"], "insurance": ["employee"], "income": [-1.0], "spending": [1.0], "reserve": [0.0]}
    )
    with pytest.raises(SettlementError, match="below zero"):
        pool_regions(table)
    with pytest.raises(SettlementError, match="not a number"):
        pool_regions(table.assign(income=float("nan")))
    with pytest.raises(SettlementError, match="twice"):
        pool_regions(pd.concat([table.assign(income=1.0)] * 2))
    with pytest.raises(ArgumentError, match="no year before"):
        pool_years(course(), first_year=2025)


def test_without_options_a_province_pools_as_the_published_rule_does():
    """Fund rules §5.1: 5 % of last year's income until the pool holds six months of spending."""
    table = pd.DataFrame(
        {"region": ["A", "B"], "insurance": "employee", "last_income": [900.0, 2000.0],
         "income": [1000.0, 2000.0], "spending": [1200.0, 1800.0], "reserve": [50.0, 0.0]}
    )  # fmt: skip
    # pays in 45 and 100; A lacks 1200 - 955 = 245, has 50 of its own, the pool bears 145 of the other 195
    pooled = pool_regions(table)
    assert pooled["paid_in"].tolist() == [45.0, 100.0]
    assert pooled["gap"].tolist() == [245.0, 0.0]
    assert pooled["own"].tolist() == [50.0, 0.0]
    assert pooled["aid"].tolist() == [145.0, 0.0]
    assert pooled["pool_after"].tolist() == [0.0, 0.0]
    # half of 3,000 a year is six months: nothing is paid in, and the whole gap of A is met
    full = pool_regions(table, pool={"employee": 1500.0})
    assert full["paid_in"].tolist() == [0.0, 0.0]
    assert full["aid"].tolist() == [150.0, 0.0]
    assert full["pool_after"].tolist() == [1350.0, 1350.0]
    assert pool_regions(table, pool={"employee": 1499.99})["paid_in"].tolist() == [45.0, 100.0]


def test_half_of_the_distance_to_a_share_by_risk_moves_unless_told_otherwise():
    table = pd.DataFrame(
        {"region": ["A", "B"], "insurance": "resident", "income": [1000.0, 2000.0],
         "spending": [1400.0, 1500.0], "reserve": 0.0, "risk": [2.0, 1.0]}
    )  # fmt: skip
    moved = pool_regions(table, "ex_ante")  # by risk A would have 2,000 of 3,000, and has 1,000
    assert moved["aid"].tolist() == [500.0, 0.0]
    assert moved["paid_in"].tolist() == [0.0, 500.0]
    assert pool_regions(table, "unified")["aid"].tolist() == [400.0, 0.0]  # nothing stays with the region


def test_a_simulation_says_who_gives_and_who_gets():
    import drgsim
    from drgsim.simulation.simulate import simulate

    found = simulate(
        drgsim.synthetic_cases(n=3_000, year=2025, seed=1), ["baseline-drg"], years=3, seed=1, explain=False
    )
    pooled = found.pooled("transfer", share_in=0.05)
    assert set(pooled["year"]) == {2026, 2027, 2028}
    for (_, insurance), own in pooled.groupby(["year", "insurance"]):
        assert insurance in {"employee", "resident"}
        assert (own["paid_in"] >= 0).all()
    assert (pooled["paid_in"] > 0).any()
