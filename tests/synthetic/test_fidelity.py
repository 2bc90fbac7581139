"""Cases meet the published totals within stated gaps."""

import pytest

from drgsim.synthetic.generate import synthetic_cases

N = 120_000
# relative gaps: what sampling of this many cases leaves, and no more
ALLOWED = {"cost": 0.05, "stay": 0.03, "level": 0.03, "share": 0.02, "retired": 0.02}
ALLOWED |= {"cross_province": 0.08, "in_province": 0.06, "readmission": 0.06}


@pytest.fixture(scope="module", params=[2024, 2025])
def fidelity(region, request):
    cases = synthetic_cases(region, n=N, year=request.param, seed=11)
    return region.fidelity(cases, year=request.param)


def test_every_calibrated_figure_is_within_its_gap(fidelity):
    allowed = fidelity.frame.index.str.partition(".").get_level_values(0).map(ALLOWED)
    wide = fidelity.frame[fidelity.frame["gap"].abs() > allowed]
    assert wide.empty, wide[["target", "achieved", "gap"]]


def test_mean_cost_and_stay_are_the_published_ones(fidelity):
    """Fund rules: the bulletin's figures of the year itself."""
    for figure in ("cost.employee", "cost.resident", "stay.employee", "stay.resident"):
        row = fidelity.frame.loc[figure]
        assert row["published_year"] == fidelity.year
        assert row["target"] == row["published"]
        assert row["state"] == "secondary"
        assert row["gap"] == pytest.approx(0, abs=0.03)


def test_gaps_are_no_more_than_sampling(fidelity):
    beyond = (fidelity.frame["gap"].abs() / fidelity.frame["noise"]).drop("readmission")
    assert (beyond < 4).all(), beyond


def test_what_is_not_preserved_is_said(fidelity):
    assert {"mix", "spread", "persons"} <= set(fidelity.not_preserved.index)
    html = fidelity._repr_html_()
    assert "Not preserved" in html
    assert "C2025" not in html  # no case rows
    assert "things not preserved" in repr(fidelity)


def test_other_years_lean_on_the_nearest_published_one(region):
    cases = synthetic_cases(region, n=2000, year=2026, seed=1)
    frame = region.fidelity(cases, year=2026).frame
    assert (frame["state"] == "assumed").all()
    assert frame.loc["cost.employee", "published_year"] == 2025
