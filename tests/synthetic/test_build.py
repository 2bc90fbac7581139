"""The fitted tables that ship are those the reference data gives."""

import pytest

from drgsim._paths import data_path
from tools.synthetic import tables, write


@pytest.mark.shared
def test_rebuilding_gives_the_shipped_tables(shared, tmp_path):
    written = write(shared / "reference", tmp_path)
    assert written
    for path in written:
        shipped = data_path("synthetic", *path.relative_to(tmp_path).parts)
        assert path.read_bytes() == shipped.read_bytes(), shipped.name


@pytest.mark.shared
def test_every_group_with_the_same_code_and_name_takes_harbins_weight(shared):
    rows = {row[0]: row for row in tables(shared / "reference")["cost_anchors/chs-drg-1.1.csv"]}
    assert rows["AB19"][1:3] == [36.2185, "harbin-2023"]
