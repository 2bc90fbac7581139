"""The documentation of funds: its code runs, its commands exist, its back-test is the one that comes out."""

import re
import sys
from pathlib import Path

import pytest

from drgsim.fund.backtest import back_test
from drgsim.fund.errors import FundError
from drgsim.fund.scenario import FundScenario
from drgsim.fund.simulated import inpatient_levels

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = (REPOSITORY / "docs/fund.md").read_text(encoding="utf-8")


def test_the_code_runs_in_order(capsys):
    space: dict = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(block, space)
    printed = capsys.readouterr().out
    assert "premium-20" in printed
    assert "No family_account" in printed


def test_every_scenario_named_is_shipped_and_every_shipped_one_is_named():
    named = set(re.findall(r"drgsim value --scenario ([a-z0-9_-]+)`", PAGE))
    assert named == set(FundScenario.available())


def test_the_back_test_page_is_what_comes_out():
    sys.path.insert(0, str(REPOSITORY / "tools"))
    try:
        from build_backtest_page import DRAWS, SEED, page
    finally:
        sys.path.remove(str(REPOSITORY / "tools"))
    kept = (REPOSITORY / "docs/fund-backtest.md").read_text(encoding="utf-8")
    assert page(back_test(draws=DRAWS, seed=SEED)) == kept


def test_levels_of_a_simulation_need_the_same_insurances():
    with pytest.raises(FundError, match="by insurance"):
        inpatient_levels({"employee": 1.0}, {"resident": 1.0})
    with pytest.raises(FundError, match="above 0"):
        inpatient_levels({"employee": 0.0}, {"employee": 1.0})
