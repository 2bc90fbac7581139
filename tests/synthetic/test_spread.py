"""Factors around the mean: mean 1, the fitted spread, heavier tails above."""

import numpy as np
import pytest

from drgsim.synthetic.costs import Spread, load_spread
from drgsim.synthetic.randomness import BLOCK, Streams
from drgsim.synthetic.targets import rows


@pytest.fixture(scope="module")
def scores():
    streams = Streams(5, 0)
    return streams.normal("cost", 20 * BLOCK), streams.normal("stay", 20 * BLOCK)


@pytest.mark.parametrize("row", range(6))
def test_factors_have_mean_one_and_the_fitted_spread(scores, row):
    cost, stay = load_spread().factors(np.full(len(scores[0]), row), *scores)
    fitted = rows("spread.csv")[row]
    assert cost.mean() == pytest.approx(1, abs=0.01)
    assert stay.mean() == pytest.approx(1, abs=0.01)
    assert np.log(cost).std() == pytest.approx(float(fitted["cost_log_sd"]), rel=0.03)
    assert np.log(stay).std() == pytest.approx(float(fitted["stay_log_sd"]), rel=0.03)
    assert np.corrcoef(np.log(cost), np.log(stay))[0, 1] == pytest.approx(
        float(fitted["correlation"]), abs=0.03
    )


def test_cost_has_a_heavier_tail_above_than_a_lognormal_one(scores):
    cost, _ = load_spread().factors(np.full(len(scores[0]), 3), *scores)
    logs = np.log(cost)
    assert ((logs - logs.mean()) ** 3).mean() / logs.std() ** 3 > 0.1


def test_rows_are_kind_then_severity():
    assert Spread.row(np.array([True, True, False]), np.array([0, 2, 1])).tolist() == [0, 2, 4]
