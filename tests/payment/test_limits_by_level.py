"""Limits that differ by level, of stays whose level nobody stated; what is told of stays from elsewhere."""

import pytest

from .streets import column, street

HIGH = {"outlier.high.threshold": {"3": 3, "other": 2}, "outlier.high.method": "by_item"}
EXCESS = HIGH | {"outlier.high.method": "excess"}
LOW = {"outlier.low.threshold": {"3": 0.5, "other": 0.4}, "outlier.low.method": "by_item"}
NO_OTHER = {"outlier.high.threshold": {"3": 3, "2": 2}, "outlier.high.method": "by_item"}


@pytest.mark.parametrize(
    ("changes", "cost", "outlier", "problem"),
    [
        (HIGH, 30_001, "high", "none"),  # above every limit there is: above one's own, whichever it is
        (HIGH, 25_000, "none", "no_limit"),  # above some of them
        (HIGH, 20_000, "none", "none"),  # above none
        (NO_OTHER, 30_001, "none", "no_limit"),  # a level without a limit may be its own
        (EXCESS, 30_001, "none", "no_limit"),  # high it is, but what is above whose limit nobody knows
        (LOW, 3_999, "low", "none"),
        (LOW, 4_500, "none", "no_limit"),
        (LOW, 5_000, "none", "none"),
    ],
)
def test_a_stay_of_unstated_level_has_the_limit_that_every_level_would_give_it(
    changes, cost, outlier, problem
):
    paid = street(changes, {"hospital_level": None, "total_cost": float(cost)}, {"hospital_level": 3})
    assert (column(paid, "outlier")[0], column(paid, "problem")[0]) == (outlier, problem)
    assert column(paid, "problem")[1] == "none"


def test_a_limit_for_all_asks_for_no_level():
    plain = {"outlier.high.threshold": 3, "outlier.high.method": "excess"}
    paid = street(plain, {"hospital_level": None, "total_cost": 40_000.0})
    assert column(paid, "payment") == [20_000]


def test_a_stay_from_elsewhere_is_told_its_price_and_one_from_here_nothing():
    changes = {"cross_region.mode": {"in_province": "price_book", "cross_province": "by_item"}}
    near = {"insured_region": "420600", "care_region": "420500", "registration": "referral"}
    paid = street(changes, near, near | {"insured_region": "110000"}, {"insured_region": "420500", **{
        name: near[name] for name in ("care_region", "registration")
    }})  # fmt: skip
    told = [paid.explain(f"C{number}", "en") for number in range(3)]
    assert "out-of-area stay at the care region's 10,000.0000" in told[0]
    assert "out-of-area stay by item: 9,000.00 yuan" in told[1]
    assert "out-of-area" not in told[2]
    chinese = [paid.explain(f"C{number}", "zh") for number in range(3)]
    assert "异地病例按就医地价格 10,000.0000" in chinese[0]
    assert "异地病例按项目付费 9,000.00 元" in chinese[1]
    assert "异地病例" not in chinese[2]
