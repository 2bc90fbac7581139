"""A year has 365 days: a reform in July shows half a year's effect first, and a whole one after."""

import pytest

from drgsim import Policy
from drgsim.simulation.scenario.scenario import Scenario
from drgsim.simulation.world.world import World

PATH = "standard.base_rate"


@pytest.fixture(scope="module")
def baseline():
    """The national default, whatever the year."""
    return Scenario.of("national-drg-rate")


@pytest.fixture(scope="module")
def world(cases, baseline):
    return World(cases, baseline, seed=5)


def effect(world, baseline, since, year=None):
    """What the fund pays more when the rate rises by a tenth from a day on."""
    values = Policy.load("national-drg-rate", on="2025-12-31")[PATH]
    rate = {insurance: value * 1.1 for insurance, value in values.items()}
    scenario = baseline.reform({PATH: {since: rate}}, id="rate").named("dearer")
    before = world.outcome(baseline, year=year).total["fund"]
    return world.outcome(scenario, year=year).total["fund"] - before


def test_a_reform_in_july_shows_half_a_year_first_and_all_of_it_after(world, baseline):
    whole = effect(world, baseline, "2025-01-01")
    half = effect(world, baseline, "2025-07-01")
    assert 0.4 < half / whole < 0.6
    assert effect(world, baseline, "2025-07-01", year=2026) == pytest.approx(
        effect(world, baseline, "2025-01-01", year=2026), abs=1
    )
    assert effect(world, baseline, "2026-07-01") == 0


def test_a_date_inside_the_year_makes_other_rules(world, baseline):
    def key(since):
        scenario = baseline.reform({"outlier.high.threshold": {since: 2.5}}, id="x").named("y")
        return world.rules(scenario).key

    assert key("2025-07-01") != key("2025-08-01") != key("2025-01-01")


def test_what_cannot_be_dated_is_refused(baseline):
    with pytest.raises(ValueError, match="no such method"):
        baseline.reform({"method": {"2025-07-01": "dip"}}, id="x")


def test_rules_enter_the_key(world, baseline):
    rule = {"when": "los > 60", "effect": {"by_item": {}}}
    scenario = baseline.reform({"rules/long": rule}, id="x").named("y")
    assert world.rules(scenario).key != world.rules(baseline).key
    assert scenario.hash == baseline.reform({"rules/long": {**rule, "title": "x"}}, id="x").named("y").hash
    assert Scenario.load(scenario.document).hash == scenario.hash
    with pytest.raises(ValueError, match="no such effect"):
        baseline.reform({"rules/long": {"effect": {"nothing": {}}}}, id="x")
