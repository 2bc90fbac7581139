"""The parameter catalogue is whole: labels, units, neutral defaults, and names that exist."""

import pytest

from drgsim.policy.parameter_values import canonical, to_plain
from drgsim.policy.parameters import NUMERIC, band_labels, catalogue, dimensions

TYPES = {*NUMERIC, "bool", "choice", "text", "codes"}


@pytest.mark.parametrize("path", catalogue())
def test_a_declaration_is_whole(path):
    parameter = catalogue()[path]
    assert parameter.zh
    assert parameter.en
    assert parameter.type in TYPES
    assert set(parameter.by) <= set(dimensions())
    assert parameter.band is None or parameter.band in band_labels()
    assert bool(parameter.choices) == (parameter.type == "choice")
    for option in parameter.choices.values():
        assert option["zh"]
        assert option["en"]
    for needed in parameter.needs.values():
        assert set(needed) <= set(catalogue())


def test_every_number_has_a_least_and_a_largest():
    numbers = [each for each in catalogue().values() if each.type in NUMERIC]
    assert [each.path for each in numbers if each.max is None] == []
    assert [each.path for each in numbers if each.min is None and each.above is None] == []
    assert (catalogue()["rounding.points"].max, catalogue()["routes.long_stay.min_days"].max) == (10, 3660)
    for parameter in numbers:
        problems = []
        canonical(parameter, parameter.max * 1.5 + 1, where="x", problems=problems)
        assert [each.allowed for each in problems] == [parameter.allowed]


@pytest.mark.parametrize("path", catalogue())
def test_the_neutral_default_is_an_allowed_value(path):
    parameter = catalogue()[path]
    problems = []
    assert (
        canonical(parameter, to_plain(parameter.default), where=path, problems=problems) == parameter.default
    )
    assert not problems


def test_a_path_with_a_dimension_in_it_stands_for_one_parameter_each():
    paths = [path for path in catalogue() if path.startswith("benefit.")]
    employee = {path.removeprefix("benefit.employee.") for path in paths if ".employee." in path}
    resident = {path.removeprefix("benefit.resident.") for path in paths if ".resident." in path}
    assert employee == resident
    assert len(paths) == 2 * len(employee)


def test_a_key_has_one_spelling():
    level = dimensions()["level"]
    assert {level.label(key) for key in (3, 3.0, "3", " 3", "三级", "三甲")} == {"3"}
    assert dimensions()["insurance"].label("职工") == "employee"
    assert dimensions()["payment_level"].label("三甲") == "三甲"
