"""Synthetic cases as a case table: possible, consistent, and the same whatever way they are asked for."""

import numpy as np
import pandas as pd
import pytest

import drgsim
from drgsim.cases import case_columns, check_cases
from drgsim.errors import ArgumentError, NotFoundError
from drgsim.grouping import DrgGrouper
from drgsim.synthetic.costs import PARTS
from drgsim.synthetic.generate import iter_synthetic_cases, synthetic_cases
from drgsim.synthetic.randomness import BLOCK


def fen(column):
    return (column * 100).round().astype("int64")


def test_cases_land_in_the_group_they_were_made_for(cases):
    grouped = DrgGrouper("chs-drg-2.0").group(cases)
    assert (grouped["drg"].astype(str) == cases["true_drg"]).mean() >= 0.99
    severity = grouped["severity"].astype(str).map({"none": 0, "CC": 1, "MCC": 2})
    assert (severity == cases["true_severity"]).mean() >= 0.99


def test_clean_cases_have_no_errors(cases):
    problems = check_cases(cases).frame
    assert problems.loc[problems["severity"] == "error", "rule"].tolist() == []


def test_columns_are_those_of_the_case_table(cases):
    known = case_columns()
    made = [name for name in cases.columns if name not in ("true_drg", "true_severity", "dirt")]
    assert made == [name for name in known if name in made]
    for name in made:
        assert str(cases[name].dtype) == known[name].dtype, name
    assert not {"true_drg", "dirt"} & set(synthetic_cases(n=10).columns)


def test_parts_and_scopes_add_up_to_the_fen(cases):
    """Payment rules for the scopes."""
    total = fen(cases["total_cost"])
    assert (sum(fen(cases[f"{part}_cost"]) for part in PARTS) == total).all()
    scopes = ("out_of_scope", "over_limit", "prepaid_share", "in_scope")
    assert (sum(fen(cases[name]) for name in scopes) == total).all()
    assert (cases[[*scopes, *(f"{part}_cost" for part in PARTS)]] >= 0).all(axis=None)
    assert (cases["new_technology_cost"] <= cases["consumable_cost"]).all()
    assert (cases["commercial_list_cost"] <= cases["out_of_scope"]).all()


def test_dates_stay_and_year_agree(cases):
    days = (cases["discharge_date"] - cases["admission_date"]).dt.days
    assert (days == cases["los"]).all()
    assert (cases["discharge_date"].dt.year == 2025).all()


def test_stays_of_a_person_do_not_overlap_and_the_person_stays_the_same(cases):
    several = cases[cases.duplicated("patient_id", keep=False)].sort_values(["patient_id", "admission_date"])
    before = several.groupby("patient_id")["discharge_date"].shift()
    assert (several["admission_date"] > before)[before.notna()].all()
    for name in ("sex", "age", "insurance", "insured_region", "retired"):
        assert (several.groupby("patient_id")[name].nunique() == 1).all(), name
    assert 0.3 < len(several) / len(cases) < 0.8


def test_infants_are_told_in_days(cases):
    infant = cases["age"] == 0
    assert cases.loc[infant, "age_days"].between(0, 364).all()
    assert cases.loc[~infant, ["age_days", "birth_weight"]].isna().all(axis=None)
    newborn = cases["age_days"].fillna(999) <= 28
    assert newborn.any()
    assert cases.loc[newborn, "birth_weight"].between(500, 6000).all()
    assert (cases.loc[newborn, "admission_weight"] >= cases.loc[newborn, "birth_weight"]).all()


def test_care_outside_the_own_region_is_registered(cases):
    local = cases["insured_region"] == cases["care_region"]
    assert ((cases["registration"] == "local") == local).all()


def test_hospitals_are_those_of_the_region(cases, region):
    hospitals = region.hospitals().set_index("hospital_id")
    there = hospitals.loc[cases["hospital_id"]]
    assert (there["care_region"].to_numpy() == cases["care_region"].to_numpy()).all()
    assert (there["hospital_level"].to_numpy() == cases["hospital_level"].to_numpy(dtype=np.int64)).all()


def test_no_code_repeats_in_a_case(cases):
    for name in ("diagnoses", "procedures"):
        assert all(len(set(codes)) == len(codes) for codes in cases[name].str.split("|"))


def test_a_smaller_table_is_the_beginning_of_a_larger_one(cases, region):
    fewer = synthetic_cases(region, n=700, seed=7, truth=True)
    pd.testing.assert_frame_equal(fewer, cases.iloc[:700])


@pytest.mark.parametrize("chunk", [4999, BLOCK, BLOCK + 1])
def test_chunks_do_not_change_the_cases(cases, region, chunk):
    n = BLOCK + 500
    parts = list(iter_synthetic_cases(region, n=n, seed=7, truth=True, chunk=chunk))
    assert {len(part) for part in parts[:-1]} <= {chunk}
    pd.testing.assert_frame_equal(pd.concat(parts), cases.iloc[:n])


def test_another_seed_makes_other_cases(cases, region):
    other = synthetic_cases(region, n=100, seed=8)
    assert (other["total_cost"] != cases["total_cost"].iloc[:100]).all()


@pytest.mark.filterwarnings("ignore:The 'future.infer_string' option is deprecated")
def test_text_can_be_plain_objects():
    pd.set_option("future.infer_string", False)
    try:
        made = synthetic_cases(n=50, seed=7)
    finally:
        pd.reset_option("future.infer_string")
    assert made["diagnoses"].dtype == object
    assert DrgGrouper("chs-drg-2.0").group(made)["status"].astype(str).eq("grouped").all()


def test_text_without_arrow():
    with pd.option_context("mode.string_storage", "python"):
        made = synthetic_cases(n=50, seed=7)
        assert made["diagnoses"].dtype.storage == "python"


def test_no_cases_are_an_empty_table():
    empty = synthetic_cases(n=0)
    assert len(empty) == 0
    assert "diagnoses" in empty


def test_the_public_names():
    assert drgsim.synthetic_cases is synthetic_cases
    assert drgsim.SyntheticRegion.available() == ["province"]


@pytest.mark.parametrize(
    "wrong",
    [{"n": -1}, {"n": 1.5}, {"n": True}, {"seed": -1}, {"year": 1990}, {"dirt": 1.5}, {"dirt": float("nan")}],
)
def test_numbers_out_of_range_are_refused(wrong):
    with pytest.raises(ArgumentError):
        synthetic_cases(**{"n": 10, **wrong})


def test_unknown_region_and_scheme_come_with_the_nearest():
    with pytest.raises(NotFoundError, match="did you mean 'province'"):
        synthetic_cases("provinces")
    with pytest.raises(NotFoundError, match=r"chs-drg-2\.0"):
        synthetic_cases(scheme="chs-drg-2.00")


def test_newborns_of_a_scheme_that_asks_for_the_weight_at_admission_weigh_it_then():
    """CHS-DRG 3.0: the group is by the weight at admission; the weight at birth is not above it."""
    made = synthetic_cases(n=2000, scheme="chs-drg-3.0", truth=True)
    grouped = DrgGrouper("chs-drg-3.0").group(made)
    assert (grouped["drg"].astype(str) == made["true_drg"]).all()
    newborns = made[made["admission_weight"].notna()]
    assert (newborns["birth_weight"] <= newborns["admission_weight"]).all()
    assert (newborns["birth_weight"] < newborns["admission_weight"]).any()
    assert made["true_drg"].str.startswith("PS").any()


def test_births_are_written_as_they_were_done():
    """Rules Q01 and Q08 find nothing in what is made clean, and the groups are those it was made for."""
    cases = synthetic_cases(n=20_000, seed=4, truth=True)
    mothers = cases["children_birth_weights"].notna()
    assert mothers.sum() > 50
    assert (cases.loc[mothers, "sex"] == 2).all()
    assert cases.loc[mothers, "diagnoses"].str.contains(r"\bO8[0-4]|\bZ37").all()
    weights = cases.loc[mothers, "children_birth_weights"].str.split("|").explode().astype(int)
    assert weights.between(1500, 4800).all()
    found = check_cases(cases).frame
    assert not set(found["number"].dropna()) & {"Q01", "Q08"}
    grouped = DrgGrouper("chs-drg-2.0").group(cases[mothers])
    assert (grouped["drg"].astype(str) == cases.loc[mothers, "true_drg"]).mean() >= 0.99
