"""A document is worth trusting when its own published examples run."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from drgsim import Policy, pay
from drgsim.policy.library import shipped
from drgsim.policy.policy_errors import PolicyError
from drgsim.settlement.examples import run_examples

FILES = sorted((Path(__file__).parents[1] / "policies").glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_provision_is_written_and_its_examples_come_true(file):
    policy = Policy.load(file)
    assert [str(result) for result in run_examples(policy) if not result.agrees] == []
    assert Policy.load(_reread(policy)).hash == policy.hash


def _reread(policy):
    from drgsim.policy.yaml_text import parse_yaml

    return parse_yaml(policy.to_yaml(), name="again")


def test_the_examples_of_shipped_documents_come_true():
    named = [name for name, path in shipped().items() if "\nexamples:" in path.read_text("utf-8")]
    results = [result for name in named for result in run_examples(Policy.load(name))]
    assert len(results) >= 3
    assert [str(result) for result in results if not result.agrees] == []


def test_an_example_that_does_not_come_true_says_both_numbers():
    policy = Policy.load(FILES[0])
    raw = _reread(policy)
    raw["examples"][0]["expect"] = {"payment": 8155.58, "paymnt": 1}
    wrong, unknown = [result for result in run_examples(Policy.load(raw)) if not result.agrees]
    assert "expected 8,155.58, got 8,155.59" in str(wrong)
    assert "no such result" in str(unknown)


def test_an_example_that_cannot_run_says_why():
    raw = _reread(Policy.load(FILES[0]))
    raw["examples"][0]["set"] = {"outlier.high.treshold": 3}
    failed = [result for result in run_examples(Policy.load(raw)) if not result.agrees]
    assert len(failed) == 1
    assert "cannot be used" in failed[0].error


def test_a_row_may_stand_for_many_stays_and_says_so_when_it_cannot():
    raw = _reread(Policy.load(FILES[0]))
    raw["examples"] = [raw["examples"][0]]
    example = raw["examples"][0]
    example["case"]["times"] = 3
    example["expect"] = {"payment": 3 * 8155.59, "cases": 3, "accepted": 0, "route": "scheme"}
    assert all(result.agrees for result in run_examples(Policy.load(raw)))
    for wrong in (0, True, "3", 1.5, 10**9):
        example["case"]["times"] = wrong
        with pytest.raises(PolicyError, match="times is not a number of cases"):
            Policy.load(raw)


def test_one_hospitals_published_month_with_outliers_counted_zero():
    """X16, Chongqing, April 2026: 200 stays cost 1,342,866.05, standards 1,500,938.12, official result
    +163,910.84. Stays are ours: outliers, paid by item, count 0, so that without them the plain difference
    of 158,072.07 is the official result."""
    policy = Policy.load(FILES[0])
    rate = policy["standard.base_rate"] * 0.92
    # 190 ordinary stays, and the 5 % with the highest ratio
    ordinary, dear = np.full(190, 749_000), np.full(10, 771_781)
    ordinary[-1] += 150_093_812 - ordinary.sum() - dear.sum()
    cost = np.concatenate([ordinary - 86_268, np.full(10, 830_169)])
    cost[189] += 150_093_812 - 15_807_207 - cost.sum() - 0
    standard = np.concatenate([ordinary, dear])
    gain = 16_391_084 - (standard - cost)[:190].sum()
    cost[0] -= gain
    cost[-1] += gain
    assert cost.sum() == 134_286_605
    cases = pd.DataFrame(
        {
            "case_id": [f"C{number}" for number in range(200)],
            "drg": [f"G{number}" for number in range(200)],
            "total_cost": cost / 100,
            "hospital_id": "H",
            "hospital_level": 3,
            "insurance": "employee",
            "los": 5,
        }
    )
    weights = pd.DataFrame({"drg": cases["drg"], "weight": standard / 100 / rate})
    paid = pay(cases, policy, weights=weights)
    assert paid.ledger.standard.sum() == 150_093_812
    assert paid.ledger.standard.sum() - paid.ledger.total_cost.sum() == 15_807_207
    assert (paid.frame["route"] == "by_item").sum() + (paid.frame["outlier"] == "high").sum() == 10
    assert -paid.ledger.borne_by_hospital.sum() == 16_391_084
