"""Bands hold what they claim to hold, and are honest where nothing is known."""

import numpy as np
import pandas as pd
import pytest

from drgsim.errors import ArgumentError
from drgsim.simulation.uncertainty.bands import interval, sampling_bands
from drgsim.simulation.uncertainty.sampling import resample
from drgsim.simulation.world.sums import key, sums

from .hospital_tables import MEASURES, province, table


def drawn(tables, *, outputs=("care_region", "insurance"), draws=400, **options):
    return resample(tables, outputs=outputs, measures=MEASURES, draws=draws, seed=5, **options)


@pytest.fixture(scope="module")
def bands():
    today = province()
    dearer = today.assign(fund=today["fund"] * 105 // 100)
    return sampling_bands(drawn({"today": today, "dearer": dearer}), year=2025)


def one(bands, **wanted) -> pd.Series:
    found = bands
    for name, value in wanted.items():
        found = found[found[name] == value]
    assert len(found) == 1
    return found.iloc[0]


def whole(bands, **wanted) -> pd.Series:
    return one(bands, care_region="all", insurance="all", **wanted)


def test_columns_and_rows(bands):
    assert bands.columns.tolist() == [
        "scenario", "measure", "band", "year", "care_region", "insurance", "low", "middle", "high", "point",
    ]  # fmt: skip
    parts = 3 * 3  # two regions and all, two insurances and all
    assert len(bands) == parts * len(MEASURES) * 3  # two scenarios and one difference
    assert set(bands["band"]) == {"sampling", "difference_sampling"}
    assert set(bands.loc[bands["band"] == "difference_sampling", "scenario"]) == {"dearer"}
    assert (bands["year"] == 2025).all()
    assert (bands["low"] <= bands["middle"]).all()
    assert (bands["middle"] <= bands["high"]).all()


def test_points_are_the_sums_in_yuan_and_cases(bands):
    today = province()
    assert (
        whole(bands, scenario="today", band="sampling", measure="fund")["point"] == today["fund"].sum() / 100
    )
    assert whole(bands, scenario="today", band="sampling", measure="cases")["point"] == today["cases"].sum()
    own = today[today["insurance"] == "resident"]
    row = one(
        bands, care_region="all", insurance="resident", scenario="today", band="sampling", measure="fund"
    )
    assert row["point"] == own["fund"].sum() / 100


def test_known_stays_have_no_spread(bands):
    row = whole(bands, scenario="today", band="sampling", measure="cases")
    assert row["low"] == row["high"] == row["point"]


def test_a_difference_is_known_better_than_the_levels_it_is_taken_from(bands):
    level = whole(bands, scenario="dearer", band="sampling", measure="fund")
    change = whole(bands, scenario="dearer", band="difference_sampling", measure="fund")
    assert change["high"] - change["low"] < 0.1 * (level["high"] - level["low"])
    assert change["low"] > 0
    assert change["point"] == pytest.approx(0.05 / 1.05 * level["point"], rel=1e-6)


def test_an_unchanged_scenario_has_a_difference_of_nothing():
    found = sampling_bands(drawn({"today": province(), "same": province()}))
    same = found[found["band"] == "difference_sampling"]
    assert (same[["low", "middle", "high", "point"]] == 0).all(axis=None)


def test_the_baseline_can_be_named():
    tables = {"dearer": province().assign(fund=lambda t: t["fund"] * 2), "today": province()}
    found = sampling_bands(drawn(tables), baseline="today")
    assert (
        whole(found, scenario="dearer", band="difference_sampling", measure="fund")[["low", "point"]] > 0
    ).all()
    assert not ((found["scenario"] == "today") & (found["band"] == "difference_sampling")).any()


def test_where_no_hospital_can_be_drawn_the_band_is_not_known():
    rows = [("z", 3, "only", "employee", 10, 1_000, 10), *province().itertuples(index=False, name=None)]
    found = sampling_bands(drawn({"today": table(rows)}))
    alone = found[found["care_region"] == "z"]
    assert alone[["low", "middle", "high"]].isna().all(axis=None)
    assert alone["point"].notna().all()
    assert found.loc[found["care_region"] != "z", "low"].notna().all()


def test_without_outputs_there_is_only_the_whole():
    found = sampling_bands(drawn({"today": province()}, outputs=[]))
    assert len(found) == len(MEASURES)
    assert found.columns.tolist()[3:5] == ["year", "low"]


def test_a_higher_level_is_wider():
    draws = drawn({"today": province()}, outputs=[])
    narrow, wide = (
        sampling_bands(draws, level=level).set_index("measure").loc["fund"] for level in (0.5, 0.95)
    )
    assert wide["low"] < narrow["low"] < narrow["high"] < wide["high"]


@pytest.mark.parametrize("level", [0, 1, 90, -0.5])
def test_a_level_is_a_share(level):
    with pytest.raises(ArgumentError):
        interval(np.arange(3.0), level)


def test_the_baseline_has_to_be_there():
    with pytest.raises(ArgumentError):
        sampling_bands(drawn({"today": province()}), baseline="yesterday")


def test_no_output_may_bear_the_name_of_the_whole():
    with pytest.raises(ArgumentError, match="rename"):
        sampling_bands(drawn({"today": province().assign(care_region="all")}))


WORLDS, DRAWS = 1_000, 999


def coverage(hospitals_a_stratum: int, strata: int, seed: int) -> tuple[float, float]:
    """Share of worlds whose band holds the truth, for levels and for a reform's effect.

    In every world the hospitals are drawn afresh from the same kind: a stay of a hospital costs what its
    stratum's do, times the hospital's own; the truth is what the known stays would cost on average over all
    hospitals of the kind. A world is an output of one table, so all are drawn at once.
    """
    random = np.random.default_rng(seed)
    hospitals = hospitals_a_stratum * strata
    stratum = np.repeat(np.arange(strata), hospitals_a_stratum)
    stays = random.integers(200, 800, hospitals)
    mean = 8_000_00 * (1 + stratum[:, None] / 4)  # fen a stay
    own = random.normal(1, 0.25, (hospitals, WORLDS))
    effect = 0.05 + random.normal(0, 0.02, (hospitals, WORLDS))  # hospitals answer a reform differently
    before = np.rint(stays[:, None] * mean * own).astype(np.int64)
    after = np.rint(before * (1 + effect)).astype(np.int64)
    names = {
        "care_region": np.repeat(stratum, WORLDS),
        "hospital_id": np.repeat(np.arange(hospitals), WORLDS),
        "world": np.tile(np.arange(WORLDS), hospitals),
    }
    keys = {name: key(column) for name, column in names.items()} | {
        "hospital_level": key([3] * len(names["world"]))
    }
    cases = np.repeat(stays, WORLDS)
    tables = {
        name: sums(keys, {"cases": cases, "fund": fund.ravel()})
        for name, fund in (("today", before), ("reform", after))
    }
    found = sampling_bands(
        resample(tables, outputs=["world"], measures=["fund"], draws=DRAWS, seed=seed), level=0.9
    )
    found = found[found["world"] != "all"]
    level_truth = (stays * mean[:, 0]).sum() / 100
    truth = {"sampling": level_truth, "difference_sampling": 0.05 * level_truth}
    shares = []
    for band, scenario in (("sampling", "today"), ("difference_sampling", "reform")):
        rows = found[(found["band"] == band) & (found["scenario"] == scenario)]
        assert len(rows) == WORLDS
        shares.append(float(((rows["low"] <= truth[band]) & (truth[band] <= rows["high"])).mean()))
    return shares[0], shares[1]


@pytest.mark.parametrize(("hospitals", "strata"), [(5, 10), (12, 2)])
def test_nine_bands_in_ten_hold_the_truth(hospitals, strata):
    """With few hospitals a stratum too. Where nothing has heavy tails a band widened for few is wide
    enough."""
    error = np.sqrt(0.9 * 0.1 / WORLDS)
    for share in coverage(hospitals, strata, seed=1):
        assert 0.9 - 3 * error - 0.01 <= share <= 0.98


def heavy_tailed(
    hospitals: int, seed: int, *, groups: int = 200, worlds: int = 300
) -> dict[str, pd.DataFrame]:
    """Tables of many worlds with heavy-tailed stays in many groups, whose weights each world measures on its
    own stays.

    Three levels; a hospital has 80 stays and costs of its own; a stay's cost is lognormal. The reform pays
    cost beyond twice instead of three times the price.
    """
    random = np.random.default_rng(seed)
    level, stays = np.repeat(np.arange(3), hospitals), 80
    own = np.repeat(np.arange(3 * hospitals), stays)
    names = {"care_region": [], "hospital_id": [], "world": []}
    money = {"today": [], "reform": []}
    for world in range(worlds):
        group = (random.random(len(own)) ** 2 * groups).astype(int)
        dear = np.exp(random.normal(0, 0.2, 3 * hospitals))
        cost = 8_000 * (1 + group % 6 * 0.6) * (1 + level[own] * 0.4) * dear[own]
        cost = cost * np.exp(random.normal(0, 0.9, len(own)) - 0.9**2 / 2)
        counts = np.maximum(np.bincount(group, minlength=groups), 1)
        price = (np.bincount(group, cost, groups) / counts / cost.mean() * 20_000)[group]
        for name, limit in (("today", 3), ("reform", 2)):
            paid = price + np.maximum(cost - limit * price, 0)
            money[name].append(np.rint(np.bincount(own, paid) * 100).astype(np.int64))
        names["care_region"].append(level)
        names["hospital_id"].append(np.arange(3 * hospitals))
        names["world"].append(np.full(3 * hospitals, world))
    keys = {name: key(np.concatenate(parts)) for name, parts in names.items()}
    keys["hospital_level"] = key([3] * (3 * hospitals * worlds))
    cases = np.full(3 * hospitals * worlds, stays)
    return {name: sums(keys, {"cases": cases, "fund": np.concatenate(paid)}) for name, paid in money.items()}


def measured_again(hospitals: int, seed: int) -> tuple[float, float]:
    """Coverage of `heavy_tailed` worlds; the truth is the mean over them."""
    tables = heavy_tailed(hospitals, seed)
    found = sampling_bands(resample(tables, outputs=["world"], measures=["fund"], draws=299, seed=seed))
    found = found[found["world"] != "all"]
    shares = []
    for band, scenario in (("sampling", "today"), ("difference_sampling", "reform")):
        rows = found[(found["band"] == band) & (found["scenario"] == scenario)]
        truth = rows["point"].mean()
        shares.append(float(((rows["low"] <= truth) & (truth <= rows["high"])).mean()))
    return shares[0], shares[1]


@pytest.mark.parametrize("hospitals", [6, 20, 50])
def test_bands_hold_with_heavy_tails_and_weights_measured_again(hospitals):
    """At six hospitals a level, draws alone would hold the truth 80 to 85 times in 100."""
    error = np.sqrt(0.9 * 0.1 / 300)
    for share in measured_again(hospitals, seed=2):
        assert 0.9 - 2 * error <= share <= 0.99
