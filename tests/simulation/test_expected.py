"""Every shipped scenario gives the output that stands beside it, to the fen."""

import pandas as pd
import pytest

from drgsim._paths import data_path
from drgsim.simulation.record.recorded_tables import BASELINE, expected_table, simulated
from drgsim.simulation.scenario.document import shipped

IDS = [BASELINE, *(id for id in shipped() if id != BASELINE)]


@pytest.fixture(scope="module")
def results():
    return simulated(*IDS[1:])


def test_every_shipped_scenario_has_an_expected_output():
    assert sorted(path.stem for path in data_path("scenarios", "expected").glob("*.csv")) == sorted(IDS)


@pytest.mark.parametrize("id", IDS)
def test_the_output_is_as_expected(results, id):
    text = {"table": str, "key": str, "measure": str}
    stated = pd.read_csv(data_path("scenarios", "expected", f"{id}.csv"), dtype=text, keep_default_na=False)
    found = expected_table(results, id)
    moved = stated.compare(found) if stated.shape == found.shape else "other rows"
    assert stated.equals(found), f"run python -m tools.expected_scenarios if this is meant\n{moved}"


def test_every_shipped_lever_moves_money(results):
    for id in IDS[1:]:
        bars = results.attribution(id)
        assert (bars.loc[~bars["kind"].isin(["baseline", "total"]), "value"] != 0).all(), id
