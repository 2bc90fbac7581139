"""The page on responses runs as it is written, and states every parameter with its bounds and default."""

import re
from pathlib import Path

import pytest

from drgsim.policy.yaml_text import parse_yaml
from drgsim.simulation.responses import declared

PAGE = (Path(__file__).parents[3] / "docs" / "responses.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", PAGE, flags=re.S | re.M))


def test_the_python_of_the_page_runs():
    names = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE, flags=re.S):
        exec(compile(block, "docs/responses.md", "exec"), names)
    assert names["paid"].frame["payment"].sum() > names["before"].frame["payment"].sum()


def test_the_scenario_of_the_page_is_allowed():
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.S)
    for name, values in parse_yaml(block, name="docs/responses.md")["responses"].items():
        problems = []
        assert declared()[name].check({k: v for k, v in values.items() if k != "phase_in"}, name, problems)
        assert problems == []


def test_the_sections_follow_the_order_of_application():
    assert re.findall(r"^## (\w+)$", PAGE, flags=re.M) == list(declared())


@pytest.mark.parametrize("name", declared())
def test_every_parameter_is_stated_as_it_is_declared(name):
    rows = [line for line in SECTIONS[name].splitlines() if line.startswith("|")]
    for parameter in declared()[name].parameters.values():
        (row,) = [row for row in rows if f"`{parameter.name}`" in row]
        _, words, bounds, default, seen, _ = (cell.strip() for cell in row.split("|"))
        assert bounds == f"{parameter.min:g} … {parameter.max:g}"
        assert f"{parameter.default:g}" in default.split(", ")
        assert (f"**`{parameter.name}`**" in words) == parameter.strength
        if parameter.published is not None:
            assert seen == f"{parameter.published:g}"
