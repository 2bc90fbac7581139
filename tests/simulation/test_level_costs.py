"""What groups cost at each level of hospital, against the area's mean."""

import pandas as pd
import pytest

from drgsim.simulation.world.groupings import with_level_costs
from drgsim.weights.weights import Weights


def table():
    rows = [("A", 3, 200.0)] * 10 + [("A", 1, 100.0)] * 10 + [("B", 3, 300.0)] * 10 + [("B", 1, 150.0)]
    return pd.DataFrame(rows, columns=["drg", "hospital_level", "total_cost"])


def test_a_coefficient_is_the_levels_mean_over_the_areas():
    weights = with_level_costs(Weights.fit(table(), trim="none"), table(), "drg").frame
    assert weights.loc["A", ["mean_cost_3", "mean_cost_1"]].tolist() == [200, 100]
    assert weights.loc["A", ["coefficient_3", "coefficient_1"]].tolist() == pytest.approx(
        [200 / 150, 100 / 150]
    )


def test_a_level_with_few_stays_of_a_group_takes_its_level_over_all_groups():
    weights = with_level_costs(Weights.fit(table(), trim="none"), table(), "drg").frame
    mean_b = (300 * 10 + 150) / 11
    overall = (10 * 100 + 150) / (10 * 150 + mean_b)
    assert pd.isna(weights.loc["B", "mean_cost_1"])
    assert weights.loc["B", "coefficient_1"] == pytest.approx(overall)
