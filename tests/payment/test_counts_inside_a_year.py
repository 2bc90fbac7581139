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


def _whole_and_in_parts(rules, cases, **reform):
    """What the stays are paid by one date, and with three dates inside the year that move none of them."""
    plain = Policy.load("national-drg-rate").reform({"outlier.high.method": "none", **reform, **rules})
    dated = plain.reform(
        {"routes.long_stay.min_days": {"2025-01-01": 60, "2025-04-01": 61, "2025-10-01": 62}}
    )
    whole = pay(cases, plain.at("2025-12-31"), weights=WEIGHTS)
    parts = pay(cases, dated.at("2025-12-31"), weights=WEIGHTS, dates="discharge")
    assert len(parts.walks) == 3
    return whole, parts


def test_a_blend_counts_the_cases_of_the_whole_table():
    rules = {"rules/blended": {"effect": {"blend": {"level": 0.2, "hospital": 0.8, "few": 30}}}}
    whole, parts = _whole_and_in_parts(rules, stays())
    assert parts.frame["coefficient"].tolist() == whole.frame["coefficient"].tolist()
    assert whole.frame["coefficient"].nunique() > 6


@pytest.mark.parametrize("period", ["year", "quarter", "month"])
def test_a_total_is_capped_over_its_whole_period(period):
    rules = {
        "rules/beds": {"when": "los > 8", "effect": {"per_diem": {"rate": 1_000}}},
        "rules/cap": {
            "when": "route = per_diem",
            "effect": {"cap_total": {"share": 1.02, "period": period}},
        },
    }
    whole, parts = _whole_and_in_parts(rules, stays())
    assert parts.ledger.payment.tolist() == whole.ledger.payment.tolist()
    assert whole.ledger.adjustments["rule.cap"].any()


def test_a_package_is_taken_once_a_year_whatever_dates_fall_inside_it():
    cases = stays().assign(patient_id=lambda own: "P" + (own.index % 60).astype(str))
    rules = {"rules/package": {"effect": {"package": {"amount": 15_000, "once": "year"}}}}
    whole, parts = _whole_and_in_parts(rules, cases)
    assert parts.frame["route"].tolist() == whole.frame["route"].tolist()
    assert (whole.frame["route"] == "package").sum() == 60


def test_a_rare_group_is_rare_in_the_whole_year():
    reform = {
        "special_review.method": "by_item",
        "special_review.quota": 1.0,
        "special_review.eligible.cost_ratio": None,
        "special_review.eligible.days": None,
        "special_review.eligible.group_cases": 120,
    }
    whole, parts = _whole_and_in_parts({}, stays(), **reform)
    assert parts.frame["review"].tolist() == whole.frame["review"].tolist()
    assert len(set(whole.frame["review"])) == 1  # both groups have more cases; in a quarter neither has
