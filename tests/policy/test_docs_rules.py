"""The page on rules runs as it is written."""

import re
import shlex
from pathlib import Path

import yaml

from drgsim import Policy
from drgsim.policy.manual import template
from drgsim.policy.rules.facts import DIMENSIONS
from drgsim.policy.rules.menu import effects
from drgsim.settlement.examples import run_examples

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.S)


def document(text):
    return {
        "drgsim_policy": 1,
        "id": "page",
        "title": "page",
        "valid": {"from": "2024-01-01", "to": "2026-12-31"},
        "method": "drg_points",
        "sources": {"NOTICE": {"title": "a notice", "state": "secondary"}},
        "parameters": {
            "standard.point_value": {"value": 100, "source": "R090", "state": "assumed"},
            "standard.mean_cost": {"value": 10_000, "source": "R090", "state": "assumed"},
        },
        **yaml.safe_load(text),
    }


def test_the_rules_of_the_page_are_rules():
    written = [block for block in blocks("yaml") if block.startswith(("rules:", "lists:"))]
    assert len(written) == 3
    for block in written:
        assert Policy.load(document(block)).rules


def test_the_examples_of_the_page_are_examples():
    block, _ = [block for block in blocks("yaml") if block.startswith("examples:")]
    policy = Policy.load(document(block)).reform({
        "method": "drg_rate", "standard.base_rate": 9575.25, "standard.coefficient.scope": "level",
        "standard.coefficient.level": 0.92, "settlement.overrun_shared": [[1.05, 0.6], [1.1, 0.5], [None, 0]],
    })  # fmt: skip
    assert [result.agrees for result in run_examples(policy)] == [True, True]


def test_the_page_names_the_whole_menu_and_all_dimensions():
    assert [name for name in effects() if f"`{name}`" not in PAGE] == []
    assert [name for name in DIMENSIONS if f"`{name}`" not in PAGE] == []


def test_the_python_of_the_page_runs(capsys):
    names = {}
    for block in blocks("python"):
        exec(compile(block, "docs/rules.md", "exec"), names)
    assert "accepted" in capsys.readouterr().out
    assert (names["now"].frame["review"] == "accepted").any()


def test_the_two_hours_end_in_examples_that_agree(tmp_path):
    """The documents of the walk as a reader makes them: a new one, with the page's blocks in their places."""
    walk = re.findall(r"```yaml\n(.*?)```", PAGE[PAGE.index("## One hour") :], flags=re.S)
    weihai, example, hebei = walk[:3]
    for name, like, rules, examples in (
        ("weihai-2024", "national-drg-points", weihai, example),
        ("hebei-2024", "national-drg-rate", hebei, ""),
    ):
        text = template(name, like=like)
        begun, _, rest = text.partition("examples: []\n")
        assert "rules: []\n" in begun
        path = tmp_path / f"{name}.yaml"
        path.write_text(begun.replace("rules: []\n", rules) + examples + rest, encoding="utf-8")
        results = run_examples(Policy.load(path))
        assert len(results) >= 2
        assert [result for result in results if not result.agrees] == []


def test_the_commands_of_the_page_are_understood():
    from drgsim.cli.main import build_parser

    commands = [
        line for block in blocks("console") for line in block.splitlines() if line.startswith("drgsim")
    ]
    assert len(commands) >= 10
    for line in commands:
        build_parser().parse_args(shlex.split(line, comments=True)[1:])
