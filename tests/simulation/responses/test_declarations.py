"""Every response is declared in full, is nothing unless set, and cites sources that are there."""

import pytest

from drgsim.policy.policy_errors import Mistake
from drgsim.simulation.responses import declared
from drgsim.sources import STATES, load

EVERY = [(each.name, parameter) for each in declared().values() for parameter in each.parameters.values()]


def test_the_order_of_application():
    assert list(declared()) == [
        "volume",
        "referral",
        "splitting",
        "length_of_stay",
        "coding_drift",
        "new_technology",
        "out_of_pocket",
        "low_outlier_avoidance",
    ]


@pytest.mark.parametrize("declaration", declared().values(), ids=lambda each: each.name)
def test_titles_evidence_and_strengths(declaration):
    for texts in (declaration.title, declaration.evidence):
        assert set(texts) == {"zh", "en"}
        assert all(texts.values())
    strengths = [each for each in declaration.parameters.values() if each.strength]
    assert strengths
    assert all(each.default == 0 for each in strengths)
    assert declaration.is_idle({})
    for each in strengths:
        assert not declaration.is_idle({each.name: each.max})


@pytest.mark.parametrize(("name", "parameter"), EVERY, ids=lambda each: getattr(each, "name", each))
def test_parameters_are_bounded_and_sourced(name, parameter):
    assert parameter.min <= parameter.default <= parameter.max
    assert parameter.min < parameter.max
    assert parameter.zh
    assert parameter.en
    assert parameter.unit
    assert parameter.source in load()
    # a value may not claim more trust than its source
    assert STATES.index(parameter.state) >= STATES.index(load()[parameter.source].state)
    if parameter.published is not None:
        assert parameter.min <= parameter.published <= parameter.max


def test_sources_of_responses_resolve():
    for each in declared().values():
        assert {each.source, *each.also} <= set(load())


def test_check_collects_everything_and_says_the_nearest_name():
    problems: list[Mistake] = []
    volume = declared()["volume"]
    kept = volume.check(
        {"shar": 0.1, "employee": 2, "resident": "x", "share": 0.1}, "responses.volume", problems
    )
    assert kept == {"share": 0.1}
    assert [problem.path for problem in problems] == [
        "responses.volume.shar",
        "responses.volume.employee",
        "responses.volume.resident",
    ]
    assert problems[0].nearest == "share"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), True, None, "0.1"])
def test_a_value_that_is_no_number_is_refused(value):
    problems: list[Mistake] = []
    assert declared()["volume"].check({"share": value}, "responses.volume", problems) == {}
    assert len(problems) == 1


def test_saying_a_default_is_saying_nothing():
    assert declared()["coding_drift"].check({"mcc": 0.5, "share": 0}, "x", []) == {}
    assert declared()["coding_drift"].check({"mcc": 0.4, "share": 1e-3}, "x", []) == {
        "share": 1e-3,
        "mcc": 0.4,
    }


def test_every_bound_may_be_used():
    for name, parameter in EVERY:
        for value in (parameter.min, parameter.max):
            problems: list[Mistake] = []
            declared()[name].check({parameter.name: value}, name, problems)
            assert problems == []


def test_a_mapping_is_needed():
    problems: list[Mistake] = []
    assert declared()["volume"].check(0.1, "responses.volume", problems) == {}
    assert problems[0].path == "responses.volume"
