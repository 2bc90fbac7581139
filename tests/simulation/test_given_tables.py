"""A table that fits no region would change nothing unseen: it is refused."""

import pandas as pd
import pytest

from drgsim.errors import ArgumentError, NotFoundError
from drgsim.simulation.scenario.scenario import Scenario
from drgsim.simulation.scenario_errors import SimulationError
from drgsim.simulation.simulate import MOST_DRAWS, simulate

KINDS = ("employee", "resident")
REFORM = {"settlement.point_value": "floating"}


@pytest.fixture(scope="module")
def few(cases):
    return cases.head(300)


def table(regions, **money):
    return pd.DataFrame([{"region": r, "insurance": kind, **money} for r in regions for kind in KINDS])


def regions(few):
    return sorted({*few["care_region"], *few["insured_region"]})


@pytest.mark.parametrize(
    "tables",
    [
        {"budgets": table(["0001"], budget=1e6)},
        {"funds": table(["0001"], income=1e6, other_spending=0.0, reserve=0.0)},
        {"insured": table(["0001"], insured=1000)},
    ],
)
def test_a_table_of_other_regions_is_refused(few, tables):
    with pytest.raises(SimulationError, match=next(iter(tables))):
        simulate(few, "baseline-drg", years=1, **tables, explain=False)


def test_what_is_no_table_is_refused(few):
    with pytest.raises(ArgumentError, match="budgets must be a DataFrame"):
        simulate(few, "baseline-drg", budgets=[1], explain=False)


def test_codes_that_were_read_as_numbers_fit(few):
    budgets = table(regions(few), budget=1e6)
    text, number = (
        simulate(few, ["baseline-drg", REFORM], budgets=each, explain=False).summary()["fund"].tolist()
        for each in (budgets, budgets.astype({"region": int}))
    )
    assert text == number


def test_a_fund_may_owe_but_not_earn_less_than_nothing(few):
    money = {"income": 1e6, "other_spending": 1e5, "reserve": -5.0}
    assert len(
        simulate(few, "baseline-drg", years=1, funds=table(regions(few), **money), explain=False).projection()
    )
    with pytest.raises(SimulationError, match="zero or more"):
        simulate(
            few, "baseline-drg", years=1, funds=table(regions(few), **money | {"income": -1.0}), explain=False
        )


def test_more_draws_than_memory_holds_are_refused_at_once(few):
    with pytest.raises(ArgumentError, match="memory"):
        simulate(few, "baseline-drg", draws=MOST_DRAWS + 1, explain=False)


def test_a_policy_in_place_of_a_scenario_is_told_what_to_do():
    with pytest.raises(NotFoundError, match=r"Scenario\.of\('national-drg-rate'\)"):
        Scenario.load("national-drg-rate")


def test_responses_that_leave_no_stay_are_told(few, baseline):
    none = baseline.respond("volume", share=-0.5, employee=-0.5, resident=-0.5)
    with pytest.raises(SimulationError, match="volume"):
        simulate(few, [baseline, none.named("none")], explain=False)


def test_what_is_left_out_of_a_projection_is_told(cases):
    found = simulate(cases, "baseline-drg", years=1, explain=False)
    told = [en for _, en in found.cautions() if "not projected" in en]
    stays = found.by("region").set_index("region")["cases"].sum()
    base = (
        found.projection().query("region == 'all' and insurance == 'all' and year == 2025")["cases"].iloc[0]
    )
    assert len(told) == 1
    assert f"{int(stays - base):,} stays" in told[0]
