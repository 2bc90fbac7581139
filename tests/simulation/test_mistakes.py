"""Every mistake of a scenario is told whole: where, what, what was got, what is allowed or meant."""

from pathlib import Path

import pytest
import yaml

from drgsim import Scenario
from drgsim.simulation.scenario_errors import ScenarioError

from .test_scenario_document import RAW

MISTAKES = yaml.safe_load((Path(__file__).parent / "mistakes.yaml").read_text(encoding="utf-8"))
REFORM = {"fund.ratio": 0.5}


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("row", MISTAKES, ids=lambda row: row["says"][0].partition(";")[0][:60])
def test_a_mistake(row):
    with pytest.raises(ScenarioError) as caught:
        Scenario.load(RAW | row["change"])
    told = [str(problem) for problem in caught.value.problems]
    assert len(told) == len(row["says"])
    for got, says in zip(told, row["says"], strict=True):
        assert got == says or (says.endswith("…") and got.startswith(says.removesuffix("…")))


def lever(**changes):
    return {"levers": [{"id": "x", **changes}]}


@pytest.mark.parametrize(
    "change",
    [
        lever(reform=REFORM, phase_in={"start": 1900}), lever(reform=REFORM, phase_in={"start": 2999}),
        lever(reform=REFORM, phase_in={"start": 2027, "years": 50}),
        lever(reform=REFORM, phase_in={"start": 2027, "profile": "step"}),
        lever(reform={"fund.ratio/employee/3": 0.5}), lever(reform={"outlier.high.threshold/other": 2}),
        lever(supervision={"detection": 1}),
        lever(supervision={"detection": {"value": 0.1, "low": 0.1, "high": 0.1}}),
        lever(supervision={"detection": 0, "assessment": 1}), lever(hospitals={"H": {"level": 0}}),
        lever(hospitals={"H": {"merged_into": "K"}, "J": {"level": 2}}),
        {"responses": {"volume": {"share": 0.5}}}, {"responses": {"volume": {"share": -0.5}}},
        {"assumptions": {"income_growth.employee": {"value": 0.5, "low": 0.5, "high": 0.5}}},
        {"assumptions": {"income_growth.employee": {1900: 0.05, 2200: 0.05}}},
        {"title": {"zh": "甲"}}, {"title": "x"}, {"on": None},
        {"coverage": [{"clause": "c", "state": "modelled"}]},
    ],
)  # fmt: skip
def test_what_is_just_within_bounds_is_no_mistake(change):
    assert Scenario.load(RAW | change).id == "own"
