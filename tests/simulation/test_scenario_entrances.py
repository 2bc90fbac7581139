"""One scenario by every entrance is one document, one hash and one set of rules."""

import copy
import datetime
import pickle

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from drgsim import Policy, Scenario
from drgsim.policy.reform import parse_assignments
from drgsim.policy.yaml_text import write_yaml
from drgsim.simulation.scenario.assumptions import Assumptions
from drgsim.simulation.scenario.phase_in import PhaseIn
from drgsim.simulation.scenario_errors import ScenarioError, SimulationError

DAY = datetime.date(2025, 12, 31)
RAW = {
    "drgsim_scenario": 1,
    "id": "own",
    "title": {"zh": "自有", "en": "Own"},
    "policy": "national-drg-rate",
    "on": "2025-12-31",
    "levers": [
        {
            "id": "outliers",
            "reform": {"outlier.high.threshold/3": 2.5, "outlier.low.threshold": {"2025-06-01": 0.4}},
            "phase_in": {"start": 2027, "years": 3, "profile": "linear"},
        },
        {"id": "groups", "scheme": "chs-drg-1.1"},
    ],
    "responses": {"coding_drift": {"share": 0.05}},
    "assumptions": {"extends": "national", "income_growth.employee": 0.05},
}


def test_every_entrance_gives_one_document_and_hash(tmp_path):
    by_dict = Scenario.load(RAW)
    path = tmp_path / "own.yaml"
    path.write_text(write_yaml(RAW), encoding="utf-8")
    written = tmp_path / "written.yaml"
    by_dict.to_yaml(written)
    line = ["outlier.low.threshold@2025-06-01=0.4", "outlier.high.threshold/三级=2.5"]
    by_builder = (
        Scenario.of("national-drg-rate", id="own", on=DAY)
        .named("own", title=RAW["title"])
        .reform(
            {
                "outlier.low.threshold": {datetime.date(2025, 6, 1): np.float64(0.4)},
                "outlier.high.threshold/3": 2.5,
            },
            id="outliers",
            phase_in=PhaseIn(2027, 3, "linear"),
        )
        .reform(id="groups", scheme="chs-drg-1.1")
        .respond("coding_drift", share=0.05)
        .assume({"income_growth.employee": 0.05})
    )
    by_line = (
        Scenario.of("national-drg-rate", id="own", on="2025-12-31")
        .named("own", title=RAW["title"])
        .reform(parse_assignments(line), id="outliers", phase_in={"start": 2027, "years": 3})
        .reform(id="groups", scheme="chs-drg-1.1")
        .respond("coding_drift", share=0.05)
        .assume({"income_growth.employee": 0.05})
    )
    shuffled = Scenario.load(dict(reversed(RAW.items())))
    bare_on = yaml.safe_load(write_yaml(RAW).replace("'on':", "on:"))
    assert True in bare_on  # what any YAML reader makes of a bare on
    again = [Scenario.load(each) for each in (by_dict.document, by_dict, path, str(path), written)]
    for other in (by_builder, by_line, shuffled, Scenario.load(bare_on), *again):
        assert other.document == by_dict.document
        assert other.hash == by_dict.hash
        assert other == by_dict
        assert hash(other) == hash(by_dict)
        assert other.policies(DAY) == by_dict.policies(DAY)
    assert pickle.loads(pickle.dumps(by_dict)).document == by_dict.document
    assert copy.deepcopy(by_dict) == by_dict


def test_names_titles_notes_and_sources_do_not_enter_the_hash():
    base = Scenario.load(RAW)
    said = copy.deepcopy(RAW)
    said |= {
        "id": "other",
        "title": "other",
        "note": "a note",
        "coverage": [{"clause": "c", "state": "modelled"}],
    }
    said["levers"][0] |= {"id": "renamed", "title": "renamed"}
    said["levers"][0]["reform"]["outlier.high.threshold/3"] = {
        "value": 2.50,
        "source": "R003",
        "state": "secondary",
        "note": "from a text",
    }
    other = Scenario.load(said)
    assert other.hash == base.hash
    assert other.document != base.document
    assert other.document["levers"][0]["reform"]["outlier.high.threshold/3"]["source"] == "R003"


@pytest.mark.parametrize(
    "change",
    [
        {"policy": "national-drg-points"},
        {"on": "2025-11-30"},
        {"on": None},
        {"weights": "policy"},
        {"levers": RAW["levers"][:1]},
        {"levers": RAW["levers"][::-1]},
        {"levers": [RAW["levers"][0] | {"phase_in": None}, RAW["levers"][1]]},
        {"levers": [RAW["levers"][0], {"id": "groups", "scheme": "chs-drg-1.0"}]},
        {"levers": [RAW["levers"][0], {"id": "groups", "policy": "national-dip"}]},
        {"levers": [{"id": "outliers", "reform": {"outlier.high.threshold/3": 2.6}}, RAW["levers"][1]]},
        {"responses": {"coding_drift": {"share": 0.06}}},
        {"responses": {"coding_drift": {"share": 0.05, "phase_in": {"start": 2027}}}},
        {"assumptions": "national"},
    ],
)
def test_whatever_can_change_an_answer_changes_the_hash(change):
    assert Scenario.load(RAW | change).hash != Scenario.load(RAW).hash


def test_a_policy_by_id_by_file_written_out_and_as_an_object_is_one(tmp_path):
    by_id = Scenario.of("national-drg-rate", on=DAY)
    policy = Policy.load("national-drg-rate", on=DAY)
    path = tmp_path / "whole.yaml"
    path.write_text(policy.to_yaml(), encoding="utf-8")
    beside = tmp_path / "scenario.yaml"
    stated = {"drgsim_scenario": 1, "id": "baseline", "policy": "whole.yaml", "on": "2025-12-31"}
    beside.write_text(write_yaml(stated), encoding="utf-8")
    for other in (Scenario.of(policy), Scenario.of(path, on=DAY), Scenario.load(beside)):
        assert other.hash == by_id.hash
    moved = Scenario.load(Scenario.of(path, on=DAY).document)  # the document needs no file
    path.unlink()
    assert moved.policies(DAY) == by_id.policies(DAY)
    changed = policy.reform({"outlier.low.threshold": 0.3})
    assert Scenario.of(changed).policies(DAY) == changed
    assert Scenario.of(changed).hash != by_id.hash


def test_a_policy_for_each_region():
    policies = {330100: "national-drg-rate", "other": Policy.load("national-drg-points", on=DAY)}
    scenario = Scenario.of(policies, on=DAY).reform({"outlier.low.threshold": 0.3}, id="low")
    assert Scenario.load(scenario.document) == scenario
    base = scenario.policies(DAY)
    assert {region: policy.method for region, policy in base.items()} == {
        "330100": "drg_rate",
        "other": "drg_points",
    }
    reformed = scenario.levers[0].laid_over(base, on=scenario.on, day=DAY)
    assert {policy["outlier.low.threshold"] for policy in reformed.values()} == {0.3}
    assert {policy["outlier.low.threshold"] for policy in base.values()} == {0.5}
    with pytest.raises(SimulationError, match="different days"):
        Scenario.of({"330100": Policy.load("national-dip", on="2024-01-01"), "other": policies["other"]})


def test_without_a_day_each_year_has_its_own_rules_as_far_as_they_are_known():
    scenario = Scenario.of("national-drg-rate")
    early, late, beyond = (scenario.policies(datetime.date(year, 12, 31)) for year in (2023, 2026, 2040))
    assert (early["special_review.quota"], late["special_review.quota"]) == (0.0, 0.05)
    assert beyond.on == late.document.valid_to
    assert Scenario.of("national-drg-rate", on="2023-12-31").policies(datetime.date(2040, 1, 1)) == early


def test_a_lever_that_switches_takes_its_own_policy_and_then_its_reform():
    scenario = Scenario.of("national-drg-rate", on=DAY).reform({"outlier.low.threshold": 0.3}, id="low")
    switched = scenario.reform(
        {"settlement.reserve": 0.1}, id="dip", policy="national-dip", scheme="dip:example"
    )
    policy = switched.policies(DAY)
    for lever in switched.levers:
        policy = lever.laid_over(policy, on=switched.on, day=DAY)
    assert (policy.method, policy["settlement.reserve"], policy["outlier.low.threshold"]) == ("dip", 0.1, 0.5)
    assert policy.on == DAY


def test_a_reform_to_equal_values_leaves_equal_rules():
    scenario = Scenario.of("national-drg-rate", on=DAY).reform({"outlier.low.threshold": 0.5}, id="same")
    base = scenario.policies(DAY)
    assert scenario.levers[0].laid_over(base, on=DAY, day=DAY) == base


def test_a_response_said_again_replaces_what_was_said():
    base = Scenario.of("national-drg-rate", on=DAY)
    twice = base.respond("coding_drift", share=0.05, mcc=0.2).respond("coding_drift", share=0.1)
    assert twice == base.respond("coding_drift", share=0.1, mcc=0.2)
    volume_last = base.respond("coding_drift", share=0.1).respond("volume", share=0.02)
    assert volume_last == base.respond("volume", share=0.02).respond("coding_drift", share=0.1)
    assert [setting.name for setting in volume_last.responses] == ["volume", "coding_drift"]


def test_assumptions_by_name_written_out_and_as_an_object_are_one():
    base = Scenario.of("national-drg-rate", on=DAY)
    raw = {"drgsim_scenario": 1, "id": "b", "policy": "national-drg-rate", "on": "2025-12-31"}
    assert base.document["assumptions"] == "national"
    for stated in ("national", {"extends": "national"}, Assumptions.load("national")):
        assert Scenario.load(raw | {"assumptions": stated}) == base


def stated(low, high):
    """A value, or values by day."""
    value = st.floats(low, high)
    return st.one_of(
        value, st.dictionaries(st.dates(datetime.date(2020, 1, 1), DAY), value, min_size=1, max_size=3)
    )


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "outlier.low.threshold": stated(0.05, 0.95),
            "outlier.high.threshold/3": stated(1.05, 3.0),  # a high threshold is above the low one
            "settlement.reserve": stated(0.05, 0.95),
            "fund.ratio": stated(0.05, 0.95),
        },
    ),
    st.randoms(),
)
def test_any_reform_survives_being_written_and_read(tmp_path, reform, random):
    base = Scenario.of("national-drg-rate", on=DAY)
    scenario = base.reform(reform, id="any")
    items = list(reform.items())
    random.shuffle(items)
    scenario.to_yaml(tmp_path / "any.yaml")
    for other in (base.reform(dict(items), id="any"), Scenario.load(tmp_path / "any.yaml")):
        assert (other.document, other.hash) == (scenario.document, scenario.hash)
    policy = base.policies(DAY)
    assert scenario.levers[0].laid_over(policy, on=DAY, day=DAY).hash == policy.reform(dict(reform)).hash


@pytest.mark.parametrize(
    "reform",
    [
        {"cross_region.ratio_cut/职工": {"referral": 0.1, "other": 0.05}},
        {"cross_region.ratio_cut": 0.02, "cross_region.ratio_cut/resident/emergency/3": 0.3},
        {"benefit.employee.deductible/retired": {3: 500.0, "other": 100}},
        {"new_technology.taper": [[1, 1], [2, 1], [None, 0.5]]},
        {"outlier.high.threshold/3": {"2024-01-01": [[2, 3], [None, 2.5]], "2025-01-01": 2.5}},
        {
            "method": "drg_points",
            "standard.points_per_weight": 100,
            "standard.point_value": 117,
            "standard.mean_cost": 8000,
        },
    ],
)
def test_cells_bands_and_dates_change_the_rules_as_the_policy_itself_would(reform):
    base = Scenario.of("national-drg-rate", on=DAY)
    scenario = base.reform(reform, id="any")
    policy = base.policies(DAY)
    assert scenario.levers[0].laid_over(policy, on=DAY, day=DAY) == policy.reform(reform)
    assert Scenario.load(scenario.document).document == scenario.document


def test_a_flat_reform_and_a_document_without_a_policy_lie_over_a_baseline(tmp_path):
    base = Scenario.load("baseline-drg")
    flat = tmp_path / "low.yaml"
    flat.write_text("outlier.low.threshold: 0.4\n", encoding="utf-8")
    whole = {
        "drgsim_scenario": 1,
        "id": "low",
        "levers": [{"id": "low", "reform": {"outlier.low.threshold": 0.4}}],
    }
    by_builder = base.reform({"outlier.low.threshold": 0.4}, id="low").named("low")
    for other in (flat, whole):
        assert Scenario.load(other, over=base).document == by_builder.document
    assert Scenario.load(RAW, over=base) == Scenario.load(RAW)
    with pytest.raises(ScenarioError, match="policy: is missing"):
        Scenario.load(whole)
