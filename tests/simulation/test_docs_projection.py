"""The page on projections runs as it is written, and names everything that may be assumed."""

import re
from pathlib import Path

from drgsim.simulation.projection.frame import fund_warnings
from drgsim.simulation.scenario.assumption_values import catalogue

PAGE = (Path(__file__).parents[2] / "docs" / "projection.md").read_text(encoding="utf-8")


def test_the_python_of_the_page_runs():
    names = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE, flags=re.S):
        exec(compile(block, "docs/projection.md", "exec"), names)
    assert set(names["frame"]["scenario"]) == {"baseline", "stricter"}
    assert len(set(names["frame"]["year"])) == 6
    assert names["mine"] != names["national"]


def test_the_page_names_every_assumption_and_every_light():
    assert [name for name in (*catalogue(), *fund_warnings()) if f"`{name}`" not in PAGE] == []


def test_the_page_states_the_thresholds_as_they_are():
    for light in fund_warnings().values():
        row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{light.id}` |"))
        assert light.severity in row
        if light.measure == "reserve_months":
            for months in light.below.values():
                assert f"under {months:g} months" in row
