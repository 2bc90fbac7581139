"""The page on settlement runs as it is written."""

import re
from pathlib import Path

from drgsim.settlement.statistics import KEYS, MEASURES

PAGE = (Path(__file__).parents[2] / "docs" / "settlement.md").read_text(encoding="utf-8")


def test_the_python_of_the_page_runs():
    names = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE, flags=re.S):
        exec(compile(block, "docs/settlement.md", "exec"), names)
    assert names["year"].residual == 0


def test_the_page_explains_every_column_of_the_exchange_table():
    assert [name for name in (*KEYS, *MEASURES) if f"`{name}`" not in PAGE] == []
