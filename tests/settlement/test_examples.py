"""A document is worth trusting when its own published examples run."""

from pathlib import Path

import pytest

from drgsim import Policy
from drgsim.policy.library import shipped
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
    assert "expected 应为 8,155.58, got 得 8,155.59" in str(wrong)
    assert "no such result" in str(unknown)


def test_an_example_that_cannot_run_says_why():
    raw = _reread(Policy.load(FILES[0]))
    raw["examples"][0]["set"] = {"outlier.high.treshold": 3}
    failed = [result for result in run_examples(Policy.load(raw)) if not result.agrees]
    assert len(failed) == 1
    assert "cannot be used" in failed[0].error
