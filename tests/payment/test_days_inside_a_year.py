"""Quotas count over their whole period; only what prices cases splits a year."""

import numpy as np
import pandas as pd
import pytest

from drgsim import Policy, pay

from .golden import stays, weights


@pytest.fixture(scope="module")
def year():
    table = stays(3000)
    days = np.datetime64("2024-01-01") + np.arange(3000) % 366
    return table.assign(discharge_date=days, admission_date=days - table["los"].to_numpy())


def fen(table, policy, **options):
    return pay(table, policy, weights=weights(table), **options).ledger


def base(**changes):
    quota = {"special_review.quota": 0.02, "outlier.high.quota": 0.03, "special_review.period": "year"}
    return Policy.load("national-drg-rate", on="2024-12-31").reform({**quota, **changes})


def test_a_change_of_cash_timing_splits_no_quota(year):
    dated = base(**{"settlement.cash.advance_delay": {"2024-07-01": 30}})
    plain, by_day = fen(year, base()), fen(year, dated, dates="discharge")
    for name in ("payment", "fund", "patient", "catastrophic"):
        assert (getattr(plain, name) == getattr(by_day, name)).all()


def test_a_change_that_changes_nothing_splits_no_quota(year):
    same = base(**{"outlier.low.threshold": {"2020-01-01": 0.5, "2024-07-01": 0.5}})
    assert (fen(year, base()).payment == fen(year, same, dates="discharge").payment).all()


def test_a_price_that_changes_inside_the_year_leaves_the_quota_whole(year):
    """A parameter that moves no payment here splits the walk, but not the quotas."""
    split = base(**{"new_technology.add_on_share": {"2024-03-01": 0.1, "2024-09-01": 0.2}})
    by_day = pay(year, split, weights=weights(year), dates="discharge")
    assert len(by_day.walks) == 3
    assert (fen(year, base()).payment == by_day.ledger.payment).all()


def test_lowering_a_threshold_in_july_moves_less_than_in_january_and_the_same_way(year):
    plain = int(fen(year, base()).payment.sum())
    january, july = (
        int(fen(year, base(**{"outlier.high.threshold": {day: 2}}), dates="discharge").payment.sum()) - plain
        for day in ("2024-01-01", "2024-07-01")
    )
    assert january != 0
    assert 0 < july / january < 1


@pytest.mark.parametrize(
    ("since", "paid"),
    [
        (None, (24_000, 10_000)),  # above three standards: 24,000 - 3 x 1,000 before 41,500 - 3 x 10,000
        ("2024-01-01", (24_000, 10_000)),  # above two: 22,000 before 21,500
        ("2024-07-01", (1_000, 41_500)),  # the stay of February still above three: 21,000 behind 21,500
    ],
)
def test_a_lower_threshold_may_move_more_from_july_than_from_january(since, paid):
    """Payment rules §3.1: one place for 20 stays of the year, the largest excess over the own day's limit."""
    rows = [
        ("A", 24_000.0, "2024-02-01"),
        ("B", 41_500.0, "2024-08-01"),
        *[("B", 9_000.0, "2024-05-01")] * 18,
    ]
    stays = pd.DataFrame(rows, columns=["drg", "total_cost", "discharge_date"]).assign(
        case_id=[f"C{number}" for number in range(20)], hospital_id="H", hospital_level=3,
        insurance="employee", los=5, discharge_date=lambda own: pd.to_datetime(own["discharge_date"]),
    )  # fmt: skip
    changes = {"standard.base_rate": 10_000, "outlier.high.quota": 0.05, "special_review.method": "none"}
    if since:
        changes["outlier.high.threshold"] = {since: 2}
    policy = Policy.load("national-drg-rate", on="2024-12-31").reform(changes)
    priced = pd.DataFrame({"drg": ["A", "B"], "weight": [0.1, 1.0]})
    ledger = pay(stays, policy, weights=priced, dates="discharge").ledger
    assert tuple(ledger.payment[:2] / 100) == paid
    assert (ledger.payment[2:] == 10_000_00).all()


def test_days_may_be_taken_in_another_year(year):
    later = base(**{"standard.base_rate": {"2025-07-01": 20_000}})
    asked = later.at("2025-12-31")
    moved = fen(year, asked, dates="discharge", year=2025)
    there = year.assign(discharge_date=year["discharge_date"] + pd.DateOffset(years=1))
    assert (fen(there, asked, dates="discharge").standard == moved.standard).all()
