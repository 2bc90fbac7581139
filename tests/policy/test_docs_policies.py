"""The page on policies runs as it is written."""

import re
from pathlib import Path

import pytest

from drgsim import Policy
from drgsim.policy.library import load_document

PAGE = (Path(__file__).parents[2] / "docs" / "policies.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.S)


def test_the_python_of_the_page_runs(capsys):
    names = {}
    for block in blocks("python"):
        exec(compile(block, "docs/policies.md", "exec"), names)
    printed = capsys.readouterr().out
    assert "drg_rate" in printed
    assert "new_technology.share" in printed
    assert names["weights"].mean_cost == pytest.approx(10000)
    assert names["reformed"].number("outlier.high.threshold", level=3) == 2.5


def test_the_document_of_the_page_is_a_policy(tmp_path):
    path = tmp_path / "my-city-2025.yaml"
    path.write_text(blocks("yaml")[0], encoding="utf-8")
    policy = Policy.load(path)
    assert policy.document == load_document(path)
    assert policy.number("outlier.high.threshold", level=3, weight=1.5) == 2.5
    assert policy.at("2025-03-01")["outlier.low.threshold"] == 0.4
    assert policy.entry("standard.point_value").state == "read"


def test_the_commands_of_the_page_are_those_there_are(capsys):
    from drgsim.cli import main

    for line in blocks("console")[0].splitlines():
        program, *words = line.split()
        assert program == "drgsim"
        expected = 2 if words[:2] == ["policy", "check"] else 0  # my-city.yaml is the reader's own
        assert main(words) == expected
    capsys.readouterr()
