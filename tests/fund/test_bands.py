"""Bands of a valuation hold what they claim where the truth is drawn as the method says, and heavier."""

import numpy as np
import pytest

import drgsim
from drgsim.fund.draws import INSIDE

MEASURES = ("income", "spending", "balance", "reserve")


@pytest.fixture(scope="module")
def worlds(national):
    """Draws of one seed as the bands, draws of another as worlds that come true."""
    stated = "resident_premium@2027=20"
    return [drgsim.value(national, stated, years=8, draws=n, seed=seed) for n, seed in ((600, 1), (400, 2))]


@pytest.mark.parametrize("level", [50, 80, 90])
def test_a_band_holds_as_many_of_other_worlds_as_it_says(worlds, level):
    """Of levels and of differences, for every measure and pot with a band of its own."""
    valued, truth = worlds
    bands = valued.bands.query("pot in ['employee_pool', 'resident']")
    shares = {"level": [], "difference": []}
    for (scenario, pot, measure, band), rows in bands.groupby(["scenario", "pot", "measure", "band"]):
        if measure not in MEASURES or (rows[f"high_{level}"] - rows[f"low_{level}"]).max() <= 1:
            continue
        place = list(drgsim.fund.words.pots()).index(pot)
        came = truth.course(scenario).drawn.measure(measure, None, place)
        if band == "difference":
            came = came - truth.courses[0].drawn.measure(measure, None, place)
        wide = (rows[f"high_{level}"] - rows[f"low_{level}"]).to_numpy() > 1
        inside = (came >= rows[f"low_{level}"].to_numpy()) & (came <= rows[f"high_{level}"].to_numpy())
        shares[band].append(inside[:, wide].mean())
    for band in ("level", "difference"):
        assert shares[band]
        error = 2.5 * np.sqrt(level * (100 - level) / 1e4 / 400 + level * (100 - level) / 1e4 / 600)
        assert np.abs(np.array(shares[band]) - level / 100).max() <= error + 0.01


def inpatient_band(hospitals, worlds=400, seed=3):
    """Coverage of the valuation's own band of a reform whose size few hospitals with heavy-tailed stays say.

    Each world measures the change of the fund's money on its own hospitals (three levels of `hospitals`,
    stays with lognormal cost, weights measured again on them), states value and interval as
    `drgsim.simulation.fund_levers` does, and draws as the fund does; the truth is the mean of all worlds.
    """
    from drgsim.simulation.uncertainty.bands import interval, sampling_bands
    from drgsim.simulation.uncertainty.sampling import resample

    from ..simulation.test_bands import heavy_tailed

    tables = heavy_tailed(hospitals, seed, worlds=worlds)
    drawn = resample(tables, outputs=["world"], measures=["fund"], draws=199, seed=seed)
    found = sampling_bands(drawn)
    found = found[found["world"] != "all"]
    base = found[(found["band"] == "sampling") & (found["scenario"] == "today")].set_index("world")["point"]
    gap = found[found["band"] == "difference_sampling"].set_index("world")
    point, low, high = (gap[name] / base for name in ("point", "low", "high"))
    truth = float(gap["point"].sum() / base.sum())
    positions = np.random.default_rng(seed).standard_normal(400) / INSIDE
    inside = []
    for value, below, above in zip(point, np.minimum(low, point), np.maximum(high, point), strict=True):
        width = np.where(positions < 0, value - below, above - value)
        edges = interval(value + positions * width)
        inside.append(edges[0] <= truth <= edges[2])
    return float(np.mean(inside))


@pytest.mark.parametrize("hospitals", [6, 20, 50])
def test_a_bar_s_band_from_few_hospitals_holds(hospitals):
    """As the docs say: at six hospitals a level, widened, nine tenths and more; never less than 86 in 100."""
    assert 0.86 <= inpatient_band(hospitals) <= 0.99
