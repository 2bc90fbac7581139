"""The 31 primary-care groups of CHS-DRG 3.0 as a policy part: the published list, and one price."""

import csv
import warnings

import pandas as pd
import pytest

from drgsim import Policy, Scheme, pay

PART = "primary-care-chs-drg-3.0"


def policy():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        base = Policy.load("national-drg-rate").at("2027-06-30")
    table = {"3": 1.2, "other": 0.8}
    return base.reform({"standard.coefficient.scope": "level", "standard.coefficient.level": table})


def test_the_groups_are_groups_of_the_scheme():
    groups = policy().including(PART)["primary_care.groups"]
    assert len(set(groups)) == 31
    assert set(groups) <= {drg.code for drg in Scheme.load("chs-drg-3.0").drgs}


@pytest.mark.shared
def test_the_groups_are_those_of_the_list(shared):
    path = shared / "reference" / "chs_drg_3_0" / "primary_groups_31.csv"
    with path.open(encoding="utf-8", newline="") as file:
        listed = {row["drg_code"] for row in csv.DictReader(file)}
    assert set(policy().including(PART)["primary_care.groups"]) == listed


def test_they_are_priced_alike_in_every_hospital():
    cases = pd.DataFrame(
        {
            "case_id": list("abcd"),
            "drg": ["BV39", "BV39", "EB19", "EB19"],
            "hospital_level": [3, 1, 3, 1],
            "insurance": "employee",
            "los": 6,
            "total_cost": 9000.0,
        }
    )
    weights = pd.DataFrame({"drg": ["BV39", "EB19"], "weight": [0.5, 2.0]})
    prices = pay(cases, policy().including(PART), weights=weights).frame["standard"].tolist()
    assert prices[0] == prices[1]
    assert prices[2] != prices[3]
    plain = pay(cases, policy(), weights=weights).frame["standard"].tolist()
    assert plain[0] != plain[1]
