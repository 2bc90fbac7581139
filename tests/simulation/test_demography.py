"""The insured of each fund: as many as the cases stand for, of the ages they have."""

import numpy as np
import pandas as pd
import pytest

from drgsim.published import published
from drgsim.settlement.statistics import FLOW, MEASURES
from drgsim.simulation.projection.cells import Cells
from drgsim.simulation.projection.demography import insured, national_rates
from drgsim.simulation.projection.growth import band_names
from drgsim.synthetic.region import SyntheticRegion


def stays(region, insurance, **cases):
    rows = [(region, region, insurance, "h", band, number) for band, number in cases.items()]
    return pd.DataFrame(rows, columns=[*FLOW, "age_band", "cases"])


def persons(table, funds, given=None):
    cells = table.assign(**{name: 0 for name in MEASURES if name != "cases"})
    return insured(Cells.of(cells), funds, 2025, given)


def test_national_rates_are_the_published_ones_split_by_age():
    rates = national_rates(2025)
    assert rates.shape == (2, len(band_names()))
    employee = published("hospitalisation_rate", 2025, insurance="employee").amount
    assert rates[0, 0] == pytest.approx(employee, abs=0.0001)
    assert rates[0, band_names().index("oldest")] > rates[0, band_names().index("adult")]
    assert rates[0, band_names().index("newborn")] == rates[0, 0]  # no newborn is an employee


def test_persons_without_a_table_are_cases_over_the_countrys_rates():
    cells = stays("X", "employee", adult=30, oldest=40)
    found = persons(cells, [("X", "employee")])
    rates = national_rates(2025)[0]
    for band, cases in (("adult", 30), ("oldest", 40)):
        place = band_names().index(band)
        assert found.persons[0, place] == pytest.approx(cases / rates[place])
    assert found.state == "assumed"
    assert not found.is_measured


def test_cities_of_a_synthetic_region_get_its_insured_at_the_scale_of_the_cases():
    region = SyntheticRegion.load("province")
    cities = [city.id for city in region.cities[:2]]
    cells = pd.concat([stays(cities[0], "employee", adult=300), stays(cities[1], "resident", oldest=700)])
    funds = [(cities[0], "employee"), (cities[1], "resident")]
    found = persons(cells, funds)
    whole = region.insured(2025).groupby(["region", "insurance"])[["persons", "discharges"]].sum()
    mine = whole.loc[funds]
    scale = 1_000 / mine["discharges"].sum()
    assert found.persons.sum(axis=1) == pytest.approx((mine["persons"] * scale).to_numpy())
    assert "synthetic" in found.en


def test_given_persons_without_age_are_spread_as_the_cases_stand_for():
    cells = stays("X", "employee", adult=30, oldest=40)
    table = pd.DataFrame({"region": ["X"], "insurance": ["employee"], "insured": [500.0]})
    found = persons(cells, [("X", "employee")], table)
    derived = persons(cells, [("X", "employee")]).persons
    np.testing.assert_allclose(found.persons, derived / derived.sum() * 500)
    nobody = persons(cells, [("Y", "resident")], table.assign(region="Y", insurance="resident"))
    assert nobody.persons.sum() == 500
