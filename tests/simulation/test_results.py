"""Scenarios side by side: every table says the same money, to the fen."""

import datetime

import numpy as np
import pytest

from drgsim.errors import ArgumentError, ColumnError
from drgsim.simulation.comparison.tables import MONEY
from drgsim.simulation.scenario_errors import SimulationError
from drgsim.simulation.simulate import simulate
from drgsim.simulation.world.outcome import MEASURES

DAY = datetime.date(2025, 12, 31)
IDS = ("cross-region", "two-levers", "older-edition", "to-dip")


def fen(yuan):
    return np.rint(np.asarray(yuan, dtype=float) * 100).astype(np.int64)


def test_payers_and_hospitals_bear_the_whole_cost(results):
    table = results.summary()
    borne = table[["fund", "patient", "other_payers", "borne_by_hospital"]].map(fen).sum(axis=1)
    assert borne.tolist() == fen(table["total_cost"]).tolist()
    assert (table["fund_change"].map(fen) == table["hospital_change"].map(fen)).all()  # patients pay the same


def test_every_stay_closes_after_the_clearing(results):
    for outcome in results.outcomes.values():
        ledger = outcome.ledger
        received = ledger["fund"] + ledger["patient"] + ledger["other_payers"]
        assert (received + ledger["borne_by_hospital"] == ledger["total_cost"]).all()
        assert int(ledger["fund"].sum()) == int(outcome.settlement.ledger["spent"].sum())


@pytest.mark.parametrize("key", ["region", "hospital", "level", "insurance", "mdc", "age_band", "outlier"])
def test_every_view_sums_to_the_summary(results, key):
    view, total = results.by(key), results.summary()
    for name in MONEY:
        sums = view.assign(fen=fen(view[name])).groupby("scenario")["fen"].sum()
        assert sums.to_dict() == {id: int(fen(total.loc[id, name])) for id in total.index}
    changes = view.assign(fen=fen(view["fund_change"])).groupby("scenario")["fen"].sum()
    assert changes.to_dict() == {id: int(fen(total.loc[id, "fund_change"])) for id in total.index}


def test_hospitals_and_flows_sum_to_the_summary(results):
    total = results.summary()
    for id in IDS:
        assert fen(results.hospitals(id)["fund"]).sum() == fen(total.loc[id, "fund"])
        assert fen(results.hospitals(id)["hospital_change"]).sum() == fen(total.loc[id, "hospital_change"])
        assert fen(results.flows(id)).sum() == fen(total.loc[id, "fund"])
        assert fen(results.flows(id, change=True)).sum() == fen(total.loc[id, "fund_change"])


@pytest.mark.parametrize("id", IDS)
@pytest.mark.parametrize("method", ["ordered", "shapley"])
@pytest.mark.parametrize("measure", ["fund", "borne_by_hospital", "payment"])
def test_the_waterfall_adds_up(results, id, method, measure):
    bars = results.attribution(id, method=method, measure=measure)
    assert bars["kind"].iloc[[0, -1]].tolist() == ["baseline", "total"]
    assert fen(bars["value"].iloc[:-1]).sum() == fen(bars["value"].iloc[-1])
    assert fen(bars["value"].iloc[-1]) == fen(results.summary().loc[id, measure])
    assert fen(bars["cumulative"].iloc[:-1]).tolist() == fen(bars["value"].iloc[:-1]).cumsum().tolist()


def test_a_lever_that_regroups_is_split_in_two(results):
    kinds = results.attribution("older-edition")["kind"].tolist()
    assert kinds == ["baseline", "regrouped", "repriced", "total"]


def test_the_migration_holds_every_case(results):
    moved = results.migration("older-edition")
    assert moved["cases"].sum() == len(results.world.cases)
    assert (moved["before"] != moved["after"]).any()
    assert results.migration("cross-region").empty


def test_regrouping_by_the_same_groups_moves_nothing(cases, baseline):
    same = baseline.reform(scheme=baseline.policies(DAY).scheme, id="same").named("same")
    bars = simulate(cases.head(500), [baseline, same], explain=False).attribution("same")
    assert bars["value"].iloc[1:-1].tolist() == [0, 0]


def test_a_reform_equal_to_the_baseline_changes_nothing(cases, baseline):
    value = baseline.policies(DAY)["outlier.low.threshold"]
    same = baseline.reform({"outlier.low.threshold": value}, id="same").named("same")
    table = simulate(cases, [baseline, same], explain=False).summary()
    changes = table.loc["same", ["fund_change", "patient_change", "hospital_change"]]
    assert changes.tolist() == [0, 0, 0]


def test_a_budget_kept_is_a_budget_spent(results):
    """DRG to DIP with a floating point value: the funds spend what the baseline spends, but for rounding."""
    row = results.summary().loc["to-dip"]
    assert abs(row["fund_change"]) < 1
    assert results.hospitals("to-dip")["hospital_change"].abs().sum() > 1000


def test_the_order_of_rows_changes_nothing(cases, scenarios, results):
    turned = simulate(cases.iloc[::-1], scenarios, seed=5, explain=False)
    assert turned.summary().equals(results.summary())
    for id in IDS:
        assert turned.attribution(id).equals(results.attribution(id))
        assert turned.hospitals(id).equals(results.hospitals(id))


def test_the_input_is_never_changed(cases, baseline):
    before = cases.copy(deep=True)
    simulate(cases, baseline.reform({"special_review.quota": 0.05}, id="quota"), explain=False)
    assert cases.equals(before)


def test_a_single_scenario_is_compared_with_itself_before_its_levers(cases, baseline):
    found = simulate(
        cases, baseline.reform({"special_review.quota": 0.05}, id="quota").named("q"), explain=False
    )
    assert [each.id for each in found.scenarios] == ["baseline", "q"]
    assert found.summary().loc["q", "fund_change"] > 0


def test_a_flat_mapping_is_a_reform_of_the_baseline(cases, baseline):
    change = {"special_review.quota": 0.05}
    found = simulate(cases, [baseline, change], explain=False)
    again = simulate(cases, baseline.reform(change, id="quota").named("reform"), explain=False)
    assert found.summary().loc["reform", "fund"] == again.summary().loc["reform", "fund"]


def test_another_start_has_a_bar_of_its_own(cases, baseline):
    from drgsim.simulation.scenario.scenario import Scenario

    other = Scenario.of("national-ffs", on="2025-12-31").named("by-item")
    bars = simulate(cases, [baseline, other], explain=False).attribution("by-item")
    assert bars["lever"].tolist() == ["", "starting-rules", ""]
    assert fen(bars["value"].iloc[:-1]).sum() == fen(bars["value"].iloc[-1])


def test_behaviour_is_its_own_bar(cases, baseline):
    scenario = (
        baseline.reform({"outlier.high.method": "excess"}, id="excess")
        .respond("volume", share=0.05)
        .respond("length_of_stay", share=0.1)
        .named("answered")
    )
    bars = simulate(cases, [baseline, scenario], explain=False).attribution("answered")
    assert bars["kind"].tolist() == ["baseline", "mechanical", "behavioural", "behavioural", "total"]
    assert bars["lever"].tolist()[2:4] == ["volume", "length_of_stay"]
    assert fen(bars["value"].iloc[:-1]).sum() == fen(bars["value"].iloc[-1])
    assert (bars["value"].iloc[1:-1] != 0).any()


def test_wrong_use_is_told(cases, baseline, results):
    with pytest.raises(SimulationError, match="two scenarios have one id"):
        simulate(cases, [baseline, baseline.named("a"), baseline.named("a")], explain=False)
    with pytest.raises(SimulationError, match="nothing to simulate"):
        simulate(cases.iloc[:0], baseline, explain=False)
    with pytest.raises(ArgumentError, match="cross-region"):
        results.attribution("cross-regoin")
    with pytest.raises(ArgumentError, match="no such measure"):
        results.attribution("to-dip", measure="found")
    with pytest.raises(ColumnError, match="insurance"):
        results.by("insurence")


def test_measures_stand_in_one_order(results):
    for outcome in results.outcomes.values():
        assert tuple(outcome.ledger) == MEASURES
