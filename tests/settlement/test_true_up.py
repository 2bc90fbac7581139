"""Two axes of time: the day a value holds for, and the day it became known."""

from pathlib import Path

import pandas as pd
import pytest

from drgsim import Policy
from drgsim.errors import ArgumentError
from drgsim.settlement.clearing import true_up

FILE = Path(__file__).parents[1] / "policies" / "L05-chongqing-provisional.yaml"
RATE = "standard.base_rate"


def test_a_value_known_later_is_not_known_before():
    assert Policy.load(FILE)[RATE] == 9575.25
    assert Policy.load(FILE, as_of="2025-05-10")[RATE] == 9575.25
    assert Policy.load(FILE, as_of="2025-05-09")[RATE] == 9400
    with pytest.raises(ArgumentError, match="not a day"):
        Policy.load(FILE, as_of="May")


def test_settled_months_are_cleared_again():
    cases = pd.DataFrame({
        "case_id": ["a", "b", "c"],
        "drg": "IU2F",
        "hospital_id": "H1",
        "hospital_level": 3,
        "insurance": "employee",
        "los": 5,
        "total_cost": 9000.0,
        "discharge_date": pd.to_datetime(["2025-03-02", "2025-04-30", "2025-05-31"]),
    })  # fmt: skip
    weights = pd.DataFrame({"drg": ["IU2F"], "weight": [1.0]})
    found = true_up(cases, FILE, weights=weights)
    assert found["true_up"].tolist() == [175.25, 175.25, 0.0]
    assert (found["provisional"] + found["true_up"]).round(2).tolist() == found["final"].tolist()
    with pytest.raises(ArgumentError, match="1 stays without"):
        true_up(cases.assign(discharge_date=pd.to_datetime(["2025-03-02", None, "2025-05-31"])), FILE)
