"""DIP by the documented route: what the builder learned prices the cases; what stood in for it is told."""

import numpy as np
import pandas as pd
import pytest

from drgsim import DipCatalogueBuilder, DipGrouper, Policy, Scenario, Weights, pay, simulate, synthetic_cases
from drgsim.dip.dip_errors import DipCatalogueError
from drgsim.simulation.record.record import record

NO_MEAN = "the table has no mean of the group at the stay's level, the area's is used"
LEARNED = "no coefficient in the policy, that of the weight table for the level is used"
POLICY = Policy.load("national-dip").reform({"standard.point_value": 9.5})


@pytest.fixture(scope="module")
def learned():
    cases = synthetic_cases(n=1_500, year=2025, seed=2)
    catalogue = DipCatalogueBuilder().fit(cases).catalogue_
    return cases, catalogue, cases.join(DipGrouper(catalogue).group(cases))


def said(paid, text):
    return sum(count for note, count in paid.notes.items() if text in note)


def test_learned_coefficients_and_level_means_are_what_prices(learned):
    cases, catalogue, grouped = learned
    paid = pay(grouped, POLICY, weights=catalogue)
    frame, prices = paid.frame, catalogue.price_table()
    table = prices.reindex(grouped["dip_code"].astype(str)).reset_index(drop=True)
    levels = cases["hospital_level"].astype(str).to_numpy()
    place = np.arange(len(cases))
    coefficients = table[[f"coefficient_{level}" for level in "123"]].to_numpy()[
        place, [int(level) - 1 for level in levels]
    ]
    inside = (frame["route"] == "scheme").to_numpy()
    np.testing.assert_allclose(frame["coefficient"][inside], coefficients[inside])
    names = [f"mean_cost_{level}" for level in "123"]
    by_level = table.reindex(columns=names).to_numpy()[place, [int(level) - 1 for level in levels]]
    basis = np.where(np.isnan(by_level), table["mean_cost"], by_level).round(2)
    known = inside & ~np.isnan(basis)
    np.testing.assert_allclose(
        frame["ratio"][known], (frame["total_cost"] - frame["carved_out"])[known] / basis[known], rtol=1e-6
    )
    assert said(paid, LEARNED) == len(cases)
    without = inside & np.isnan(by_level) & ~table["mean_cost"].isna().to_numpy()
    assert said(paid, NO_MEAN) == without.sum() > 0
    told = paid.explain(cases["case_id"][without].iloc[0], "en")
    assert NO_MEAN in told
    assert "times its basis: mean cost of the group, " in told
    assert LEARNED in str(paid)
    assert NO_MEAN in str(paid)


def test_explain_says_which_basis_and_whose_coefficient(learned):
    cases, catalogue, grouped = learned
    paid = pay(grouped, POLICY, weights=catalogue)
    told = [paid.explain(case, "en") for case in cases["case_id"][:20]]
    assert any("mean cost of the group at hospitals of the same level, " in each for each in told)
    assert all(LEARNED in each for each in told if "cost ratio" in each)


def test_a_stated_coefficient_stands_and_without_any_one_is_used(learned):
    _, catalogue, grouped = learned
    stated = POLICY.reform({"standard.coefficient.level": {"3": 1.1, "2": 0.9, "1": 0.8}})
    paid = pay(grouped, stated, weights=catalogue)
    by_level = paid.frame.groupby(grouped["hospital_level"].astype(str))["coefficient"].agg(["min", "max"])
    assert by_level.to_numpy().tolist() == [[0.8, 0.8], [0.9, 0.9], [1.1, 1.1]]
    assert said(paid, LEARNED) == 0 < said(paid, "its level's is used")
    prices = catalogue.price_table()
    bare = prices.drop(columns=[name for name in prices if name.startswith("coefficient_")])
    alone = pay(grouped, POLICY, weights=Weights.from_table(bare))
    assert set(alone.frame["coefficient"]) == {1.0}
    assert said(alone, "no coefficient in the policy or the weight table, 1 is used") == len(grouped)


def test_a_named_catalogue_groups_and_prices_cases_that_have_no_type(learned, tmp_path):
    cases, catalogue, grouped = learned
    catalogue.save(tmp_path / "city")
    named = POLICY.reform({"dip.catalogue": str(tmp_path / "city")})
    own = pay(cases, named)
    pd.testing.assert_series_equal(
        own.frame["payment"], pay(grouped, POLICY, weights=catalogue).frame["payment"]
    )


def test_a_primary_care_type_takes_its_own_factor_whatever_the_level(learned):
    from dataclasses import replace

    _, catalogue, _ = learned
    code = next(iter(catalogue.types))
    kind = replace(catalogue.types[code], primary_care=True, primary_care_factor=0.95)
    table = replace(catalogue, types={**catalogue.types, code: kind}).price_table()
    assert set(table.loc[code, [name for name in table if name.startswith("coefficient_")]]) == {0.95}


def test_the_record_of_a_run_says_what_was_used_instead():
    results = simulate(synthetic_cases(n=400, year=2025, seed=2), [Scenario.of("national-dip")])
    (notes,) = record(results)["notes"].values()
    assert sum(count for note, count in notes.items() if NO_MEAN in note) > 0


def test_a_catalogue_without_scores_cannot_price_and_says_what_to_do():
    """The national library states none: scores are local."""
    with pytest.raises(DipCatalogueError, match=r"dip-national-3\.0 states no scores.*drgsim dip fit"):
        Weights.from_catalogue("dip-national-3.0")
