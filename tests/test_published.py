"""Published totals resolve to a source, agree with each other, and are asked for by name."""

import csv

import pytest

from drgsim._paths import data_path
from drgsim.errors import NotFoundError
from drgsim.published import figures, measures, published, series


def test_every_figure_has_a_known_measure_source_and_state():
    with data_path("sources.csv").open(encoding="utf-8", newline="") as file:
        sources = {row["id"] for row in csv.DictReader(file)}
    assert {figure.measure for figure in figures()} == set(measures())
    assert {figure.source for figure in figures()} <= sources
    assert {figure.state for figure in figures()} <= {"read", "secondary", "assumed"}


def test_no_figure_is_given_twice():
    keys = [(f.measure, f.year, f.insurance, f.level, f.member, f.area) for f in figures()]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("insurance", ["employee", "resident"])
@pytest.mark.parametrize("year", [2023, 2024, 2025])
def test_cost_over_discharges_is_the_printed_mean(insurance, year):
    """Fund rules §8 example 4."""
    cost = published("inpatient_cost", year, insurance=insurance).amount
    cases = published("discharges", year, insurance=insurance).amount
    assert cost / cases == pytest.approx(
        published("mean_inpatient_cost", year, insurance=insurance).amount, abs=1.5
    )


def test_the_level_mix_reproduces_cost_and_stay():
    """Fund rules §8 example 6."""
    levels = ("tertiary", "secondary", "primary")
    for measure, places in (("mean_inpatient_cost", 30), ("mean_stay", 0.05)):
        mean = sum(
            published("level_share", 2024, insurance="employee", level=level).amount
            * published(measure, 2024, insurance="employee", level=level).amount
            for level in levels
        )
        assert mean == pytest.approx(published(measure, 2024, insurance="employee").amount, abs=places)


def test_weighted_hospitalisation_of_active_and_retired():
    """Fund rules §8 example 5."""
    insured = {
        m: published("insured", 2021, insurance="employee", member=m).amount for m in ("active", "retired")
    }
    rate = sum(
        insured[m] * published("hospitalisation_rate_published", 2021, insurance="employee", member=m).amount
        for m in insured
    ) / sum(insured.values())
    assert rate == pytest.approx(0.177, abs=0.0005)


def test_amounts_are_in_base_units():
    assert published("insured", 2025).amount == pytest.approx(1_330_693_900)
    assert published("fund_income", 2025).amount == pytest.approx(3.592132e12)
    assert published("level_share", 2024, insurance="employee", level="tertiary").amount == pytest.approx(
        0.661
    )


def test_unknown_names_come_with_the_nearest():
    with pytest.raises(NotFoundError, match="did you mean 'mean_stay'"):
        published("mean_stays", 2025)
    with pytest.raises(NotFoundError, match="did you mean 'employee'"):
        published("mean_stay", 2025, insurance="employees")
    with pytest.raises(NotFoundError, match="2021, 2023, 2024, 2025"):
        published("mean_stay", 1999, insurance="employee")


def test_a_series_is_ordered_by_the_files():
    assert list(series("discharges", insurance="employee")) == list(range(2019, 2026))
