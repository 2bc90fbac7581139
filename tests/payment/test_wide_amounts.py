"""Amounts beyond 32 bits of fen stay exact, whatever their neighbours and however the year is split."""

import pandas as pd
import pytest

from drgsim import Policy, pay

RULES = {
    "dear": {"when": "total_cost > 1000000", "effect": {"price": {"multiply": 3}}},
    "again": {"when": "total_cost > 2000000", "effect": {"price": {"add": 7}}},
}
POLICY = Policy.load("national-drg-rate").reform(
    {
        "standard.base_rate": {"2024-01-01": 10_000, "2024-07-01": 11_000},
        "outlier.high.method": "none",
        "outlier.low.method": "none",
        "special_review.method": "none",
        **{f"rules/{name}": rule for name, rule in RULES.items()},
    }
)
DEAR = 90_000_000.01  # yuan; three times that is far beyond 2^31 fen


def table(*costs, day="2024-03-01"):
    return pd.DataFrame(
        {
            "case_id": [f"C{number}" for number in range(len(costs))],
            "drg": ["GZ13" if cost < 1e6 else "FR21" for cost in costs],
            "hospital_level": 3,
            "insurance": "employee",
            "los": 6,
            "total_cost": costs,
            "discharge_date": pd.to_datetime([day] * len(costs)),
        }
    )


WEIGHTS = pd.DataFrame({"drg": ["GZ13", "FR21"], "weight": [0.8, 9_000.0]})


@pytest.mark.parametrize("costs", [(9_000.0, DEAR), (DEAR, 9_000.0), (DEAR, DEAR), (9_000.0, 8_000.0)])
def test_each_stay_is_paid_as_if_it_were_alone(costs):
    together = pay(table(*costs), POLICY.at("2024-03-01"), weights=WEIGHTS)
    for place, cost in enumerate(costs):
        alone = pay(table(cost), POLICY.at("2024-03-01"), weights=WEIGHTS)
        assert together.ledger.payment[place] == alone.ledger.payment[0]
        expected = 3 * 9_000_000_000 + 700 if cost == DEAR else 800_000
        assert together.ledger.payment[place] == expected
    together.ledger.check()


def test_a_stretch_of_small_amounts_does_not_narrow_one_of_large_ones():
    both = pd.concat([table(9_000.0), table(DEAR, day="2024-08-01")], ignore_index=True)
    paid = pay(both, POLICY.at("2024-12-31"), weights=WEIGHTS, dates="discharge")
    assert paid.ledger.payment.tolist() == [800_000, 3 * 9_900_000_000 + 700]
    assert paid.ledger.adjustments["rule.dear"].tolist() == [0, 2 * 9_900_000_000]
