"""`drgsim value` from the command line: scenarios, goals, files, and what goes wrong."""

import json

import pytest

from drgsim.cli.main import main


def test_a_question_in_one_command(capsys):
    assert main(["value", "--years", "10", "--scenario", "premium-20"]) == 0
    out = capsys.readouterr().out
    assert "premium-20: reserve of resident, 2035, yuan" in out
    assert "assumed" in out


def test_goals_and_stress(capsys):
    words = [
        "value",
        "--years",
        "12",
        "--stress",
        "--goal",
        "resident_premium: reserve_months.resident >= 6 until 2037",
    ]
    assert main(words) == 0
    out = capsys.readouterr().out
    assert "recession" in out
    assert "resident_premium = " in out or "without any change" in out


def test_files_are_written_and_the_record_reconciles(tmp_path, capsys):
    words = [
        "value",
        "--years",
        "6",
        "--scenario",
        "resident_premium@2027=20",
        "--draws",
        "20",
        "--seed",
        "1",
    ]
    assert main([*words, "--out", str(tmp_path / "first")]) == 0
    names = {each.name for each in (tmp_path / "first").iterdir()}
    assert {"funds.csv", "bands.csv", "valuation.json", "valuation.xlsx", "valuation.html"} <= names
    kept = json.loads((tmp_path / "first/valuation.json").read_text(encoding="utf-8"))
    assert kept["seed"] == 1
    capsys.readouterr()
    assert main([*words, "--last", str(tmp_path / "first/valuation.json")]) == 0
    assert "experience" in capsys.readouterr().out


def test_a_day_and_a_place(capsys):
    assert main(["value", "--years", "2", "--as-of", "2023-12-31"]) == 0
    assert "2023" in capsys.readouterr().out
    assert main(["value", "--years", "2", "--place", "tianjin (inferred)"]) == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--scenario", "premium-21"], "premium-20"),
        (["--scenario", "resident_premum=3"], "resident_premium"),
        (["--draws", "5"], "seed"),
        (["--as-of", "yesterday"], "2023-12-31"),
        (["--place", "atlantis"], "atlantis"),
        (["--goal", "resident_premium: reserve >= 6"], "goal cannot be read"),
        (["nowhere.xlsx"], "no such workbook"),
    ],
)
def test_what_goes_wrong_is_one_paragraph(words, told, capsys):
    assert main(["value", "--years", "3", *words]) in (2, 3)
    error = capsys.readouterr().err
    assert told in error
    assert "Traceback" not in error


def test_everything_there_is_can_be_listed(capsys):
    assert main(["value", "--list"]) == 0
    out = capsys.readouterr().out
    assert "procurement.lag = 1" in out
    assert "stents-procurement" in out


def test_the_list_names_every_lever_scenario_and_assumption(capsys):
    from drgsim.fund.assumptions import parameters
    from drgsim.fund.lever import levers
    from drgsim.fund.scenario import FundScenario

    assert main(["value", "--list"]) == 0
    out = capsys.readouterr().out
    for name in (*levers(), *FundScenario.available(), *parameters()):
        assert name in out
