"""Score to points of a case: the deviation families, boundaries included."""

import numpy as np
import pytest

from drgsim import sources
from drgsim.errors import ArgumentError, FileFormatError, NotFoundError
from drgsim.payment.engine.dip_scores import DeviationRule, dip_points, largest_factor


def points(rule, score, cost, standard, **more):
    return dip_points(score, cost, standard, rule=rule, **more).points.tolist()


def test_national_form_as_the_published_formula_gives_it():
    """Payment rules §8-6."""
    ratios = [0.30, 0.50, 1.0, 2.0, 2.5, 5.0]
    costs = [ratio * 1000 for ratio in ratios]
    assert points("national", 1000, costs, 1000) == [300, 1000, 1000, 1000, 1500, 4000]


def test_city_form_as_the_published_formula_gives_it():
    """Payment rules §8-6: score about one yuan, compared with score times hospital coefficient."""
    costs = [5000, 6000, 6001, 14_999, 15_000, 20_000]
    assert points("city-1.5-0.6", 10_000, costs, 10_000) == [5000, 6000, 10_000, 10_000, 10_000, 15_000]


def test_city_form_adds_support_before_the_assessment():
    """Payment rules §5.4: final = (initial + initial x support) x assessment coefficient."""
    given = points("city-1.5-0.6", 10_000, 9000, 9000, hospital_coefficient=0.9, support=0.1, assessment=0.98)
    assert given == pytest.approx([10_000 * 0.9 * 1.1 * 0.98])


def test_the_other_city_form_keeps_its_own_thresholds():
    """Payment rules §5.4: 0.4 and 2.5 of the same form."""
    assert points("city-2.5-0.4", 1000, [400, 401, 2499, 2500, 3000], 1000) == [400, 1000, 1000, 1000, 1500]


@pytest.mark.parametrize(
    ("rule", "at_half", "at_two"),
    [("national", "normal", "normal"), ("base", "low", "high"), ("jining", "low", "normal")],
)
def test_the_boundary_belongs_where_the_rule_says(rule, at_half, at_two):
    """Grouping and DIP §1.2 and payment rules §5.4: <0.5 or <=0.5, >2 or >=2."""
    assert dip_points(100, [50, 200], 100, rule=rule).band.tolist() == [at_half, at_two]


def test_base_multiplies_deviation_hospital_and_auxiliary():
    """Grouping and DIP §1.2: score x d x h x s."""
    given = points("base", 1000, [300, 1000, 2500], 1000, hospital_coefficient=0.9, auxiliary_factor=1.2)
    assert given == pytest.approx([1000 * d * 0.9 * 1.2 for d in (0.3, 1, 1.5)])


def test_jining_puts_the_coefficient_inside_the_deviation():
    """Grouping and DIP §1.2: low r; high r - 2 + h; above 5 h; never multiplied by h again."""
    result = dip_points(
        1000,
        [400, 1000, 3000, 5000, 5001],
        1000,
        rule="jining",
        hospital_coefficient=0.9,
        auxiliary_factor=1.1,
    )
    expected = [1000 * d * 1.1 for d in (0.4, 0.9, 1.9, 3.9, 0.9)]
    assert result.points.tolist() == pytest.approx(expected)
    assert result.review.tolist() == [False, False, False, False, True]


def test_blank_type_earns_cost_over_its_mean_cost():
    """Grouping and DIP §1.2: KBBZ, d = fee / mean cost x 0.7 with no coefficients."""
    more = {"blank": True, "mean_cost": 8000, "hospital_coefficient": 0.9, "auxiliary_factor": 1.2}
    assert points("jining", 500, 4000, 1000, **more) == pytest.approx([500 * 0.5 * 0.7])
    given = points("taian", 500, 4000, 1000, insurance="employee", **more)
    assert given == pytest.approx([500 * 0.5 * 0.4368 * 0.9])


def test_taian_fixes_the_coefficient_by_insurance_and_has_no_extreme_band():
    """Grouping and DIP §1.2: h 0.611 employee, 0.631 resident; no r > 5 rule."""
    given = points("taian", 1000, [1000, 1000, 6000], 1000, insurance=["employee", "resident", "employee"])
    assert given == pytest.approx([611, 631, 1000 * (6 - 2 + 0.611)])
    with pytest.raises(ArgumentError, match="by insurance"):
        dip_points(1000, 1000, 1000, rule="taian")


def test_primary_care_types_take_no_hospital_coefficient():
    """Grouping and DIP §1.2 and §1.4: their own factor replaces it, or nothing does."""
    common = {"hospital_coefficient": 0.8, "primary_care": [True, True, False]}
    given = points("base", 100, 100, 100, primary_care_factor=[0.95, np.nan, 0.95], **common)
    assert given == pytest.approx([95, 100, 80])
    assert points("national", 100, 100, 100, primary_care_factor=0.95, **common) == pytest.approx(
        [100, 100, 80]
    )


def test_the_largest_auxiliary_factor_applies():
    """Payment rules §5.5."""
    assert largest_factor([1.1, 0.8, np.nan], [1.3, np.nan, np.nan]).tolist() == [1.3, 0.8, 1.0]


def test_what_is_not_known():
    result = dip_points([100, 100, 0, np.nan], [np.nan, 300, 50, 50], [100, 0, 100, 100], rule="national")
    assert np.isnan(result.points[[0, 2, 3]]).all()  # no cost; score 0 is paid its cost; no score
    assert result.points[1] == 100  # no standard: the case counts as normal
    assert result.band.tolist() == ["", "normal", "", ""]


@pytest.mark.parametrize("name", DeviationRule.published())
def test_bands_cover_every_ratio_and_do_not_jump_at_the_upper_threshold(name):
    rule = DeviationRule.load(name)
    assert sources.resolve(rule.source).state == rule.trust
    ratios = np.linspace(0, 12, 1201)
    result = dip_points(1.0, ratios, 1.0, rule=rule, insurance="employee", hospital_coefficient=1.0)
    assert not np.isnan(result.points).any()
    # from the normal band on, a cost that grows by a hundredth of the standard adds no more than that
    normal = np.flatnonzero(result.band == "normal")[0]
    steps = np.diff(result.points[normal:][result.band[normal:] != "extreme"])
    assert steps.max() <= 0.01 + 1e-9 if name != "taian" else steps.max() < 0.4


def test_unknown_names_are_errors(tmp_path):
    with pytest.raises(NotFoundError, match="did you mean 'national'"):
        DeviationRule.load("nationl")
    (tmp_path / "mine.toml").write_text('id = "mine"\nbands = [{name="a", multiplier={ration=1}, times=[]}]')
    with pytest.raises(FileFormatError, match="ration"):
        DeviationRule.load(tmp_path / "mine.toml")
