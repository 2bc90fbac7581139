"""What the pages on size and speed show runs."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page):
    return re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), flags=re.S)


def test_the_recipe_for_duckdb():
    pytest.importorskip("duckdb")
    (recipe,) = [block for block in blocks("scale.md") if "import duckdb" in block]
    exec(compile(recipe, "docs/scale.md", "exec"), {})


def test_the_bytes_a_case(capsys):
    (block,) = blocks("performance.md")
    exec(compile(block, "docs/performance.md", "exec"), {})
    assert "bytes a case" in capsys.readouterr().out
