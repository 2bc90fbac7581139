"""Supervision as a lever: to the fen, nothing at zero, and what settlements keep rests on what is left."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import drgsim
from drgsim.audit.stays.worth import fund_at_stake, recovered
from drgsim.errors import ArgumentError
from drgsim.simulation.scenario.scenario import Scenario
from drgsim.simulation.scenario_errors import ScenarioError, SimulationError
from drgsim.simulation.world import watched

SHARES = {"coverage": 0.4, "detection": 0.5, "deterrence": 0.25}


@pytest.fixture(scope="module")
def found(cases, baseline):
    def of(id, **more):
        return baseline.reform(supervision={**SHARES, **more}, id="campaign").named(id)

    wide = {"value": 0.25, "low": 0.0, "high": 0.74, "source": "P13", "state": "secondary"}
    return drgsim.simulate(
        cases,
        [
            baseline,
            of("all"),
            of("split", rules=["split-admission"]),
            of("none", coverage=0, detection=0.9, deterrence=0),
            of("wide", deterrence=wide),
            of("assessed", coverage=0, deterrence=0, assessment=0.1),
        ],
        draws=60,
        seed=2,
    )


def total(found, scenario):
    return found.outcomes[scenario].total


def test_what_the_fund_saves_is_what_hospitals_bear_and_no_other_pays(found):
    before, after = total(found, found.baseline.id), total(found, "all")
    saved = before["fund"] - after["fund"]
    assert saved > 0
    assert after["borne_by_hospital"] - before["borne_by_hospital"] == saved
    assert (after["patient"], after["other_payers"]) == (before["patient"], before["other_payers"])
    assert found.outcomes["all"].settlement.residual == 0


def test_the_saving_is_the_stake_times_what_stays_away_and_comes_back(found):
    table = found.supervision().set_index(["scenario", "part"])["value"]
    stake = table["all", "at_stake"]
    assert table["all", "deterred"] == pytest.approx(0.25 * stake, abs=0.01)
    assert table["all", "recovered"] == pytest.approx(0.75 * 0.4 * 0.5 * stake, abs=0.01)
    assert table["all", "fine_high"] == pytest.approx(2 * table["all", "recovered"], abs=0.02)
    saved = (total(found, found.baseline.id)["fund"] - total(found, "all")["fund"]) / 100
    assert saved == pytest.approx(table["all", "saved"], abs=0.01 * 4_000)  # a fen of rounding a stay
    assert table["split", "at_stake"] < stake


def test_nothing_looked_at_and_nobody_deterred_moves_no_fen(found):
    assert total(found, "none") == total(found, found.baseline.id)


def test_its_bar_and_its_bands(found):
    bars = found.attribution("all")
    assert bars["lever"].tolist() == ["", "campaign", ""]
    assert bars["value"].iloc[1] < 0
    band = (
        found.bands()
        .query(
            "scenario == 'all' and band == 'difference_sampling' and measure == 'fund' and region == 'all' "
            "and insurance == 'all'"
        )
        .iloc[0]
    )
    assert band["low"] <= bars["value"].iloc[1] <= band["high"] < 0
    table = found.supervision().set_index(["scenario", "part"])
    wide, sure = table.loc[("wide", "saved")], table.loc[("all", "saved")]
    assert wide["low"] < wide["value"] < wide["high"]
    assert sure["low"] == sure["value"] == sure["high"]
    assert wide["state"] == "assumed"  # coverage and detection are


def test_retention_and_clearing_rest_on_what_is_left(found):
    before, after = (found.outcomes[name].settlement for name in (found.baseline.id, "all"))
    assert after.hospitals["retained"].sum() < before.hospitals["retained"].sum()
    cut = before.months["entitlement"].sum() - after.months["entitlement"].sum()
    assert cut == total(found, found.baseline.id)["fund"] - total(found, "all")["fund"]


def test_only_hospitals_below_their_whole_are_assessed(monkeypatch):
    audited = SimpleNamespace(indices=lambda beta: {"factor": pd.Series({"a": 1 - beta, "b": 1.0, "c": 1.2})})
    asked = []
    monkeypatch.setattr(watched, "reformed", lambda policies, reform: asked.append(reform) or policies)
    seen = watched.Watched(None, None, None, None)
    seen._results[("rule",)] = audited
    for beta in (0.25, 0.0):
        one = SimpleNamespace(assessment=beta, rules=("rule",))
        assert seen.assessed("policies", [one]) == "policies"
    assert asked == [{"settlement.assessment/a": 0.75}]


def test_assessment_reads_the_indices_of_the_audit(found):
    factor = found.audited("assessed").indices(beta=0.1)["factor"]
    hospitals = found.outcomes["assessed"].settlement.hospitals
    assessed = hospitals[hospitals["assessment_cut"] != 0]
    assert len(assessed) > 0
    expected = assessed["entitlement"] * (1 - assessed["hospital_id"].map(factor))
    assert np.abs(assessed["assessment_cut"] - expected).max() <= 0.5 + 1e-6
    assert set(assessed["hospital_id"]) <= set(factor[factor < 1].index)


def test_shares_are_shares_and_rules_look_at_stays(baseline):
    for stated, words in (
        ({"coverage": 1.2}, "not a share"),
        ({"deterrence": {"value": 0.3, "low": 0.4, "high": 0.5}}, "not a share"),
        ({"coverge": 0.2}, "coverage"),
        ({"coverage": 0.2, "rules": ["split-admision"]}, "split-admission"),
        ({"coverage": 0.2, "rules": ["hour-items"]}, "looks? at stays"),
    ):
        with pytest.raises(ScenarioError, match=words):
            baseline.reform(supervision=stated, id="campaign")


def test_no_lever_no_audit(results):
    assert results.supervision().empty
    with pytest.raises(SimulationError, match="supervises"):
        results.audited("cross-region")


def test_payments_that_are_cut_close_and_a_share_is_one(cases):
    policy = drgsim.Policy.load("national-drg-rate", on="2025-12-31")
    grouped = cases.head(300).join(drgsim.DrgGrouper("chs-drg-2.0").group(cases.head(300)))
    paid = drgsim.pay(grouped, policy, weights=drgsim.Weights.fit(grouped))
    half = recovered(paid, np.full(300, 0.5))
    before = paid.ledger.fund
    assert (half.ledger.fund == before - np.rint(np.maximum(before, 0) * 0.5)).all()
    assert half.frame["adjust_recovered"].sum() == pytest.approx(
        half.frame["fund"].sum() - paid.frame["fund"].sum()
    )
    assert recovered(paid, np.zeros(300)) is paid
    with pytest.raises(ArgumentError, match="share of each stay"):
        recovered(paid, np.full(300, 1.5))


def test_what_people_explained_is_at_stake_no_more(cases):
    policy = drgsim.Policy.load("national-drg-rate", on="2025-12-31")
    grouped = cases.join(drgsim.DrgGrouper("chs-drg-2.0").group(cases))
    weights = drgsim.Weights.fit(grouped)
    found = drgsim.audit(grouped, policy, weights=weights, only=["low-standard-admission", "split-admission"])
    stake = fund_at_stake(found, len(cases))
    assert stake.sum() > 0
    decided = dict.fromkeys(found.findings["finding"].to_list(), "explained")
    again = drgsim.audit(
        grouped,
        policy,
        weights=weights,
        only=["low-standard-admission", "split-admission"],
        decisions=decided,
    )
    assert fund_at_stake(again, len(cases)).sum() == 0


def test_the_shipped_campaign_says_where_its_shares_are_from():
    campaign = Scenario.load("supervision-campaign").levers[0].supervision
    assert campaign.shares["deterrence"].interval.high == 0.74
    assert {share.state for share in campaign.shares.values()} == {"assumed", "secondary"}
