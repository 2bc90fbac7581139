"""Funds over the years: what must hold whatever the cells, and figures worked out by hand."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drgsim.errors import ArgumentError, ColumnError
from drgsim.published import published
from drgsim.simulation.projection.cells import Cells
from drgsim.simulation.projection.frame import ALL
from drgsim.simulation.projection.funds import derived_opening, reserve_months
from drgsim.simulation.projection.projection import project
from drgsim.simulation.projection.years import PaidYears
from drgsim.simulation.scenario_errors import SimulationError

from .projected_world import BASELINE, FLOATING, YEAR, SmallWorld, assuming, cells

MONEY = ["inpatient_cost", "inpatient_fund", "other_spending", "income", "balance"]
KEYS = ["region", "insurance"]


def funds(world, **columns):
    """A table of funds that covers the world's, with round numbers."""
    rows = [(region, kind) for region in ("A", "B") for kind in ("employee", "resident")]
    table = pd.DataFrame(rows, columns=["region", "insurance"])
    return table.assign(**({"income": 9e6, "other_spending": 1e6, "reserve": 5e6} | columns))


def test_without_growth_every_year_is_the_base_year_to_the_fen():
    for scenario in (BASELINE, FLOATING):
        world = SmallWorld()
        frame = project(world, [scenario], years=4).frame
        base = frame[frame["year"] == YEAR].set_index(KEYS)
        for year in range(YEAR + 1, YEAR + 5):
            own = frame[frame["year"] == year].set_index(KEYS)
            pd.testing.assert_frame_equal(
                own[["insured", "cases", *MONEY]], base[["insured", "cases", *MONEY]]
            )
        assert len(world.asked) == 1


def test_the_base_year_is_what_the_cells_and_their_settlement_say():
    world = SmallWorld()
    frame = project(world, [BASELINE]).frame
    base = frame[
        (frame["year"] == YEAR) & (frame["region"] == "A") & (frame["insurance"] == "employee")
    ].iloc[0]
    table = world.table[world.table["insurance"] == "employee"]
    own, here = table[table["insured_region"] == "A"], table[table["care_region"] == "A"]
    spent = (own["fund"] - own["fund_care_region"]).sum() + here["fund_care_region"].sum()
    assert base["inpatient_fund"] * 100 == pytest.approx(spent, abs=0.01)
    assert base["cases"] == own["cases"].sum()
    assert base["inpatient_cost"] * 100 == pytest.approx(own["total_cost"].sum(), abs=0.01)


def test_a_year_that_its_clearing_does_not_move_is_the_same_settled_or_added_up(monkeypatch):
    moving = assuming(BASELINE, unit_cost_growth=0.03, rate_growth=0.013)
    added = project(SmallWorld(), [moving], years=2).frame
    monkeypatch.setattr("drgsim.simulation.projection.cells.moves_money", lambda policy: True)
    pd.testing.assert_frame_equal(project(SmallWorld(), [moving], years=2).frame, added)


growths = st.fixed_dictionaries(
    {
        name: st.floats(-0.1, 0.1).map(lambda each: round(each, 3))
        for name in (
            "insured_growth.employee", "rate_growth.resident", "mix_growth", "unit_cost_growth",
            "income_growth", "other_spending_growth", "budget_growth",
        )
    }
    | {"reweighting_lag": st.integers(0, 3), "pass_through": st.sampled_from([0.0, 0.5, 1.0])}
)  # fmt: skip


@settings(max_examples=12)
@given(growths, st.integers(0, 5), st.sampled_from([BASELINE, FLOATING]))
def test_sums_over_regions_are_all_and_balances_close(values, seed, scenario):
    frame = project(SmallWorld(cells(seed)), [assuming(scenario, **values)], years=3).frame
    by_region = frame[frame["region"] != ALL].groupby(["insurance", "year"])
    every = frame[frame["region"] == ALL].set_index(["insurance", "year"]).sort_index()
    for name in ["insured", "cases", *MONEY, "reserve"]:
        sums = by_region[name].sum(min_count=1).sort_index()
        np.testing.assert_allclose(sums.to_numpy(), every[name].to_numpy(), rtol=1e-9, atol=1e-4)
    own = frame[frame["insurance"] != ALL]
    left = own["income"] - own["inpatient_fund"] - own["other_spending"]
    np.testing.assert_allclose(own["balance"], left, atol=0.02)
    for _, course in own.groupby(KEYS):
        np.testing.assert_allclose(np.diff(course["reserve"]), course["balance"].to_numpy()[1:], atol=0.02)


@settings(max_examples=12)
@given(growths, st.integers(0, 5))
def test_employees_and_residents_never_mix(values, seed):
    employee = {name: each for name, each in values.items() if "employee" in name}
    employee["income_growth.employee"] = values["income_growth"]
    employee["unit_cost_growth.employee"] = values["unit_cost_growth"]
    world = SmallWorld(cells(seed))
    still, moved = (project(world, [assuming(BASELINE, **each)], years=3).frame for each in ({}, employee))
    residents = still["insurance"] == "resident"
    pd.testing.assert_frame_equal(still[residents], moved[residents])


def test_twice_the_income_moves_balances_alone():
    world = SmallWorld()
    moving = assuming(BASELINE, unit_cost_growth=0.03, income_growth=0.04, rate_growth=0.01)
    once = project(world, [moving], funds=funds(world)).frame
    twice = project(world, [moving], funds=funds(world, income=18e6)).frame
    same = ["insured", "cases", "inpatient_cost", "inpatient_fund", "other_spending"]
    pd.testing.assert_frame_equal(once[same], twice[same])
    own = once["insurance"] != ALL
    assert (twice["balance"] - once["balance"])[own].to_numpy() == pytest.approx(
        once["income"][own].to_numpy()
    )


def test_stays_and_cost_grow_as_assumed():
    world = SmallWorld()
    values = {
        "insured_growth.employee": 0.02, "rate_growth": 0.01, "mix_growth": 0.005, "unit_cost_growth": 0.03,
        "reweighting_lag": 0,
    }  # fmt: skip
    frame = project(world, [assuming(BASELINE, **values)], years=2).frame
    own = frame[(frame["region"] == "A") & (frame["insurance"] == "employee")].set_index("year")
    assert own["insured"][2027] == pytest.approx(own["insured"][2025] * 1.02**2)
    assert own["cases"][2027] == pytest.approx(own["cases"][2025] * 1.02**2 * 1.01**2)
    for name in ("inpatient_cost", "inpatient_fund"):
        assert own[name][2027] == pytest.approx(own[name][2025] * (1.02 * 1.01 * 1.005 * 1.03) ** 2, rel=1e-7)


def test_an_age_band_grows_on_its_own():
    world = SmallWorld()
    values = {"insured_growth.employee/oldest": 0.1, "insured_growth.employee": 0.0}
    frame = project(world, [assuming(BASELINE, **values)], years=1).frame
    own = frame[(frame["region"] == "A") & (frame["insurance"] == "employee")].set_index("year")
    cases = world.table[(world.table["insured_region"] == "A") & (world.table["insurance"] == "employee")]
    old = cases.loc[cases["age_band"] == "oldest", "cases"].sum()
    assert 0 < old < cases["cases"].sum()
    assert own["cases"][2026] == pytest.approx(cases["cases"].sum() + 0.1 * old)


def test_prices_follow_cost_late_and_in_part():
    world = SmallWorld(response=0.5)
    values = {"unit_cost_growth": 0.1, "reweighting_lag": 1, "pass_through": 0.5}
    frame = project(world, [assuming(BASELINE, **values)], years=3).frame
    own = frame[(frame["region"] == "B") & (frame["insurance"] == "resident")].set_index("year")
    for year, cost, price in [(2026, 1.1, 1.0), (2027, 1.21, 1.1**0.5), (2028, 1.331, 1.21**0.5)]:
        assert own["inpatient_cost"][year] == pytest.approx(own["inpatient_cost"][2025] * cost, rel=1e-5)
        expected = own["inpatient_fund"][2025] * price * (cost / price) ** 0.5
        assert own["inpatient_fund"][year] == pytest.approx(expected, rel=1e-5)


def test_a_floating_point_value_spends_the_grown_budget():
    world = SmallWorld()
    values = {"budget_growth": 0.02, "unit_cost_growth": 0.08, "rate_growth.employee": 0.05}
    frame = project(world, [assuming(FLOATING, **values)], years=2).frame
    own = frame[(frame["region"] == "A") & (frame["insurance"] == "employee")].set_index("year")
    budget = world.budgets.set_index(["region", "insurance"])["budget"]["A", "employee"]
    reserve = FLOATING.policies(date(2025, 12, 31))["settlement.reserve"]
    assert own["inpatient_fund"][2027] == pytest.approx(budget * (1 - reserve) * 1.02**2, abs=1.0)


def test_a_change_phased_in_counts_with_its_share():
    reformed = replace(
        BASELINE.reform(
            {"outlier.high.method": "excess", "outlier.high.threshold": 2.0},
            id="change",
            phase_in={"start": 2027, "years": 4, "profile": "linear"},
        ),
        id="reformed",
    )
    world = SmallWorld(saving=0.2)
    frame = project(world, [BASELINE, reformed], years=6).frame
    own = frame[(frame["region"] == ALL) & (frame["insurance"] == ALL)]
    spent = own.pivot_table(index="year", columns="scenario", values="inpatient_fund")
    share = (spent["reformed"] / spent["baseline"] - 1) / -0.2
    assert share.round(6).tolist() == [0.0, 0.0, 0.25, 0.5, 0.75, 1.0, 1.0]
    assert {taken for _, taken, _, _ in world.asked} == {(), ("change",)}
    assert len(world.asked) == 2


def test_equal_rules_and_relative_costs_are_paid_once():
    world = SmallWorld()
    paid = PaidYears(world)
    steady = assuming(BASELINE, unit_cost_growth=0.05, reweighting_lag=1)
    project(world, [steady, replace(steady, id="again")], years=8, paid=paid)
    assert paid.payments == len(world.asked) == 2  # cost level with prices, and one year ahead of them


def test_first_deficits_are_found():
    world = SmallWorld()
    base = project(world, [BASELINE], years=1, funds=funds(world)).frame
    spent = base[(base["region"] == "A") & (base["insurance"] == "employee")]["inpatient_fund"].iloc[0]
    table = funds(world, income=spent + 1e6 + 2e5, reserve=1e5)
    falling = assuming(BASELINE, **{"income_growth.employee": -0.05})
    found = project(world, [falling], years=5, funds=table)
    first = found.first_deficit().set_index(["region", "insurance"]).loc[("A", "employee")]
    income = spent + 1.2e6
    balances = [income * 0.95**year - spent - 1e6 for year in range(1, 6)]
    deficit = next(year for year, balance in enumerate(balances, start=1) if balance < 0)
    gone = next(year for year in range(1, 6) if 1e5 + sum(balances[:year]) < 0)
    assert (first["current_deficit"], first["reserve_gone"]) == (YEAR + deficit, YEAR + gone)
    rich = project(world, [BASELINE], years=5, funds=funds(world, income=9e9)).first_deficit()
    assert rich["current_deficit"].isna().all()
    assert rich["reserve_gone"].isna().all()


def test_warnings_show_the_gravest_light():
    world = SmallWorld()
    own = project(world, [BASELINE], years=1, funds=funds(world)).frame
    spending = own.set_index(KEYS).query(f"year == {YEAR}")
    spending = spending["inpatient_fund"] + spending["other_spending"]

    def light(region, kind, months, surplus):
        need = spending[region, kind]
        table = funds(world)
        row = (table["region"] == region) & (table["insurance"] == kind)
        table.loc[row, "reserve"] = need / 12 * months - surplus
        table.loc[row, "income"] = need + surplus
        frame = project(world, [BASELINE], years=1, funds=table).frame
        return frame[(frame["region"] == region) & (frame["insurance"] == kind)]["warning"].tolist()

    assert light("A", "employee", 6.5, 1000)[1] == ""
    assert light("A", "employee", 5.9, 1000)[1] == "reserve_amber"
    assert light("A", "employee", 2.9, 1000)[1] == "reserve_red"
    assert light("A", "resident", 2.9, 1000)[1] == "reserve_amber"
    assert light("A", "resident", 3.1, 1000)[1] == ""
    assert light("A", "resident", 1.4, 1000)[1] == "reserve_red"
    assert light("B", "employee", 9.0, -1000) == ["deficit_ahead", "deficit"]
    assert light("B", "employee", -0.1, 1000)[1] == "reserve_gone"


def test_reserve_months_of_published_examples():
    """Fund rules §8, rows 1 and 2; fund rules §5.2: employees and residents of 2024."""
    assert reserve_months(np.array([22.48]), np.array([15.67]))[0] == pytest.approx(17.2, abs=0.05)
    assert reserve_months(np.array([4947.0]), np.array([5544.0]))[0] == pytest.approx(10.7, abs=0.05)
    for insurance, measure, expected in [
        ("employee", "pooled_expenditure", 27.6),
        ("resident", "fund_expenditure", 9.2),
    ]:
        balance = published("pooled_balance_cumulative", 2024, insurance=insurance).amount
        spent = published(measure, 2024, insurance=insurance).amount
        assert reserve_months(np.array([balance]), np.array([spent]))[0] == pytest.approx(expected, abs=0.05)
    assert np.isnan(reserve_months(np.array([1.0]), np.array([0.0])))[0]


def test_surplus_mean_cost_and_weighted_rate_of_published_examples():
    """Fund rules §8, rows 3 to 5, through the code that projects."""
    world = SmallWorld()
    table = funds(world, income=1_000.0, other_spending=0.0)
    frame = project(world, [BASELINE], years=1, funds=table).frame
    own = frame[(frame["region"] == "A") & (frame["insurance"] == "employee")].iloc[0]
    assert own["balance"] / own["income"] == pytest.approx((1_000 - own["inpatient_fund"]) / 1_000)
    for insurance, mean in (("employee", 11_522), ("resident", 7_339)):
        cost = published("inpatient_cost", 2025, insurance=insurance).amount
        stays = published("discharges", 2025, insurance=insurance).amount
        assert cost / stays == pytest.approx(mean, abs=0.5)
    members = [
        (published("insured", 2021, insurance="employee", member=each).amount,
         published("hospitalisation_rate_published", 2021, insurance="employee", member=each).amount)
        for each in ("active", "retired")
    ]  # fmt: skip
    rate = sum(people * use for people, use in members) / sum(people for people, _ in members)
    assert round(rate, 3) == published("hospitalisation_rate_published", 2021, insurance="employee").amount


def test_funds_not_given_are_in_the_countrys_proportions():
    cost, spent = np.array([1e9, 2e9]), np.array([7e8, 1.2e9])
    opening = derived_opening([("A", "employee"), ("A", "resident")], cost, spent, 2025)
    for place, (insurance, income, spending) in enumerate(
        [("employee", "pooled_income", "pooled_expenditure"), ("resident", "fund_income", "fund_expenditure")]
    ):
        of = published("inpatient_cost", 2025, insurance=insurance).amount
        whole = published(spending, 2025, insurance=insurance).amount / of * cost[place]
        assert opening.income[place] == pytest.approx(
            published(income, 2025, insurance=insurance).amount / of * cost[place], abs=1
        )
        assert spent[place] + opening.other_spending[place] == pytest.approx(whole, abs=1)
        months = published("reserve_months", 2025, insurance=insurance).amount
        assert opening.reserve[place] == pytest.approx(whole / 12 * months, abs=1)
    assert opening.state == "assumed"
    assert opening.sources


@settings(max_examples=25)
@given(st.integers(0, 50), st.floats(0.5, 2.0), st.floats(0.5, 2.0))
def test_scaled_cells_keep_their_identity(seed, stays, money):
    table = Cells.of(cells(seed))
    moved = table.scaled(np.full((2, 11), stays), np.full(2, money)).measures
    parts = moved["fund"] + moved["patient"] + moved["other_payers"] + moved["borne_by_hospital"]
    assert (parts == moved["total_cost"]).all()
    assert (abs(moved["total_cost"] - table.measures["total_cost"] * stays * money) <= 0.5 + 1e-3).all()
    same = table.scaled(np.ones((2, 11)), np.ones(2)).measures
    assert all((same[name] == each).all() for name, each in table.measures.items())


def test_row_order_changes_nothing():
    table = cells(3)
    moving = assuming(FLOATING, unit_cost_growth=0.03, rate_growth=0.013)
    one = project(SmallWorld(table), [moving]).frame
    other = project(SmallWorld(table.sample(frac=1, random_state=1).reset_index(drop=True)), [moving]).frame
    pd.testing.assert_frame_equal(one, other)


def test_a_region_whose_insured_are_not_treated_at_home_has_no_fund():
    frame = project(SmallWorld(), [BASELINE], years=1).frame
    assert set(frame["region"]) == {"A", "B", ALL}
    more = pd.concat([funds(None).iloc[:1], funds(None).iloc[:1].assign(region="far")])
    few = project(SmallWorld(), [BASELINE], years=1, funds=more)
    assert few.left_out == (("far", "employee"),)
    assert "far/employee" in few.notes()[-1][1]
    few = few.frame
    assert set(zip(few["region"], few["insurance"], strict=True)) == {
        ("A", "employee"), ("A", ALL), (ALL, "employee"), (ALL, ALL),
    }  # fmt: skip


def test_the_all_insurance_row_adds_only_what_may_be_added():
    frame = project(SmallWorld(), [BASELINE], years=1).frame
    every = frame[frame["insurance"] == ALL]
    assert every[["other_spending", "income", "balance", "reserve", "reserve_months"]].isna().all(axis=None)
    assert (every["warning"] == "").all()


def test_insured_persons_may_be_given_with_or_without_age():
    world = SmallWorld()
    table = funds(world, insured=[1000.0, 2000.0, 3000.0, 4000.0])
    found = project(world, [BASELINE], years=1, funds=table)
    own = found.frame[(found.frame["year"] == YEAR) & (found.frame["region"] != ALL)]
    assert own[own["insurance"] != ALL]["insured"].tolist() == pytest.approx([1000, 2000, 3000, 4000])
    assert found.insured.is_measured
    aged = pd.concat([table.assign(age_band=band) for band in ("adult", "oldest")])
    growing = assuming(BASELINE, **{"insured_growth.employee": 0.0, "insured_growth.employee/oldest": 0.5})
    frame = project(world, [growing], years=1, funds=funds(world), insured_persons=aged).frame
    one = frame[(frame["region"] == "A") & (frame["insurance"] == "employee")].set_index("year")["insured"]
    assert one.tolist() == pytest.approx([2000, 2500])


def test_what_cannot_be_projected_says_why():
    world = SmallWorld()
    with pytest.raises(ArgumentError, match="no scenario"):
        project(world, [])
    with pytest.raises(ArgumentError, match="years"):
        project(world, [BASELINE], years=0)
    with pytest.raises(ArgumentError, match="ids of their own"):
        project(world, [BASELINE, BASELINE])
    with pytest.raises(ColumnError, match="lacks columns"):
        project(world, [BASELINE], funds=funds(world).drop(columns="income"))
    with pytest.raises(SimulationError, match="stands twice"):
        project(world, [BASELINE], funds=pd.concat([funds(world)] * 2))
    with pytest.raises(SimulationError, match="not a number"):
        project(world, [BASELINE], funds=funds(world, income=np.nan))
    with pytest.raises(SimulationError, match="no fund to project"):
        project(world, [BASELINE], funds=funds(world).assign(region="Z"))
    with pytest.raises(SimulationError, match="zero or more"):
        project(world, [BASELINE], funds=funds(world, insured=-1.0))
    with pytest.raises(SimulationError, match="no such age band"):
        project(world, [BASELINE], insured_persons=funds(world, insured=1.0, age_band="aged"))
    with pytest.raises(SimulationError, match="not given"):
        project(world, [BASELINE], insured_persons=funds(world, insured=1.0).iloc[:2])
    with pytest.raises(ColumnError, match="insured"):
        project(world, [BASELINE], insured_persons=funds(world))


def test_progress_is_told():
    told = []
    project(
        SmallWorld(), [BASELINE, replace(BASELINE, id="b")], years=2, progress=lambda *each: told.append(each)
    )
    assert told == [(1, 4, "baseline"), (2, 4, "baseline"), (3, 4, "b"), (4, 4, "b")]
