"""docs/cases.md says what the data says."""

import re
from pathlib import Path

from drgsim.cases import case_columns, find_layout, layouts
from drgsim.cases.measures import UNITS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "cases.md").read_text(encoding="utf-8")


def test_every_column_is_in_the_table_as_it_is():
    rows = [
        line.strip("| ").split(" | ")
        for line in PAGE.splitlines()
        if re.match(r"\| `\w+` \| [^|]+ \| \w+ \|", line)
    ]
    listed = {row[0].strip("`"): (row[1], row[2]) for row in rows}
    assert listed == {name: (column.label_zh, column.kind) for name, column in case_columns().items()}


def test_every_layout_and_unit_is_named():
    for name in (*layouts(), *UNITS):
        assert name in PAGE


def test_the_layout_on_the_page_is_one(tmp_path):
    example = PAGE.split("```toml\n")[1].split("```")[0]
    path = tmp_path / "our-his.toml"
    path.write_text(example, encoding="utf-8")
    assert find_layout(path).values["sex"]["丙"] is None
