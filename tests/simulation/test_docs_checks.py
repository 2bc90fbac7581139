"""The page on checks runs as it is written, and names the reasons and tables there are."""

import re
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs" / "checks.md").read_text(encoding="utf-8")


def test_the_python_of_the_page_runs():
    names = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE, flags=re.S):
        exec(compile(block, "docs/checks.md", "exec"), names)
    assert names["found"].ok
    assert not names["alive"]["moved"].all()
