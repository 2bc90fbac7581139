"""What a fund's levers assume of stays, measured on stays."""

import numpy as np
import pandas as pd
import pytest

import drgsim
from drgsim.cli.main import main
from drgsim.fund.fund_errors import FundError
from drgsim.fund.lever import lever
from drgsim.fund.scenario import FundScenario
from drgsim.simulation.fund_levers import _entry, _over_months, measured
from drgsim.simulation.scenario.scenario import Scenario


def test_a_reform_moves_the_fund_by_as_much_as_simulate_says(cases):
    baseline = Scenario.load("baseline-drg")
    tenth = baseline.reform({"standard.base_rate": {"employee": 12000, "resident": 8000}}, id="rate").named(
        "dearer"
    )
    scenario = FundScenario.of({"payment_reform": {"2026-07-01": 1}}, id="rate")
    found = measured(scenario, cases, simulated=(baseline, tenth), draws=60, seed=1).scenario
    settings = found.uses["payment_reform"].settings
    outcomes = drgsim.simulate(cases, [baseline, tenth]).outcomes
    for insurance in ("employee", "resident"):
        before, after = (
            outcome.sums(["insurance"]).set_index("insurance").loc[insurance, "fund"]
            for outcome in outcomes.values()
        )
        at = settings[insurance]
        assert at.value == pytest.approx(after / before - 1, rel=1e-9)
        assert at.low <= at.value <= at.high
        assert (at.source, at.state) == ("F92", "assumed")
    assert settings["share"].value == 1
    assert FundScenario.of(found.to_document()).to_document() == found.to_document()


def test_one_hospital_has_its_part_and_its_patients(cases):
    own = cases.loc[cases["hospital_level"] == 2, "hospital_id"].value_counts().index[0]
    baseline = Scenario.load("baseline-drg")
    upgrade = baseline.reform(hospitals={own: {"level": 3}}, id="up").named("up")
    scenario = FundScenario.of("hospital-becomes-tertiary")
    found = measured(scenario, cases, simulated=(baseline, upgrade), draws=20).scenario
    settings = found.uses["hospital_upgrade"].settings
    table = drgsim.simulate(cases, [baseline, upgrade])
    before = table.outcomes["baseline-drg"].sums(["hospital"]).set_index("hospital")["fund"]
    assert settings["share"].value == pytest.approx(before[own] / before.sum())
    moved = sum(
        settings[insurance].value * held
        for insurance, held in table.outcomes["baseline-drg"]
        .sums(["hospital", "insurance"]).query("hospital == @own").set_index("insurance")["fund"].items()
        if insurance in settings
    )  # fmt: skip
    summary = table.summary().loc["up"]
    assert moved / 100 == pytest.approx(summary["fund_change"], abs=1)
    assert settings["patients"].value == pytest.approx(
        -summary["patient_change"] / summary["fund_change"], rel=1e-6
    )


def test_cross_region_and_procurement_take_stays(cases):
    gap = measured(FundScenario.of("cross-province-drg"), cases, draws=20).scenario.uses["cross_region_drg"]
    assert gap.settings["gap"].source == "F92"
    assert gap.settings["gap"].value != -0.05
    stents = measured(FundScenario.of("stents-procurement"), cases).scenario.uses["procurement"].settings
    using = cases["procedures"].str.contains(r"(?:^|\|)36\.0[67]", regex=True)
    cost = cases["total_cost"]
    assert stents["group_share"].value == pytest.approx(cost[using].sum() / cost.sum())
    items = cases["consumable_cost"]
    assert stents["item_share"].value == pytest.approx(items[using].sum() / cost[using].sum())
    assert stents["lag"].value == 2


def test_stays_that_cannot_say_it_are_refused(cases):
    with pytest.raises(FundError, match="rests on stays"):
        measured(FundScenario.of("premium-20"), cases)
    with pytest.raises(FundError, match="procedures"):
        measured(FundScenario.of("stents-procurement"), cases, procedures=("99.999",))
    home = cases[cases["insured_region"] == cases["care_region"]]
    with pytest.raises(FundError, match="another region"):
        measured(FundScenario.of("cross-province-drg"), home, draws=10)


def test_in_one_command(cases, tmp_path, capsys):
    file = tmp_path / "cases.csv"
    cases.head(1_500).to_csv(file, index=False)
    words = ["value", "--cases", str(file), "--reform", "outlier.low.threshold=0.3", "--from", "2027-07-01"]
    assert main([*words, "--years", "3", "--draws", "20", "--seed", "1"]) == 0
    out = capsys.readouterr().out
    assert "payment_reform: measured on the 1,500 stays given" in out
    assert "F92" in out
    assert main(["value", "--reform", "x=1", "--years", "3"]) == 2
    assert "--cases" in capsys.readouterr().err
    assert main(["value", "--cases", str(file), "--scenario", "premium-20", "--years", "3"]) == 2


def test_the_interval_of_a_ratio_is_from_leaving_out_a_month_at_a_time():
    gained, held = np.array([4.0, 6.0, 30.0]), np.array([60.0, 40.0, 100.0])
    days = pd.Series(pd.to_datetime(["2025-01-05", "2025-01-20", "2025-02-10"]))
    low, high = _over_months(gained, held, days)
    # 40 of 200; without January 30 of 100, without February 10 of 100: a standard error of 0.1, and Student's
    # 6.314 for one degree of freedom
    assert (low, high) == pytest.approx((0.2 - 0.6314, 0.2 + 0.6314), abs=1e-4)
    assert all(np.isnan(_over_months(gained[:2], held[:2], days[:2])))  # one month says nothing of its spread


def test_an_interval_holds_its_value_and_keeps_to_the_bounds_of_the_setting():
    gap = lever("cross_region_drg").settings["gap"]  # from -0.9 to 2
    assert _entry(gap, 0.1) == {"value": 0.1}
    assert _entry(gap, 0.1, float("nan"), 0.2) == {"value": 0.1}
    assert _entry(gap, 0.1, -3.0, 5.0) == {"value": 0.1, "low": -0.9, "high": 2.0}
    assert _entry(gap, 0.1, 0.2, 0.3) == {"value": 0.1, "low": 0.1, "high": 0.3}
    assert _entry(gap, 0.1, 0.0, 0.05) == {"value": 0.1, "low": 0.0, "high": 0.1}
