"""What a file leaves out of one's hospital is stated once, filled and told."""

import pytest

import drgsim
from drgsim.errors import ArgumentError


@pytest.fixture(scope="module")
def bare():
    return drgsim.synthetic_cases(n=600, year=2025, seed=4).drop(columns=["hospital_level"])


def test_facts_on_the_hospital_fill_what_the_file_lacks(bare):
    found = drgsim.transition(
        bare, "chs-drg-1.1", "chs-drg-2.0", draws=0, hospital={"level": 3, "insurance": "resident"}
    )
    assert found.shares["hospital_level"].index.tolist() == [3]
    assert found.shares["hospital_level"]["cases"].tolist() == [600]
    assert sum("600" in zh and "hospital_level" in zh for zh, _ in found.notes) == 1
    without = drgsim.transition(bare, "chs-drg-1.1", "chs-drg-2.0", draws=0)
    assert "hospital_level" not in without.shares


def test_a_coefficient_belongs_to_a_scenario(bare):
    with pytest.raises(ArgumentError, match="scenario"):
        drgsim.transition(bare, "chs-drg-1.1", "chs-drg-2.0", draws=0, hospital={"coefficient": 1.02})
