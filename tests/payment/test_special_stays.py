"""Incomplete stays, readmission, support of Chinese medicine, new technology."""

import pandas as pd
import pytest

from .streets import column, street

JINHUA = {"incomplete.method": "prorated", "incomplete.discharge_modes": ["4"]}
K = {"standard.coefficient.scope": "level", "standard.coefficient.level": 1.2}


@pytest.mark.parametrize(
    ("cost", "share"), [(4_000, 0.4), (9_999.99, 0.999999), (10_000, 1), (10_000.01, 1), (50_000, 1)]
)
@pytest.mark.parametrize(("with_k", "k"), [(False, 1.0), (True, 1.2)])
def test_an_incomplete_stay_earns_its_cost_over_the_group_mean_at_most_the_base(cost, share, with_k, k):
    """Payment rules §2.3: capped at base_g, with the coefficient (Zhejiang) or without (Jinhua)."""
    changes = JINHUA | K | {"incomplete.with_coefficient": with_k}
    paid = street(changes, {"discharge": 4, "total_cost": float(cost)})
    assert column(paid, "payment") == [pytest.approx(share * k * 10_000, abs=0.01)]


def test_complete_stays_and_groups_without_a_mean_keep_their_standard():
    weights = pd.DataFrame({"drg": ["ES13", "GZ13"], "weight": [1.0, 1.0], "mean_cost": [10_000.0, None]})
    rows = ({"discharge": 1}, {"discharge": 4, "drg": "GZ13"}, {"discharge": None})
    assert column(street(JINHUA, *rows, weights=weights), "payment") == [10_000.0] * 3


def test_an_incomplete_stay_may_also_be_a_short_one_only():
    changes = JINHUA | {"incomplete.max_days": 3}
    paid = street(changes, *({"discharge": 4, "los": los, "total_cost": 5_000.0} for los in (3, 4)))
    assert column(paid, "payment") == [5_000.0, 10_000.0]


def stay(patient, admitted, discharged, **more):
    return {"patient_id": patient, "admission_date": admitted, "discharge_date": discharged, **more}


HALVED = {"readmission.method": "cut_previous", "readmission.within_days": 15, "readmission.factor": 0.5}


@pytest.mark.parametrize(
    ("back", "payments"),
    [("2024-03-24", [5_000, 10_000]), ("2024-03-25", [5_000, 10_000]), ("2024-03-26", [10_000, 10_000])],
)
def test_back_in_the_same_group_within_15_days_halves_the_first_stay(back, payments):
    """Fund rules §8-19 (Zhejiang): the first stay's points × 0.5."""
    rows = (stay("P", "2024-03-01", "2024-03-10"), stay("P", back, "2024-03-30"))
    assert column(street(HALVED, *rows), "payment") == payments
    assert column(street(HALVED | {"readmission.method": "cut_later"}, *rows), "payment") == payments[::-1]


def test_another_person_another_group_and_exempt_care_are_not_cut():
    first = stay("P", "2024-03-01", "2024-03-10")
    assert column(street(HALVED, first, stay("Q", "2024-03-12", "2024-03-15")), "payment") == [10_000] * 2
    assert (
        column(street(HALVED, first, stay("P", "2024-03-12", "2024-03-15", drg="GZ13")), "payment")[0]
        == 10_000
    )
    rows = (first | {"diagnoses": "Z51.1"}, stay("P", "2024-03-12", "2024-03-15", diagnoses="Z51.1"))
    assert (
        column(street(HALVED | {"readmission.exempt_diagnoses": ["Z51.1"]}, *rows), "payment") == [10_000] * 2
    )
    assert column(street(HALVED | {"readmission.exempt_groups": ["ES"]}, *rows), "payment") == [10_000] * 2


def test_three_stays_in_a_row_cut_the_first_two():
    rows = [stay("P", f"2024-03-{day:02d}", f"2024-03-{day + 2:02d}") for day in (1, 8, 15)]
    assert column(street(HALVED, *rows), "payment") == [5_000, 5_000, 10_000]


def test_support_of_chinese_medicine_does_not_add_up():
    """Payment rules §3.3: 5 to 15 %, not cumulative, the highest applies."""
    changes = {"tcm.support": {"ES13": 0.05, "other": 0}, "tcm.hospital_support": {"H2": 0.15, "H3": 0.02}}
    rows = [
        {"drg": drg, "hospital_id": hospital} for drg in ("ES13", "GZ13") for hospital in ("H1", "H2", "H3")
    ]
    paid = street(changes | {"standard.base_rate": 1_000}, *[row | {"total_cost": 900.0} for row in rows])
    assert column(paid, "payment") == [1_050.0, 1_150.0, 1_050.0, 1_500.0, 1_725.0, 1_530.0]


def test_support_raises_what_outlier_rules_have_left():
    """Payment rules: final = initial + initial × support."""
    changes = {"tcm.support": 0.1, "outlier.low.method": "by_item", "outlier.low.threshold": 0.6}
    assert column(street(changes, {"total_cost": 5_000.0}), "payment") == [5_500.0]


NEW = {"new_technology.method": "above_mean", "new_technology.cost_multiple": 2, "new_technology.share": 0.64}
MEANS = pd.DataFrame(
    {
        "drg": ["ES13"],
        "weight": [3.0],
        "mean_cost": [30_000.0],
        "mean_drug": [9_000.0],
        "mean_consumable": [2_000.0],
    }
)


@pytest.mark.parametrize(
    ("cost", "new", "payment"),
    [
        (80_000, 60_000, 81_000),  # 75 % > 64 % and 80,000 > 60,000: 30,000 + (60,000 − 9,000)
        (80_000, 51_200, 30_000),  # exactly 64.0 %: not triggered
        (80_000, 51_200.01, 72_200.01),
        (60_000, 50_000, 30_000),  # exactly twice the mean: not triggered
        (60_000.01, 50_000, 71_000),
    ],
)
def test_new_technology_above_the_mean_of_its_category(cost, new, payment):
    """Payment rules §8-7 (Beijing): both triggers strict."""
    paid = street(NEW, {"total_cost": float(cost), "new_technology_cost": float(new)}, weights=MEANS)
    assert column(paid, "payment") == [payment]


def test_the_case_may_say_its_category_of_new_technology():
    row = {"total_cost": 80_000.0, "new_technology_cost": 60_000.0}
    rows = (
        {**row, "new_technology_category": "consumable"},
        {**row, "new_technology_category": "procedure"},
        row,
    )
    assert column(street(NEW, *rows, weights=MEANS), "payment") == [88_000.0, 30_000.0, 81_000.0]


@pytest.mark.parametrize(("year", "left"), [(1, 1.0), (2, 0.6), (3, 0.3), (4, 0.0), (None, 1.0)])
def test_add_on_points_taper_by_year_of_listing(year, left):
    """Payment rules §4.2 (Zhejiang): add-ons taper over three years; the rates here are the test's own."""
    changes = {
        "new_technology.method": "add_on",
        "new_technology.add_on_share": 0.5,
        "new_technology.taper": [[1, 1], [2, 0.6], [3, 0.3], [None, 0]],
    }
    paid = street(changes, {"new_technology_cost": 4_000.0, "new_technology_year": year})
    assert column(paid, "payment") == [10_000 + 2_000 * left]


def test_new_technology_never_lowers_a_payment():
    changes = NEW | {"outlier.high.method": "by_item", "outlier.high.threshold": 2}
    paid = street(changes, {"total_cost": 90_000.0, "new_technology_cost": 60_000.0}, weights=MEANS)
    assert column(paid, "payment") == [90_000.0]
