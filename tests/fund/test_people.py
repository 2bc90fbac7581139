"""Members by age, year by year: nobody is lost, retirement follows the law's steps, ageing shows."""

import numpy as np
import pytest

from drgsim.fund.people import project_people, structure_of
from drgsim.fund.profiles import census, death_rates, retired_share, schedule
from drgsim.fund.series import Known

CALM = {
    "movement": 0.0, "retirement_take": 1.0, "resident_loss": 0.0, "births_scale": 1.0, "mortality_scale": 1.0,  # noqa: E501
    "retirement_reform": 1.0, "retirement_delay": 0.0, "migration": 0.0, "people_half_life": 5.0,
}  # fmt: skip
HEADS = {"active": 2.8e8, "retired": 1.07e8, "resident": 9.4e8}


def carried(years=10, **changes):
    values = {**CALM, **changes}
    start = structure_of(census(), HEADS, year=2020)
    return project_people(start, 2020, years, 1, lambda name, t: np.array([values[name]]))


def test_published_heads_are_met_and_nobody_is_doubled():
    start = structure_of(census(), HEADS, year=2020)
    assert start.heads == pytest.approx(HEADS)
    everyone = start.active + start.retired + start.resident + start.outside
    assert (everyone <= census() * (1 + 1e-9)).all()


@pytest.mark.parametrize(
    ("group", "delays"),
    [
        ("men", [3, 7, 15, 22, 29, 36]),
        ("women_55", [3, 7, 15, 22, 29, 36]),
        ("women_50", [4, 12, 24, 36, 48, 60]),
    ],
)
def test_delays_at_the_end_of_published_years(group, delays):
    """Fund series: 2025, 2027, 2030, 2033, 2036 and 2039."""
    (steps,) = [each for each in schedule() if each.group == group]
    assert [steps.delay_at_end_of(year) for year in (2025, 2027, 2030, 2033, 2036, 2039)] == delays


def test_people_change_only_by_births_and_deaths():
    """Residents, employees and those outside together: last year less deaths plus births."""
    from drgsim.fund.people import _births

    start = structure_of(census(), HEADS, year=2020)
    whole = start.active + start.retired + start.resident + start.outside
    people = carried(1)
    outside = start.outside * np.exp(-death_rates(2021))
    insured = people["active"][0, 1] + people["retired"][0, 1] + people.resident[0, 1]
    cells = {kind: getattr(start, kind)[None] for kind in ("active", "retired", "resident", "outside")}
    born = sum(each[0] for each in _births(cells, 2021, np.array([1.0])).values())
    assert insured + outside.sum() == pytest.approx((whole * np.exp(-death_rates(2021))).sum() + born)


def test_a_later_retirement_moves_members_from_retired_to_active():
    calm, late = carried(), carried(retirement_delay=24.0)
    assert (late["active"][0, 1:] > calm["active"][0, 1:]).all()
    assert (late["retired"][0, 1:] < calm["retired"][0, 1:]).all()
    assert late["active"][0, 10] + late["retired"][0, 10] == pytest.approx(
        calm["active"][0, 10] + calm["retired"][0, 10], rel=2e-3
    )


def test_without_the_reform_the_old_ages_hold():
    assert retired_share(2039, 0.0, 0.0)[0, 60] == 1.0
    assert retired_share(2039, 1.0, 0.0)[0, 62] == 0.0
    assert retired_share(2039, 1.0, 0.0)[0, 63] == 1.0


def test_ageing_raises_cost_faster_than_heads():
    people = carried(20)
    heads = people["active"] + people["retired"]
    cost = people.index("inpatient", "employee")
    assert (cost[0, 20] / cost[0, 0]) > 1.15 * heads[0, 20] / heads[0, 0]


def test_ages_of_the_country_come_near_the_published_ones():
    """The census carried on to 2025: from 60 years on 3 % below the published count (fund series)."""
    from drgsim.fund.vintage import population_at

    population = population_at(2025, Known())
    published = Known().at("all", "population_60_plus", 2025)
    assert -0.04 < population[:, 60:].sum() / published - 1 < -0.015


def test_who_counts_as_aged_of_working_age_and_pupil_follows_the_constants():
    start = structure_of(census(), HEADS, year=2020)
    people = carried(1)
    everyone = start.active + start.retired + start.resident + start.outside
    assert people["aged"][0, 0] == pytest.approx(everyone[:, 60:].sum())
    assert people["working"][0, 0] == pytest.approx(everyone[:, 20:60].sum())
    assert people["pupil"][0, 0] == pytest.approx(start.resident[:, :18].sum())
    assert people["adult"][0, 0] == pytest.approx(start.resident[:, 18:].sum())


def test_the_uninsured_come_back_at_five_times_the_rate_residents_would_leave():
    start = structure_of(census(), HEADS, year=2020)
    outside = (start.outside * np.exp(-death_rates(2021))).sum()
    back = carried(1, resident_loss=-0.01).resident[0, 1] - carried(1).resident[0, 1]
    assert outside > 1e6
    assert back == pytest.approx(5 * 0.01 * outside)


def test_migration_brings_residents_of_18_to_39_years():
    start = structure_of(census(), HEADS, year=2020)
    everyone = (start.active + start.retired + start.resident + start.outside) * np.exp(-death_rates(2021))
    calm, moved = carried(1), carried(1, migration=0.01)
    # who is 17 to 38 when the year begins is of those ages when it ends; none of them retires
    came = sum(moved[name][0, 1] - calm[name][0, 1] for name in ("active", "adult"))
    assert came == pytest.approx(0.01 * everyone[:, 17:39].sum())
    assert moved["pupil"][0, 1] == calm["pupil"][0, 1]
    assert moved["retired"][0, 1] == calm["retired"][0, 1]


def test_new_generations_take_up_work_between_18_and_29_only():
    from drgsim.fund.people import _entry

    share = np.zeros((2, 101))
    share[:, 16:18], share[:, 18:25], share[:, 25:29], share[:, 29] = 0.1, 0.4, 0.55, 0.64
    share[:, 30:] = 0.8
    expected = np.zeros(101)
    # (share - share a year younger) / (1 - share a year younger)
    expected[18], expected[25], expected[29] = 0.3 / 0.9, 0.15 / 0.6, 0.09 / 0.45
    assert _entry(share) == pytest.approx(np.stack([expected, expected]))


def test_the_open_band_of_the_census_falls_by_a_fifth_a_year_and_keeps_its_sum():
    people = census()
    assert people[:, 86:] == pytest.approx(0.8 * people[:, 85:-1])
    for sex, name in enumerate(("men", "women")):
        assert people[sex, 85:].sum() == pytest.approx(Known().at(name, "census_population_85+", 2020))
