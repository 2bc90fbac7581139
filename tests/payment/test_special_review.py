"""Special-case review: eligibility, application, quota, ranking, acceptance, result."""

import pandas as pd
import pytest

from .streets import WEIGHTS, column, street

REVIEW = {"special_review.method": "by_item", "special_review.quota": 1}


def stays(count, losses=(), **more):
    """`count` stays of one hospital in one quarter; the first of them lose these amounts (yuan)."""
    costs = [10_000.0 + loss for loss in losses] + [9_000.0] * (count - len(losses))
    return [{"total_cost": cost, "discharge_date": "2024-02-01", **more} for cost in costs]


def accepted(changes, rows, **options):
    return [
        case
        for case, stage in zip(
            rows, column(street(REVIEW | changes, *rows, **options), "review"), strict=True
        )
        if stage == "accepted"
    ]


def test_an_accepted_stay_is_paid_its_cost_less_the_unreasonable_part():
    """Payment rules §4.1: by item with the unreasonable cost deducted, or a raised standard."""
    rows = [{"total_cost": 50_000.0}, {"total_cost": 50_000.0, "unreasonable_cost": 1_234.56}]
    assert column(street(REVIEW, *rows), "payment") == [50_000.0, 48_765.44]
    share = REVIEW | {"special_review.unreasonable_share": 0.1}
    assert column(street(share, *rows), "payment") == [45_000.0, 48_765.44]
    raised = REVIEW | {"special_review.method": "raised_standard", "special_review.raise_factor": 1.5}
    assert column(street(raised, *rows), "payment") == [15_000.0, 15_000.0]


def test_nobody_files_to_be_paid_less():
    paid = street(REVIEW, {"total_cost": 9_000.0}, {"total_cost": 10_000.0}, {"total_cost": 10_000.01})
    assert column(paid, "review") == ["none", "none", "accepted"]


@pytest.mark.parametrize(
    ("criterion", "value", "below", "above"),
    [
        ("cost_ratio", 2, {"total_cost": 20_000.0}, {"total_cost": 20_000.01}),
        ("loss", 5_000, {"total_cost": 15_000.0}, {"total_cost": 15_000.01}),
        ("days", 60, {"los": 60}, {"los": 61}),
        ("icu_hours", 72, {"icu_hours": 72.0}, {"icu_hours": 72.5}),
        ("new_technology", True, {"new_technology_cost": 0.0}, {"new_technology_cost": 0.01}),
    ],
)
def test_each_criterion_opens_review_above_its_bound(criterion, value, below, above):
    changes = REVIEW | {f"special_review.eligible.{criterion}": value}
    rows = ({"total_cost": 12_000.0} | below, {"total_cost": 12_000.0} | above)
    assert column(street(changes, *rows), "review") == ["none", "accepted"]


@pytest.mark.parametrize(
    ("weight", "cost", "stage"),
    [(1499, 25_000, "accepted"), (1500, 25_000, "none"), (1499, 24_999.99, "none"), (0, 90_000, "none")],
)
def test_small_newborns(weight, cost, stage):
    """Payment rules §4.1 (Zhejiang): below 1,500 g, cost ≥ 2.5 × the area's and ≥ 1 × the group's mean."""
    changes = REVIEW | {
        "standard.mean_cost": 10_000,
        "special_review.eligible.newborn_weight": 1500,
        "special_review.eligible.newborn_area_multiple": 2.5,
        "special_review.eligible.newborn_group_multiple": 1,
    }
    paid = street(changes, {"age": 0, "birth_weight": weight, "total_cost": float(cost)})
    assert column(paid, "review") == [stage]


@pytest.mark.parametrize(
    ("multiples", "stage"),
    [
        ({}, "accepted"),  # no mean has to be known where none is asked for
        ({"area": 2.5}, "none"),  # nor is a newborn dear beside a mean nobody states
        ({"group": 1.3}, "none"),
        ({"group": 1.2}, "accepted"),
    ],
)
@pytest.mark.parametrize("age", [0, None])
def test_small_newborns_are_measured_by_the_means_that_are_asked_for(multiples, stage, age):
    changes = REVIEW | {"special_review.eligible.newborn_weight": 1500} | {
        f"special_review.eligible.newborn_{of}_multiple": value for of, value in multiples.items()
    }  # fmt: skip
    row = {"age": age, "birth_weight": 1499, "total_cost": 12_000.0}
    paid = street(changes, row, row | {"age": 1}, weights=pd.DataFrame(WEIGHTS))
    assert column(paid, "review") == [stage, "none"]


def test_groups_of_few_cases_may_file():
    """Payment rules §2.1: fewer than five cases."""
    weights = pd.DataFrame({"drg": ["ES13", "GZ13"], "weight": [1.0, 1.0], "n": [4, 5]})
    changes = REVIEW | {"special_review.eligible.group_cases": 5}
    rows = ({"total_cost": 12_000.0}, {"total_cost": 12_000.0, "drg": "GZ13"})
    assert column(street(changes, *rows, weights=weights), "review") == ["accepted", "none"]


@pytest.mark.parametrize(("count", "places"), [(39, 1), (40, 2), (59, 2), (60, 3)])
def test_the_quota_takes_the_largest_losses_of_a_hospital_and_quarter(count, places):
    """Payment rules §4.1: at most 5 % of DRG discharges."""
    rows = stays(count, losses=(100, 500, 300, 400))
    found = accepted({"special_review.quota": 0.05}, rows)
    assert sorted(row["total_cost"] for row in found) == sorted([10_500.0, 10_400.0, 10_300.0][:places])


def test_the_dip_quota_is_five_per_mille():
    rows = [row | {"score": 1000.0} for row in stays(200, losses=(100, 500))]
    assert len(accepted({"special_review.quota": 0.005}, rows, method="dip")) == 1
    assert len(accepted({"special_review.quota": 0.005}, rows[:199], method="dip")) == 0


def test_quotas_count_by_hospital_quarter_and_month_or_by_region():
    rows = (
        stays(20, (9, 8))
        + stays(20, (7, 6), hospital_id="H2")
        + stays(20, (5, 4), discharge_date="2024-05-01")
    )
    quota = {"special_review.quota": 0.05}
    assert len(accepted(quota, rows)) == 3
    assert [
        row["total_cost"]
        for row in accepted(
            quota | {"special_review.quota_scope": "region", "special_review.period": "year"}, rows
        )
    ] == [10_009.0, 10_008.0, 10_007.0]


def test_the_rank_may_be_the_ratio_or_the_cost():
    rows = [
        *stays(38),
        {"drg": "ES15", "total_cost": 15_000.0, "discharge_date": "2024-02-01"},
        {"drg": "ES11", "total_cost": 31_000.0, "discharge_date": "2024-02-01"},
    ]
    for rank, first in (("ratio", 38), ("loss", 39), ("cost", 39)):
        changes = {"special_review.quota": 0.025, "special_review.rank": rank}
        assert accepted(changes, rows) == [rows[first]]


def test_acceptance_is_a_chance_keyed_to_the_case():
    rows = stays(2_000, losses=[1_000] * 2_000)
    half, most = ({"special_review.acceptance": chance} for chance in (0.5, 0.6))
    first = column(street(REVIEW | half, *rows), "review")
    assert 900 < first.count("accepted") < 1_100
    assert first == column(street(REVIEW | half, *rows), "review")
    # whoever is accepted by a stricter panel is accepted by a milder one: the same number is drawn
    more = column(street(REVIEW | most, *rows), "review")
    assert all(late == "accepted" for early, late in zip(first, more, strict=True) if early == "accepted")
    assert first != column(street(REVIEW | half, *rows, seed=1), "review")


def test_application_is_a_chance_of_its_own():
    rows = stays(2_000, losses=[1_000] * 2_000)
    both = REVIEW | {"special_review.application": 0.5, "special_review.acceptance": 0.5}
    stages = column(street(both, *rows), "review")
    assert 900 < stages.count("eligible") < 1_100
    assert 400 < stages.count("accepted") < 600


def test_decisions_of_record_stand_before_chance_and_quota():
    rows = stays(40, losses=(100, 500, 300, 400, 200))
    decisions = {"C0": True, "C1": False, "C39": 9_500.0}
    paid = street(
        REVIEW | {"special_review.quota": 0.05, "special_review.acceptance": 0}, *rows, decisions=decisions
    )
    stages = column(paid, "review")
    assert (stages[0], stages[1], stages[39]) == ("accepted", "refused", "accepted")
    assert column(paid, "payment")[:2] == [10_100.0, 10_000.0]
    assert column(paid, "payment")[39] == 9_500.0
    # the three decided cases have used up the two places
    assert stages[2:5] == ["over_quota"] * 3


def test_stays_outside_the_scheme_are_not_reviewed():
    changes = REVIEW | {"routes.excluded.groups": ["ES13"]}
    assert column(street(changes, {"total_cost": 50_000.0}), "review") == ["none"]
