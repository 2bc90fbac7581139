"""Simulated beside published: like with like, and nothing beside what it was made from."""

import numpy as np
import pandas as pd
import pytest

from drgsim.published import published
from drgsim.simulation.projection.projection import project
from drgsim.simulation.projection.published_beside import published_beside

from .projected_world import BASELINE, SmallWorld, assuming
from .test_projection import funds

CASES = pd.DataFrame(
    {
        "insurance": ["employee", "employee", "resident", "other"],
        "los": [8.0, np.nan, 4.0, 90.0],
        "in_scope": [9_000.0, 18_000.0, np.nan, 1.0],
    }
)
LEDGER = {
    "total_cost": np.array([1_000_000, 2_000_000, 700_000, 99]),
    "fund_by_item": np.array([700_000, 1_500_000, 400_000, 99]),
    "other_payers": np.array([50_000, 0, 20_000, 0]),
}


def by(table):
    return table.set_index(["measure", "insurance", "year"])


def test_measures_of_the_cases_are_those_of_their_insurance():
    table = by(published_beside(CASES, LEDGER, 2025))
    employee = {
        name: table.loc[(name, "employee", 2025)] for name, kind, _ in table.index if kind == "employee"
    }
    assert employee["mean_inpatient_cost"]["simulated"] == 15_000
    assert employee["mean_inpatient_cost"]["gap"] == pytest.approx(15_000 / 11_522 - 1)
    assert employee["mean_stay"]["simulated"] == 8.0
    assert employee["in_scope_fund_share"]["simulated"] == pytest.approx(22_500 / 27_000)
    assert employee["in_scope_fund_share"]["gap"] == pytest.approx(22_500 / 27_000 - 0.841)
    assert employee["actual_fund_share"]["simulated"] == pytest.approx(2_250_000 / 3_000_000)
    assert ("in_scope_fund_share", "resident", 2025) not in table.index  # not known there
    assert set(table.index.get_level_values("insurance")) == {"employee", "resident"}


def test_a_figure_of_another_year_says_which():
    table = by(published_beside(CASES, LEDGER, 2025))
    row = table.loc[("actual_fund_share", "employee", 2025)]
    assert (row["published_year"], row["published"], row["source"], row["state"]) == (
        2019,
        0.756,
        "P10",
        "secondary",
    )
    assert "2019" in row["title_zh"]
    assert "2019" in row["title_en"]
    past = by(published_beside(CASES, LEDGER, 2022))
    assert past.loc[("mean_stay", "employee", 2022), "published_year"] == 2023


def test_growth_stands_beside_the_growth_of_the_same_figure():
    world = SmallWorld()
    scenario = assuming(BASELINE, **{"income_growth.employee": 0.03, "insured_growth.resident": -0.01})
    projection = project(world, [scenario], years=2, funds=funds(world))
    table = by(published_beside(CASES, LEDGER, 2025, projection))
    row = table.loc[("pooled_income.growth", "employee", 2026)]
    years = [published("pooled_income", year, insurance="employee").amount for year in (2024, 2025)]
    assert row["simulated"] == pytest.approx(0.03)
    assert row["published"] == pytest.approx(years[1] / years[0] - 1)
    assert row["gap"] == pytest.approx(0.03 - (years[1] / years[0] - 1))
    assert (row["published_year"], row["unit"]) == (2025, "share")
    assert table.loc[("insured.growth", "resident", 2026), "simulated"] == pytest.approx(-0.01)
    assert table.loc[("pooled_expenditure.growth", "employee", 2026), "simulated"] == pytest.approx(
        0.0, abs=1e-9
    )


def test_growth_is_compared_year_by_year_where_it_is_published():
    world = SmallWorld()
    world.year = 2022
    projection = project(world, [BASELINE], years=5, funds=funds(world))
    table = published_beside(CASES, LEDGER, 2022, projection)
    growth = table[(table["measure"] == "pooled_expenditure.growth")]
    assert (
        growth["year"].tolist() == growth["published_year"].tolist() == [2024, 2025]
    )  # 2022 is not published
    world.year = 2025
    later = published_beside(CASES, LEDGER, 2025, project(world, [BASELINE], years=5, funds=funds(world)))
    later = later[later["measure"] == "pooled_expenditure.growth"]
    assert (later["year"].tolist(), later["published_year"].tolist()) == ([2026], [2025])


def test_what_was_derived_from_a_figure_is_not_put_beside_it():
    world = SmallWorld()
    derived = published_beside(CASES, LEDGER, 2025, project(world, [BASELINE], years=1))
    assert not {"hospitalisation_rate", "reserve_months"} & set(derived["measure"])
    table = funds(world, insured=[1e3, 2e3, 3e3, 4e3])
    given = by(published_beside(CASES, LEDGER, 2025, project(world, [BASELINE], years=1, funds=table)))
    cases = world.table[world.table["insured_region"] != "far"].groupby("insurance")["cases"].sum()
    assert given.loc[("hospitalisation_rate", "employee", 2025), "simulated"] == pytest.approx(
        cases["employee"] / 4e3
    )
    assert given.loc[("reserve_months", "resident", 2025), "published"] == 9.8
    assert given["title_zh"].str.len().min() > 0
