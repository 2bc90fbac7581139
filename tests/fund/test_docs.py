"""The documentation of funds: its code runs, its commands exist, its back-test is the one that comes out."""

import re
import sys
from pathlib import Path

import pytest

import drgsim
from drgsim.cli.main import main
from drgsim.fund.backtest import back_test
from drgsim.fund.scenario import FundScenario

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


QUESTIONS = re.findall(r"^\| [^|]*\| `(drgsim value --scenario [a-z0-9_-]+)` \|", PAGE, re.MULTILINE)


def test_the_page_asks_ten_questions_and_a_merger():
    assert len(QUESTIONS) == 11


@pytest.mark.parametrize("command", QUESTIONS)
def test_each_question_is_one_command_with_bar_band_and_source(command, capsys):
    words = [*command.split()[1:], "--years", "4", "--draws", "12", "--seed", "1"]
    assert main(words) == 0
    out = capsys.readouterr().out
    head, *rows = out[out.index(f"\n{words[2]}: reserve of ") :].splitlines()[2:]
    assert head.split() == ["step", "zh", "en", "value", "low_90", "high_90", "source", "state"]
    scenario = FundScenario.of(words[2])
    for name, row in zip(scenario.order, rows[1:], strict=False):
        *_, value, low, high, source, state = row.split()
        assert row.split()[0] == name
        assert float(value.replace(",", "")) != 0
        assert float(low.replace(",", "")) < float(high.replace(",", ""))
        assert re.fullmatch(r"[A-Z]+[0-9]+", source)
        assert state in ("read", "secondary", "assumed")


def test_the_studies_that_were_run_give_what_the_page_says():
    """Rows J5, F04 and J6 of the table, by their commands."""
    then = drgsim.Fund.national(as_of="2021-08-31")
    delay = {2022 + year: min(6 * (year + 1), 120) for year in range(52)}
    found = drgsim.value(then, FundScenario.of({"retirement_age": delay}, id="delay"), years=52)
    table = found.first_deficit().set_index(["scenario", "pot"])[["current_deficit", "reserve_gone"]]
    assert table.loc[("baseline", "employee_pool")].tolist() == [2037, 2046]
    assert table.loc[("delay", "employee_pool")].tolist() == [2046, 2057]
    assert table.loc[("baseline", "resident")].tolist() == [2027, 2034]
    now = drgsim.value(years=50).first_deficit().set_index("pot")
    assert now.loc["employee_pool", "current_deficit"] == 2047
    assert now.loc["resident", ["current_deficit", "reserve_gone"]].tolist() == [2034, 2044]
