"""The page on uncertainty runs as it is written, and names the bands there are."""

import re
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs" / "uncertainty.md").read_text(encoding="utf-8")


def test_the_python_of_the_page_runs(capsys):
    names = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE, flags=re.S):
        exec(compile(block, "docs/uncertainty.md", "exec"), names)
    assert capsys.readouterr().out.count("\n") == 4  # a head, two levels, one difference
    assert set(names["bands"]["band"]) <= set(re.findall(r"`([a-z_]+)`", PAGE))
    assert {"stratum", "hospitals", "stays", "drawn"} == set(names["drawn"].strata)
