"""Parts of a simulation by hand: what regroups, costs beside their standards, persons given by fund."""

import numpy as np
import pandas as pd
import pytest

from drgsim import Scenario
from drgsim.simulation.comparison.tables import cost_to_standard
from drgsim.simulation.projection.demography import _given
from drgsim.simulation.projection.growth import band_names
from drgsim.simulation.scenario.steps import steps_of
from drgsim.simulation.scenario_errors import SimulationError
from tests.payment.streets import street

from .test_scenario_document import RAW


def test_schemes_and_policies_regroup_and_numbers_do_not():
    levers = [
        {"id": "number", "reform": {"fund.ratio": 0.5}},
        {"id": "groups", "scheme": "chs-drg-1.1"},
        {"id": "rules", "policy": "national-dip"},
        {"id": "later", "reform": {"fund.ratio": 0.6}, "phase_in": {"start": 2027, "years": 2}},
    ]
    steps = steps_of(Scenario.load(RAW | {"levers": levers, "responses": {"volume": {"share": 0.1}}}))
    assert [(step.name, step.kind, step.regroups) for step in steps] == [
        ("number", "mechanical", False),
        ("groups", "mechanical", True),
        ("rules", "mechanical", True),
        ("later", "mechanical", False),
        ("volume", "behavioural", False),
    ]
    assert [steps[3].share(year) for year in (2026, 2027, 2028)] == [0.0, 0.5, 1.0]
    assert steps[0].share(2020) == 1.0


def test_costs_beside_standards_fall_into_tenths_up_to_five():
    costs = (0.0, 999.99, 1_000.0, 9_999.99, 10_000.0, 49_999.99, 50_000.0, 990_000.0)
    rows = [{"total_cost": cost} for cost in costs] + [{"drg": "ZZ99"}, {"drg": "0000"}]
    table = cost_to_standard({"own": street(None, *rows)})  # every standard is 10,000
    filled = table[table["cases"] > 0]
    assert filled[["low", "high", "cases"]].to_numpy().tolist() == [
        [0.0, 0.1, 2], [0.1, 0.2, 1], [0.9, 1.0, 1], [1.0, 1.1, 1], [4.9, 5.0, 1], [5.0, np.inf, 2],
    ]  # fmt: skip
    assert len(table) == 51
    assert (table["scenario"] == "own").all()


def persons(*rows):
    return pd.DataFrame(rows, columns=["region", "insurance", "insured"])


def test_given_persons_are_summed_by_band_and_spread_where_no_age_is_told():
    funds = [("A", "employee"), ("A", "resident")]
    shape = np.zeros((2, len(band_names())))
    shape[:, 1:3] = [[1.0, 3.0], [0.0, 0.0]]
    table = persons(("A", "employee", 80.0), ("A", "resident", 5.0), ("B", "resident", 9.0))
    found = _given(table, funds, shape)
    assert found[0, :4].tolist() == [0.0, 20.0, 60.0, 0.0]  # as the cases stand for
    assert found[1, :4].tolist() == [5.0, 0.0, 0.0, 0.0]  # nothing to spread by: of no known age
    aged = table.assign(age_band=[band_names()[1], band_names()[2], band_names()[1]])
    assert _given(aged, funds, shape)[:, 1:3].tolist() == [[80.0, 0.0], [0.0, 5.0]]


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (persons(("A", "employee", 1.0)), "a fund's insured persons are not given; got 'A/resident'"),
        (persons(("A", "employee", -1.0), ("A", "resident", 1.0)), "must be zero or more; got '1 not so'"),
        (
            persons(("A", "employee", 1.0), ("A", "resident", 1.0)).assign(age_band="old"),
            "no such age band; got 'old'",
        ),
    ],
)
def test_persons_that_cannot_be_taken_are_told(table, says):
    funds = [("A", "employee"), ("A", "resident")]
    with pytest.raises(SimulationError) as caught:
        _given(table, funds, np.ones((2, len(band_names()))))
    assert says in str(caught.value)
