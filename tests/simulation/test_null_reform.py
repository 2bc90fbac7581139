"""A reform that changes nothing moves no fen; and the check would notice if it did."""

import pytest

from drgsim.simulation.checks.null_reform import TITLES, null_reform
from drgsim.simulation.scenario.scenario import Scenario
from drgsim.simulation.world import world as world_module
from drgsim.simulation.world.outcome import MEASURES
from drgsim.simulation.world.world import World


@pytest.fixture(scope="module")
def few(cases):
    return cases.head(400)


@pytest.mark.parametrize("id", Scenario.available())
def test_shipped_scenarios_pass(few, id):
    found = null_reform(few, id, seed=3)
    assert found.ok, found
    assert len(found.frame) == len(TITLES) * len(MEASURES)
    assert (found.frame["cells"] > 50).all()
    assert repr(found).startswith("A reform that changes nothing moves no fen")


def test_responses_and_a_floating_point_value_pass(few, baseline):
    policy = {"settlement.point_value": "floating"}
    scenario = (
        Scenario.of("national-drg-points", on="2025-12-31")
        .reform(policy, id="float")
        .reform(policy="national-dip", scheme="dip", id="dip")
        .respond("volume", share=0.1)
        .respond("length_of_stay", share=0.1)
    )
    assert null_reform(few, scenario).ok


def test_several_policies_pass(few, baseline):
    policy = {"990100": "national-drg-rate", "other": "national-drg-points"}
    scenario = Scenario.of(policy, on="2025-12-31").reform({"outlier.low.threshold": 0.3}, id="low")
    assert null_reform(few, scenario).ok


def test_cases_that_bear_groups_pass(few, baseline):
    grouped = World(few, baseline).stays("chs-drg-2.0").frame
    assert null_reform(grouped, baseline.reform({"outlier.low.threshold": 0.3}, id="low")).ok


def test_a_response_that_acts_at_no_strength_is_noticed(few, baseline, monkeypatch):
    from drgsim.simulation.world import world

    def leaking(cases, settings, seed=0, **options):
        return cases.iloc[:-1]

    monkeypatch.setattr(world, "apply_responses", leaking)
    found = null_reform(few, baseline)
    assert not found.ok
    wrong = found.frame[~found.frame["ok"]]
    assert set(wrong["variant"]) == {"no_strength"}
    assert {"cases", "total_cost"} <= set(wrong["measure"])
    assert "please report" in found._repr_html_()
    assert "cases in 1 of" in repr(found)


def test_a_reform_that_is_laid_wrongly_is_noticed(few, baseline, monkeypatch):
    """Money that goes from one hospital to another leaves the totals, and is still found."""
    real = World.outcome
    calls = []

    def swapped(self, *arguments, **options):
        outcome = real(self, *arguments, **options)
        calls.append(outcome)
        if len(calls) > 2:  # the variants
            hospitals = outcome.payments.stays.labels("hospital_id").codes
            other = int((hospitals != hospitals[0]).argmax())
            outcome.ledger["fund"][[0, other]] += [1, -1]
        return outcome

    monkeypatch.setattr(world_module.World, "outcome", swapped)
    found = null_reform(few, baseline)
    wrong = found.frame[~found.frame["ok"]]
    assert set(wrong["variant"]) == set(TITLES)
    assert set(wrong["measure"]) == {"fund"}
    assert (wrong["largest"] == 0.01).all()
    assert len(calls) == 6  # two sides and four variants, each paid
