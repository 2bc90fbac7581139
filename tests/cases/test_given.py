"""Tables with a column twice, and whole columns where one case is meant, are refused by every entrance."""

import numpy as np
import pandas as pd
import pytest

import drgsim
from drgsim.cases.given import refuse_columns, refuse_doubled
from drgsim.errors import ArgumentError, ColumnError


def doubled(column):
    cases = pd.DataFrame({
        "case_id": ["1"], "sex": [1], "age": [60], "diagnoses": ["I10.x00"], "procedures": [""],
        "insurance": ["employee"], "drg": ["FV21"], "total_cost": [9000.0], "note": ["x"],
    })  # fmt: skip
    return pd.concat([cases, cases[[column]]], axis=1)


def policy():
    return drgsim.Policy.load("national-drg-rate")


@pytest.mark.parametrize("column", ["case_id", "sex", "diagnoses", "total_cost"])
def test_a_column_that_stands_twice_is_told_with_what_to_do(column):
    weights = pd.DataFrame({"drg": ["FV21"], "weight": [1.0]})
    for ask in (
        drgsim.check_cases,
        lambda cases: drgsim.pay(cases, policy(), weights=weights),
        lambda cases: drgsim.estimate(cases, policy(), weights=weights),
    ):
        with pytest.raises(ColumnError, match=rf"twice; got '{column}'; what to do: .*duplicated"):
            ask(doubled(column))


def test_a_doubled_group_is_refused_and_a_doubled_column_of_no_concern_is_not():
    with pytest.raises(ColumnError, match="'drg'"):
        drgsim.pay(doubled("drg"), policy())
    refuse_doubled(doubled("note").columns)
    cases = doubled("note")
    once = cases.loc[:, ~cases.columns.duplicated()]
    assert drgsim.check_cases(cases).counts() == drgsim.check_cases(once).counts()


COLUMNS = {"drg": ["FV21", "FV23"], "insurance": ["employee"] * 2, "total_cost": [1.0, 2.0]}


@pytest.mark.parametrize(
    "given",
    [
        COLUMNS,
        {name: np.array(values) for name, values in COLUMNS.items()},
        pd.DataFrame(COLUMNS).to_dict(),
        {"drg": ["FV21"], "total_cost": 9.0},
        {"diagnoses": [["I10.x00"], ["I11.900", "E11.900"]]},
    ],
)
def test_columns_are_not_paid_as_one_case(given):
    with pytest.raises(ArgumentError, match=r"columns of several.*pandas\.DataFrame"):
        drgsim.pay(given, policy())


@pytest.mark.parametrize(
    "case",
    [
        {"case_id": "1", "diagnoses": ["I10.x00", "E11.900"], "procedures": ()},
        {"diagnoses": np.array(["I10.x00"]), "age": np.int64(3), "total_cost": np.float64(1)},
        {"own": [1, 2], "not_applicable": ["age_days"]},
        {},
    ],
)
def test_one_case_is_let_through(case):
    refuse_columns(case)
