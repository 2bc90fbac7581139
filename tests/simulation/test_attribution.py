"""Bars add up to the difference, in order and averaged over every order."""

from itertools import pairwise, permutations
from math import factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drgsim.simulation.comparison.attribution import MOST_STEPS, attribute
from drgsim.simulation.scenario.steps import REGROUPED, Step
from drgsim.simulation.scenario_errors import SimulationError


def steps(number, regrouping=()):
    return [Step(f"s{i}", {}, "mechanical", regroups=i in regrouping) for i in range(number)]


def worth(seed):
    """A total for every set of steps, as uneven as a hash."""

    def total(taken):
        text = "|".join(sorted(taken))
        return {"fund": hash((seed, text)) % 10_007 - 5_000, "patient": hash((text, seed)) % 101}

    return total


@given(st.integers(0, 5), st.integers(), st.sets(st.integers(0, 4)))
def test_bars_of_either_method_add_up(number, seed, regrouping):
    total = worth(seed)
    for method in ("ordered", "shapley"):
        bars = attribute(steps(number, regrouping), total, method)
        for measure in ("fund", "patient"):
            moved = sum(value[measure] for value in bars.values.values())
            assert bars.start[measure] + moved == bars.end[measure]


def test_ordered_bars_are_differences_along_the_path():
    total = worth(7)
    bars = attribute(steps(3), total)
    taken = [frozenset(), {"s0"}, {"s0", "s1"}, {"s0", "s1", "s2"}]
    points = [total(frozenset(each))["fund"] for each in taken]
    assert [value["fund"] for value in bars.values.values()] == [
        after - before for before, after in pairwise(points)
    ]


@given(st.integers(1, 4), st.integers())
def test_shapley_bars_are_the_mean_over_every_order(number, seed):
    total, every = worth(seed), steps(number)
    exact = dict.fromkeys((step.name for step in every), 0)
    for order in permutations(every):
        taken = frozenset()
        for step in order:
            exact[step.name] += total(taken | {step.name})["fund"] - total(taken)["fund"]
            taken |= {step.name}
    bars = attribute(every, total, "shapley").values
    for (name, _), value in bars.items():
        assert abs(value["fund"] - exact[name] / factorial(number)) < 1


@given(st.permutations(range(4)), st.integers())
def test_shapley_bars_do_not_depend_on_the_order_but_for_a_fen(order, seed):
    total, every = worth(seed), steps(4)
    first = attribute(every, total, "shapley").values
    second = attribute([every[place] for place in order], total, "shapley").values
    assert all(abs(first[bar]["fund"] - second[bar]["fund"]) <= 1 for bar in first)


def test_a_step_that_regroups_has_two_bars():
    worths = {(): 100, ("s0" + REGROUPED,): 103, ("s0",): 90}
    bars = attribute(steps(1, {0}), lambda taken: {"fund": worths[tuple(taken)]}).values
    assert {bar: value["fund"] for bar, value in bars.items()} == {
        ("s0", "regrouped"): 3,
        ("s0", "repriced"): -13,
    }


def test_too_many_steps_to_average():
    with pytest.raises(SimulationError, match="too many steps"):
        attribute(steps(MOST_STEPS + 1), worth(1), "shapley")
