"""What is counted around a stay is counted over its whole period, however many dates fall inside it."""

import numpy as np
import pandas as pd
import pytest

from drgsim import Policy, pay

KEYS = ("hospital+year", "level+year", "group+year", "insurance+kind+year", "hospital+month", "all")


def stays(n=300):
    draw = np.random.default_rng(5)
    return pd.DataFrame(
        {
            "case_id": [f"C{number}" for number in range(n)],
            "drg": draw.choice(["GZ13", "FR21"], n),
            "hospital_id": draw.choice(["A", "B", "C"], n),
            "hospital_level": draw.integers(1, 4, n),
            "hospital_kind": draw.choice(["tcm", "general"], n),
            "insurance": draw.choice(["employee", "resident"], n),
            "age": draw.integers(1, 95, n),
            "los": draw.integers(1, 20, n),
            "total_cost": draw.lognormal(9, 0.5, n).round(2),
            "discharge_date": pd.Timestamp("2025-01-01")
            + pd.to_timedelta(draw.integers(0, 365, n), unit="D"),
        }
    )


WEIGHTS = pd.DataFrame({"drg": ["GZ13", "FR21"], "weight": [0.8, 1.7]})


@pytest.mark.parametrize("around", KEYS)
@pytest.mark.parametrize("amount", ["share[{}: age >= 70]", "mean[{}: weight]", "stays[{}: los > 5] / 1000"])
def test_a_date_inside_the_year_does_not_cut_what_is_counted(around, amount):
    told = amount.format(around)
    rules = {
        # weights move first in the first half, so that a stretch must not see what the other has just done
        "rules/heavier": {
            "when": f"{told} > 0.1 and age > 30",
            "effect": {"weight": {"multiply": f"1 + {told}"}},
        },
        "rules/measured": {"effect": {"coefficient": {"set": f"0.5 + {told}"}}},
    }
    plain = Policy.load("national-drg-rate").reform({"outlier.high.method": "none", **rules})
    # a change that prices cases and moves none of these
    dated = plain.reform(
        {
            "rounding.standard": {"2025-01-01": 2, "2025-07-01": 2},
            "routes.long_stay.min_days": {"2025-01-01": 60, "2025-04-01": 61, "2025-10-01": 62},
        }
    )
    cases = stays()
    whole = pay(cases, plain.at("2025-12-31"), weights=WEIGHTS)
    parts = pay(cases, dated.at("2025-12-31"), weights=WEIGHTS, dates="discharge")
    assert len(parts.walks) == 3
    assert parts.ledger.payment.tolist() == whole.ledger.payment.tolist()
    assert len(set(whole.frame["coefficient"])) > 1 or around == "all"


def test_days_to_another_stay_are_known_only_of_stated_persons_and_dates():
    rule = {"when": "days_from_previous <= 10", "effect": {"price": {"multiply": 0.5}}}
    policy = Policy.load("national-drg-rate").reform({"rules/back": rule, "outlier.low.method": "none"})
    frame = stays(4).assign(
        drg="GZ13",
        total_cost=8_000.0,
        patient_id=["P", "P", "Q", None],
        admission_date=pd.to_datetime(["2025-03-01", "2025-03-12", "2025-03-12", "2025-03-12"]),
        discharge_date=pd.to_datetime(["2025-03-05", "2025-03-15", "2025-03-15", "2025-03-15"]),
    )
    paid = pay(frame, policy, weights=WEIGHTS)
    assert paid.ledger.payment[1] * 2 == paid.ledger.payment[0] == paid.ledger.payment[2]
    assert "rule back could not decide for want of facts" in str(paid)
    assert "未执行: 1" in str(paid)
