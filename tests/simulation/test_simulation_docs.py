"""The code of docs/simulation.md runs and holds."""

import re
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).parents[2] / "docs" / "simulation.md"
BLOCKS = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def names():
    return {}


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_the_code_runs(number, names):
    exec(compile(BLOCKS[number], f"{DOCUMENT.name} block {number + 1}", "exec"), names)


def test_what_it_says_of_the_tables_holds(names):
    if "found" not in names:  # run alone
        exec(compile(BLOCKS[0], DOCUMENT.name, "exec"), names)
    found = names["found"]
    kinds = found.attribution("drg-to-dip")["kind"].tolist()
    assert kinds == ["baseline", "regrouped", "repriced", "total"]
    assert not found.migration("drg-to-dip").empty
    assert set(found.bands()["band"]) == {
        "sampling", "difference_sampling", "parameters", "difference_parameters",
    }  # fmt: skip
