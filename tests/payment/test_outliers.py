"""Low, high and extreme outliers: every form, at, just below and just above its boundaries."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .streets import column, street

ONE = pd.DataFrame({"drg": ["ES13"], "weight": [1.0], "mean_cost": [1_000.0]})
DEVIATION = {  # payment rules, the national form: below half, above twice
    "standard.point_value": 1,
    "outlier.basis": "standard",
    "outlier.low.method": "ratio",
    "outlier.low.threshold": 0.5,
    "outlier.high.method": "excess",
    "outlier.high.threshold": 2,
}


def paid_at(changes, *costs, **row):
    method = row.pop("method", "drg_rate")
    weights = row.pop("weights", None)
    return column(
        street(changes, *({"total_cost": cost, **row} for cost in costs), method=method, weights=weights),
        "payment",
    )


@pytest.mark.parametrize(
    ("ratio", "score"),
    [
        (0.30, 300),
        (0.49, 490),
        (0.50, 1000),
        (1.0, 1000),
        (2.0, 1000),
        (2.01, 1010),
        (2.5, 1500),
        (5.0, 4000),
    ],
)
def test_dip_deviation_as_constructed_from_the_published_formula(ratio, score):
    """Payment rules §8-6 with a score of 1,000 at 1 yuan."""
    assert paid_at(DEVIATION, ratio * 1000, score=1000.0, method="dip") == [score]


@pytest.mark.parametrize(
    ("cost", "payment"),
    [
        (5_000, 5_000),
        (6_000, 6_000),
        (6_001, 10_000),
        (14_999, 10_000),
        (15_000, 10_000),
        (15_001, 10_001),
        (20_000, 15_000),
    ],
)
def test_the_city_of_0_6_and_1_5(cost, payment):
    """Payment rules §8-6: S = 10,000; at most 0.6 pays the cost, at least 1.5 the cost less half of S."""
    changes = {
        "outlier.low.method": "by_item",
        "outlier.low.threshold": 0.6,
        "outlier.low.inclusive": True,
        "outlier.high.method": "excess",
        "outlier.high.threshold": 1.5,
        "outlier.high.inclusive": True,
    }
    assert paid_at(changes, float(cost)) == [payment]


@pytest.mark.parametrize(("cost", "outlier"), [(29_999.99, "none"), (30_000, "none"), (30_000.01, "high")])
def test_three_times_the_group_mean_at_a_tertiary_hospital(cost, outlier):
    """Payment rules §8-4: group mean 10,000, more than 30,000 is a high outlier."""
    changes = {
        "outlier.basis": "group_mean",
        "outlier.high.method": "by_item",
        "outlier.high.threshold": {"3": 3, "other": 2},
    }
    paid = street(changes, {"total_cost": float(cost)}, {"total_cost": float(cost), "hospital_level": 2})
    assert column(paid, "outlier") == [outlier, "high"]


def test_thresholds_by_level_have_no_rule_for_a_level_they_do_not_name_and_none_is_known_without_one():
    changes = {"outlier.high.method": "by_item", "outlier.high.threshold": {"3": 3}}
    paid = street(
        changes,
        {"total_cost": 1e6},
        {"total_cost": 1e6, "hospital_level": 2},
        {"total_cost": 1e6, "hospital_level": None},
    )
    assert column(paid, "outlier") == ["high", "none", "none"]
    assert column(paid, "status") == ["paid", "paid", "not_payable"]


def test_bands_of_weight_include_their_upper_bound():
    """Grouping: weight ≤ 1: 3, ≤ 2: 2.5, more: 2."""
    weights = pd.DataFrame({"drg": list("ABCD"), "weight": [1.0, 1.0001, 2.0, 2.0001]})
    changes = {"outlier.high.method": "by_item", "outlier.high.threshold": [[1, 3], [2, 2.5], [None, 2]]}
    rows = [
        {"drg": drg, "total_cost": 10_000 * weight * 2.7}
        for drg, weight in zip("ABCD", weights["weight"], strict=True)
    ]
    assert column(street(changes, *rows, weights=weights), "outlier") == ["none", "high", "high", "high"]
    rows = [
        {"drg": drg, "total_cost": 10_000 * weight * 2.3}
        for drg, weight in zip("ABCD", weights["weight"], strict=True)
    ]
    assert column(street(changes, *rows, weights=weights), "outlier") == ["none", "none", "none", "high"]


POINTS = {  # a points area: A = 8,000, P = 90, k = 1.1
    "standard.mean_cost": 8_000,
    "standard.point_value": 90,
    "standard.coefficient.scope": "level",
    "standard.coefficient.level": 1.1,
    "outlier.basis": "mean_cost",
    "outlier.high.threshold": [[1, 3], [None, 2.5]],
}
COST_IN_MEANS = {"outlier.high.cost_measure": "mean_cost"}
FORMS = {
    # (i), of 15 places
    "excess_on_weight": ({}, lambda f, rw, c, cap: 100 * rw * c + (f / (8000 * rw) - cap) * rw * 100),
    # (ii)
    "cost_less_standards": (COST_IN_MEANS, lambda f, rw, c, cap: 100 * (f / 8000 - (cap - 1) * rw * c)),
    # (iii), which is (i) written otherwise
    "cost_less_coefficient": (COST_IN_MEANS, lambda f, rw, c, cap: 100 * (f / 8000 - (cap - c) * rw)),
    # (ii) without the coefficient, of two rate areas
    "cost_less_weights": (COST_IN_MEANS, lambda f, rw, c, cap: 100 * (f / 8000 - (cap - 1) * rw)),
}


@pytest.mark.parametrize("method", FORMS)
@pytest.mark.parametrize(("drg", "rw", "cap"), [("ES13", 1.0, 3), ("GZ13", 1.5, 2.5)])
def test_the_forms_of_point_areas(method, drg, rw, cap):
    """Grouping: high outliers under points."""
    more, points = FORMS[method]
    cost = 8_000 * rw * cap + 5_000
    [payment] = paid_at(POINTS | more | {"outlier.high.method": method}, cost, drg=drg, method="drg_points")
    assert payment == pytest.approx(points(cost, rw, 1.1, cap) * 90, abs=0.006)


@pytest.mark.parametrize(
    ("changes", "cost", "payment"),
    [
        # standard × (1 + 0.7 (r − cap))
        ({"outlier.high.method": "excess", "outlier.high.factor": 0.7}, 35_000, 10_000 * (1 + 0.7 * 0.5)),
        # standard × (1.7 + 0.5 (r − cap))
        (
            {"outlier.high.method": "excess", "outlier.high.start": 1.7, "outlier.high.factor": 0.5},
            35_000,
            19_500,
        ),
        # standard + s · (cost − hi · standard), s = 0.7
        ({"outlier.high.method": "share", "outlier.high.factor": 0.7}, 35_000, 13_500),
        ({"outlier.high.method": "by_item"}, 35_000, 35_000),
        ({"outlier.high.method": "by_item", "outlier.high.approved_share": 0.9}, 35_000, 31_500),
        ({"outlier.high.method": "none"}, 35_000, 10_000),
        # the excess may be counted from another multiple than the threshold
        ({"outlier.high.method": "excess", "outlier.high.from": 1}, 35_000, 35_000),
        # and may stop at a ratio
        ({"outlier.high.method": "excess", "outlier.high.ratio_cap": 3.2}, 35_000, 12_000),
    ],
)
def test_the_forms_of_rate_areas(changes, cost, payment):
    """Grouping and payment rules §3.2, with S = 10,000 and hi = 3."""
    assert paid_at({"outlier.high.threshold": 3} | changes, cost) == [payment]


@pytest.mark.parametrize(
    ("ratio", "multiple"),
    [(0.4, 0.4), (0.41, 0.41), (0.79, 0.79), (0.8, 1), (1.39, 1), (1.4, 1), (1.5, 1.1), (2.5, 2.1), (3, 2.1)],
)
def test_the_score_area_of_four_bands(ratio, multiple):
    """Grouping: bands .4 / .8 / 1.4 / 2.5; above 2.5 the case earns 2.1 × its score."""
    changes = {
        "outlier.low.method": "ratio",
        "outlier.low.threshold": 0.8,
        "outlier.low.actual_up_to": 0.4,
        "outlier.high.method": "excess",
        "outlier.high.threshold": 1.4,
        "outlier.high.inclusive": True,
        "outlier.high.ratio_cap": 2.5,
    }
    assert paid_at(changes, ratio * 10_000) == [pytest.approx(multiple * 10_000)]


@pytest.mark.parametrize(
    ("method", "payment"),
    [
        ("by_item", 2_000),
        ("ratio", 2_000),
        ("ratio_without_coefficient", 2_000 / 1.25),
        ("mean_cost", 2_500),
        ("none", 12_500),
    ],
)
def test_the_forms_of_low_outliers(method, payment):
    """Payment rules §3.2 with F = 2,000, S = 12,500, W = 10,000, A = 8,000."""
    changes = {
        "standard.coefficient.scope": "level",
        "standard.coefficient.level": 1.25,
        "standard.mean_cost": 8_000,
        "outlier.low.method": method,
        "outlier.low.threshold": 0.3,
    }
    assert paid_at(changes, 2_000.0) == [payment]


@pytest.mark.parametrize(
    ("r", "score"),
    [(0.5, 0.5), (0.51, 1.2), (2.0, 1.2), (2.5, 2.5 - 2 + 1.2), (5.0, 5 - 2 + 1.2), (5.01, 1.2)],
)
def test_jining_multiplies_in_its_own_order(r, score):
    """Payment rules: low score × r without the factor, high score × (r − 2 + k), above 5 score × k."""
    changes = {
        "standard.point_value": 1,
        "standard.coefficient.scope": "level",
        "standard.coefficient.level": 1.2,
        "outlier.basis": "price",
        "outlier.basis_price": 1 / 1.2,
        "outlier.low.method": "ratio_without_coefficient",
        "outlier.low.threshold": 0.5,
        "outlier.low.inclusive": True,
        "outlier.high.method": "excess_on_weight",
        "outlier.high.threshold": 2,
        "outlier.extreme.method": "standard",
        "outlier.extreme.threshold": 5,
    }
    assert paid_at(changes, r * 1000, score=1000.0, method="dip") == [pytest.approx(score * 1000, abs=0.01)]


def test_means_of_the_same_level_are_the_basis_where_the_table_tells_levels_apart():
    """Payment rules: r against the disease's mean cost at hospitals of the same level."""
    weights = pd.DataFrame(
        {"drg": ["ES13"], "weight": [1000.0], "mean_cost": [9_000.0], "mean_cost_3": [10_000.0]}
    )
    changes = {
        "outlier.basis": "group_level_mean",
        "outlier.high.method": "excess",
        "outlier.high.threshold": 2,
    }
    paid = street(
        changes,
        {"total_cost": 18_000.0},
        {"total_cost": 18_000.0, "hospital_level": 2},
        method="dip",
        weights=weights,
    )
    assert column(paid, "ratio") == [1.8, 2.0]


@pytest.mark.parametrize(("method", "payment"), [("none", 60_000), ("standard", 10_000), ("by_item", 60_000)])
def test_extreme_outliers(method, payment):
    changes = {
        "outlier.high.method": "by_item",
        "outlier.high.threshold": 3,
        "outlier.extreme.method": method,
        "outlier.extreme.threshold": 5,
    }
    assert paid_at(changes, 60_000.0, 50_000.0) == [payment, 50_000]


QUOTA = {"outlier.high.method": "by_item", "outlier.high.threshold": 3, "outlier.high.quota": 0.05}


def discharges(count, high, **more):
    """`count` stays of one hospital, the first `high` of them high outliers, the later the dearer."""
    return [
        {
            "total_cost": 40_000.0 + 100 * number if number < high else 9_000.0,
            "discharge_date": "2024-03-05",
            **more,
        }
        for number in range(count)
    ]


@pytest.mark.parametrize(("count", "kept"), [(59, 2), (60, 3), (79, 3), (80, 4)])
def test_only_a_share_of_discharges_may_be_high_the_largest_excess_first(count, kept):
    """Payment rules §3.2: at most q of a hospital's cases, largest excess first; the rest at the standard."""
    outliers = column(street(QUOTA, *discharges(count, 6)), "outlier")
    assert outliers[:6] == ["high_over_quota"] * (6 - kept) + ["high"] * kept


def test_the_share_counts_by_hospital_and_period_or_by_region():
    rows = (
        discharges(20, 3)
        + discharges(20, 3, hospital_id="H2")
        + discharges(20, 3, discharge_date="2024-07-01")
    )

    def highs(changes):
        return column(street(QUOTA | changes, *rows), "outlier").count("high")

    assert highs({"outlier.high.quota_period": "year"}) == 2 + 1
    assert highs({"outlier.high.quota_period": "quarter"}) == 1 + 1 + 1
    assert highs({"outlier.high.quota_scope": "region"}) == 3


def test_the_rank_may_be_the_ratio_or_the_cost():
    rows = [
        *discharges(38, 0),
        {"drg": "ES15", "total_cost": 40_000.0, "discharge_date": "2024-01-01"},  # ratio 8, excess 25,000
        {"drg": "ES11", "total_cost": 90_000.0, "discharge_date": "2024-01-01"},  # ratio 4.5, excess 30,000
    ]
    for rank, first in (("ratio", "high"), ("cost", "high_over_quota"), ("excess", "high_over_quota")):
        changes = QUOTA | {"outlier.high.quota": 0.025, "outlier.high.quota_rank": rank}
        assert column(street(changes, *rows), "outlier")[38] == first


def test_a_ratio_exactly_at_a_decimal_boundary_is_at_it():
    """Costs and standards are whole fen, so 0.3 × 7,777.70 yuan is exactly the ratio 0.3."""
    changes = {"standard.base_rate": 7_777.7, "outlier.low.method": "by_item", "outlier.low.threshold": 0.3}
    paid = street(changes, {"total_cost": 2_333.30}, {"total_cost": 2_333.31}, {"total_cost": 2_333.32})
    assert column(paid, "outlier") == ["low", "none", "none"]


def test_a_threshold_is_never_rounded_into_a_contradiction():
    import pandas as pd

    from drgsim import pay

    from .streets import WEIGHTS, cases, policy

    asked = policy(
        {"outlier.low.method": "by_item", "outlier.low.threshold": 0.5, "outlier.low.inclusive": True}
    )
    result = pay(cases({"total_cost": 4999.97}, {"total_cost": 5000.0}), asked, weights=pd.DataFrame(WEIGHTS))
    assert "0.499997 is below 0.5" in result.explain("C0", lang="en")
    assert "0.5 is at the limit 0.5" in result.explain("C1", lang="en")


EXCESSES = [
    "excess",
    "excess_on_weight",
    "share",
    "cost_less_standards",
    "cost_less_weights",
    "cost_less_coefficient",
]


@pytest.mark.parametrize("form", EXCESSES)
def test_a_share_that_a_form_does_not_use_leaves_the_standard_as_the_least(form):
    changes = {
        **DEVIATION, "outlier.high.method": form, "outlier.basis": "price", "outlier.basis_price": 1_000,
        "outlier.high.from": 100, "outlier.high.approved_share": 0.5,
    }  # fmt: skip
    done = street({**changes, "standard.base_rate": 10_000}, {"total_cost": 5_000}, {"total_cost": 9_000})
    assert 0 not in column(done, "outlier")
    assert column(done, "payment") == [10_000, 10_000]


BASES = ["standard", "standard_before_coefficient", "mean_cost", "mean_cost_adjusted", "group_mean", "price"]


@settings(max_examples=40, deadline=None)
@given(
    st.fixed_dictionaries(
        {
            "outlier.high.method": st.sampled_from(EXCESSES),
            "outlier.basis": st.sampled_from(BASES),
            "outlier.high.basis": st.sampled_from(["same", *BASES[:4]]),
            "outlier.basis_price": st.floats(10, 20_000),
            "outlier.high.threshold": st.floats(0.01, 3),
            "outlier.high.factor": st.floats(0, 3),
            "outlier.high.inclusive": st.booleans(),
            "outlier.high.cost_measure": st.sampled_from(["yuan", "mean_cost"]),
            "standard.mean_cost": st.floats(100, 50_000),
            "standard.base_rate": st.floats(5_000, 20_000),
        },
        optional={
            "outlier.high.from": st.floats(0, 100),
            "outlier.high.start": st.floats(0, 100),
            "outlier.high.ratio_cap": st.floats(0.01, 1000),
            "outlier.high.approved_share": st.floats(0, 1),
        },
    ),
    st.lists(st.floats(100, 200_000), min_size=4, max_size=8),
)
def test_whatever_the_form_and_the_basis_a_dear_stay_is_paid_its_standard_at_least(changes, costs):
    done = street(changes, *({"total_cost": cost} for cost in costs))
    paid = pd.DataFrame({name: column(done, name) for name in ("outlier", "payment", "standard")})
    payable = paid[paid["payment"].notna()]
    assert (payable["payment"] >= payable["standard"]).all()
    assert (payable["payment"] >= 0).all()
