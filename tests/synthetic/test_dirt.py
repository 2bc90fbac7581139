"""Spoilt cases, on request: the share asked for, each kind found by the checks, the rest untouched."""

import pandas as pd
import pytest

from drgsim.cases import check_cases
from drgsim.synthetic.dirt import _SPOIL
from drgsim.synthetic.generate import synthetic_cases
from drgsim.synthetic.targets import rows

# what the checks call each kind
FOUND_AS = {
    "principal_missing": {"principal-missing"},
    "code_unknown": {"diagnosis-unknown"},
    "code_gray": {"principal-gray"},
    "code_shortened": {"principal-unknown"},
    "sex_missing": {"sex-missing"},
    "sex_conflict": {"sex-female-diagnoses", "sex-male-diagnoses"},
    "age_missing": {"age-missing"},
    "dates_reversed": {"dates-reversed"},
    "stay_wrong": {"los-against-dates"},
    "parts_wrong": {"parts-against-total"},
    "cost_missing": {"total-cost-missing"},
    "discharge_unknown": {"discharge-not-listed"},
    "case_doubled": {"case-id-duplicate"},
}


@pytest.fixture(scope="module")
def spoilt(region):
    return synthetic_cases(region, n=4000, seed=7, dirt=0.2, truth=True)


def test_the_kinds_of_the_table_are_those_that_can_be_made():
    assert {row["kind"] for row in rows("dirt.csv")} == set(_SPOIL) == set(FOUND_AS)


def test_the_share_is_spoilt_and_the_rest_is_as_it_was(spoilt, cases):
    dirty = spoilt["dirt"] != ""
    assert dirty.mean() == pytest.approx(0.2, abs=0.03)
    pd.testing.assert_frame_equal(spoilt[~dirty], cases.iloc[:4000][~dirty])


def test_the_truth_is_kept(spoilt, cases):
    assert (spoilt["true_drg"] == cases["true_drg"].iloc[:4000]).all()


@pytest.mark.parametrize("kind", FOUND_AS)
def test_the_checks_find_each_kind(spoilt, kind):
    problems = check_cases(spoilt).frame
    affected = set(spoilt.index[spoilt["dirt"] == kind])
    found = set(problems.loc[problems["rule"].isin(FOUND_AS[kind]), "row"])
    assert affected
    assert affected <= found
