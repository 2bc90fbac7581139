"""Draws: kernel and twin alike, the same hospitals everywhere, the number of stays held fixed."""

import os
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drgsim.errors import ArgumentError, ColumnError
from drgsim.simulation.uncertainty.sampling import resample

from .hospital_tables import MEASURES, ROWS, province, table


def draw(tables, *, outputs=("insurance",), draws=20, seed=7, **options):
    return resample(tables, outputs=outputs, measures=MEASURES, draws=draws, seed=seed, **options)


@settings(max_examples=50)
@given(ROWS, ROWS, st.integers(0, 2**40), st.sampled_from([[], ["insurance"], ["insurance", "care_region"]]))
def test_kernel_and_twin_agree(first, second, seed, outputs):
    tables = {"today": table(first), "reform": table(second)}
    found = []
    for twin in "01":
        with mock.patch.dict(os.environ, {"DRGSIM_REFERENCE": twin}):
            found.append(draw(tables, outputs=outputs, seed=seed))
    for name in tables:
        np.testing.assert_array_equal(found[0].draws[name], found[1].draws[name])


@pytest.fixture(params=["kernel", "twin"])
def path(request, monkeypatch):
    monkeypatch.setenv("DRGSIM_REFERENCE", "1" if request.param == "twin" else "0")


@settings(max_examples=30)
@given(ROWS, st.randoms())
def test_the_order_of_rows_changes_nothing(rows, random):
    mixed = list(rows)
    random.shuffle(mixed)
    one, other = (draw({"t": table(given)}).draws["t"] for given in (rows, mixed))
    np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(one, draw({"t": table(rows).iloc[::-1]}).draws["t"])


@pytest.mark.usefixtures("path")
def test_the_number_of_stays_is_held_in_every_draw():
    found = draw({"t": province()}, outputs=["care_region"])
    assert (found.draws["t"][:, :, 0] == found.point["t"][:, 0]).all()
    assert found.draws["t"][:, :, 1].std(axis=0).min() > 0


@pytest.mark.usefixtures("path")
def test_a_scenario_that_changes_nothing_differs_in_no_draw():
    found = draw({"today": province(), "same": province().sample(frac=1, random_state=1)})
    np.testing.assert_array_equal(found.draws["today"], found.draws["same"])


@pytest.mark.usefixtures("path")
def test_a_draw_takes_the_same_hospitals_whatever_else_is_drawn():
    whole = province()
    alone = whole[whole["care_region"] == "a"]
    more = draw({"t": whole}, outputs=["care_region", "insurance"], draws=90)
    less = draw({"t": alone}, outputs=["care_region", "insurance"], draws=40)
    own = (more.outputs["care_region"] == "a").to_numpy()
    np.testing.assert_array_equal(more.draws["t"][:40, own], less.draws["t"])
    assert (more.draws["t"][0] != more.draws["t"][1]).any()
    assert (draw({"t": whole}, seed=8).draws["t"] != draw({"t": whole}).draws["t"]).any()


def test_threads_change_nothing():
    one, several = (draw({"t": province()}, draws=300, threads=threads) for threads in (1, 3))
    np.testing.assert_array_equal(one.draws["t"], several.draws["t"])


@pytest.mark.usefixtures("path")
def test_a_hospital_missing_from_a_table_counts_zero_in_it():
    whole = province()
    gone = whole["hospital_id"] != "h3"
    zero = whole.copy()
    zero.loc[~gone, list(MEASURES)] = 0
    found = draw({"today": whole, "missing": whole[gone], "zero": zero})
    np.testing.assert_array_equal(found.draws["missing"], found.draws["zero"])
    assert (found.draws["missing"][:, :, 0] <= found.draws["today"][:, :, 0]).all()


def test_stays_are_those_of_the_first_table():
    """A scenario's further stays are an outcome: they vary with the hospitals that bring them."""
    more = province()
    more.loc[more["hospital_id"] == "h3", "cases"] *= 2
    found = draw({"today": province(), "more": more}, outputs=[], draws=200)
    change = found.draws["more"][:, 0, 0] - found.draws["today"][:, 0, 0]
    assert found.draws["today"][:, 0, 0].std() == 0
    assert change.min() == 0
    assert change.mean() == pytest.approx(found.point["more"][0, 0] - found.point["today"][0, 0], rel=0.3)


@pytest.mark.usefixtures("path")
def test_a_hospital_without_another_is_in_every_draw_and_that_is_said():
    rows = [("a", 3, "h1", "employee", 10, 1_000, 1), *province().itertuples(index=False, name=None)]
    lonely = [("z", *row[1:]) if row[0] == "a" and row[2] == "h1" else row for row in rows]
    found = draw({"t": table(lonely)}, outputs=["care_region"])
    last = found.outputs["care_region"].tolist().index("z")
    assert found.held.tolist() == [False, False, True]
    assert (found.draws["t"][:, last] == found.point["t"][last]).all()
    assert found.strata[~found.strata["drawn"]]["stratum"].tolist() == ["z / 3"]
    assert found.strata["stays"].sum() == found.point["t"][:, 0].sum()


@pytest.mark.usefixtures("path")
def test_strata_without_stays_are_drawn_as_they_are():
    rows = [("a", 3, f"h{n}", "employee", 0, 100, 0) for n in range(4)]
    found = draw({"t": table(rows)}, outputs=[])
    assert (found.draws["t"][:, 0] == [0, 400, 0]).all()


@pytest.mark.usefixtures("path")
def test_the_spread_is_the_known_one_also_with_few_hospitals():
    """Equal hospitals: the variance of a total is that of survey sampling, H times the sample variance."""
    random = np.random.default_rng(3)
    fund = {stratum: random.integers(10**6, 9 * 10**6, size) for stratum, size in ((1, 2), (2, 3), (3, 30))}
    rows = [
        ("a", level, f"{level}.{n}", "employee", 100, int(one), 0)
        for level, each in fund.items()
        for n, one in enumerate(each)
    ]
    found = draw({"t": table(rows)}, outputs=["hospital_level"], draws=4_000)
    expected = [len(each) * np.var(each, ddof=1) for each in fund.values()]
    # 4,000 draws know a variance to about 2.2 % (normal); 4 times that
    assert found.draws["t"][:, :, 1].var(axis=0) == pytest.approx(expected, rel=0.09)


@pytest.mark.usefixtures("path")
def test_gaps_and_mixed_types_of_keys_are_names_of_their_own():
    gaps = province().astype({"hospital_level": float, "insurance": object})
    gaps.loc[::5, "hospital_level"] = np.nan
    gaps.loc[::3, "insurance"] = None
    found = draw({"today": province(), "gaps": gaps})
    assert found.outputs["insurance"].tolist() == ["", "employee", "resident"]
    np.testing.assert_array_equal(
        found.draws["gaps"].sum(axis=1)[:, 0], found.draws["today"].sum(axis=1)[:, 0]
    )


def test_no_stays_at_all():
    found = draw({"t": table([])})
    assert found.draws["t"].shape == (20, 0, 3)
    assert draw({"t": table([])}, outputs=[]).draws["t"].tolist() == [[[0, 0, 0]]] * 20


def test_the_display_shows_no_hospital():
    assert repr(draw({"t": province()})) == "Resampled(20 draws of 40 hospitals in 4 strata; tables: t)"


def test_what_cannot_be_drawn_is_said():
    with pytest.raises(ArgumentError):
        draw({})
    with pytest.raises(ArgumentError):
        draw({"t": province()}, draws=0)
    with pytest.raises(ColumnError, match="hospital_level"):
        draw({"t": province().drop(columns="hospital_level")})
    with pytest.raises(ColumnError, match="fund"):
        draw({"t": province().assign(fund=1.5)})


def test_inputs_stay_as_they_are():
    given = province()
    before = given.copy()
    draw({"t": given})
    pd.testing.assert_frame_equal(given, before)


@pytest.mark.usefixtures("path")
def test_outputs_add_up_to_the_whole_in_every_draw():
    parts = draw({"t": province()}, outputs=["insurance", "care_region", "hospital_id"])
    whole = draw({"t": province()}, outputs=[])
    np.testing.assert_array_equal(parts.draws["t"].sum(axis=1), whole.draws["t"][:, 0])
