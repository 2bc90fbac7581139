"""One reform by every entrance is one document; a reform that changes nothing is nothing."""

import pytest

from drgsim import Policy
from drgsim.errors import ArgumentError
from drgsim.policy.library import shipped
from drgsim.policy.policy_errors import PolicyError
from drgsim.policy.reform import parse_assignments
from drgsim.policy.yaml_text import write_yaml

BASE = Policy.load("national-drg-rate", on="2025-06-30")
THRESHOLD = "outlier.high.threshold"


def test_dict_yaml_and_command_line_give_one_hash(tmp_path):
    changes = {f"{THRESHOLD}/3": 2.5, "fund.convention": {"2026-01-01": "substitute"}}
    by_dict = BASE.reform(changes)
    by_line = BASE.reform(parse_assignments([f"{THRESHOLD}/3=2.5", "fund.convention@2026-01-01=substitute"]))
    whole = tmp_path / "whole.yaml"
    whole.write_text(by_dict.to_yaml(), encoding="utf-8")
    assert by_dict.hash == by_line.hash == Policy.load(whole).hash != BASE.hash
    table = {"三级": 2.5, "other": BASE.number(THRESHOLD, level=2)}
    assert (
        BASE.reform({THRESHOLD: table, "fund.convention": {"2026-01-01": "substitute"}}).hash == by_dict.hash
    )


def test_a_document_that_extends_equals_the_reform_that_says_the_same(tmp_path):
    raw = {
        "drgsim_policy": 1,
        "id": "own",
        "title": {"zh": "自有", "en": "Own"},
        "valid": {"from": "2020-01-01", "to": "2026-12-31"},
        "extends": "national-drg-rate",
        "parameters": {"outlier.low.threshold": {"value": 0.4, "source": "R090", "state": "assumed"}},
    }
    path = tmp_path / "own.yaml"
    path.write_text(write_yaml(raw), encoding="utf-8")
    reformed = BASE.reform({"outlier.low.threshold": 0.4})
    assert Policy.load(path, on=BASE.on) == Policy.load(raw, on=BASE.on) == reformed


@pytest.mark.parametrize("name", ["national-drg-rate", "national-dip", "harbin"])
def test_a_reform_to_equal_values_changes_nothing(name):
    policy = Policy.load(name)
    for path, timeline in policy.document.parameters.items():
        values = {str(dated.since): dated.value for dated in timeline}
        same = policy.reform({path: values})
        assert same == policy
        assert same.states == policy.states
    assert policy.reform({}) == policy


def test_a_reform_and_its_undoing_give_the_baseline():
    there = BASE.reform({THRESHOLD: 2.2, "fund.negative_allowed": False})
    back = there.reform({THRESHOLD: BASE[THRESHOLD], "fund.negative_allowed": True})
    assert there != BASE
    assert back.hash == BASE.hash


def test_a_reform_of_next_year_leaves_this_year_alone():
    reformed = BASE.reform({THRESHOLD: {"2026-01-01": 2.0}, "outlier.high.ratio_cap": {"2026-01-01": 9}})
    for path in BASE.in_force:
        assert reformed[path] == BASE[path]
    assert reformed["outlier.high.ratio_cap"] is None
    assert reformed.at("2026-01-01")[THRESHOLD] == 2.0
    assert reformed.at("2026-01-01")["outlier.high.ratio_cap"] == 9


def test_an_undated_reform_holds_on_every_day():
    reformed = BASE.reform({"carve_out.commercial_list": True})
    assert reformed.at("2020-01-01")["carve_out.commercial_list"] is True
    assert reformed.at("2026-06-01")["carve_out.commercial_list"] is True


def test_a_reformed_cell_stays_when_the_rest_of_the_table_changes_later():
    harbin = Policy.load("harbin")
    reformed = harbin.reform({"standard.base_rate/employee/Ⅱ级": {"2023-07-01": 11000}})
    keys = {"insurance": "employee", "payment_level": "Ⅱ级"}
    rates = [
        reformed.at(day).number("standard.base_rate", **keys)
        for day in ("2023-06-30", "2023-07-01", "2024-06-01")
    ]
    assert rates == [10584.77, 11000, 11000]
    keys["payment_level"] = "Ⅰ级"
    rates = [reformed.at(day).number("standard.base_rate", **keys) for day in ("2023-07-01", "2024-06-01")]
    assert rates == [12165.26, 12252.7]


def test_a_cell_of_one_value_for_all_makes_the_rest_other():
    reformed = BASE.reform({"fund.ratio/employee": 0.8, "outlier.low.threshold/三级": 0.4})
    assert reformed["outlier.low.threshold"] == {"3": 0.4, "other": 0.5}
    assert reformed["fund.ratio"] == {"employee": 0.8, "other": None}


def test_a_reform_is_assumed_unless_it_brings_its_source():
    plain = BASE.reform({"outlier.low.threshold": 0.4}).entry("outlier.low.threshold")
    assert (plain.source, plain.state, plain.origin) == ("R000", "assumed", "reform")
    sourced = BASE.reform({"outlier.low.threshold": {"value": 0.4, "source": "R010", "state": "secondary"}})
    assert sourced.entry("outlier.low.threshold").state == "secondary"
    assert sourced.hash == BASE.reform({"outlier.low.threshold": 0.4}).hash


def test_the_method_and_scheme_are_levers_too():
    assert BASE.reform({"method": "ffs", "scheme": "chs-drg-1.1"}).method == "ffs"
    with pytest.raises(PolicyError, match=r"standard\.point_value: needed by method drg_points"):
        BASE.reform({"method": "drg_points"})


def test_all_problems_of_a_reform_are_reported_at_once():
    with pytest.raises(PolicyError) as caught:
        BASE.reform(
            {"outlier.hgh.method": "none", "fund.ratio": 2, "fund.ratio/x/y/z": 1, "scheme": 3, "method": "x"}
        )
    assert len(caught.value.problems) == 5


@pytest.mark.parametrize("text", ["fund.ratio", "=1", "fund.ratio@soon=1"])
def test_a_line_that_is_not_an_assignment(text):
    with pytest.raises(ArgumentError, match="not an assignment"):
        parse_assignments([text])
    with pytest.raises(ArgumentError, match="set twice"):
        parse_assignments(["fund.ratio=1", "fund.ratio=0.5"])


def test_a_part_is_laid_over_a_policy_with_its_own_days_and_trust():
    part = Policy.load("beijing-new-technology")
    both = BASE.including("beijing-new-technology")
    assert (both.id, both.method, both.on) == (BASE.id, BASE.method, BASE.on)
    assert both["new_technology.share"] == part["new_technology.share"]
    assert both.entry("new_technology.share").origin == part.id
    assert both.at("2023-01-01")["new_technology.method"] == "none"
    assert {row.path for row in both.diff(BASE)} == {
        path for path in part.in_force if path in both.in_force
    } - {
        "new_technology.category"  # its value is the neutral default
    }


def test_an_incomplete_part_is_refused():
    with pytest.raises(PolicyError, match=r"cross_region\.last_point_value"):
        BASE.including("hubei-cross-region-2025")


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_policy_survives_writing_and_reading(name, tmp_path):
    policy = Policy.load(name)
    path = tmp_path / f"{name}.yaml"
    path.write_text(policy.to_yaml(), encoding="utf-8")
    again = Policy.load(path)
    assert again.hash == policy.hash
    assert again.states == policy.states
    assert not policy.diff(again).rows
