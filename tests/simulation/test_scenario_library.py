"""The shipped scenarios: one baseline for all, each reform sourced, each coverage honest."""

import datetime

import pytest

from drgsim import Scenario, sources
from drgsim.policy.document import COVERAGE
from drgsim.simulation.scenario.document import shipped

BASELINE = Scenario.load("baseline-drg")
REFORMS = [name for name in Scenario.available() if name != BASELINE.id]
DAY = datetime.date(2025, 12, 31)


def rules_after(scenario):
    policy = scenario.policies(DAY)
    for lever in scenario.levers:
        policy = lever.laid_over(policy, on=scenario.on, day=DAY)
    return policy


def test_the_reforms_that_must_ship_do():
    assert REFORMS == [
        "chs-drg-2-in-july",
        "chs-drg-3",
        "cross-region-price-book",
        "drg-to-dip",
        "high-outlier-excess-cap",
        "hospital-becomes-tertiary",
        "hospital-merger",
        "special-review-ceiling",
        "supervision-campaign",
    ]
    assert Scenario.available()[0] == BASELINE.id


@pytest.mark.parametrize("name", Scenario.available())
def test_a_shipped_scenario_says_what_it_is(name):
    scenario = Scenario.load(name)
    assert scenario.id == name == shipped()[name].stem
    assert scenario.title["zh"] != scenario.title["en"]
    assert scenario.note
    assert {clause.state for clause in scenario.coverage} == set(COVERAGE)
    assert Scenario.load(scenario.document).document == scenario.document
    assert scenario.responses == ()  # behaviour is zero unless asked for


@pytest.mark.parametrize("name", REFORMS)
def test_a_reform_lies_on_the_one_baseline_and_says_where_its_values_come_from(name):
    scenario = Scenario.load(name)
    own, base = scenario.policies(DAY), BASELINE.policies(DAY)
    if name == "chs-drg-2-in-july":  # starts from the edition before; all other rules are the baseline's
        assert (own.scheme, base.scheme) == ("chs-drg-1.1", "chs-drg-2.0")
        assert {path: own[path] for path in base.in_force} == {path: base[path] for path in base.in_force}
    else:
        assert own == base
    assert (scenario.on, scenario.weights) == (BASELINE.on, BASELINE.weights)
    assert scenario.assumptions == BASELINE.assumptions
    assert scenario.hash != BASELINE.hash
    known = sources.load()
    for lever in scenario.levers:
        assert lever.title["zh"] != lever.title["en"]
        for path, entry in lever.reform.items():
            assert entry["source"] in known, path
            assert entry["source"] != "R000", path
            assert sources.STATES.index(entry["state"]) >= sources.STATES.index(known[entry["source"]].state)


def test_the_baseline_has_none_of_the_rules_the_reforms_bring():
    policy = BASELINE.policies(DAY)
    assert policy.method == "drg_rate"
    assert policy.on == DAY
    assert policy["special_review.quota"] == policy["special_review.acceptance"] == 0
    assert policy["new_technology.method"] == "none"
    assert policy["cross_region.mode"] == policy["outlier.high.method"] == "by_item"
    assert policy["outlier.high.ratio_cap"] is None


def test_each_reform_changes_what_it_says_and_nothing_else():
    base = BASELINE.policies(DAY)
    changed = {
        name: {
            path for path in base.document.parameters | after.document.parameters if after[path] != base[path]
        }
        for name in REFORMS
        if (after := rules_after(Scenario.load(name))).method == base.method
    }
    assert changed == {
        "chs-drg-2-in-july": set(),
        "chs-drg-3": set(),
        "hospital-becomes-tertiary": set(),
        "hospital-merger": set(),
        "supervision-campaign": set(),
        "cross-region-price-book": {"cross_region.mode"},
        "high-outlier-excess-cap": {"outlier.high.method", "outlier.high.ratio_cap"},
        "special-review-ceiling": {
            "special_review.quota",
            "special_review.acceptance",
            "new_technology.method",
            "new_technology.cost_multiple",
            "new_technology.share",
            "new_technology.taper",
        },
    }


def test_the_review_reaches_the_national_ceiling():
    national = BASELINE.reform(id="national", policy="national-drg-rate")
    ceiling = rules_after(national)["special_review.quota"]
    assert rules_after(Scenario.load("special-review-ceiling"))["special_review.quota"] == ceiling == 0.05


def test_from_drg_to_dip_the_rules_the_baseline_switches_off_stay_off():
    scenario = Scenario.load("drg-to-dip")
    dip, base = rules_after(scenario), BASELINE.policies(DAY)
    assert dip.method == "dip"
    assert scenario.levers[0].scheme == "dip"
    for path in (
        "special_review.quota",
        "special_review.acceptance",
        "new_technology.method",
        "cross_region.mode",
    ):
        assert dip[path] == base[path], path
